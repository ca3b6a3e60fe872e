"""The row of buttons under an opening: which make sense, their values, and the menu *More*."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.domain.diagnosis import Diagnosis, Person, Story, VerdictClass
from bot.domain.diagnosis.thresholds import SURE
from bot.domain.report import Report
from bot.domain.saved_lookup import encode, encode_short, from_report
from bot.domain.votes import Ballot, encode_ballot
from bot.render.answer.headline import unread_nouns
from bot.render.limits import MAX_BUTTON_VALUE, fit
from bot.render.phrases import display_name

MAX_ROW = 5
"""The most buttons in a row, the menu included."""
_MAX_VALUES = 3_600
"""The most characters of all buttons' values together, so that the opening's text has room."""
_MAX_PEOPLE = 20
_MAX_LABEL = 75
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
_ESCAPE_GROWTH = len("\\u003c") - len("<")
_NETWORKS: frozenset[VerdictClass] = frozenset({"user_network", "shared_network"})
_REPORTED: frozenset[VerdictClass] = frozenset({"service", "app", "mixed", "unknown"})
"""Verdicts that 100ms support can help with, however sure they are."""

UNNAMED = "unnamed participant"


@dataclass(frozen=True, slots=True)
class Button:
    """One button; `hint` is its text for screen readers."""

    action_id: str
    label: str
    hint: str
    value: str


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


def button_row(report: Report, *, private: bool) -> ButtonRow | None:
    """Return the row under an opening; None before the diagnosis, or if no value fits."""
    value = button_value(report, after=None, shown=0, private=private)
    if report.diagnosis is None or not value:
        return None
    menu_id = encode_short(from_report(report, after=None, shown=0, private=private))
    menu = tuple(_menu_items(report.diagnosis)) if menu_id else ()
    specs = list(_button_specs(report, report.diagnosis, private=private))
    most = min(MAX_ROW - bool(menu), _MAX_VALUES // len(value))
    buttons = tuple(Button(*spec, value) for spec in specs[:most])
    shown = {button.action_id for button in buttons}
    menu = tuple(item for item in menu if item.value not in shown)
    return ButtonRow(buttons, menu, menu_id if menu else "") if buttons else None


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


def _button_specs(
    report: Report, diagnosis: Diagnosis, *, private: bool
) -> Iterator[tuple[str, str, str]]:
    if diagnosis.people.affected:
        yield "reply", "Reply to customer", "Reply to customer: open a draft to edit and copy"
    if unread_nouns(report, diagnosis):
        yield "ask_again", "Try again", "Try again: read what could not be read"
    else:
        yield "ask_again", "Ask again", "Ask again: the same question, as of now"
    if _is_for_support(diagnosis):
        yield "packet", "Report to 100ms", "Report to 100ms: a text for a support ticket"
    if private:
        yield "post_in_channel", "Post in channel", "Post in channel: show everybody the answer"
    if any(step.startswith("Their IT") for step in diagnosis.focus.verdict.next_steps):
        yield "it_note", "Note for their IT", "Note for their IT: addresses and ports to allow"


def _menu_items(diagnosis: Diagnosis) -> Iterator[MenuItem]:
    if not diagnosis.stories:
        return
    yield MenuItem("Timeline", "timeline")
    yield MenuItem("Evidence", "evidence")
    if _has_network_failure(diagnosis):
        yield MenuItem("Note for their IT", "it_note")
    recovered = sum(story.outcome == "recovered" for story in diagnosis.stories)
    if recovered:
        yield MenuItem(f"{recovered:,} recovered", "recovered")
    for person, story in people_by_gravity(diagnosis)[:_MAX_PEOPLE]:
        name = next(filter(None, map(display_name, person.names)), UNNAMED)
        yield MenuItem(fit(f"Details of {name}", _MAX_LABEL), f"details:{story.id}")


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
