"""The timeline of a person or a room: stretches of trouble, each drawn and then told in order."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.diagnosis import Diagnosis, Story
from bot.domain.report import Report
from bot.render.compose import Composer
from bot.render.filters import UNKNOWN, count
from bot.render.lanes import COARSE, GRAVITY, LEGEND, SIGNS, drawing_of, label_of, lanes_of
from bot.render.limits import shorten
from bot.render.message import Message
from bot.render.words import free, span, what_of

LANES, _MESSAGES, _LINES = 12, 3, 24
_APART = timedelta(hours=1)
"""Failures further apart than this are drawn separately: together, minutes would vanish."""
_CODE, _WHAT = 30, 44


def timeline_messages(composer: Composer, report: Report) -> tuple[Message, ...]:
    """At most three messages, `timeline-1` and on: the latest stretches, oldest first."""
    diagnosis = report.diagnosis
    runs = list(stretches(diagnosis.stories)) if diagnosis else []
    if diagnosis is None or not runs:
        timed = " with a readable time" if diagnosis and diagnosis.stories else ""
        note = f"Look-up {report.lookup_id}: there is no error{timed} to draw."
        return (composer.message("elsewhere", "timeline-1", note=note),)
    untimed = [story for story in diagnosis.stories if not story.timed]
    earlier = len(runs) - _MESSAGES
    shown = runs[-_MESSAGES:]
    return tuple(
        composer.message(
            "timeline",
            f"timeline-{number}",
            **_facts(report, diagnosis, stretch, untimed if number == len(shown) else ()),
            number=number,
            of=len(shown),
            earlier=max(earlier, 0) if number == 1 else 0,
        )
        for number, stretch in enumerate(shown, start=1)
    )


def _facts(
    report: Report, diagnosis: Diagnosis, stretch: Sequence[Story], untimed: Sequence[Story]
) -> dict[str, object]:
    lanes = lanes_of(stretch, report.sessions)
    first = min(story.first_at for story in stretch).astimezone(UTC)
    ranked = sorted(stretch, key=lambda one: GRAVITY[one.outcome])
    gravest = {story.id for story in ranked[:_LINES]}
    listed = [story for story in stretch if story.id in gravest]
    long = stretch[-1].first_at - stretch[0].first_at >= COARSE
    lines = [_line(story, "%m-%d %H:%M:%S" if long else "%H:%M:%S") for story in listed]
    if untimed:
        lines.append(f"{count(len(untimed), 'failure', 'failures')} more: {UNKNOWN}")
    return {
        "heading": f"Timeline of {first:%Y-%m-%d} from {first:%H:%M:%S} UTC",
        "people": count(len(lanes), "person", "people"),
        "failures": count(len(stretch), "failure", "failures"),
        "drawing": "\n".join(drawing_of(lanes[:LANES])),
        "legend": "\n".join(LEGEND),
        "lines": "\n".join(lines),
        "lanes_left": max(len(lanes) - LANES, 0),
        "lines_left": max(len(stretch) - _LINES, 0),
        "others": people_without_errors(report, diagnosis),
        "reference": report.lookup_id,
    }


def people_without_errors(report: Report, diagnosis: Diagnosis) -> int:
    """How many in the room reported none; 0 if that is not known."""
    people = diagnosis.people
    if people.in_room is None or not report.completeness.complete:
        return 0
    return max(people.in_room - people.affected, 0)


def stretches(stories: Sequence[Story]) -> Iterator[list[Story]]:
    """Runs of stories without a long silence between them; none of what has no readable time."""
    run: list[Story] = []
    timed = (story for story in stories if story.timed)
    for story in sorted(timed, key=lambda one: (one.first_at, one.id)):
        if run and story.first_at - max(one.last_at for one in run) > _APART:
            yield run
            run = []
        run.append(story)
    if run:
        yield run


def gravest(runs: Iterable[list[Story]]) -> list[Story]:
    """The run in which most people failed for good; of equal ones the latest."""
    return max(runs, key=_gravity)


def _gravity(run: Sequence[Story]) -> tuple[int, datetime]:
    lost = {one.person.key for one in run if one.failed_for_good}
    return (len(lost), run[-1].last_at)


def _line(story: Story, form: str) -> str:
    """`10:02:05 X Clerk 1  could not join (500), 3 events in 42 s`."""
    code = str(story.error_code or "") or shorten(free(story.error_name), _CODE) or "no code"
    what = shorten(free(what_of(story.type, story.feature)), _WHAT)
    events = f", {story.events:,} events in {span(story.last_at - story.first_at)}"
    because = ", a consequence" if story.symptom_of else ""
    return (
        f"{story.first_at.astimezone(UTC):{form}} {SIGNS[story.outcome]} "
        f"{label_of(story.person):<15} {what} ({code}){events * (story.events > 1)}{because}"
    )
