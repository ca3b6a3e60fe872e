"""What the Slack edge needs to know before it starts."""

from dataclasses import dataclass, field

from bot.domain.access import AccessRules


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast one channel is posted to, by all our processes together.

    Slack allows about one message a second in a channel, and short bursts above it: replies may
    be `replies_at_once` ahead of that, openings `openings_at_once` more. They are what a person
    waits for, and no thread may hold them up.
    https://docs.slack.dev/apis/web-api/rate-limits
    """

    per_second: float = 1.0
    replies_at_once: int = 3
    openings_at_once: int = 20


@dataclass(frozen=True, slots=True)
class SocketTimes:
    """How the watchdog of Socket Mode judges a connection; all in seconds.

    After `idle` without an envelope Slack is asked something: a connection that was idle for
    hours was seen to look alive and bring nothing until a call was made.
    https://github.com/slackapi/bolt-python/issues/1529
    """

    poll: float = 15.0
    down: float = 60.0
    rebuilds: int = 3
    ping: float = 10.0
    idle: float = 3600.0


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """One Slack app. With `app_token` it is served over Socket Mode, else over HTTP.

    `api_url` ends in `/api/`; times are in seconds. Secrets stay out of the repr. After
    `drain_seconds` what is not finished is left to another process or the next start; with the
    connections' own end the process is gone within 20 seconds.
    """

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = "https://slack.com/api/"
    host: str = "0.0.0.0"  # noqa: S104  a container's health check comes from outside
    port: int = 3000
    drain_seconds: float = 12.0
    call_seconds: float = 10.0
    longest_retry_after: float = 30.0
    at_once: int = 50
    per_asker: int = 3
    most_waiting: int = 500
    most_waiting_per_asker: int = 10
    rates: Rates = field(default_factory=Rates)
    socket: SocketTimes = field(default_factory=SocketTimes)
    access: AccessRules = field(default_factory=AccessRules)
