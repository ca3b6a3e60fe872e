"""What the events of one room repeat: who sent them, and what failed.

Every field may be missing. https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events
"""

from dataclasses import dataclass, field

Pairs = tuple[tuple[str, str], ...]
"""(label, text) pairs for a reader."""


@dataclass(frozen=True, slots=True)
class Agent:
    """The app and device an event came from. `env` is `prod` or `debug`."""

    sdk: str | None = None
    sdk_version: str | None = None
    os: str | None = None
    os_version: str | None = None
    device_model: str | None = None
    framework: str | None = None
    framework_version: str | None = None
    framework_sdk_version: str | None = None
    is_prebuilt: bool | None = None
    domain: str | None = None
    env: str | None = None

    def __hash__(self) -> int:
        return hash((self.device_model, self.os, self.sdk_version))  # tells most apart, and fast


@dataclass(frozen=True, slots=True, eq=False)
class Sender:
    """Who sent an event and from where: alike in all that one person reports in one call.

    Compared by identity, so that what is concluded from one can be found again at once.
    """

    peer_id: str | None = None
    user_id: str | None = None
    user_name: str | None = None
    session_id: str | None = None
    room_id: str | None = None
    room_name: str | None = None
    template_id: str | None = None
    account_id: str | None = None
    role: str | None = None
    agent: Agent = field(default_factory=Agent)


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """What an event tells of: alike in a whole flood. Compared by identity, as `Sender`."""

    type: str
    error_code: int | None = None
    error_name: str | None = None
    error_message: str | None = None
    error_description: str | None = None
    is_terminal: bool = False
    action: str | None = None
    domain: str | None = None
    transport_state: str | None = None
    endpoint: str | None = None
    retries_join: int | None = None
    media: Pairs = ()
    public_address: str | None = None
