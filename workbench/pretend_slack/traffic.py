"""The traffic: Web API calls, and deliveries to the bot with their attempts."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from workbench.pretend_slack.records import Json


@dataclass(slots=True)
class Call:
    """One Web API call: `status` and `answer` stay None while it hangs or after a reset.

    `token` is whose token it came with: bot, app, workflow, or empty for an unknown one.
    """

    method: str
    args: Json
    at: float
    status: int | None = None
    answer: Json | None = None
    fault: str = ""
    token: str = ""

    @property
    def ok(self) -> bool:
        """Whether Slack answered `ok: true`."""
        return bool(self.answer and self.answer.get("ok"))


@dataclass(slots=True)
class Attempt:
    """One try to hand something to the bot; `took` in seconds until its answer."""

    took: float
    status: int | None = None
    body: Any = None
    error: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Delivery:
    """One command, interaction or event: what was sent and how the bot answered."""

    kind: str
    payload: Json
    at: float = field(default_factory=time.time)
    attempts: list[Attempt] = field(default_factory=list)
    user_error: str = ""

    @property
    def acked(self) -> bool:
        """Whether any attempt was answered with success."""
        return any(not attempt.error for attempt in self.attempts)

    @property
    def status(self) -> int | None:
        """The last attempt's HTTP status (200 for an ack over a socket)."""
        return self.attempts[-1].status if self.attempts else None

    @property
    def body(self) -> Any:  # noqa: ANN401
        """The last attempt's answer: parsed JSON, a text, or None."""
        return self.attempts[-1].body if self.attempts else None

    @property
    def took(self) -> float | None:
        """Seconds until the ack, None when there was none."""
        return next((each.took for each in self.attempts if not each.error), None)

    @property
    def error(self) -> str:
        """The last attempt's error, empty when it was answered well."""
        return self.attempts[-1].error if self.attempts else "not_delivered"

    def record(self) -> Json:
        """The delivery as JSON, with what follows from its attempts."""
        more = {"acked": self.acked, "took": self.took, "error": self.error}
        return asdict(self) | more | {"status": self.status, "body": self.body}
