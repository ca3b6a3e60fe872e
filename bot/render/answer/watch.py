"""The messages of a watch: its message in the channel, the lines of its thread, and lists."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.diagnosis import Person
from bot.domain.diagnosis.wording import join_words, people_words
from bot.domain.privacy.personal_names import Names, short_name
from bot.domain.privacy.report_names import apply_names
from bot.domain.report import Report
from bot.domain.target import Target
from bot.domain.watching.state import CallView, ThreadLine
from bot.domain.watching.watch import Watch, WatchEnd
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
    watch runs. `notes` are sentences about what could not be read.
    """

    watch: Watch
    target: Target
    view: CallView | None = None
    report: Report | None = None
    notes: tuple[str, ...] = ()
    end: WatchEnd | None = None


def watch_message(templates: MessageTemplates, facts: WatchMessage) -> Message:
    """Return the message of a watch in its channel."""
    watch, view = facts.watch, facts.view
    return templates.message(
        "watch",
        "watch",
        target=target_words(facts.target, watch.names),
        ended=_ENDS[facts.end] if facts.end else "",
        until=None if facts.end else watch.until,
        as_of=view.as_of if view else None,
        trouble=_trouble(view, watch.names) if view else [],
        more=max(0, len(view.trouble) - _MOST_LISTED) if view else 0,
        state=_state_words(view, ended=facts.end is not None),
        diagnosis=" ".join(
            filter(None, (diagnosis_words(facts.report, watch.names), removal_words(facts.report)))
        ),
        notes=facts.notes,
        reference=watch.id,
    )


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


def _state_words(view: CallView | None, *, ended: bool) -> str:
    """Return who is in the call and how many are fine; in the past tense once a watch ended."""
    if view is None:
        return "" if ended else "The first look is under way …"
    one, many, now = ("was", "were", "") if ended else ("is", "are", " now")
    if not view.session_id or (view.running and view.present == 0 and not view.trouble):
        return f"Nobody {one} in the call."
    if not view.running:
        return ""
    words = [f"Nobody {one} in trouble{now}."] * (view.complete and not view.trouble)
    if view.present is None:
        words.append(f"Who {one} in the call could not be read.")
    elif not view.complete:
        words.append(f"{people_words(view.present)} {_verb(view.present, one, many)} in the call.")
    elif view.fine or not view.trouble:
        words.append(f"{people_words(view.fine)} {_verb(view.fine, one, many)} fine.")
    return " ".join(words)


def _verb(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def diagnosis_words(report: Report | None, names: Names) -> str:
    """Return the sentence of the diagnosis; "" if there were no failures."""
    diagnosis = report.diagnosis if report else None
    if report is None or diagnosis is None or not diagnosis.stories:
        return ""
    readable = apply_names(report, names)
    return lead_of(readable, readable.diagnosis or diagnosis).sentence


def removal_words(report: Report | None) -> str:
    """Return what webhooks told of removed people and the room's end; "" for nothing."""
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
    is_whole = bool(sentence) and marks <= set(line.failed) and not recovered
    changes = [f"{failed} did not recover."] * (bool(failed) and not is_whole)
    changes += [f"{recovered} recovered."] * bool(recovered)
    told = sentence or ("No errors were reported." if line.final else "")
    return templates.message(
        "watch_line",
        part,
        lead=_line_lead(line, has_failures=bool(sentence)),
        changes=" ".join(changes),
        diagnosis=" ".join(filter(None, (told, removal_words(facts.report)))),
        notify=watch.asked_by if line.notify else "",
        notes=facts.notes,
    )


def _line_lead(line: ThreadLine, *, has_failures: bool) -> str:
    if not line.final:
        return ""
    if not has_failures or line.differs is None:
        return "The call is over."
    changed = "The diagnosis changed" if line.differs else "The diagnosis did not change"
    return f"The call is over. {changed}:"


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
