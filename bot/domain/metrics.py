"""The interface for metrics, which every layer may use; `bot.metrics` implements it.

No text chosen by a user goes into a label: labels live as long as the process, and everybody who
may read /metrics sees them.
"""

from enum import StrEnum
from typing import Literal

from bot.domain.errors import AskedWrongly, BotError, ServiceTrouble


class LookupOutcome(StrEnum):
    """The result of a look-up for the asker."""

    ANSWERED = "answered"
    INCOMPLETE = "incomplete"  # answered, with a note that something is missing
    CHOICES = "choices"  # several things may be meant
    ASKED_WRONGLY = "asked_wrongly"  # nothing found, or not readable
    UNAVAILABLE = "unavailable"  # 100ms, Slack or the database failed
    REFUSED = "refused"  # too many were waiting already
    FAILED = "failed"  # a bug of ours


ReconcileResult = Literal["found", "absent", "unreadable"]
"""The result of searching Slack's history for a post of unknown state."""

CircuitState = Literal["closed", "half_open", "open"]
"""The state of a circuit: all calls are made, one is tried, or none is made."""

WebhookResult = Literal[
    "stored", "repeated", "ignored", "unreadable", "refused", "too_large", "queue_full"
]
"""The result of a webhook of 100ms: `ignored` is a type from which nothing is learned, `refused` a
wrong secret or workspace."""


class Metrics:
    """Measures nothing; `bot.metrics.PrometheusMetrics` measures. All durations are in seconds."""

    content_type = "text/plain; charset=utf-8"

    def lookup(self, outcome: LookupOutcome) -> None:
        """Count a look-up that ended."""

    def ack_seconds(self, seconds: float) -> None:
        """Record the time from a delivery by Slack to its acknowledgement."""

    def first_answer_seconds(self, seconds: float) -> None:
        """Record the time from a question until its answer's opening was visible."""

    def completion_seconds(self, seconds: float) -> None:
        """Record the time from a question until its answer's last part was sent."""

    def hms_request(self, status: int | None) -> None:
        """Count an attempt to call 100ms with its HTTP status, None without a response."""

    def hms_circuit(self, workspace: str, state: CircuitState) -> None:
        """Record the new state of a workspace's circuit; `workspace` is its alias."""

    def slack_request(self, method: str, status: str) -> None:
        """Count an attempt to call Slack: `ok`, Slack's error, `http_<status>` or `no_answer`."""

    def queue_depth(self, waiting: int) -> None:
        """Record the number of look-ups that wait for their turn."""

    def duplicate_suppressed(self) -> None:
        """Count a repeated delivery or click that was not answered again."""

    def reconciliation(self, result: ReconcileResult) -> None:
        """Count a search for a post of unknown state."""

    def incomplete_answer(self) -> None:
        """Count an answer that said that events are missing."""

    def webhook(self, result: WebhookResult) -> None:
        """Count a webhook of 100ms, received or fetched."""

    def watches_running(self, number: int) -> None:
        """Record the number of watches that this process looks after."""

    def late_look(self) -> None:
        """Count a look of a watch that took longer than a minute."""

    def page(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return b""


def outcome_of(error: BotError) -> LookupOutcome:
    """Return the outcome of a look-up that ended with this error."""
    if isinstance(error, AskedWrongly):
        return LookupOutcome.ASKED_WRONGLY
    return LookupOutcome.UNAVAILABLE if isinstance(error, ServiceTrouble) else LookupOutcome.FAILED
