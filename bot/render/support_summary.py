"""The sentences that begin a ticket to 100ms, and the texts that the apps reported.

The report is for outsiders already: nobody is named in it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC

from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.report import Report
from bot.render.filters import count
from bot.render.limits import shorten
from bot.render.phrases import safe_text

_ROOM, _WORD = 60, 40
_MAX_OBSERVED, _MAX_TEXTS = 5, 3
_QUESTIONS: Mapping[str, str] = {
    "service": "What was the cause, and were other rooms affected at that time?",
    "app": "What in the app's requests or its use of the SDK causes this?",
}
_CAUSE = "What was the cause?"
_QUESTION = "What do you see on your side for these ids and times?"


def ticket_summary(report: Report) -> dict[str, str]:
    """Return the sentences that begin a ticket; empty without a diagnosis."""
    diagnosis = report.diagnosis
    if diagnosis is None or not diagnosis.stories:
        return {}
    causes = [story for story in diagnosis.stories if story.symptom_of is None and not story.bot]
    titles = Counter(story.explanation.entry.title for story in causes or diagnosis.stories)
    room = safe_text(report.target.room.name) or report.target.room.id
    people = diagnosis.people
    affected = count(people.affected, "participant", "participants")
    elsewhere = _elsewhere(report)
    return {
        "subject": f"{titles.most_common(1)[0][0]} in room {shorten(room, _ROOM)}, "
        f"{_span(report)}, {affected}",
        "impact": _impact(diagnosis),
        "observed": " ".join(filter(None, (_observed(diagnosis.stories), elsewhere))),
        "question": _question(diagnosis.verdict.cls, knows_others=bool(elsewhere)),
    }


def _question(cls: VerdictClass, *, knows_others: bool) -> str:
    return _CAUSE if cls == "service" and knows_others else _QUESTIONS.get(cls, _QUESTION)


def _elsewhere(report: Report) -> str:
    """Return what other rooms had, if enough of them were read; else ""."""
    others = report.surroundings and report.surroundings.others
    return others.sentence if others and others.reach != "few" else ""


def _span(report: Report) -> str:
    times = [event.at.astimezone(UTC) for event in report.events if event.timed]
    if not times:
        return "time unknown"
    first, last = times[0], times[-1]
    until = f"{last:%H:%M:%S}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M:%S}"
    return f"{first:%Y-%m-%d %H:%M:%S} to {until} UTC"


def _impact(diagnosis: Diagnosis) -> str:
    people = diagnosis.people
    total = f" of {people.in_room:,} in the room" if people.in_room is not None else ""
    least = "at least " * people.least
    ends = [
        f"{number:,} {words}"
        for number, words in (
            (people.failed_for_good, "did not recover"),
            (people.recovered, "recovered"),
            (people.unclear, "with an unknown end"),
        )
        if number
    ]
    return f"{least}{people.affected:,}{total} affected: {', '.join(ends) or 'no lasting failure'}."


def _observed(stories: Iterable[Story]) -> str:
    events: Counter[str] = Counter()
    people: dict[str, set[str]] = {}
    for story in stories:
        code = " ".join(filter(None, (str(story.error_code or ""), safe_text(story.error_name))))
        kind = f"{safe_text(story.type).removeprefix('client.')} {shorten(code, _WORD)}".strip()
        events[kind] += story.events
        people.setdefault(kind, set()).add(story.person.key)
    shown = [
        f"{kind}: {count(number, 'event', 'events')}, "
        f"{count(len(people[kind]), 'participant', 'participants')}"
        for kind, number in events.most_common(_MAX_OBSERVED)
    ]
    omitted = len(events) - len(shown)
    return "; ".join([*shown, f"{omitted:,} more kinds"] if omitted else shown) + "."


def error_texts(report: Report) -> list[str]:
    """Return the commonest texts that the apps reported."""
    texts = Counter(
        safe_text(text)
        for event in report.events
        for text in (event.error_description or event.error_message,)
        if text
    )
    return [text for text, _ in texts.most_common(_MAX_TEXTS) if text]
