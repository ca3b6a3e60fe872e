"""A sheet to draw on: twice as large as the picture, so that slanted lines come out smooth."""

from io import BytesIO

from PIL import Image, ImageDraw

from bot.domain.addresses import leave
from bot.domain.diagnosis import Outcome
from bot.pictures.ink import EDGE, INK, PAPER, draw_sign
from bot.pictures.letters import fitted, font

_FINER = 2
_COLOURS = 128


class Canvas:
    """Draws in the picture's own pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._image = Image.new("RGB", (width * _FINER, height * _FINER), PAPER)
        self._on = ImageDraw.Draw(self._image)
        self.box(1, 1, width - 1, height - 1, "", edge=EDGE, corner=8)

    def box(  # noqa: PLR0913  four sides and a look
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: str,
        *,
        edge: str = "",
        corner: float = 0,
    ) -> None:
        """A rectangle, at least one pixel wide."""
        sides = (left, top, max(right, left + 1), max(bottom, top + 1))
        self._on.rounded_rectangle(
            [side * _FINER for side in sides],
            radius=corner * _FINER,
            fill=fill or None,
            outline=edge or None,
            width=_FINER,
        )

    def line(self, x: float, top: float, bottom: float, colour: str, width: float = 1) -> None:
        """An upright line."""
        at = (x * _FINER, top * _FINER, x * _FINER, bottom * _FINER)
        self._on.line(at, colour, round(width * _FINER))

    def sign(self, outcome: Outcome, x: float, y: float, radius: float) -> None:
        """An outcome's sign."""
        draw_sign(self._on, outcome, x * _FINER, y * _FINER, radius * _FINER)

    def text(  # noqa: PLR0913  where, what, and how
        self,
        x: float,
        y: float,
        words: str,
        size: int,
        *,
        colour: str = INK,
        width: float = 0,
        anchor: str = "la",
    ) -> None:
        """Words at (x, y), cut to `width` if given; `anchor` as Pillow names it."""
        words = leave(words)
        told = fitted(words, size, width) if width else words
        at = (x * _FINER, y * _FINER)
        self._on.text(at, told, colour, font(size * _FINER), anchor=anchor)

    def png(self) -> bytes:
        """The picture as a PNG file; the same drawing gives the same bytes."""
        small = self._image.resize(self._size, Image.Resampling.BOX)
        file = BytesIO()
        small.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return file.getvalue()
