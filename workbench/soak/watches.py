"""Watches beside the questions: their calls break and mend, and end before the count."""

import asyncio
import random
import time
from collections.abc import Callable

from workbench.pretend_hundredms.scenes.live import LiveRoom
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.records import Message
from workbench.soak.ledger import REFERENCE, Ledger, part_of

OVER = "The call is over"
_PEOPLE = 4
_RETRY_SECONDS = 5.0
_TROUBLE_SECONDS = 2.0
_LOOK_SECONDS = 0.25
_START_SECONDS = 60.0


class Watches:
    """So many watched calls, each in a channel of its own."""

    def __init__(self, slack: PretendSlack, hms: Stage, count: int, seed: int) -> None:
        self.references: list[str] = []
        self._slack = slack
        self._hms = hms
        self._chance = random.Random(seed + 2)
        self._rooms = [hms.live(f"watched-{number}") for number in range(count)]
        self._broken: set[tuple[int, int]] = set()
        self._ledger = Ledger(slack.team)

    async def start(self, places: list[tuple[str, str]], turn: Callable[[], None]) -> None:
        """Begin the calls and start a watch of each at a place: a channel and a person."""
        for room, place in zip(self._rooms, places, strict=True):
            room.retry_seconds = _RETRY_SECONDS
            room.start(self._hms.now(), _PEOPLE)
            self.references.append(await self._start(room, place, turn))

    async def _start(self, room: LiveRoom, place: tuple[str, str], turn: Callable[[], None]) -> str:
        """As often as it takes: a machine may be slow while all begins."""
        while True:
            turn()
            words = f"watch {room.name}"
            delivery = await self._slack.type_command(*place, "/call-errors", words)
            found = REFERENCE.search(str(delivery.body)) if delivery.acked else None
            end = time.monotonic() + _START_SECONDS
            while found and time.monotonic() < end:
                if self._messages(found[0], "watch"):
                    return found[0]
                await asyncio.sleep(_LOOK_SECONDS)

    async def trouble(self) -> None:
        """Break somebody's network, or mend it, every other second."""
        while self._rooms:
            await asyncio.sleep(_TROUBLE_SECONDS)
            number, person = (
                self._chance.randrange(len(self._rooms)),
                self._chance.randrange(_PEOPLE),
            )
            room, key = self._rooms[number], (number, person)
            if key in self._broken:
                self._broken.discard(key)
                room.mend(person, self._hms.now())
            else:
                self._broken.add(key)
                room.break_network(person, self._hms.now())

    async def end(self, patience: float) -> list[str]:
        """End all calls; return a line for each watch that has not told so once in the end."""
        for room in self._rooms:
            room.end(self._hms.now())
        deadline = time.monotonic() + patience
        while (wrong := self._unended()) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)
        return wrong

    def lines(self) -> int:
        """Return the number of lines in the threads of all watches."""
        return sum(len(self._messages(reference, "line-")) for reference in self.references)

    def _unended(self) -> list[str]:
        wrong = []
        for reference in self.references:
            messages, lines = self._messages(reference, "watch"), self._messages(reference, "line-")
            final = sum(OVER in line.text for line in lines)
            if len(messages) != 1 or OVER not in messages[0].text or final != 1:
                told = [message.text[:90] for message in messages]
                wrong.append(f"watch {reference}: {told}, {final} final lines")
        return wrong

    def _messages(self, reference: str, part: str) -> list[Message]:
        ledger = self._ledger
        ledger.read()
        return [m for m in ledger.of(reference).posted if part_of(m).startswith(part)]
