"""What the opening's buttons remember, and which of them make sense."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.diagnosis import Diagnosis
from bot.domain.handle import handle_of, write_handle
from bot.domain.report import Report
from bot.render.limits import BUTTON_VALUE_MOST

_TOGETHER = 3_600
"""Characters of all values together, so that they leave room for what the opening says."""
_ESCAPED = len("\\u003c") - len("<")


@dataclass(frozen=True, slots=True)
class Button:
    """One button; `hint` is what a screen reader says."""

    action_id: str
    label: str
    hint: str
    value: str


def value_of(report: Report, *, after: str | None, shown: int, private: bool) -> str:
    """A button's value for this look-up, read so far; "" if it would not fit or may not be shown.

    A button's value is no secret: everybody in the channel gets it.
    """
    if report.hides_user:
        return ""
    value = write_handle(handle_of(report, after=after, shown=shown, private=private))
    grown = len(value) + _ESCAPED * value.count("<")
    return value if grown <= BUTTON_VALUE_MOST else ""


def buttons_of(report: Report, *, private: bool) -> tuple[Button, ...]:
    """The buttons under an opening; none before the diagnosis, none that lead nowhere."""
    if report.diagnosis is None or not report.diagnosis.stories:
        return ()
    value = value_of(report, after=None, shown=0, private=private)
    most = _TOGETHER // len(value) if value else 0
    names = list(_names(report.diagnosis))[:most]
    return tuple(Button(action, label, hint, value) for action, label, hint in names)


def _names(diagnosis: Diagnosis) -> Iterator[tuple[str, str, str]]:
    if any(one.outcome == "recovered" for one in diagnosis.stories):
        yield "recovered", "Recovered errors", "List the errors that went away or end unknown"
    yield "timeline", "Timeline", "Draw who had trouble when"
    if diagnosis.people.affected:
        yield "reply", "Reply for the customer", "A calm text to send to the customer"
    yield "packet", "Packet for 100ms support", "Ids, times and versions for a support ticket"
