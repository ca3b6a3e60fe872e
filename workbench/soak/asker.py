"""Asks questions as people in many channels do, and waits for each answer."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.pretend_hundredms.scenes.oddities import NAMESAKE
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.records import Channel, Person
from workbench.pretend_slack.traffic import Delivery
from workbench.replica import Replica
from workbench.soak.ledger import REFERENCE, Answer, Ledger

ROOMS = {
    "one-bad-user": 8,
    "sample-publish": 6,
    "healthy": 4,
    "all-types": 1,
    "storm": 1,
    NAMESAKE: 1,
    "nothing-like-it": 1,
}
"""Subjects of questions by their share: most calls have few errors. Two name several or none."""

CHANNELS, PEOPLE = 300, 300
MENTIONS = 0.3
_LOOK_SECONDS = 0.25
_LAST_WORDS_SECONDS = 3.0
_LATER = {"surroundings"}
"""Parts that follow an answer, at a time of their own and not each time."""


@dataclass(slots=True)
class Question:
    """One question and what came of it: answered, refused, silent, or unacknowledged.

    `why` is how a refusal began.
    """

    room: str
    delivery: Delivery
    place: tuple[str, str] | None
    asked: float = field(default_factory=time.monotonic)
    lookup_id: str = ""
    end: str = ""
    why: str = ""


class Asker:
    """Many people; `replicas` take turns, those that are down are passed over."""

    def __init__(
        self, slack: PretendSlack, replicas: Sequence[Replica], seed: int, patience: float
    ) -> None:
        self.questions: list[Question] = []
        self.expected: dict[tuple[str, bool], frozenset[str]] = {}
        """The parts of a whole answer, by room and whether it is for the asker alone."""
        self.nothing: dict[str, str] = {}
        """The beginning of the answer to a text that names nothing or several, without faults."""
        self.ledger = Ledger(slack.team)
        self.up: set[str] = {replica.name for replica in replicas}
        self._rehearsed: set[str] = set()
        self._slack = slack
        self._replicas = replicas
        self._patience = patience
        """A question without an end after so many seconds counts as silent."""
        self._turn = 0
        self._chance = random.Random(seed)
        _populate(slack)

    async def rehearse(self) -> None:
        """Ask each twice in good weather: what a whole answer is, to all and to the asker alone."""
        await asyncio.gather(
            *(self._rehearsal(room, alone=alone) for room in ROOMS for alone in (False, True))
        )

    async def _rehearsal(self, room: str, *, alone: bool) -> None:
        """As often as it takes: a machine may be slow while all begins."""
        text = f"{room} private" if alone else room
        question = await self._put(text, mention=False)
        while not question.lookup_id:
            question = await self._put(text, mention=False)
        self._rehearsed.add(question.lookup_id)
        await self._until_ended(question, self._patience)
        await asyncio.sleep(_LAST_WORDS_SECONDS)
        self.ledger.read()
        answer = self._answer(question)
        self.expected[room, alone] = frozenset(answer.parts) - _LATER
        self.nothing[room] = answer.refusal

    async def ask(self) -> None:
        """Ask one question, and wait until it has its end."""
        (room,) = self._chance.choices(list(ROOMS), list(ROOMS.values()))
        question = await self._put(room, mention=self._chance.random() < MENTIONS)
        self.questions.append(question)
        if question.place is None and not question.delivery.acked:
            question.end = "unacknowledged"
            return
        await self._until_ended(question, self._patience)

    def turn(self) -> None:
        """The next replica that is up takes the next delivery, as behind a load balancer."""
        living = [replica for replica in self._replicas if replica.name in self.up]
        if living:
            self._turn += 1
            self._slack.team.request_url = living[self._turn % len(living)].address

    def unclaimed(self) -> list[Answer]:
        """Answers to no question that was acknowledged."""
        claimed = {question.lookup_id for question in self.questions} | self._rehearsed
        known = claimed | {ref for refs in self.ledger.threads.values() for ref in refs if refs}
        return [
            answer
            for answer in self.ledger.answers.values()
            if answer.lookup_id not in known and answer.parts and "watch" not in answer.parts
        ]

    def places(self, count: int) -> list[tuple[str, str]]:
        """So many channels, with a person in each."""
        return [(_channel(number), _person(number)) for number in range(count)]

    async def _put(self, room: str, *, mention: bool) -> Question:
        number = self._chance.randrange(CHANNELS)
        channel, person = _channel(number), _person(self._chance.randrange(PEOPLE))
        self.turn()
        if mention:
            delivery = await self._slack.mention(channel, room, user=person)
            return Question(room, delivery, (channel, str(delivery.payload["event"]["ts"])))
        delivery = await self._slack.type_command(channel, person, "/call-errors", room)
        found = REFERENCE.search(str(delivery.body)) if delivery.acked else None
        return Question(room, delivery, None, lookup_id=found[0] if found else "")

    async def _until_ended(self, question: Question, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.ledger.read()
            question.end, question.why = self._end(question)
            if question.end:
                return
            await asyncio.sleep(_LOOK_SECONDS)
        question.end = "silent"

    def _end(self, question: Question) -> tuple[str, str]:
        answer = self._answer(question)
        if answer.unfinished:
            return "", ""
        if answer.refusal:
            as_ever = answer.refusal == self.nothing.get(question.room, answer.refusal)
            return ("answered" if as_ever else "refused"), answer.refusal
        expected = self.expected.get((question.room, answer.alone), frozenset({"opening"}))
        return ("answered" if answer.whole(expected) else ""), ""

    def _answer(self, question: Question) -> Answer:
        """The first answer to it; a second one is found in the end."""
        if not question.lookup_id and question.place:
            found = self.ledger.threads.get(question.place) or self._told_alone(question)
            question.lookup_id = min(found, default="")
        return self.ledger.of(question.lookup_id) if question.lookup_id else Answer("")

    def _told_alone(self, question: Question) -> set[str]:
        """The look-ups that spoke to who asked alone, since then: a refusal has no thread."""
        _, ts = question.place or ("", "")
        alone = self.ledger.alone.get(str(question.delivery.payload["event"]["user"]), set())
        claimed = {other.lookup_id for other in self.questions} if alone else set()
        return {one for one in alone - claimed if self.ledger.of(one).posted[0].ts > ts}


def _populate(slack: PretendSlack) -> None:
    team = slack.team
    people = {_person(number) for number in range(PEOPLE)}
    for user in people:
        team.people[user] = Person(user, user.lower(), f"Person {user}")
    members = people | {team.app.bot_user}
    for number in range(CHANNELS):
        channel = _channel(number)
        team.channels[channel] = Channel(channel, channel.lower(), "public", members)


def _channel(number: int) -> str:
    return f"C0S{number:05}"


def _person(number: int) -> str:
    return f"U0S{number:05}"
