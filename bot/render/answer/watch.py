"""The messages of a watch: its message in the channel, the lines of its thread, and lists."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.diagnosis import Person
from bot.domain.diagnosis.wording import join_words, people_words
from bot.domain.privacy.personal_names import Names, short_name
from bot.domain.privacy.report_names import apply_names
from bot.domain.report import Report
from bot.domain.target import Target
from bot.domain.watching.state import CallView, ThreadLine
from bot.domain.watching.watch import MOST_NEW_EVENTS, Watch, WatchEnd
from bot.render.answer.headline import lead_of
from bot.render.answer.people import name_of
from bot.render.message import Message
from bot.render.phrases import safe_text
from bot.render.templates import MessageTemplates

_MOST_LISTED = 10
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class WatchMessage:
    """The facts of a watch's message.

    `view` and `report` are those of the latest look, None before the first. `end` is None while the
    watch runs. `silent_since` is the time since which 100ms has not answered, None if it answers.
    `new_events` is the number of errors that are only counted; `is_late` says that the look was.
    """

    watch: Watch
    target: Target
    view: CallView | None = None
    report: Report | None = None
    end: WatchEnd | None = None
    silent_since: datetime | None = None
    new_events: int = 0
    is_late: bool = False


def watch_message(templates: MessageTemplates, facts: WatchMessage) -> Message:
    """Return the message of a watch in its channel."""
    watch, view = facts.watch, facts.view
    is_erased = facts.end is WatchEnd.FORGOTTEN
    return templates.message(
        "watch",
        "watch",
        target="a call" if is_erased else target_words(facts.target, watch.names),
        ended=_ENDS[facts.end] if facts.end else "",
        until=None if facts.end else watch.until,
        as_of=view.as_of if view else None,
        at_end=bool(facts.end or (view and view.session_id and not view.running)),
        trouble=_trouble(view, watch.names) if view else [],
        more=max(0, len(view.trouble) - _MOST_LISTED) if view else 0,
        state=_state_words(facts),
        diagnosis=_diagnosis_words(facts, is_over=facts.end is WatchEnd.OVER),
        notes=_notes(facts),
        reference=watch.id,
    )


_NOT_EDITABLE = "I can no longer edit the message above, so the changes follow here."


def _notes(facts: WatchMessage) -> list[str]:
    """Return sentences about what could not be read, and about a late look."""
    notes = []
    if facts.silent_since is not None:
        since = f"{facts.silent_since:%H:%M} UTC"
        known = " This is the last known state." * (facts.view is not None)
        notes.append(f"100ms has not answered since {since}.{known}")
    if facts.new_events:
        notes.append(
            f"{facts.new_events:,} new errors. Beyond {MOST_NEW_EVENTS:,} I count them and no "
            "longer read them, so people may be missing here."
        )
    elif facts.view and not facts.view.complete:
        notes.append("Some errors could not be read, so people may be missing here.")
    if facts.is_late:
        notes.append(
            "This look came late: all watches of this 100ms workspace share one call a second."
        )
    return notes


def target_words(target: Target, names: Names) -> str:
    """Return the target in words; a room's name is shown where people's names are."""
    name = target.room.name if names is Names.FULL else None
    room = safe_text(name or target.room.id)
    if target.kind == "session" and target.session:
        return f"session {target.session.id} of {room}"
    return room if target.kind == "room" else f"one participant in {room}"


def _trouble(view: CallView, names: Names) -> list[dict[str, object]]:
    return [
        {
            "name": shown_name(person.person, names) or f"Participant {number}",
            "since": person.since,
            "failed": person.failed,
        }
        for number, person in enumerate(view.trouble[:_MOST_LISTED], start=1)
    ]


def _state_words(facts: WatchMessage) -> str:
    """Return who is in the call and how many are fine; in the past tense once a watch ended."""
    view, ended = facts.view, facts.end is not None
    if view is None:
        return "" if ended else "The first look is under way …"
    if view.session_id and not view.running:
        return "" if ended else "The call has ended. The final diagnosis follows in the thread."
    if view.session_id and facts.target.kind in {"peer", "user"} and view.present is not None:
        return _participant_words(view, ended=ended)
    if not view.session_id or (view.present == 0 and not view.trouble):
        return f"Nobody {_verb(1, ended=ended)} in the call."
    return " ".join(_people_words(view, ended=ended))


def _participant_words(view: CallView, *, ended: bool) -> str:
    """Return whether the one participant is in the call; "" while they are in trouble."""
    if view.trouble:
        return ""
    there = f"{'' if view.present else 'not '}in the call{'' if ended else ' now'}"
    fine = ", without trouble" * bool(view.fine and view.complete)
    return f"They {_verb(2, ended=ended)} {there}{fine}."


def _people_words(view: CallView, *, ended: bool) -> Iterator[str]:
    if view.complete and not view.trouble:
        yield f"Nobody {_verb(1, ended=ended)} in trouble{'' if ended else ' now'}."
    if view.present is None:
        yield f"Who {_verb(1, ended=ended)} in the call could not be read."
    elif not view.complete:
        yield f"{people_words(view.present)} {_verb(view.present, ended=ended)} in the call."
    elif view.fine or not view.trouble:
        yield f"{people_words(view.fine)} {_verb(view.fine, ended=ended)} fine."


def _verb(number: int, *, ended: bool) -> str:
    if ended:
        return "was" if number == 1 else "were"
    return "is" if number == 1 else "are"


def diagnosis_words(report: Report | None, names: Names) -> str:
    """Return the sentence of the diagnosis; "" if there were no failures."""
    diagnosis = report.diagnosis if report else None
    if report is None or diagnosis is None or not diagnosis.stories:
        return ""
    readable = apply_names(report, names)
    return lead_of(readable, readable.diagnosis or diagnosis).sentence


def _diagnosis_words(facts: WatchMessage, *, is_over: bool) -> str:
    """Return the diagnosis and the reports of webhooks, or that an ended call was fine."""
    words = diagnosis_words(facts.report, facts.watch.names)
    if is_over and not words and facts.view and facts.view.complete:
        words = "No errors were reported."
    return " ".join(filter(None, (words, removal_words(facts.report))))


def removal_words(report: Report | None) -> str:
    """Return the removals and the end of the room that webhooks reported; "" for none."""
    diagnosis = report.diagnosis if report else None
    if diagnosis is None:
        return ""
    return " ".join((*diagnosis.facts, *(diagnosis.nothing.facts if diagnosis.nothing else ())))


_ENDS = {
    WatchEnd.OVER: "The call is over.",
    WatchEnd.STOPPED: "Somebody stopped it.",
    WatchEnd.TIME: "The time is over.",
    WatchEnd.FORGOTTEN: "The data of this call were erased.",
    WatchEnd.GONE: "The message could not be reached any more.",
    WatchEnd.FAILED: "An error of mine ended it. Start it again if you still need it.",
}


def line_message(
    templates: MessageTemplates, facts: WatchMessage, line: ThreadLine, part: str
) -> Message:
    """Return a line for the thread of a watch."""
    watch, view = facts.watch, facts.view or CallView(facts.watch.started_at)
    failed = _people_text(view.people_of(line.failed), line.failed, watch.names)
    recovered = _people_text(view.people_of(line.recovered), line.recovered, watch.names)
    sentence = diagnosis_words(facts.report, watch.names)
    marks = {mark for person in view.failed for mark in person.marks}
    is_whole = bool(sentence) and marks <= set(line.failed) and not (recovered or view.back)
    changes = [f"{failed} did not recover."] * (bool(failed) and not is_whole)
    changes += [f"{recovered} recovered."] * bool(recovered)
    return templates.message(
        "watch_line",
        part,
        over="The call is over." if line.final else "",
        changes=" ".join(changes),
        lead=_lead(line) if sentence else "",
        diagnosis=_diagnosis_words(facts, is_over=line.final),
        notify=watch.asked_by if line.notify else "",
        notes=[_NOT_EDITABLE] * line.notice + _notes(facts) * line.final,
    )


def _lead(line: ThreadLine) -> str:
    """Return whether the diagnosis changed, where a line does not say so otherwise."""
    if line.final and line.differs is False:
        return "The diagnosis did not change:"
    is_new = line.differs and (line.final or not (line.failed or line.recovered))
    return "The diagnosis changed:" if is_new else ""


def _people_text(people: Sequence[Person], marks: Iterable[str], names: Names) -> str:
    """Return people by name where names may be shown, else their number."""
    texts = list(dict.fromkeys(filter(None, (shown_name(person, names) for person in people))))
    number = len(people) or len(tuple(marks))
    if not number:
        return ""
    if len(texts) != number or number > _MOST_NAMED:
        return people_words(number)
    return join_words(texts)


def shown_name(person: Person, names: Names) -> str:
    """Return a person's name as far as names may be shown; "" for none."""
    if names is Names.NONE:
        return ""
    name = name_of(person)
    return (short_name(name) or "") if names is Names.SHORT and name else name


def watches_message(
    templates: MessageTemplates, watches: Sequence[tuple[Watch, str]], *, everywhere: bool
) -> Message:
    """Return the list of watches with their targets in words; `everywhere` adds the channels."""
    rows = [
        {
            "reference": watch.id,
            "target": words,
            "channel": watch.channel if everywhere else "",
            "until": watch.ends_at,
            "earlier": not watch.outlasts_sessions,
        }
        for watch, words in watches
    ]
    return templates.message("watches", "watches", watches=rows)
