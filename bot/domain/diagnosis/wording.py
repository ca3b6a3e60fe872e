"""The wording of verdicts: the cause as a noun, and numbers of people in words."""

from bot.domain.catalogue import Owner
from bot.domain.diagnosis.input import join_words
from bot.domain.diagnosis.model import BY_NUMBERS, Impact, VerdictClass

CAUSES: dict[VerdictClass, str] = {
    "user_network": "the person's own network",
    "shared_network": "a network that several people share",
    "device": "the person's device or its permissions",
    "environment": "the browser, the operating system or the page",
    "app": "the customer's app (token, role, or use of the SDK)",
    "account": "the customer's account or room settings",
    "service": "the 100ms service",
    "mixed": "several unrelated causes",
    "none": "nobody's fault",
    "unknown": "a cause that cannot be named",
}

_SIDES: dict[VerdictClass, Owner] = {
    "user_network": "user_network",
    "shared_network": "user_network",
    "service": "service",
}


def advice_fits(cls: VerdictClass, owner: Owner) -> bool:
    """Return False if a code points at the network but the numbers at 100ms, or the reverse.

    Its advice would then ask the person to repair what is not broken.
    """
    side = _SIDES.get(cls)
    return side is None or owner == side or owner not in _SIDES.values()


TOO_FEW = "With fewer than 3 people in the room, one line cannot be told from the service."
ATTENDANCE_UNKNOWN = (
    "Who else was in the room could not be read, so that one line cannot be told from the service."
)
RECORDERS_ONLY = "Only recorders reported errors; no person was affected."


def people_words(count: int) -> str:
    """Return `1 person`, `3 people`, `1,204 people`."""
    return "1 person" if count == 1 else f"{count:,} people"


def of_room(count: int, impact: Impact) -> str:
    """Return `3 of 41 people`, or `3 people` if the number of people in the room is not known.

    If events are missing, it is a minimum: `at least 3 of 41 people`.
    """
    least = "at least " * impact.least
    if impact.in_room is None:
        return least + people_words(count)
    return f"{least}{count:,} of {people_words(impact.in_room)}"


def cause_words(cls: VerdictClass, impact: Impact) -> str:
    """Return the cause, unless it depends on the people in the room and they are not known."""
    if cls in BY_NUMBERS and impact.in_room is None:
        return "whose side it is cannot be told yet"
    return CAUSES[cls]


def partial_words(unread: tuple[str, ...]) -> str:
    """Return the note on unread sources that starts an answer, with a space after it, or ""."""
    return f"Partial answer: {join_words(unread)} could not be read completely. " if unread else ""
