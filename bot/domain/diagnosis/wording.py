"""The wording of a diagnosis: one row for each verdict class, outcome and event type."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.catalogue import Owner
from bot.domain.diagnosis.model import Impact, Outcome, VerdictClass
from bot.domain.status_page import STATUS_CHECK


@dataclass(frozen=True, slots=True)
class ClassWording:
    """The words of a verdict class.

    `noun` names the cause, `clause` ends the first sentence where no error says more, `short` is
    its name in a list of causes. `steps` begin with the person who acts and a colon.
    """

    noun: str
    clause: str
    short: str
    owner: str
    steps: tuple[str, ...] = ()


VERDICTS: dict[VerdictClass, ClassWording] = {
    "user_network": ClassWording(
        noun="the participant's own network",
        clause="their own network blocked or dropped the connection",
        short="own network",
        owner="the users",
        steps=(
            "User: try a phone hotspot, or turn the VPN off, and rejoin.",
            "Their IT: if the hotspot works, allow 100ms in the firewall (see Note for their IT).",
        ),
    ),
    "shared_network": ClassWording(
        noun="a network that several people share",
        clause="a network they share blocked or dropped the connection",
        short="shared network",
        owner="their IT",
        steps=(
            "Their IT: allow 100ms through the firewall (see Note for their IT).",
            "Users: join over a phone hotspot until then.",
        ),
    ),
    "device": ClassWording(
        noun="the participant's device or its permissions",
        clause="the camera or microphone could not be used",
        short="camera or microphone",
        owner="the users",
        steps=("User: allow camera and microphone in the settings, then rejoin.",),
    ),
    "environment": ClassWording(
        noun="the browser, the operating system or the page",
        clause="their browser or device does not support such calls",
        short="browser or page",
        owner="the users",
        steps=("User: join with an up-to-date browser or app.",),
    ),
    "app": ClassWording(
        noun="the app (token, role, or use of the SDK)",
        clause="the app made an error",
        short="app",
        owner="app team",
        steps=("App team: check the failing calls, by the event ids in the thread.",),
    ),
    "account": ClassWording(
        noun="the 100ms account or room settings",
        clause="the settings of the 100ms account or room refuse it",
        short="account or room settings",
        owner="account admin",
        steps=("Account admin: check the room and the account in the 100ms dashboard.",),
    ),
    "service": ClassWording(
        noun="the 100ms service",
        clause="it looks like a 100ms outage",
        short="100ms",
        owner="100ms",
        steps=(
            f"On-call: {STATUS_CHECK}report it to 100ms.",
            "Support: ask the people affected to rejoin.",
        ),
    ),
    "mixed": ClassWording(
        noun="several unrelated causes",
        clause="the causes are unrelated",
        short="several causes",
        owner="see the thread",
    ),
    "none": ClassWording(
        noun="no fault", clause="nothing failed", short="no fault", owner="nobody"
    ),
    "unknown": ClassWording(
        noun="not enough data to tell",
        clause="this bot doesn't know the error",
        short="unknown error",
        owner="app team",
        steps=("App team: check the app's own log of that minute.",),
    ),
}


ASK_AGAIN = "Support: ask again in a few minutes."


OUTCOMES: dict[Outcome, str] = {
    "gave_up": "did not recover",
    "blocked": "still blocked",
    "left": "left while it was failing",
    "recovered": "recovered",
    "unknown": "end not known",
}
"""The words of an outcome in a table, and after a colon."""


@dataclass(frozen=True, slots=True)
class EventWording:
    """The words of an event type.

    `name` is short, `noun` names several of its events. `experience` is what it was like for a
    person, `passing` the same where it passed.
    """

    name: str
    noun: str
    experience: str
    passing: str


EVENTS: dict[str, EventWording] = {
    "client.connect.failed": EventWording(
        "connect", "connect errors", "could not join", "had trouble joining"
    ),
    "client.join.failed": EventWording(
        "join", "join errors", "could not join", "had trouble joining"
    ),
    "client.disconnected": EventWording(
        "disconnected", "disconnect errors", "was disconnected", "briefly lost the connection"
    ),
    "client.publish.failed": EventWording(
        "publish",
        "publish errors",
        "could not send audio or video",
        "had trouble sending audio or video",
    ),
    "client.subscribe.failed": EventWording(
        "subscribe",
        "subscribe errors",
        "could not receive audio or video",
        "had trouble receiving audio or video",
    ),
}
"""Gravest first, as a person experiences them."""


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


def join_words(words: Iterable[str], last: str = "and") -> str:
    """Return a list in words, such as `join errors, track events and who was in the call`."""
    *others, end = [*words] or [""]
    return f"{', '.join(others)} {last} {end}" if others else end


def partial_words(unread: tuple[str, ...]) -> str:
    """Return the note on unread sources that starts a text, with a space after it, or ""."""
    return f"Partial answer: {join_words(unread)} could not be read completely. " if unread else ""
