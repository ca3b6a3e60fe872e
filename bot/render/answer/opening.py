"""The opening of an answer, in one screen.

It holds the first sentence, where and when, why, who has to act, the buttons, and how much was
read.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.device import device_on_os
from bot.domain.diagnosis import Diagnosis, Story
from bot.domain.diagnosis.input import OTHER_ERRORS, SESSIONS, STATS, TRACKS
from bot.domain.diagnosis.next_steps import MOST_STEPS, people_by_class
from bot.domain.diagnosis.wording import join_words
from bot.domain.events import ERROR_TYPES
from bot.domain.report import Report, Surroundings, Window, with_surroundings, words_of_step
from bot.domain.status_page import NOTHING_POSTED, StatusFinding
from bot.domain.text import clip
from bot.render.answer.buttons import ButtonRow, button_row, feedback_values
from bot.render.answer.headline import Lead, is_unsure, lead_of, unread_nouns
from bot.render.answer.people import People, meant_words, people_of
from bot.render.answer.reasons import main_stories
from bot.render.answer.thread_entry import session_page
from bot.render.answer.ticket import TicketSystems, add_urls
from bot.render.filters import count
from bot.render.limits import brief, shorten
from bot.render.message import Message
from bot.render.phrases import TYPE_NAMES, display_name, narrowing_words, safe_text
from bot.render.templates import MessageTemplates

_ROOM, _DEVICE, _STEP, _NOTE, _MOST_NOTES = 60, 60, 140, 140, 2
_INCIDENT = 80
_LONG_CALL = timedelta(hours=12)
MAX_NOTE = 260
"""Characters of the note below an opening."""
MAX_REMARKS = 400
"""Characters of the remarks that stand first."""

_STEP_OWNER = re.compile(r"(?P<owner>[A-Z][A-Za-z0-9' -]{1,30}): (?P<step>.+)", re.DOTALL)
_USER = {"User", "Users"}
_PROBLEM = "If someone still had a problem:"
_NOT_REPORTED = (
    "100ms reports no error for a refused join, a removal, a frozen picture, or a complete outage "
    "at that person's end."
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line with a bold label, such as `Why`, and a link at its end, if it has one."""

    label: str
    text: str
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """The facts of an opening; "", () and None stand for "nothing to say".

    `colour` is an emoji's name. `first` and `last` are the times of the failures, `since` and
    `until` the limits of the time asked for. `details` follow the time. `lines` are one or two on
    why, `steps` at most two on what to do, `surroundings` tell of other rooms and the status page;
    `flat` says that nobody failed, so that they share lines. `feedback` holds the values of *Right*
    and *Wrong*.
    """

    lead: Lead
    colour: str
    room: str
    first: datetime | None
    last: datetime | None
    long: bool
    since: datetime | None
    until: datetime | None
    latest: datetime | None
    running: bool
    details: tuple[str, ...]
    page: str
    notes: tuple[str, ...]
    lines: tuple[Line, ...]
    steps: tuple[Line, ...]
    surroundings: tuple[Line, ...]
    flat: bool
    hint: tuple[Line, str] | None
    footer: str
    buttons: ButtonRow | None
    feedback: tuple[str, str] | None


def remarks_text(report: Report) -> str:
    """Return the parts of the question that were not understood, in one paragraph; "" if none.

    In front, an answer that continues another one says what it is about.
    """
    meant = (f"{meant_words(report)}.",) if report.follow_up else ()
    remarks = (*meant, *report.remarks)
    return shorten(safe_text(" ".join(remarks)), MAX_REMARKS)


class OpeningBuilder:
    """Turns reports into openings."""

    def __init__(self, templates: MessageTemplates, dashboard: str, tickets: TicketSystems) -> None:
        self._templates = templates
        self._dashboard = dashboard
        self._tickets = tickets

    def opening(self, report: Report, note: str, *, private: bool, asked_by: str = "") -> Message:
        """Return the opening. `asked_by` names the asker of a command, which nobody else sees."""
        opening = self.facts(report, private=private, asked_by=asked_by)
        message = self._templates.message(
            "opening",
            "opening",
            o=opening,
            note=shorten(safe_text(note), MAX_NOTE),
            remarks=remarks_text(report),
        )
        return add_urls(message, opening.buttons.urls) if opening.buttons else message

    def surroundings(self, report: Report, surroundings: Surroundings) -> Message:
        """Return what was read around a failure, with the first sentence if that changes it."""
        weighed = with_surroundings(report, surroundings)
        before, lead = _sentence(report), _sentence(weighed)
        return self._templates.message(
            "surroundings",
            "surroundings",
            lead=lead if lead != before else "",
            lines=list(_surroundings(weighed)),
            reference=report.lookup_id,
        )

    def new_incident(self, finding: StatusFinding, reference: str) -> Message:
        """Return the incident that appeared on the status page after an answer."""
        line = replace(status_line(finding), text="an incident of that time has appeared:")
        return self._templates.message(
            "surroundings", "status-later", lead="", lines=[line], reference=reference
        )

    def facts(self, report: Report, *, private: bool, asked_by: str = "") -> Opening:
        """Return the facts of an opening."""
        diagnosis = report.diagnosis
        focus = diagnosis.focus if diagnosis else None
        stories = main_stories(focus) if focus else []
        times = [row.at for story in stories for row in story.rows if row.timed]
        first, last = (min(times), max(times)) if times else (None, None)
        session_id = _session_id(report, stories)
        latest = _latest_session(report) if not times else None
        flat = focus is None or _is_quiet(focus)
        steps = tuple(_steps(report, diagnosis)) if diagnosis else ()
        lines = tuple(_lines(report, diagnosis)) if diagnosis else ()
        return Opening(
            lead=lead_of(report, diagnosis) if diagnosis else _lead_without_diagnosis(report),
            colour=_colour(report, diagnosis),
            room=clip(display_name(report.target.room.name) or report.target.room.id, _ROOM),
            first=first,
            last=last if first and last and last - first >= timedelta(minutes=1) else None,
            long=bool(first and last and last - first > _LONG_CALL),
            since=report.window.since if not times else None,
            until=report.window.until if not times else None,
            latest=latest[0] if latest else None,
            running=bool(latest and latest[1]),
            details=tuple(_details(report, stories)),
            page=session_page(self._dashboard, session_id),
            notes=tuple(brief(safe_text(note), _NOTE) for note in report.notes[:_MOST_NOTES]),
            lines=lines if not flat or unread_or_no_steps(report, diagnosis, steps) else (),
            steps=steps,
            surroundings=tuple(_surroundings(report)),
            flat=flat,
            hint=_hint(report, diagnosis),
            footer=_footer(report, diagnosis, asked_by),
            buttons=button_row(report, private=private, tickets=self._tickets.urls(report)),
            feedback=feedback_values(report, private=private),
        )


def _sentence(report: Report) -> str:
    return lead_of(report, report.diagnosis).sentence if report.diagnosis else ""


def unread_or_no_steps(
    report: Report, diagnosis: Diagnosis | None, steps: tuple[Line, ...]
) -> bool:
    """Return whether a quiet opening has room for lines on why."""
    return not steps or (diagnosis is not None and bool(unread_nouns(report, diagnosis)))


def _is_quiet(focus: Diagnosis) -> bool:
    return not focus.people.failed_for_good


def _lead_without_diagnosis(report: Report) -> Lead:
    events = count(len(report.events), "error event", "error events")
    partial = "" if report.completeness.complete else "Partial answer: "
    return Lead(f"{partial}{events} read, not judged yet.")


def _colour(report: Report, diagnosis: Diagnosis | None) -> str:
    if diagnosis is None or unread_nouns(report, diagnosis):
        return "warning" if diagnosis or not report.completeness.complete else "white_circle"
    if diagnosis.nothing:
        reason = diagnosis.nothing.reason
        colours = {"healthy": "large_green_circle", "room_disabled": "red_circle"}
        return colours.get(reason, "white_circle")
    focus = diagnosis.focus
    if focus.people.failed_for_good:
        return "red_circle"
    if focus.verdict.cls == "none":
        return "large_green_circle"
    calm = focus.people.recovered == focus.people.affected and not _is_repeated(diagnosis)
    return "large_green_circle" if calm else "large_yellow_circle"


def _is_repeated(diagnosis: Diagnosis) -> bool:
    """Return whether failures that passed lead to a step, as they happen again and again."""
    return bool(diagnosis.focus.verdict.next_steps)


def _session_id(report: Report, stories: Iterable[Story]) -> str:
    if report.target.session:
        return report.target.session.id
    ids = {row.session_id for story in stories for row in story.rows if row.session_id}
    if len(ids) == 1:
        return ids.pop()
    latest = None if stories else _latest_session(report)
    return latest[2] if latest else ""


def _latest_session(report: Report) -> tuple[datetime, bool, str] | None:
    """Return start, "still running" and id of the latest session with people."""
    sessions = [
        (session.created_at, session.running, session.id)
        for session in report.sessions
        if session.created_at and session.peers and session.created_at <= report.as_of
    ]
    return max(sessions, default=None)


def _details(report: Report, stories: list[Story]) -> Iterator[str]:
    """Yield the device, if all people have the same, and limits of the question."""
    devices = {device_on_os(agent) for story in stories for agent in story.agents} - {""}
    if len(devices) == 1:
        yield clip(safe_text(devices.pop()), _DEVICE)
    if len(report.types) < len(ERROR_TYPES):
        names = join_words(TYPE_NAMES.get(kind, safe_text(kind)) for kind in report.types)
        yield f"only {names} errors"
    is_told = any("disabled" in story.explanation.entry.reason for story in stories)
    if report.target.room.enabled is False and stories and not is_told:
        yield "room is disabled"


def _lines(report: Report, diagnosis: Diagnosis) -> Iterator[Line]:
    """Yield what was not read, or else why and what speaks against it."""
    unread = unread_nouns(report, diagnosis)
    if unread:
        yield from _partial_lines(report, diagnosis, unread)
        return
    verdict = diagnosis.focus.verdict
    for sentence in verdict.why[:1]:
        if sentence:
            yield Line("Why:", sentence)
    if verdict.doubt:
        yield Line("Doubt:", verdict.doubt)


def _surroundings(report: Report) -> Iterator[Line]:
    """Yield what other rooms had in the same minutes, and what the status page shows."""
    found = report.surroundings
    if found and found.others:
        yield Line("Elsewhere:", found.others.sentence)
    if found and found.status:
        yield status_line(found.status)


def status_line(status: StatusFinding) -> Line:
    """Return the finding on the status page, with a link to the incident."""
    if not status.name:
        return Line("Status page:", NOTHING_POSTED)
    return Line("Status page:", "", status.link, clip(safe_text(status.name), _INCIDENT))


def _partial_lines(report: Report, diagnosis: Diagnosis, unread: tuple[str, ...]) -> Iterator[Line]:
    kinds = {event.type for event in report.events}
    names = [TYPE_NAMES.get(kind, safe_text(kind)) for kind in ERROR_TYPES if kind in kinds]
    yield Line("Read:", f"{join_words(names)} errors." if names else "no errors.")
    yield Line("Not read:", f"{join_words(unread)}.")
    unknown = list(_unknown_facts(report, diagnosis, unread))
    if unknown:
        yield Line("So not known:", f"{join_words(unknown)}.")


def _unknown_facts(report: Report, diagnosis: Diagnosis, unread: tuple[str, ...]) -> Iterator[str]:
    if SESSIONS in unread:
        yield "how many people were in the call"
    if not report.completeness.complete:
        yield "whether more people were affected"
    if {SESSIONS, TRACKS, STATS} & set(unread) and diagnosis.stories:
        yield "whether they recovered"
    if diagnosis.verdict.by_numbers and {SESSIONS, OTHER_ERRORS} & set(unread):
        yield "whose side it is"


def _steps(report: Report, diagnosis: Diagnosis) -> Iterator[Line]:
    """Yield the next steps, each with its owner; one affected person is named."""
    if unread_nouns(report, diagnosis):
        return
    focus = diagnosis.focus
    groups = [main_stories(focus)] * MOST_STEPS
    if focus.verdict.cls == "mixed":
        groups = [stories for _, stories in people_by_class(groups[0], focus.classes)]
    steps = (words_of_step(report, step) for step in focus.verdict.next_steps)
    for step, stories in zip(steps, groups, strict=False):
        match = _STEP_OWNER.fullmatch(step)
        owner, text = (match["owner"], match["step"]) if match else ("Support", step)
        if not focus.people.failed_for_good and not focus.people.unclear:
            text = text.removeprefix("rejoin; ")
        if owner in _USER:
            owner = _owner_of(people_of(report, focus, (story.person for story in stories)))
        yield Line(f"{owner}:", brief(text[0].upper() + text[1:], _STEP).rstrip())


def _owner_of(people: People) -> str:
    if people.number > 1:
        return "Users"
    return _first_name(people.text) if people.named else "Participant"


def _first_name(name: str) -> str:
    """Return the first name, or the whole of `Guest 3` and `Dr. Smith`."""
    first, _, rest = name.partition(" ")
    if "(hashed)" in name:
        return "Participant"
    whole = rest.isdecimal() or first.endswith((".", ","))
    return name if whole else first


def _hint(report: Report, diagnosis: Diagnosis | None) -> tuple[Line, str] | None:
    """Return what 100ms does not report, and the one look-up that is worth trying."""
    if diagnosis is None or diagnosis.nothing is None or unread_nouns(report, diagnosis):
        return None
    if diagnosis.nothing.facts:  # the answer tells what 100ms does not report as an error
        return None
    name = display_name(report.target.room.name) or report.target.room.id
    room = clip(name.replace("`", "'"), _ROOM)
    reason = diagnosis.nothing.reason
    if reason == "no_session" and report.window != Window():
        return Line("Try:", "a longer time, with"), f"/call-errors {room} since 30d"
    question = f"{_NOT_REPORTED} Ask who and when, then try"
    hints = {
        "healthy": (_PROBLEM, question, f"/call-errors user:<id> in {room}"),
        "no_session": ("Try:", "the link that the customer used, with", "/call-errors <link>"),
        "not_seen": ("Try:", "the whole room, with", f"/call-errors {room}"),
        "unknown_id": ("Try:", "a recent call's room, with", "/call-errors <room name or link>"),
        "too_old": ("Try:", "a recent call's room, with", "/call-errors <room name or link>"),
    }
    if reason not in hints:
        return None
    label, text, command = hints[reason]
    return Line(label, text), command


def _footer(report: Report, diagnosis: Diagnosis | None, asked_by: str) -> str:
    """Return `Likely · 359 of 359 events read · as of 15:43 UTC · CD-…`."""
    parts = ["Likely"] if diagnosis and is_unsure(diagnosis) else []
    webhooks = _webhooks(diagnosis) if diagnosis else 0
    told = f" and {count(webhooks, 'webhook', 'webhooks')}" * bool(webhooks)
    parts += [
        f"{_read_words(report)} events{told} read",
        f"as of {report.as_of:%H:%M} UTC",
        report.lookup_id,
    ]
    parts += [f"asked by {safe_text(asked_by)}"] if asked_by else []
    return " · ".join(parts)


def _webhooks(diagnosis: Diagnosis) -> int:
    """Return the number of failures that no client reported."""
    rows = (row for story in diagnosis.stories for row in story.rows)
    return sum(row.failure.by_webhook for row in rows)


def _read_words(report: Report) -> str:
    """Return `359 of 359`: of all events, or of those in the time or session asked for."""
    seen = report.completeness
    if narrowing_words(report) and seen.complete:
        return f"{len(report.events):,} of {len(report.events):,}"
    total = "an unknown number of" if seen.total is None else f"{seen.total:,}"
    return f"{seen.fetched:,} of {total}"
