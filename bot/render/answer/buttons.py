"""The row of buttons under an opening: which make sense, their values, and the menu *More*."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.domain.diagnosis import Diagnosis, Person, Story, VerdictClass
from bot.domain.diagnosis.thresholds import SURE
from bot.domain.parsing.ticket_url import TicketUrl
from bot.domain.report import Report
from bot.domain.saved_lookup import encode, encode_short, from_report
from bot.domain.votes import Ballot, encode_ballot
from bot.render.answer.headline import unread_nouns
from bot.render.limits import MAX_BUTTON_VALUE, fit
from bot.render.phrases import display_name

MAX_ROW = 5
"""The most buttons in a row, without the menu after them."""
_MAX_VALUES = 5_000
"""The most characters of all buttons' values and URLs, so that the opening's text has room."""
_MAX_PEOPLE = 20
_MAX_LABEL = 75
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
_ESCAPE_GROWTH = len("\\u003c") - len("<")
_NETWORKS: frozenset[VerdictClass] = frozenset({"user_network", "shared_network"})
_REPORTED: frozenset[VerdictClass] = frozenset({"service", "app", "mixed", "unknown"})
"""Verdicts that 100ms support can help with, however sure they are."""

UNNAMED = "unnamed participant"
TICKET = "ticket"
"""Of a menu's entry that leads to a ticket's form, before `:` and the ticket system's key."""
TICKET_ACTION = "ticket-"
"""Prefix of the action id of a button that opens a ticket's form, before the same key."""


@dataclass(frozen=True, slots=True)
class Button:
    """One button; `hint` is its text for screen readers, `url` a page that it opens."""

    action_id: str
    label: str
    hint: str
    value: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of the menu *More*; `value` names the button that it stands for."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """The buttons under an opening, and the menu after them.

    An entry of a menu holds 150 characters, too few for a look-up. `menu_id`, the id of the row's
    block, holds it in their place.
    """

    buttons: tuple[Button, ...]
    menu: tuple[MenuItem, ...] = ()
    menu_id: str = ""

    @property
    def urls(self) -> Mapping[str, str]:
        """Return the URLs of the buttons that have one, by action id."""
        return {button.action_id: button.url for button in self.buttons if button.url}


def button_value(
    report: Report,
    *,
    after: str | None,
    shown: int,
    private: bool,
    newest_first: bool = False,
) -> str:
    """Return the value of a button for this look-up; "" if it would not fit or must stay secret.

    It records how far the look-up was shown. A button's value is no secret: everybody in the
    channel gets it.
    """
    if report.hides_user:
        return ""
    value = encode(
        from_report(report, after=after, shown=shown, private=private, newest_first=newest_first)
    )
    escaped_length = len(value) + _ESCAPE_GROWTH * value.count("<")
    return value if escaped_length <= MAX_BUTTON_VALUE else ""


def button_row(
    report: Report, *, private: bool, tickets: Mapping[TicketUrl, str] | None = None
) -> ButtonRow | None:
    """Return the row under an opening; None before the diagnosis, or if no value fits.

    `tickets` holds the filled URL of each ticket system. What has no room in the row goes into the
    menu.
    """
    value = button_value(report, after=None, shown=0, private=private)
    if report.diagnosis is None or not value:
        return None
    saved_lookup = from_report(report, after=None, shown=0, private=private)
    menu_id = encode_short(saved_lookup)
    row = _RowSource(report, report.diagnosis, value, menu_id, private, tickets or {})
    buttons = tuple(_first_fitting(row.buttons()))
    shown = {button.action_id for button in buttons}
    menu = tuple(item for item in row.menu_items() if _action_of(item) not in shown)
    if not row.menu_id:
        menu = ()
    return ButtonRow(buttons, menu, row.menu_id if menu else "") if buttons else None


def feedback_values(report: Report, *, private: bool) -> tuple[str, str] | None:
    """Return the values of *Right* and *Wrong* under an answer; None before the diagnosis."""
    if report.diagnosis is None:
        return None
    saved_lookup = from_report(report, after=None, shown=0, private=private)
    verdict = report.diagnosis.verdict
    right = Ballot(
        "right",
        report.lookup_id,
        verdict.cls,
        verdict.confidence,
        "" if report.hides_user else encode_short(saved_lookup),
    )
    return encode_ballot(right), encode_ballot(replace(right, vote="wrong"))


def is_worth_a_ticket(diagnosis: Diagnosis) -> bool:
    """Return whether something failed, or somebody has to act."""
    return bool(diagnosis.stories or diagnosis.verdict.next_steps)


def ticket_button(ticket: TicketUrl, url: str, value: str) -> Button:
    """Return the button that opens a ticket's form; `value` names the look-up in the audit."""
    hint = f"{ticket.button}: opens a form"
    return Button(TICKET_ACTION + ticket.key, ticket.button, hint, value, url)


def _first_fitting(buttons: Iterable[Button]) -> Iterator[Button]:
    """Yield the first buttons that fit a row, each with its value and its URL."""
    count = size = 0
    for button in buttons:
        size_after = size + len(button.value) + len(button.url)
        if count < MAX_ROW and size_after <= _MAX_VALUES:
            count, size = count + 1, size_after
            yield button


def _action_of(item: MenuItem) -> str:
    """Return the action id of the button that does the same as a menu's entry."""
    return item.value.replace(f"{TICKET}:", TICKET_ACTION)


@dataclass(frozen=True, slots=True)
class _RowSource:
    """The facts that decide the buttons of a report: their value, and the menu's id."""

    report: Report
    diagnosis: Diagnosis
    value: str
    menu_id: str
    private: bool
    tickets: Mapping[TicketUrl, str] = field(default_factory=dict)

    def buttons(self) -> Iterator[Button]:
        """Yield the buttons in their order."""
        diagnosis = self.diagnosis
        if diagnosis.people.affected:
            yield self._button("reply", "Reply to customer", "open a draft to edit and copy")
        yield self._ask_again()
        if _is_for_support(diagnosis):
            yield self._button("packet", "Report to 100ms", "a text for a support ticket")
        if self.private:
            yield self._button("post_in_channel", "Post in channel", "show everybody the answer")
        elif diagnosis.focus.people.failed_for_good:
            yield self._button("take", "I'm on it", "tell the others that you take care of it")
        if _is_running(self.report):
            yield self._button("watch", "Watch", "follow this call while it runs")
        for ticket, url in self.tickets.items():
            yield ticket_button(ticket, url, self.menu_id)
        if any(step.startswith("Their IT") for step in diagnosis.focus.verdict.next_steps):
            yield self._button("it_note", "Note for their IT", "addresses and ports to allow")

    def _ask_again(self) -> Button:
        if unread_nouns(self.report, self.diagnosis):
            return self._button("ask_again", "Try again", "read what could not be read")
        return self._button("ask_again", "Ask again", "the same question, as of now")

    def _button(self, action_id: str, label: str, purpose: str) -> Button:
        return Button(action_id, label, f"{label}: {purpose}", self.value)

    def menu_items(self) -> Iterator[MenuItem]:
        """Yield the entries of the menu *More* in their order."""
        diagnosis, stories = self.diagnosis, self.diagnosis.stories
        if stories:
            yield MenuItem("Timeline", "timeline")
            yield MenuItem("Evidence", "evidence")
        if _is_running(self.report):
            yield MenuItem("Watch", "watch")
        if _has_network_failure(diagnosis):
            yield MenuItem("Note for their IT", "it_note")
        for ticket in self.tickets:
            yield MenuItem(ticket.button, f"{TICKET}:{ticket.key}")
        recovered = sum(story.outcome == "recovered" for story in stories)
        if recovered:
            yield MenuItem(f"{recovered:,} recovered", "recovered")
        for person, story in people_by_gravity(diagnosis)[:_MAX_PEOPLE]:
            name = next(filter(None, map(display_name, person.names)), UNNAMED)
            yield MenuItem(fit(f"Details of {name}", _MAX_LABEL), f"details:{story.id}")


def _is_running(report: Report) -> bool:
    """Return whether the session asked for runs, or one of the room's sessions does."""
    target = report.target.session
    return any(
        session.running
        for session in report.sessions
        if target is None or session.id.lower() == target.id.lower()
    )


def _is_for_support(diagnosis: Diagnosis) -> bool:
    """Return whether a report to 100ms makes sense: not for what they cannot help with."""
    verdict = diagnosis.verdict
    if not diagnosis.stories or verdict.cls == "none":
        return False
    return verdict.cls in _REPORTED or verdict.confidence < SURE


def _has_network_failure(diagnosis: Diagnosis) -> bool:
    return bool(_NETWORKS & set(diagnosis.classes.values()))


def people_by_gravity(diagnosis: Diagnosis) -> list[tuple[Person, Story]]:
    """Return the people with failures, each with their gravest; those who failed for good first."""
    gravest: dict[str, Story] = {}
    for story in diagnosis.stories:
        current = gravest.setdefault(story.person.key, story)
        if _gravity(story) > _gravity(current):
            gravest[story.person.key] = story
    stories = sorted(
        gravest.values(), key=lambda story: (*_gravity(story), story.last_at), reverse=True
    )
    return [(story.person, story) for story in stories]


def _gravity(story: Story) -> tuple[bool, bool, bool]:
    return (not story.bot, story.failed_for_good, story.symptom_of is None)
