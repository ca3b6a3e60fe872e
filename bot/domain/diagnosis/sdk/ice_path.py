"""Parses ICE texts into words without addresses; works on raw and redacted texts alike.

The format is `local candidate - candidate:<foundation> <component> <protocol> <priority> <ip>
<port> typ <type> … network-cost <n>; remote candidate - …`. A side may be the word `undefined`: no
pair of candidates was ever selected (web SDK source).

A missing pair may mean that no path was ever found (R14). On subscribe it always does. On publish
the web SDK reads the pair only from data that it sends when the connection first opens, which on a
quick join never happens, so the pair stays missing after minutes of good media. Firefox names no
pair at all.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.domain.catalogue import Catalogue
from bot.domain.diagnosis.intervals import shift
from bot.domain.diagnosis.model import Story
from bot.domain.diagnosis.recovery import ActivityIndex
from bot.domain.diagnosis.sdk.text import SUBSCRIBE, is_firefox, text_of
from bot.domain.diagnosis.thresholds import ADD_HOLDS, FIRST_PATH, STORY_GAP
from bot.domain.events import ErrorFacts, cached_by_error_facts

PathKind = Literal["no_candidates", "relay_tcp", "relay", "tcp", "direct"]

_SIDES = re.compile(
    r"local candidate\s{0,4}-\s{0,4}(?P<local>.{0,4000}?)\s{0,4};?\s{0,4}"
    r"remote candidate\s{0,4}-\s{0,4}(?P<remote>.{0,4000})",
    re.IGNORECASE | re.DOTALL,
)
_PROTOCOL = re.compile(
    r"candidate:\S{1,64}\s+\S{1,8}\s+(?P<protocol>udp|tcp|ssltcp|tls)\b", re.IGNORECASE
)
_TYPE = re.compile(r"\btyp\s+(?P<type>host|srflx|prflx|relay)\b", re.IGNORECASE)
_COST = re.compile(r"\bnetwork-cost\s+(?P<cost>\d{1,4})\b", re.IGNORECASE)
_PRIORITY = re.compile(
    r"candidate:\S{1,64}\s+\S{1,8}\s+\S{1,8}\s+(?P<priority>\d{1,10})\b", re.IGNORECASE
)
_RELAY_PROTOCOL = re.compile(r"\brelay-?protocol\s+(?P<protocol>udp|tcp|tls)\b", re.IGNORECASE)

# The WebRTC library, p2p/base/p2p_constants.h: the top byte of a relay's priority is the protocol
# used to reach the relay. The newest builds have 2 for DTLS and 3 for UDP. The candidate's own
# protocol word is that of the relayed leg, always UDP.
_RELAY_WAYS = {0: "tls", 1: "tcp", 2: "udp", 3: "udp"}

# The WebRTC library's convention, rtc_base/network_constants.h; odd values are over a VPN.
_WIRED, _WIFI, _UNKNOWN, _CELLULAR = 0, 10, 50, 250


@dataclass(frozen=True, slots=True)
class Path:
    """The path that the candidates describe, without addresses.

    `network` is `wired`, `Wi-Fi`, `cellular` or None.
    """

    never_found: bool
    relayed: bool = False
    protocol: str | None = None
    network: str | None = None
    vpn: bool = False

    @property
    def kind(self) -> PathKind:
        """The path as a pattern that several people may share."""
        if self.never_found:
            return "no_candidates"
        if self.relayed:
            return "relay_tcp" if self.protocol in {"tcp", "tls"} else "relay"
        return "tcp" if self.protocol == "tcp" else "direct"

    @property
    def words(self) -> str:
        """The path in words, for example `through a TURN relay over TCP, on cellular`."""
        if self.never_found:
            return "never found a path: UDP probably blocked"
        over = f" over {self.protocol.upper()}" if self.protocol else ""
        way = "through a TURN relay" if self.relayed else "on a direct path"
        on = f", on {self.network}" if self.network else ""
        vpn = ", behind a VPN" if self.vpn else ""
        return f"{way}{over}{on}{vpn}, lost after connecting"


@cached_by_error_facts
def path_of(facts: ErrorFacts) -> Path | None:
    """Return the path that a failure's texts describe; None if they hold no candidates."""
    return read_path(text_of(facts))


def read_path(text: str | None) -> Path | None:
    """Return the path that an error text describes; None if it holds no candidates."""
    match = _SIDES.search(text or "")
    if match is None:
        return None
    local, remote = match["local"].strip(), match["remote"].strip()
    if _is_missing_side(local) and _is_missing_side(remote):
        return Path(never_found=True)
    kind, remote_kind, protocol = _TYPE.search(local), _TYPE.search(remote), _PROTOCOL.search(local)
    if kind is None and protocol is None and remote_kind is None:
        return None
    network, vpn = _network(local)
    relayed = kind is not None and kind["type"].lower() == "relay"
    return Path(
        never_found=False,
        relayed=relayed,
        protocol=_way_to_relay(local) if relayed else _protocol_name(protocol),
        network=network,
        vpn=vpn,
    )


def _is_missing_side(side: str) -> bool:
    return side.strip(" ;,.").lower().split(".")[0].split(" ")[0] in {"undefined", "null", ""}


def _way_to_relay(side: str) -> str | None:
    named = _RELAY_PROTOCOL.search(side)
    if named:
        return named["protocol"].lower()
    word = _PROTOCOL.search(side)
    if word and word["protocol"].lower() != "udp":  # no browser sends it, but its meaning is plain
        return "tcp" if word["protocol"].lower() == "tcp" else "tls"
    priority = _PRIORITY.search(side)
    return _RELAY_WAYS.get(int(priority["priority"]) >> 24) if priority else None


def _protocol_name(match: re.Match[str] | None) -> str | None:
    if match is None:
        return None
    return "udp" if match["protocol"].lower() == "udp" else "tcp"


def _network(side: str) -> tuple[str | None, bool]:
    match = _COST.search(side)
    if match is None:
        return None, False
    cost = int(match["cost"])
    vpn = cost % 10 == 1
    base = cost - vpn
    if base >= _CELLULAR:
        return "cellular", vpn
    return {_WIRED: "a wired network", _WIFI: "Wi-Fi"}.get(base), vpn


def drop_meaningless_paths(
    stories: Iterable[Story], activity: ActivityIndex, catalogue: Catalogue
) -> tuple[Story, ...]:
    """Return the stories, without the path where a missing pair of candidates means nothing.

    Those stories are explained by their code alone.
    """
    return tuple(
        story if _is_path_telling(story, activity) else _explain_by_code(story, catalogue)
        for story in stories
    )


def _explain_by_code(story: Story, catalogue: Catalogue) -> Story:
    paths = (path_of(failure) for failure in reversed(story.failures))
    words = next((path.words for path in paths if path and not path.never_found), None)
    return story.replace(path=words, explanation=catalogue.explain_code(story.rows[-1]))


def _is_path_telling(story: Story, activity: ActivityIndex) -> bool:
    """Return False if the story has a missing pair from which nothing follows."""
    if not any(map(_is_missing, story.failures)):
        return True
    if any(map(is_firefox, story.rows)):
        return False
    return story.type == SUBSCRIBE or not _has_sent(story, activity)


def _is_missing(facts: ErrorFacts) -> bool:
    path = path_of(facts)
    return path is not None and path.never_found


def _has_sent(story: Story, activity: ActivityIndex) -> bool:
    """Return whether there is a sign that the person sent media before sending failed."""
    if activity.has_measured_sending(story):
        return True
    begins = activity.paths.run_of(story).rows[0].at
    near, until = shift(begins, -STORY_GAP), shift(story.last_at, STORY_GAP)
    received = activity.paths.receive_failures(story.person.key)
    if any(near <= row.at <= until and _is_missing(row.failure) for row in received):
        return False
    joins = [stay.joined_at for stay in activity.stays(story) if stay.joined_at]
    before = [joined for joined in joins if joined <= begins]
    if before:
        return begins - max(before) > FIRST_PATH
    return activity.has_sent_by(story, shift(begins, -ADD_HOLDS))
