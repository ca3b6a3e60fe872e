"""What is counted and timed: named here, so that every layer may tell it; kept by `bot.metrics`.

No word that a user chose goes into a label: labels live as long as the process, and are shown
to whoever may read /metrics.
"""

from enum import StrEnum
from typing import Literal

from bot.domain.errors import AskedWrongly, BotError, ServiceTrouble


class LookupOutcome(StrEnum):
    """How a look-up ended, for the asker."""

    ANSWERED = "answered"
    INCOMPLETE = "incomplete"  # answered, and said that something is missing
    CHOICES = "choices"  # several things may be meant
    ASKED_WRONGLY = "asked_wrongly"  # nothing found, or not to be read
    UNAVAILABLE = "unavailable"  # 100ms, Slack or the database was in trouble
    REFUSED = "refused"  # too many were waiting already
    FAILED = "failed"  # a fault of ours


ReconcileResult = Literal["found", "absent", "unreadable"]
"""What Slack's history told of a post whose fate was not known."""

CircuitState = Literal["closed", "half_open", "open"]
"""Of a circuit: calls go through, one is tried, none is made."""


class Metrics:
    """Measures nothing; `bot.metrics.PrometheusMeters` measures. All durations in seconds."""

    content_type = "text/plain; charset=utf-8"

    def lookup(self, outcome: LookupOutcome) -> None:
        """A look-up ended."""

    def ack_seconds(self, seconds: float) -> None:
        """A delivery of Slack's was acknowledged so long after it came."""

    def first_answer_seconds(self, seconds: float) -> None:
        """An answer's opening was seen so long after its question."""

    def completion_seconds(self, seconds: float) -> None:
        """An answer's last part was sent so long after its question."""

    def hms_request(self, status: int | None) -> None:
        """One attempt to call 100ms: its HTTP status, None without an answer."""

    def hms_circuit(self, workspace: str, state: CircuitState) -> None:
        """The circuit of a workspace (by the alias of the settings) changed."""

    def slack_request(self, method: str, status: str) -> None:
        """One attempt to call Slack: `ok`, Slack's own word, `http_<status>` or `no_answer`."""

    def queue_depth(self, waiting: int) -> None:
        """So many look-ups wait for their turn now."""

    def duplicate_suppressed(self) -> None:
        """A delivery or a click came again, and was not answered again."""

    def reconciliation(self, result: ReconcileResult) -> None:
        """A post of unknown fate was looked for."""

    def incomplete_answer(self) -> None:
        """An answer said that events are missing."""

    def page(self) -> bytes:
        """All of it, in the text form of Prometheus."""
        return b""


def outcome_of(error: BotError) -> LookupOutcome:
    """How a look-up ended that ended with this error."""
    if isinstance(error, AskedWrongly):
        return LookupOutcome.ASKED_WRONGLY
    return LookupOutcome.UNAVAILABLE if isinstance(error, ServiceTrouble) else LookupOutcome.FAILED
