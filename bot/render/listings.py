"""The lists behind two buttons: who recovered, grouped by what happened, and the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis import Diagnosis, Story
from bot.domain.diagnosis.intervals import format_duration
from bot.domain.diagnosis.outcomes import UNSEEN
from bot.domain.report import Report, words_of_step
from bot.render.answer.entry_selection import EntrySource, recovered_or_unknown, root_causes
from bot.render.answer.failure_table import MAX_TABLE, RECOVERED, TIMELINE, failure_table
from bot.render.answer.thread_entry import EntryBuilder
from bot.render.filters import count
from bot.render.limits import brief, shorten
from bot.render.message import Message
from bot.render.phrases import coded_title, failure_phrase, next_steps, safe_text, story_class
from bot.render.templates import MessageTemplates
from bot.render.timeline import people_without_errors

_MAX_GROUPS = 12
_WHAT, _TITLE, _STEP = 60, 100, 250
_BACK = {
    "client.disconnected": "reconnected",
    "client.connect.failed": "got in",
    "client.join.failed": "got in",
}


@dataclass(frozen=True, slots=True)
class RecoveredGroup:
    """People to whom the same happened, in words. `step` is "" if nobody needs to act."""

    people: str
    what: str
    cause: str
    step: str


def recovered_messages(
    templates: MessageTemplates, catalogue: Catalogue, report: Report
) -> tuple[Message, ...]:
    """Return one message: groups by what happened, and a table of the failures, latest first."""
    diagnosis = report.diagnosis
    stories = recovered_or_unknown(diagnosis) if diagnosis else ()
    if diagnosis is None or not stories:
        note = f"Look-up {report.lookup_id}: no error went away, and the end of each is known."
        return (templates.message("elsewhere", "recovered-1", note=note),)
    recovered = sum(story.outcome == "recovered" for story in stories)
    groups = _build_groups(report, diagnosis, stories)
    sources = [
        EntrySource(story.rows[0], number, (story,))
        for number, story in enumerate(reversed(stories), start=1)
    ]
    builder = EntryBuilder(report, catalogue, "")
    table = failure_table(sources, RECOVERED, builder, space=MAX_TABLE - _space_of(groups))
    return (
        templates.message(
            "recovered",
            "recovered-1",
            recovered=recovered,
            unknown=len(stories) - recovered,
            groups=groups[:_MAX_GROUPS],
            groups_left=max(len(groups) - _MAX_GROUPS, 0),
            table=table,
            left=len(stories) - len(table.rows),
            reference=report.lookup_id,
        ),
    )


def _build_groups(
    report: Report, diagnosis: Diagnosis, stories: Sequence[Story]
) -> list[RecoveredGroup]:
    """Return the groups, with their steps in the words for the readers of the report."""
    return [
        replace(group, step=words_of_step(report, group.step))
        for group in recovered_groups(diagnosis, stories)
    ]


def _space_of(groups: Sequence[RecoveredGroup]) -> int:
    return sum(
        len(group.people) + len(group.what) + len(group.cause) + len(group.step) + 20
        for group in groups[:_MAX_GROUPS]
    )


def recovered_groups(diagnosis: Diagnosis, stories: Sequence[Story]) -> list[RecoveredGroup]:
    """Return the stories grouped by what happened; first those that most people had."""
    causes = root_causes(diagnosis)
    by_kind: dict[tuple[object, ...], list[Story]] = {}
    for story in stories:
        kind = (
            story.outcome, story.type, story.feature, story.code, story.explanation.entry.key,
            story.id in causes,
        )  # fmt: skip
        by_kind.setdefault(kind, []).append(story)
    ranked = sorted(by_kind.values(), key=lambda group: (-_people(group), group[0].first_at))
    return [
        _group(group, None if group[0].id in causes else _step(diagnosis, group[0]))
        for group in ranked
    ]


def _people(group: Sequence[Story]) -> int:
    return len({story.person.key for story in group})


def _group(group: Sequence[Story], step: str | None) -> RecoveredGroup:
    """Return a group in words; `step` is None for consequences of another failure."""
    story, number = group[0], _people(group)
    entry = story.explanation.entry
    return RecoveredGroup(
        people=count(number, "person", "people"),
        what=f"{_what(story, number)} and {_ending(group)}{' on the way back' * (step is None)}",
        cause=shorten(coded_title(entry.title, story.error_code), _TITLE),
        step=step or "",
    )


def _what(story: Story, number: int) -> str:
    words = shorten(safe_text(failure_phrase(story.type, story.feature)), _WHAT)
    return (
        f"were {words.removeprefix('was ')}" if number > 1 and words.startswith("was ") else words
    )


def _ending(group: Sequence[Story]) -> str:
    """Return `reconnected after 10 to 60 s`, with times as far as they are known exactly."""
    if any(story.doubt for story in group if story.outcome == "unknown"):
        return "had an end that could not be read"
    if group[0].outcome == "unknown":
        if any(story.evidence != UNSEEN for story in group):
            return "had no known end"
        return "were not seen again" if _people(group) > 1 else "was not seen again"
    back = _BACK.get(group[0].type, "recovered")
    times = [
        story.recovered_at - story.first_at for story in group if story.recovered_at and story.timed
    ]
    if len(times) < len(group):
        return back
    return f"{back} after {_span(min(times), max(times))}"


def _span(shortest: timedelta, longest: timedelta) -> str:
    first, last = format_duration(shortest), format_duration(longest)
    if first == last:
        return first
    number, _, unit = first.partition(" ")
    return f"{number if last.endswith(f' {unit}') else first} to {last}"


def _step(diagnosis: Diagnosis, story: Story) -> str:
    steps = next_steps(story.explanation.entry, story_class(diagnosis, story, None), bot=story.bot)
    return brief(steps[0], _STEP) if steps else ""


def timeline_messages(
    templates: MessageTemplates, catalogue: Catalogue, report: Report
) -> tuple[Message, ...]:
    """Return one message, `timeline-1`: the latest failures, the oldest of them first."""
    diagnosis = report.diagnosis
    stories = [story for story in diagnosis.stories if story.timed] if diagnosis else []
    if diagnosis is None or not stories:
        timed = " with a readable time" if diagnosis and diagnosis.stories else ""
        note = f"Look-up {report.lookup_id}: there is no error{timed} to draw."
        return (templates.message("elsewhere", "timeline-1", note=note),)
    latest_first = [
        EntrySource(story.rows[0], number, (story,))
        for number, story in reversed(list(enumerate(stories, start=1)))
    ]
    table = failure_table(latest_first, TIMELINE, EntryBuilder(report, catalogue, ""))
    people = count(len({story.person.key for story in stories}), "person", "people")
    return (
        templates.message(
            "timeline",
            "timeline-1",
            heading=f"Timeline: {people} with {count(len(stories), 'failure', 'failures')}",
            table=table.reversed(),
            left=len(stories) - len(table.rows),
            others=people_without_errors(report, diagnosis),
            untimed=len(diagnosis.stories) - len(stories),
            reference=report.lookup_id,
        ),
    )
