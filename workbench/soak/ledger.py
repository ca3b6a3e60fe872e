"""The messages in the pretend Slack by look-up, each read once as it arrives."""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from workbench.pretend_slack.records import Message
from workbench.pretend_slack.state import Team

REFERENCE = re.compile(r"CD-[A-Z0-9]{8}")
_UNFINISHED = re.compile(r"so far|Looking (?:for|up)|Reading ")
_MISSING = "didn't confirm"
_PARTIAL = "Partial answer"
_ALWAYS = {"opening", "reply-1"}
"""Parts of an answer that do not depend on evidence which 100ms may fail to give."""
_REFUSALS = ("error", "choices")
_ELSEWHERE = {"apart-opening", "ended"}
"""Parts that tell that Slack did not confirm the opening, or its end: all went another way."""


@dataclass(slots=True)
class Answer:
    """The messages of a look-up so far.

    The messages are kept, not their parts: "Looking…" becomes the opening by an update.
    """

    lookup_id: str
    posted: list[Message] = field(default_factory=list)
    ack: Message | None = None
    """The acknowledgement of a command; the answer or an error may take its place."""

    def __str__(self) -> str:
        parts = ", ".join(f"{part} x {count}" for part, count in sorted(self.parts.items()))
        opening = " ".join(self.opening.text.split())[:90] if self.opening else "no opening"
        return f"{self.lookup_id}: {parts} ({opening})"

    @property
    def messages(self) -> list[Message]:
        """Its messages that stand, with the acknowledgement if something took its place."""
        posted = [message for message in self.posted if not message.deleted]
        ack = self.ack
        return [ack, *posted] if ack is not None and _mark(ack)[1] else posted

    @property
    def told(self) -> str:
        """The beginning of the acknowledgement, if it says that there will be no answer."""
        ack = self.ack
        final = ack is not None and not _mark(ack)[1] and not _UNFINISHED.search(_words(ack))
        return ack.text.partition(".")[0] if ack is not None and final else ""

    @property
    def parts(self) -> Counter[str]:
        """Its parts, and how often each stands."""
        return Counter(_mark(message)[1] for message in self.messages)

    @property
    def opening(self) -> Message | None:
        """The newest message that is, or is to become, the opening."""
        found = (m for m in reversed(self.messages) if _mark(m)[1] in ("opening", "looking"))
        return next(found, None)

    @property
    def refusal(self) -> str:
        """The beginning of the message that gives no answer or asks back; "" if there is none."""
        if self.told:
            return self.told
        said = (m.text for m in self.messages if _mark(m)[1].startswith(_REFUSALS))
        return next((text.partition(".")[0] for text in said), "")

    @property
    def misses(self) -> bool:
        """Whether it names something as missing."""
        return any(_MISSING in message.text for message in self.messages)

    @property
    def unfinished(self) -> bool:
        """Whether anything stands that promises to become the answer."""
        newest = self.opening
        return any(
            _UNFINISHED.search(message.text)
            for message in self.messages
            if message is newest or _mark(message)[1] == "opening"
        )

    @property
    def twice(self) -> bool:
        """Whether anything was said more than once."""
        return any(count > 1 for count in self.parts.values())

    @property
    def alone(self) -> bool:
        """Whether all of it went to one person alone."""
        return bool(self.messages) and all(message.ephemeral_to for message in self.messages)

    def whole(self, expected: frozenset[str]) -> bool:
        """Whether all is there, or what is not there is named; and nothing unfinished stands."""
        if self.unfinished:
            return False
        if self.misses or _ELSEWHERE & self.parts.keys():
            return True
        if self.opening is None:
            return False
        if _PARTIAL in self.opening.text:
            expected &= _ALWAYS
        return expected <= self.parts.keys()


class Ledger:
    """Reads the workspace's messages; each is looked at once, openings keep changing."""

    def __init__(self, team: Team) -> None:
        self._team = team
        self._read = 0
        self.answers: dict[str, Answer] = {}
        self.threads: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        """The look-ups that spoke under a message, by channel and time stamp."""
        self.alone: defaultdict[str, set[str]] = defaultdict(set)
        """The look-ups that spoke to one person alone, by person."""

    def read(self) -> None:
        """Take in what came since."""
        for message in self._team.messages[self._read :]:
            self._take(message)
        self._read = len(self._team.messages)

    def of(self, lookup_id: str) -> Answer:
        """The answer of a look-up, empty if it said nothing yet."""
        return self.answers.setdefault(lookup_id, Answer(lookup_id))

    def _take(self, message: Message) -> None:
        lookup_id, _ = _mark(message)
        if not lookup_id:
            self._take_unmarked(message)
            return
        self.of(lookup_id).posted.append(message)
        if message.thread_ts:
            self.threads[message.channel, message.thread_ts].add(lookup_id)
        for person in self._readers(message):
            self.alone[person].add(lookup_id)

    def _readers(self, message: Message) -> set[str]:
        """The person who alone reads a message; empty if it stands in a channel."""
        if message.ephemeral_to:
            return {message.ephemeral_to}
        team = self._team
        direct = team.is_direct(message.channel)
        return team.channels[message.channel].members - {team.app.bot_user} if direct else set()

    def _take_unmarked(self, message: Message) -> None:
        """The acknowledgement carries no mark; it names its reference in words."""
        words = _words(message)
        found = REFERENCE.search(words)
        if found and message.via == "ack":
            self.of(found[0]).ack = message


def _mark(message: Message) -> tuple[str, str]:
    """The look-up and the part that a message's mark names now."""
    payload = (message.metadata or {}).get("event_payload", {})
    return str(payload.get("lookup_id", "")), str(payload.get("part", ""))


def part_of(message: Message) -> str:
    """Return the part of an answer or of a watch that a message is; "" for none."""
    return _mark(message)[1]


def _words(message: Message) -> str:
    return message.text + json.dumps(message.blocks, ensure_ascii=False)
