"""The timeline as a picture: lanes by person, readable on a phone 360 pixels wide.

Its alternative text says the same for people who do not see the picture.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC

from bot.domain.privacy.addresses import redact_for_output
from bot.domain.report import Report
from bot.domain.text import clip
from bot.pictures.canvas import (
    FAILING,
    INK,
    LANE,
    SIGNALS,
    SOFT,
    STAY,
    STAY_EDGE,
    Canvas,
    can_write,
    font,
)
from bot.pictures.layout import OUTCOME_WORDS, Marker, Row, TimelineLayout, layout_of
from bot.render.message import Picture
from bot.render.phrases import failure_phrase
from bot.render.timeline import Lane, full_name

MAX_ALT = 1000
"""The longest alternative text, in characters, that Slack accepts with a file."""
_LANES = 8


def alt_text(layout: TimelineLayout) -> str:
    """Return who failed, when, and with which outcome, in order of failure."""
    sentences = [f"Timeline of {layout.heading}: {layout.subtitle}."]
    sentences += [_lane_sentence(lane) for lane in layout.lanes[:_LANES]]
    omitted = len(layout.lanes) - _LANES
    if omitted > 0:
        sentences.append(f"{omitted:,} more people with failures.")
    return clip(" ".join(sentences), MAX_ALT)


def _lane_sentence(lane: Lane) -> str:
    story = min(
        lane.stories, key=lambda item: (list(OUTCOME_WORDS).index(item.outcome), item.first_at)
    )
    more = f" and {len(lane.stories) - 1:,} more" if len(lane.stories) > 1 else ""
    at = f"{story.first_at.astimezone(UTC):%H:%M:%S}"
    what = failure_phrase(story.type, story.feature)
    return f"{full_name(lane.person)} {what} at {at}, {OUTCOME_WORDS[story.outcome]}{more}."


WIDTH, _SIDE = 720, 28
"""Twice 360: a phone shows each pixel, and 22 pixels of text appear as 11."""
_BIG, _TEXT, _SMALL = 26, 22, 20
_HEAD, _AXIS, _ROW, _BAR = 92, 36, 74, 24
_SIGN, _NEXT_SIGN, _ARROW = 12, 27, 10
_LEGEND_LINE = 34
_SIGNAL_WORDS = {"audio": "microphone on", "video": "camera on", "screen": "screen shared"}


def timeline_picture(report: Report) -> Picture | None:
    """Return one PNG of the worst stretch of trouble; None if there is nothing to draw.

    Takes up to 0.3 s of CPU: call it in a thread.
    """
    layout = layout_of(report)
    if layout is None:
        return None
    return Picture(
        name=f"{report.lookup_id}-timeline.png",
        title=f"Timeline, {layout.subtitle} ({report.lookup_id})",
        alt=redact_for_output(alt_text(layout)),
        png=_draw_picture(layout),
    )


def _draw_picture(layout: TimelineLayout) -> bytes:
    legend = list(_legend_entries(layout))
    rest_at = _HEAD + _AXIS + _ROW * len(layout.rows) + 10
    legend_at = rest_at + _LEGEND_LINE * len(layout.footnotes)
    canvas = Canvas(WIDTH, legend_at + _LEGEND_LINE * ((len(legend) + 1) // 2) + 14)
    _draw_heading(canvas, layout)
    _draw_axis(canvas, layout, _HEAD + _AXIS + _ROW * len(layout.rows))
    for number, row in enumerate(layout.rows):
        _draw_lane(canvas, row, number, _HEAD + _AXIS + _ROW * number)
    for number, words in enumerate(layout.footnotes):
        canvas.text(_SIDE, rest_at + _LEGEND_LINE * number, words, _SMALL, colour=SOFT)
    for number, (sign, words) in enumerate(legend):
        x = _SIDE + (WIDTH - 2 * _SIDE) / 2 * (number % 2)
        _draw_legend_entry(canvas, sign, words, x, legend_at + _LEGEND_LINE * (number // 2) + 14)
    return canvas.png()


def _draw_heading(canvas: Canvas, layout: TimelineLayout) -> None:
    wide = WIDTH - 2 * _SIDE
    heading = layout.heading if can_write(layout.heading) else layout.heading[-16:]
    canvas.text(_SIDE, 18, heading, _BIG, width=wide)
    canvas.text(_SIDE, 54, layout.subtitle, _TEXT, colour=SOFT, width=wide)


def _draw_axis(canvas: Canvas, layout: TimelineLayout, bottom: float) -> None:
    last = len(layout.ticks) - 1
    for number, (share, words) in enumerate(layout.ticks):
        anchor = "la" if number == 0 else "ra" if number == last else "ma"
        canvas.text(_x(share), _HEAD, words, _SMALL, colour=SOFT, anchor=anchor)
        canvas.line(_x(share), _HEAD + _AXIS - 6, bottom, LANE, 1)
    for share in layout.starts:
        canvas.line(_x(share), _HEAD + _AXIS - 10, bottom, STAY_EDGE, 2)


def _draw_lane(canvas: Canvas, row: Row, number: int, top: float) -> None:
    label = row.label if can_write(row.label) else f"Person {number + 1}"
    note_width = font(_SMALL).getlength(row.note)
    canvas.text(_SIDE, top + 4, label, _TEXT, width=WIDTH - 2 * _SIDE - note_width - 20)
    canvas.text(WIDTH - _SIDE, top + 6, row.note, _SMALL, colour=SOFT, anchor="ra")
    bar = top + 36
    canvas.box(_x(0), bar + _BAR / 2 - 1, _x(1), bar + _BAR / 2 + 1, LANE)
    for since, until in row.stays:
        canvas.box(_x(since), bar, _x(until), bar + _BAR, STAY, edge=STAY_EDGE, corner=4)
    for media, at in (("video", 3), ("screen", 9), ("audio", 15)):
        for since, until in row.signals.get(media, ()):
            canvas.box(_x(since), bar + at, _x(until), bar + at + 6, SIGNALS[media])
    for since, until in row.failing:
        canvas.box(_x(since), bar + _BAR / 2 - 3, _x(until), bar + _BAR / 2 + 3, FAILING)
    for edge in (*row.joined, *row.left):
        canvas.line(_x(edge), bar - 4, bar + _BAR + 4, INK, 2)
    if row.joined_before:
        canvas.arrow(_x(0) - _ARROW - 4, bar + _BAR / 2, _ARROW, STAY_EDGE)
    for marker, x in _place_markers(row.markers):
        canvas.sign(marker.outcome, x, bar + _BAR / 2, _SIGN)


def _place_markers(markers: Sequence[Marker]) -> Iterator[tuple[Marker, float]]:
    """Yield the markers with their places; of markers that would overlap, only the gravest."""
    positions: list[float] = []
    for marker in reversed(markers):  # gravest first
        x = min(max(_x(marker.at), _SIDE + _SIGN), WIDTH - _SIDE - _SIGN)
        if all(abs(x - other) >= _NEXT_SIGN for other in positions):
            positions.append(x)
            yield marker, x


def _legend_entries(layout: TimelineLayout) -> Iterator[tuple[str, str]]:
    """Yield the legend's entries for the signs that the picture holds."""
    shown = {marker.outcome for row in layout.rows for marker in row.markers}
    yield from ((outcome, words) for outcome, words in OUTCOME_WORDS.items() if outcome in shown)
    if any(since < until for row in layout.rows for since, until in row.failing):
        yield "failing", "failing"
    if any(row.stays for row in layout.rows):
        yield "stay", "in the call"
    if any(row.joined_before for row in layout.rows):
        yield "before", "joined before"
    for media, words in _SIGNAL_WORDS.items():
        if any(row.signals.get(media) for row in layout.rows):
            yield media, words
    if layout.starts:
        yield "start", "session began"


def _draw_legend_entry(canvas: Canvas, sign: str, words: str, x: float, y: float) -> None:
    outcomes = {str(outcome): outcome for outcome in OUTCOME_WORDS}
    if sign in outcomes:
        canvas.sign(outcomes[sign], x + 14, y, _SIGN)
    elif sign == "stay":
        canvas.box(x, y - 9, x + 28, y + 9, STAY, edge=STAY_EDGE, corner=4)
    elif sign == "before":
        canvas.arrow(x + 8, y, _ARROW, STAY_EDGE)
    elif sign == "start":
        canvas.line(x + 14, y - 12, y + 12, STAY_EDGE, 3)
    else:
        canvas.box(x, y - 3, x + 28, y + 3, SIGNALS.get(sign, FAILING))
    canvas.text(x + 40, y, words, _SMALL, colour=SOFT, anchor="lm")


def _x(share: float) -> float:
    return _SIDE + share * (WIDTH - 2 * _SIDE)
