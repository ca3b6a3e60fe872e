"""The count at the end, and which promise was broken."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.pretend_slack.traffic import Delivery
from workbench.soak.asker import Asker, Question

ACK_SECONDS = 3.0
GROWTH = 1.15
GROWTH_MB = 15.0
"""What a process may hold at the end more than in the middle: pools and caches fill for a while."""


@dataclass(slots=True)
class Outcome:
    """Numbers of one soak; `memory` is MB for each replica after its warm-up and at the end."""

    ends: Counter[str]
    twice: list[str]
    late: int
    counts: Counter[str]
    memory: list[tuple[float, float]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    """A line for each answer that broke a promise."""

    @property
    def asked(self) -> int:
        """All questions."""
        return sum(self.ends.values())

    @property
    def grown(self) -> bool:
        """Whether a replica grew more than pools and caches explain."""
        return any(end > max(start * GROWTH, start + GROWTH_MB) for start, end in self.memory)

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        return [
            *([f"{self.ends['silent']} silent"] if self.ends["silent"] else []),
            *([f"{len(self.twice)} twice"] if self.twice else []),
            *([f"{self.late} late acks"] if self.late else []),
            *(["memory grew"] if self.grown else []),
        ]

    def lines(self) -> list[str]:
        """For the terminal."""
        ends, counts = self.ends, self.counts
        refusals = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()) if kind != "kill")
        memory = "; ".join(f"{start:.0f} → {end:.0f} MB" for start, end in self.memory)
        return [
            f"asked               {self.asked}",
            f"answered            {ends['answered']}",
            f"plainly refused     {ends['refused']}",
            f"unacknowledged      {ends['unacknowledged']} (killed before it: Slack told them)",
            f"answered twice      {len(self.twice)} {' '.join(self.twice[:5])}".rstrip(),
            f"silent              {ends['silent']}",
            f"acks over 3 s       {self.late}",
            f"kills               {counts['kill']}",
            f"other faults        {refusals}",
            f"memory              {memory or 'too short to tell'}",
        ]


def outcome_of(asker: Asker, deliveries: Sequence[Delivery], counts: Counter[str]) -> Outcome:
    """Count everything; call it when all questions have their end."""
    asker.ledger.read()
    ends = Counter(question.end for question in asker.questions)
    twice = [a.lookup_id for a in asker.ledger.answers.values() if a.twice]
    twice += [
        "+".join(sorted(asker.ledger.threads[question.place]))
        for question in asker.questions
        if question.place and len(asker.ledger.threads[question.place]) > 1
    ]
    # A command killed after it was recorded and before its ack is answered all the same.
    surplus = asker.unclaimed()[ends["unacknowledged"] :]
    twice += [answer.lookup_id for answer in surplus]
    details = [_detail(asker, question) for question in asker.questions if question.end == "silent"]
    details += [f"twice: {asker.ledger.of(one)}" for one in twice if one in asker.ledger.answers]
    return Outcome(ends, twice, sum(map(_late, deliveries)), counts, details=details)


def _detail(asker: Asker, question: Question) -> str:
    where = question.place or (question.delivery.payload["channel_id"], "")
    answer = asker.ledger.of(question.lookup_id) if question.lookup_id else "nothing"
    return f"silent: {question.room} in {' '.join(where)}: {answer}"


def _late(delivery: Delivery) -> bool:
    return any(a.error == "http_timeout" or a.took > ACK_SECONDS for a in delivery.attempts)
