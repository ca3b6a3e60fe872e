"""Text in a picture: the font that comes with us, and what it cannot write."""

from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

_FILE = Path(__file__).parent / "fonts" / "DejaVuSans.ttf"
_MOST = 200
"""Characters of which some fit into a picture. To measure takes time in proportion to them."""
_NO_GLYPH = "\uffff"


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """The font in a size in pixels; read from disk once."""
    return ImageFont.truetype(_FILE, size)


@lru_cache(maxsize=4096)
def _drawn(char: str) -> bytes:
    return bytes(font(16).getmask(char))


def can_write(text: str) -> bool:
    """False if a character would come out as an empty box."""
    return all(char.isspace() or _drawn(char) != _drawn(_NO_GLYPH) for char in text)


def fitted(text: str, size: int, width: float) -> str:
    """The text, cut with an ellipsis to at most `width` pixels."""
    face, clipped = font(size), text[:_MOST]
    if clipped == text and face.getlength(text) <= width:
        return text
    kept = bisect_right(
        range(len(clipped)), width, key=lambda most: face.getlength(f"{clipped[:most]}…")
    )
    return clipped[: max(kept - 1, 0)].rstrip() + "…"
