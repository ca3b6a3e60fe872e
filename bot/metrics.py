"""Metrics in Prometheus' form. The only user of prometheus_client.

`PrometheusMetrics` records the measurements that `bot.domain.metrics.Metrics` names, in a registry
of its own.

https://prometheus.io/docs/practices/naming/
"""

from typing import get_args

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from bot.domain.metrics import (
    CircuitState,
    LookupOutcome,
    Metrics,
    ReconcileResult,
    WebhookResult,
)

__all__ = [
    "PrometheusMetrics",
]

_STATES: tuple[CircuitState, ...] = ("closed", "half_open", "open")
_ACK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
"""Slack drops a request that is not acknowledged within three seconds."""
_LOOKUP_BUCKETS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)


class PrometheusMetrics(Metrics):
    """Counts in memory. Create one for each process, never at import."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # else a second series for each
        self._registry = CollectorRegistry()
        self._lookups = self._counter("lookups", "Look-ups by how they ended", "outcome")
        self._ack = self._histogram("ack_seconds", "Delivery to acknowledgement", _ACK_BUCKETS)
        self._first = self._histogram(
            "first_answer_seconds", "Question to opening", _LOOKUP_BUCKETS
        )
        self._completion = self._histogram("completion_seconds", "Question to end", _LOOKUP_BUCKETS)
        self._hms = self._counter("hms_requests", "Attempts to call 100ms", "status")
        self._slack = self._counter("slack_requests", "Attempts to call Slack", "method", "status")
        self._queue = self._gauge("queue_depth", "Look-ups waiting for their turn")
        self._circuit = self._gauge(
            "hms_circuit_state", "0 closed, 1 half open, 2 open", "workspace"
        )
        self._duplicates = self._counter("duplicates_suppressed", "Repetitions not answered")
        self._reconciled = self._counter("reconciliations", "Posts looked for again", "result")
        self._incomplete = self._counter("incomplete_answers", "Answers with a named gap")
        self._webhooks = self._counter("webhooks", "Webhooks of 100ms by their result", "result")
        self._watches = self._gauge("watches_running", "Watches that this process looks after")
        self._late_looks = self._counter("watches_late_looks", "Looks that came late")
        for outcome in LookupOutcome:  # a rate needs a zero to start from
            self._lookups.labels(outcome.value)
        for result in get_args(ReconcileResult):
            self._reconciled.labels(result)
        for webhook_result in get_args(WebhookResult):
            self._webhooks.labels(webhook_result)

    def lookup(self, outcome: LookupOutcome) -> None:
        """See `Metrics`."""
        self._lookups.labels(outcome.value).inc()

    def ack_seconds(self, seconds: float) -> None:
        """See `Metrics`."""
        self._ack.observe(seconds)

    def first_answer_seconds(self, seconds: float) -> None:
        """See `Metrics`."""
        self._first.observe(seconds)

    def completion_seconds(self, seconds: float) -> None:
        """See `Metrics`."""
        self._completion.observe(seconds)

    def hms_request(self, status: int | None) -> None:
        """See `Metrics`."""
        self._hms.labels("no_answer" if status is None else str(status)).inc()

    def hms_circuit(self, workspace: str, state: CircuitState) -> None:
        """See `Metrics`."""
        self._circuit.labels(workspace).set(_STATES.index(state))

    def slack_request(self, method: str, status: str) -> None:
        """See `Metrics`."""
        self._slack.labels(method, status).inc()

    def queue_depth(self, waiting: int) -> None:
        """See `Metrics`."""
        self._queue.set(waiting)

    def duplicate_suppressed(self) -> None:
        """See `Metrics`."""
        self._duplicates.inc()

    def reconciliation(self, result: ReconcileResult) -> None:
        """See `Metrics`."""
        self._reconciled.labels(result).inc()

    def incomplete_answer(self) -> None:
        """See `Metrics`."""
        self._incomplete.inc()

    def webhook(self, result: WebhookResult) -> None:
        """See `Metrics`."""
        self._webhooks.labels(result).inc()

    def watches_running(self, number: int) -> None:
        """See `Metrics`."""
        self._watches.set(number)

    def late_look(self) -> None:
        """See `Metrics`."""
        self._late_looks.inc()

    def page(self) -> bytes:
        """See `Metrics`."""
        return generate_latest(self._registry)

    def _counter(self, name: str, help_: str, *labels: str) -> Counter:
        return Counter(f"call_doctor_{name}", help_, labels, registry=self._registry)

    def _gauge(self, name: str, help_: str, *labels: str) -> Gauge:
        return Gauge(f"call_doctor_{name}", help_, labels, registry=self._registry)

    def _histogram(self, name: str, help_: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"call_doctor_{name}", help_, registry=self._registry, buckets=buckets)
