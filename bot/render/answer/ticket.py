"""Answers for other systems: a ticket with its buttons, and the outputs of the workflow step.

A ticket leaves Slack for people who may not know anything of the call. Unless the setting
TICKET_NAMES is on, it names nobody and holds no e-mail address, phone number or user id; the ids of
rooms, sessions and peers stay. The outputs of the workflow step, plain values for the steps after
it, name people as the report does. Network addresses never leave.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.diagnosis import Diagnosis
from bot.domain.parsing.ticket_url import PERMALINK, Ticket, TicketUrl, fill_permalink
from bot.domain.privacy.addresses import redact_for_output
from bot.domain.privacy.personal_names import Names, mask_contacts
from bot.domain.privacy.report_names import apply_names
from bot.domain.report import Report, words_of_step
from bot.domain.saved_lookup import encode_short, from_report
from bot.domain.text import clean, clip
from bot.render.answer.buttons import ButtonRow, is_worth_a_ticket, ticket_button
from bot.render.answer.headline import headline_of, is_unsure, lead_of, unread_nouns
from bot.render.filters import count, inert, short
from bot.render.message import Block, Message
from bot.render.phrases import safe_text
from bot.render.templates import MessageTemplates

_MAX_PEERS, _MAX_CODES, _MAX_NAMES = 10, 8, 10
_ID = re.compile(r"[0-9a-fA-F]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""Ids of 100ms: of rooms, sessions, events, and peers."""


class TicketSystems:
    """The ticket systems of the settings. With `names`, tickets show names as the report does."""

    def __init__(self, systems: Sequence[TicketUrl] = (), *, names: bool = False) -> None:
        self._systems = tuple(systems)
        self._names = names

    def urls(self, report: Report) -> dict[TicketUrl, str]:
        """Return the URL of each form; empty if there is nothing to hand over."""
        if not self._systems or report.diagnosis is None:
            return {}
        if not is_worth_a_ticket(report.diagnosis):
            return {}
        is_ready = self._names or report.names is Names.NONE
        shown = report if is_ready else apply_names(report, Names.NONE)
        ticket = ticket_of(shown, shown.diagnosis or report.diagnosis, names=self._names)
        return {system: system.fill(ticket) for system in self._systems}


def ticket_message(
    templates: MessageTemplates, systems: TicketSystems, report: Report, key: str
) -> Message:
    """Return the link to the form of the ticket system with this key, for one person."""
    urls = ((system, url) for system, url in systems.urls(report).items() if system.key == key)
    found = next(urls, None)
    if found is None:
        text = "This ticket system is not set up any more. Ask whoever runs Call Doctor."
        return templates.message("elsewhere", "ticket", note=text)
    value = encode_short(from_report(report, after=None, shown=0, private=True))
    row = ButtonRow((ticket_button(*found, value),))
    message = templates.message("ticket", "ticket", row=row, reference=report.lookup_id)
    return add_urls(message, row.urls)


def ticket_of(report: Report, diagnosis: Diagnosis, *, names: bool) -> Ticket:
    """Return the ticket of a diagnosed report, which is anonymous already unless `names`."""
    lead = lead_of(report, diagnosis)
    prose = [" ".join(filter(None, (lead.sentence, lead.rest))), "", *_facts(report, diagnosis)]
    if names:
        prose += _names(report, diagnosis)
    lines = [_clean(line, names=names) for line in prose]
    body = "\n".join([*lines, *map(redact_for_output, _ids(report)), _origin(report)])
    return Ticket(_clean(lead.sentence, names=names).removesuffix("."), body, report.lookup_id)


def _clean(text: str, *, names: bool) -> str:
    redacted = redact_for_output(safe_text(text))
    return redacted if names else mask_contacts(redacted)


def _facts(report: Report, diagnosis: Diagnosis) -> Iterator[str]:
    verdict, people = diagnosis.focus.verdict, diagnosis.focus.people
    times = [event.at for event in report.events if event.timed]
    if times:
        yield f"When: {_span(min(times), max(times))} UTC"
    if is_unsure(diagnosis):
        yield "The cause is likely, not certain."
    yield from (f"Why: {sentence}" for sentence in verdict.why[:1] if sentence)
    if verdict.doubt:
        yield f"Doubt: {verdict.doubt}"
    yield from (f"Next step: {words_of_step(report, step)}" for step in verdict.next_steps)
    if people.affected:
        yield f"Affected: {count(people.affected, 'person', 'people')}, {_endings(diagnosis)}"


def _span(first: datetime, last: datetime) -> str:
    return " to ".join(dict.fromkeys((short(first), short(last))))


def _endings(diagnosis: Diagnosis) -> str:
    people = diagnosis.focus.people
    numbers = (
        (people.failed_for_good, "did not recover"),
        (people.recovered, "recovered"),
        (people.unclear, "with an unknown end"),
    )
    return ", ".join(f"{number:,} {words}" for number, words in numbers if number) or (
        "without a lasting failure"
    )


def _names(report: Report, diagnosis: Diagnosis) -> Iterator[str]:
    names = [name for person in diagnosis.persons for name in person.names[:1] if name.strip()]
    if report.target.room.name:
        yield f"Room: {report.target.room.name}"
    if names:
        yield f"People: {_list_words(names, _MAX_NAMES)}"


def _ids(report: Report) -> Iterator[str]:
    """Yield the ids of 100ms; an app may put a person's name into any other kind of id."""
    target, events = report.target, report.events
    session = [target.session.id] if target.session else []
    lists: Mapping[str, Iterable[str | None]] = {
        "Room id": [target.room.id],
        "Session ids": [*session, *(event.session_id for event in events)],
        "Peer ids": [target.peer_id, *(event.peer_id for event in events)],
    }
    for label, values in lists.items():
        ids = list(dict.fromkeys(value for value in values if value and _ID.fullmatch(value)))
        if ids:
            yield f"{label}: {_list_words(ids, _MAX_PEERS)}"
    codes = list(dict.fromkeys(str(event.error_code) for event in events if event.error_code))
    if codes:
        yield f"Error codes: {_list_words(codes, _MAX_CODES)}"


def _list_words(values: Sequence[str], most: int) -> str:
    more = f" (+{len(values) - most:,} more)" if len(values) > most else ""
    return ", ".join(values[:most]) + more


def _origin(report: Report) -> str:
    return f"Call Doctor look-up {report.lookup_id}, as of {short(report.as_of)} UTC"


def add_urls(message: Message, urls: Mapping[str, str]) -> Message:
    """Return the message with these URLs, by action id, on its buttons.

    They are added after the message is rendered and redacted: their values are redacted already,
    and the operator's own host may be an address.
    """
    return _map_buttons(
        message,
        lambda button: (
            {**button, "url": urls[button["action_id"]]}
            if button.get("action_id") in urls
            else button
        ),
    )


def awaits_permalink(message: Message) -> bool:
    """Return whether a button of the message links to the message's own permalink."""
    return any(PERMALINK in _url_of(button) for button in _buttons(message))


def add_permalink(message: Message, permalink: str) -> Message:
    """Return the message with the permalink in its buttons' URLs; "" leaves the places empty."""
    return _map_buttons(
        message,
        lambda button: (
            {**button, "url": fill_permalink(_url_of(button), permalink)}
            if PERMALINK in _url_of(button)
            else button
        ),
    )


def _buttons(message: Message) -> Iterator[Mapping[str, Any]]:
    for block in message.blocks:
        if block.get("type") == "actions":
            yield from block.get("elements", ())


def _url_of(button: Mapping[str, Any]) -> str:
    return str(button.get("url", ""))


def _map_buttons(
    message: Message, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Message:
    blocks: list[Block] = [
        {**block, "elements": [change(button) for button in block["elements"]]}
        if block.get("type") == "actions"
        else block
        for block in message.blocks
    ]
    return replace(message, blocks=tuple(blocks))


MAX_OUTPUT = 3_000
"""Characters of one output: what a message or a form of a later step accepts."""


def step_outputs(report: Report, letter: str) -> dict[str, str | bool | int]:
    """Return the outputs of a diagnosed report; `permalink` is "" until an answer is posted.

    `letter` is the reply to the customer. Raises ValueError without a diagnosis.
    """
    diagnosis = report.diagnosis
    if diagnosis is None:
        raise ValueError(report.lookup_id)
    return {
        "sentence": output_text(headline_of(report, diagnosis)),
        "verdict": diagnosis.verdict.cls,
        "likely": is_unsure(diagnosis),
        "people_affected": diagnosis.people.affected,
        "next_step": output_text(_next_step(report, diagnosis)),
        "customer_reply": output_text(letter),
        "reference": report.lookup_id,
        "permalink": "",
    }


def output_text(text: str) -> str:
    """Return outside text for an output, or for an error: nobody can be mentioned with it."""
    return clip(inert(redact_for_output(clean(text, lines=True))), MAX_OUTPUT)


def _next_step(report: Report, diagnosis: Diagnosis) -> str:
    """Return the steps that an opening shows, each begun with who takes it; "" if there is none."""
    steps = (words_of_step(report, step) for step in diagnosis.focus.verdict.next_steps)
    return "" if unread_nouns(report, diagnosis) else "\n".join(steps)
