"""What is said beside each verdict: the sentence, what would change it, what to do."""

from bot.domain.catalogue import Owner
from bot.domain.diagnosis.model import VerdictClass

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

CHANGES: dict[VerdictClass, str] = {
    "user_network": "It would be the service or a shared network if more people of this call failed"
    " in the same minute or from the same place: look up the whole room around that time.",
    "shared_network": "It would be one person's line if the others work from elsewhere: ask one of"
    " them to try a phone hotspot.",
    "device": "It would be the app if a second browser or device fails alike: ask for one try.",
    "environment": "It would be the app if another browser fails alike: ask for one try.",
    "app": "It would be the service if a fresh token or an earlier release fails alike: ask the app"
    " team for one join with a newly made token.",
    "account": "It would be the app if the room is enabled and below its limits: read the room's"
    " settings once.",
    "service": "It would be a shared network if those people sit behind one router: ask two of them"
    " for a try on another network.",
    "mixed": "It would be one cause if one session alone agrees: look up one session.",
    "none": "It would change if the person still sees the problem: look up that person and minute.",
    "unknown": "A room id, session id or peer id of the call, with the time, would tell more.",
}

STEPS: dict[VerdictClass, tuple[str, ...]] = {
    "user_network": (
        "Ask the person to try another network, for example a phone hotspot.",
        "If that works, send their IT the 100ms allow-list (*.100ms.live, UDP and TCP ports).",
    ),
    "shared_network": (
        "Send the IT of that network the 100ms allow-list (*.100ms.live, UDP and TCP ports).",
        "Until then, ask people there to join over a phone hotspot.",
    ),
    "device": (
        "Walk the person through the device's permissions, then have them reload and rejoin.",
        "Ask them to close other programs that use the camera or microphone.",
    ),
    "environment": (
        "Ask for an up-to-date Chrome, Edge, Safari or Firefox, in a normal window over https.",
        "Tell the app team which browser and OS these people have in common.",
    ),
    "app": (
        "Give the app team the event ids and the code's meaning.",
        "Ask them to check token, role and SDK version, then have the person join again.",
    ),
    "account": (
        "Read the room's settings: is it enabled, is the role full, is the account active?",
        "Ask whoever administers the 100ms account to change what stands in the way.",
    ),
    "service": (
        "Look at status.100ms.live, then send the packet with ids and times to 100ms support.",
        "Ask the people to join again in a few minutes.",
    ),
    "mixed": ("Take the failures one by one: each names its own next step.",),
    "none": ("Nothing to do, unless the person still sees a problem.",),
    "unknown": ("Ask for the room, session or peer id and the time of the call.",),
}

_SIDES: dict[VerdictClass, Owner] = {
    "user_network": "user_network",
    "shared_network": "user_network",
    "service": "service",
}


def fits(cls: VerdictClass, owner: Owner) -> bool:
    """False if a code alone points at the network where numbers showed 100ms, or the reverse.

    Its advice would then send the person to mend what is not broken.
    """
    side = _SIDES.get(cls)
    return side is None or owner == side or owner not in _SIDES.values()


FEW = "With fewer than 3 people in the room, one line cannot be told from the service."


def people_words(count: int) -> str:
    """`1 person`, `3 people`."""
    return "1 person" if count == 1 else f"{count} people"
