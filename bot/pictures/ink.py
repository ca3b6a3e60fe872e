"""Colours and shapes: each outcome has a shape of its own and a colour that stays apart.

The colours are Okabe and Ito's, which people with any kind of colour blindness can tell apart.
https://jfly.uni-koeln.de/color/
"""

from collections.abc import Callable, Mapping

from PIL.ImageDraw import ImageDraw

from bot.domain.diagnosis import Outcome

Colour = str

PAPER: Colour = "#ffffff"
EDGE: Colour = "#c9ced6"
INK: Colour = "#1d1c1d"
SOFT: Colour = "#5c5f66"
LANE: Colour = "#e8eaee"
STAY: Colour = "#cfe3f3"
STAY_EDGE: Colour = "#7aa7cc"
FAILING: Colour = "#7a1f00"
SIGNALS: Mapping[str, Colour] = {"audio": "#56b4e9", "video": "#0072b2", "screen": "#cc79a7"}

COLOURS: Mapping[Outcome, Colour] = {
    "gave_up": "#d55e00",
    "blocked": "#8b3a73",
    "left": "#e69f00",
    "unknown": "#6b7280",
    "recovered": "#009e73",
}

Shape = Callable[[ImageDraw, float, float, float], None]
"""Draws a sign around a centre (x, y) with a radius."""


def draw_sign(on: ImageDraw, outcome: Outcome, x: float, y: float, radius: float) -> None:
    """The sign of an outcome, with a white rim so that signs on top of each other stay apart."""
    SHAPES[outcome](on, x, y, radius)


def _square_with_cross(on: ImageDraw, x: float, y: float, r: float) -> None:
    on.rectangle((x - r, y - r, x + r, y + r), COLOURS["gave_up"], PAPER, _rim(r))
    d = r * 0.5
    for slope in (1, -1):
        on.line((x - d, y - d * slope, x + d, y + d * slope), PAPER, _stroke(r))


def _disc_with_bar(on: ImageDraw, x: float, y: float, r: float) -> None:
    on.ellipse((x - r, y - r, x + r, y + r), COLOURS["blocked"], PAPER, _rim(r))
    on.rectangle((x - r * 0.55, y - r * 0.17, x + r * 0.55, y + r * 0.17), PAPER)


def _triangle(on: ImageDraw, x: float, y: float, r: float) -> None:
    on.polygon(((x - r, y - r), (x + r, y), (x - r, y + r)), COLOURS["left"], INK, _rim(r) // 2)


def _diamond(on: ImageDraw, x: float, y: float, r: float) -> None:
    points = ((x, y - r * 1.2), (x + r * 1.2, y), (x, y + r * 1.2), (x - r * 1.2, y))
    on.polygon(points, COLOURS["unknown"], PAPER, _rim(r))
    on.ellipse((x - r * 0.3, y - r * 0.3, x + r * 0.3, y + r * 0.3), PAPER)


def _disc_with_tick(on: ImageDraw, x: float, y: float, r: float) -> None:
    on.ellipse((x - r, y - r, x + r, y + r), COLOURS["recovered"], PAPER, _rim(r))
    tick = ((x - r * 0.5, y), (x - r * 0.1, y + r * 0.4), (x + r * 0.5, y - r * 0.4))
    on.line(tick, PAPER, _stroke(r), joint="curve")


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
