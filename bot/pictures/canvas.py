"""A canvas with colours, signs and text for pictures.

It draws at twice the size of the picture, so that slanted lines come out smooth. The paper is dark:
Slack shows one picture to readers in light and in dark mode, and a dark card is easy on both. Each
outcome has a shape of its own and a distinct colour. The colours are Okabe and Ito's, which people
with any kind of colour blindness can tell apart. https://jfly.uni-koeln.de/color/

Texts use the bundled font; `can_write` finds texts that the font cannot write.
"""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.domain.diagnosis import Outcome
from bot.domain.privacy.addresses import redact_for_output

Colour = str

PAPER: Colour = "#1f242c"
EDGE: Colour = "#454d59"
INK: Colour = "#f4f5f7"
SOFT: Colour = "#b9c0ca"
LANE: Colour = "#3a424e"
STAY: Colour = "#33506a"
STAY_EDGE: Colour = "#6f9fc6"
FAILING: Colour = "#d55e00"
SIGNALS: Mapping[str, Colour] = {"audio": "#56b4e9", "video": "#f0e442", "screen": "#ffffff"}

COLOURS: Mapping[Outcome, Colour] = {
    "gave_up": "#d55e00",
    "blocked": "#cc79a7",
    "left": "#e69f00",
    "unknown": "#9aa3af",
    "recovered": "#009e73",
}

Shape = Callable[[ImageDraw.ImageDraw, float, float, float], None]
"""Draws a sign around a centre (x, y) with a radius."""


def draw_sign(
    draw: ImageDraw.ImageDraw, outcome: Outcome, x: float, y: float, radius: float
) -> None:
    """Draw the sign of an outcome; a rim in the paper's colour sets off overlapping signs."""
    SHAPES[outcome](draw, x, y, radius)


def _square_with_cross(draw: ImageDraw.ImageDraw, x: float, y: float, r: float) -> None:
    draw.rectangle((x - r, y - r, x + r, y + r), COLOURS["gave_up"], PAPER, _rim(r))
    d = r * 0.5
    for slope in (1, -1):
        draw.line((x - d, y - d * slope, x + d, y + d * slope), PAPER, _stroke(r))


def _disc_with_bar(draw: ImageDraw.ImageDraw, x: float, y: float, r: float) -> None:
    draw.ellipse((x - r, y - r, x + r, y + r), COLOURS["blocked"], PAPER, _rim(r))
    draw.rectangle((x - r * 0.55, y - r * 0.17, x + r * 0.55, y + r * 0.17), PAPER)


def _triangle(draw: ImageDraw.ImageDraw, x: float, y: float, r: float) -> None:
    draw.polygon(((x - r, y - r), (x + r, y), (x - r, y + r)), COLOURS["left"], PAPER, _rim(r))


def _diamond(draw: ImageDraw.ImageDraw, x: float, y: float, r: float) -> None:
    points = ((x, y - r * 1.2), (x + r * 1.2, y), (x, y + r * 1.2), (x - r * 1.2, y))
    draw.polygon(points, COLOURS["unknown"], PAPER, _rim(r))
    draw.ellipse((x - r * 0.3, y - r * 0.3, x + r * 0.3, y + r * 0.3), PAPER)


def _disc_with_tick(draw: ImageDraw.ImageDraw, x: float, y: float, r: float) -> None:
    draw.ellipse((x - r, y - r, x + r, y + r), COLOURS["recovered"], PAPER, _rim(r))
    tick = ((x - r * 0.5, y), (x - r * 0.1, y + r * 0.4), (x + r * 0.5, y - r * 0.4))
    draw.line(tick, PAPER, _stroke(r), joint="curve")


SHAPES: Mapping[Outcome, Shape] = {
    "gave_up": _square_with_cross,
    "blocked": _disc_with_bar,
    "left": _triangle,
    "unknown": _diamond,
    "recovered": _disc_with_tick,
}


def _rim(radius: float) -> int:
    return max(round(radius * 0.18), 1)


def _stroke(radius: float) -> int:
    return max(round(radius * 0.3), 1)


_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_MAX_CHARACTERS = 200
"""The most characters that are measured; measuring takes time in proportion to them."""
_NO_GLYPH = "\uffff"


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in a size in pixels; it is read from disk once."""
    return ImageFont.truetype(_FILE, size)


@lru_cache(maxsize=4096)
def _glyph(char: str) -> bytes:
    return bytes(font(16).getmask(char))


def can_write(text: str) -> bool:
    """Return False if a character would appear as an empty box."""
    return all(char.isspace() or _glyph(char) != _glyph(_NO_GLYPH) for char in text)


def fit_text(text: str, size: int, width: float) -> str:
    """Return the text, cut with an ellipsis to at most `width` pixels."""
    face, clipped = font(size), text[:_MAX_CHARACTERS]
    if clipped == text and face.getlength(text) <= width:
        return text
    length = bisect_right(
        range(len(clipped)), width, key=lambda most: face.getlength(f"{clipped[:most]}…")
    )
    return clipped[: max(length - 1, 0)].rstrip() + "…"


_SCALE = 2
_COLOURS = 128


class Canvas:
    """A drawing; coordinates are pixels of the finished picture."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGB", (width * _SCALE, height * _SCALE), PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self.box(1, 1, width - 1, height - 1, "", edge=EDGE, corner=8)

    def box(  # noqa: PLR0913  four sides and a style
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
        """Draw a rectangle, at least one pixel wide."""
        sides = (left, top, max(right, left + 1), max(bottom, top + 1))
        self._draw.rounded_rectangle(
            [side * _SCALE for side in sides],
            radius=corner * _SCALE,
            fill=fill or None,
            outline=edge or None,
            width=_SCALE,
        )

    def line(self, x: float, top: float, bottom: float, colour: str, width: float = 1) -> None:
        """Draw a vertical line."""
        at = (x * _SCALE, top * _SCALE, x * _SCALE, bottom * _SCALE)
        self._draw.line(at, colour, round(width * _SCALE))

    def arrow(self, x: float, y: float, radius: float, colour: str) -> None:
        """Draw an arrowhead that points left from (x, y)."""
        corners = ((x, y), (x + radius, y - radius), (x + radius, y + radius))
        self._draw.polygon([(a * _SCALE, b * _SCALE) for a, b in corners], colour)

    def sign(self, outcome: Outcome, x: float, y: float, radius: float) -> None:
        """Draw an outcome's sign."""
        draw_sign(self._draw, outcome, x * _SCALE, y * _SCALE, radius * _SCALE)

    def text(  # noqa: PLR0913  place, words and style
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
        """Draw words at (x, y), cut to `width` if given; `anchor` as Pillow names it."""
        words = redact_for_output(words)
        visible_words = fit_text(words, size, width) if width else words
        at = (x * _SCALE, y * _SCALE)
        self._draw.text(at, visible_words, colour, font(size * _SCALE), anchor=anchor)

    def png(self) -> bytes:
        """Return the picture as a PNG file; equal drawings give equal bytes."""
        small = self._image.reduce(_SCALE)
        file = BytesIO()
        small.quantize(_COLOURS, dither=Image.Dither.NONE).save(file, "PNG")
        return file.getvalue()
