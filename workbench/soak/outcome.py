"""The count at the end, and which promise was broken."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.pretend_slack.traffic import Delivery
from workbench.soak.asker import Asker, Question

ACK_SECONDS = 3.0
GROWTH = 1.1
"""The memory that a process may hold at the end, as a share of what it held when it was warm.

It does not hold the same at any two moments.
"""


@dataclass(slots=True)
class Outcome:
    """Numbers of one soak.

    `fresh` and `memory` are MB for each replica: as it started, when it was warm, at the end.
    """

    ends: Counter[str]
    twice: list[str]
    late: int
    counts: Counter[str]
    reasons: Counter[str] = field(default_factory=Counter)
    """The beginnings of the refusals; those that also come without faults count as answers."""
    nothing: int = 0
    """Answers that a question names nothing, or several things, as on any day."""
    late_answers: int = 0
    """Answers to questions that were not acknowledged."""
    fresh: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    watches: int = 0
    watch_lines: int = 0
    unended: list[str] = field(default_factory=list)
    """A line for each watch that did not tell its end, once."""
    details: list[str] = field(default_factory=list)
    """A line for each answer that broke a promise."""

    @property
    def asked(self) -> int:
        """All questions."""
        return sum(self.ends.values())

    @property
    def grown(self) -> bool:
        """Whether a replica grew once it was warm."""
        return any(end > start * GROWTH for start, end in self.memory)

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        return [
            *([f"{self.ends['silent']} silent"] if self.ends["silent"] else []),
            *([f"{len(self.twice)} twice"] if self.twice else []),
            *([f"{len(self.unended)} watches without their end"] if self.unended else []),
            *([f"{self.late} late acks"] if self.late else []),
            *(["memory grew"] if self.grown else []),
        ]

    def lines(self) -> list[str]:
        """For the terminal."""
        ends, counts = self.ends, self.counts
        faults = ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()) if kind != "kill")
        told = f"(Slack told the asker; {self.late_answers} were answered all the same)"
        return [
            f"asked               {self.asked}",
            f"answered            {ends['answered']} ({self.nothing}: names nothing, or several)",
            f"plainly refused     {ends['refused']}{_listed(self.reasons)}",
            f"unacknowledged      {ends['unacknowledged']} {told}",
            f"answered twice      {len(self.twice)} {' '.join(self.twice[:5])}".rstrip(),
            f"silent              {ends['silent']}",
            f"watches             {self.watches} ({self.watch_lines} lines)",
            f"without their end   {len(self.unended)}",
            f"acks over 3 s       {self.late}",
            f"kills               {counts['kill']}",
            f"other faults        {faults}",
            f"memory              {self._memory()}",
        ]

    def _memory(self) -> str:
        fresh = ", ".join(f"{one:.0f}" for one in self.fresh)
        grown = "; ".join(f"{start:.0f} → {end:.0f} MB" for start, end in self.memory)
        return f"{grown or 'too short to tell'} (fresh: {fresh} MB)"


def outcome_of(asker: Asker, deliveries: Sequence[Delivery], counts: Counter[str]) -> Outcome:
    """Count everything; call it when all questions have their end."""
    asker.ledger.read()
    for question in asker.questions:
        if question.end != "silent" and asker.ledger.of(question.lookup_id).unfinished:
            question.end = "silent"  # its end was undone later
    ends = Counter(question.end for question in asker.questions)
    twice = [a.lookup_id for a in asker.ledger.answers.values() if a.twice]
    twice += [
        "+".join(sorted(asker.ledger.threads[question.place]))
        for question in asker.questions
        if question.place and len(asker.ledger.threads[question.place]) > 1
    ]
    # A command killed after it was recorded and before its ack is answered all the same.
    unclaimed = asker.unclaimed()
    twice += [answer.lookup_id for answer in unclaimed[ends["unacknowledged"] :]]
    details = [_detail(asker, question) for question in asker.questions if question.end == "silent"]
    details += [f"twice: {asker.ledger.of(one)}" for one in twice if one in asker.ledger.answers]
    return Outcome(
        ends,
        twice,
        sum(map(_late, deliveries)),
        counts,
        reasons=Counter(q.why for q in asker.questions if q.end == "refused"),
        nothing=sum(bool(q.why) for q in asker.questions if q.end == "answered"),
        late_answers=min(len(unclaimed), ends["unacknowledged"]),
        details=details,
    )


def _listed(reasons: Counter[str]) -> str:
    """` (3: 100ms did not answer)`."""
    told = "; ".join(f"{number}: {why}" for why, number in reasons.most_common())
    return f" ({told})" if told else ""


def _detail(asker: Asker, question: Question) -> str:
    where = question.place or (question.delivery.payload["channel_id"], "")
    answer = asker.ledger.of(question.lookup_id) if question.lookup_id else "nothing"
    return f"silent: {question.room} in {' '.join(where)}: {answer}"


def _late(delivery: Delivery) -> bool:
    return any(a.error == "http_timeout" or a.took > ACK_SECONDS for a in delivery.attempts)
