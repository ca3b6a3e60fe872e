"""The settings of the Slack package."""

from dataclasses import dataclass, field

from bot.domain.access import AccessRules
from bot.domain.watching.state import Pace


@dataclass(frozen=True, slots=True)
class Rates:
    """The rate of posts in one channel, for all our processes together.

    Slack allows about one message a second in a channel, and short bursts above that, of some 25
    messages by others' measurements. Replies may be `replies_at_once` ahead of this rate: the
    longest thread has eight. Openings may be `openings_at_once` more ahead. A person waits for an
    opening, so no thread may hold it up.
    https://docs.slack.dev/apis/web-api/rate-limits
    https://github.com/RamblingCookieMonster/PSSlack/issues/52
    """

    per_second: float = 1.0
    replies_at_once: int = 8
    openings_at_once: int = 15


@dataclass(frozen=True, slots=True)
class SocketTimes:
    """The times, in seconds, by which the Socket Mode watchdog judges a connection.

    After `idle` seconds without an envelope, the watchdog calls Slack. A connection that was idle
    for hours was observed to look alive and to deliver nothing until a call was made.
    https://github.com/slackapi/bolt-python/issues/1529
    """

    poll: float = 15.0
    down: float = 60.0
    rebuilds: int = 3
    ping: float = 10.0
    idle: float = 3600.0


@dataclass(frozen=True, slots=True)
class Retries:
    """The number of tries after a partial answer, with a pause in seconds before each time."""

    pause: float = 30.0
    times: int = 30


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """The settings of one Slack app, served over Socket Mode with `app_token`, else over HTTP.

    `api_url` ends in `/api/`. Times are in seconds. Secrets stay out of the repr. Work that is not
    finished after `drain_seconds` is left to another process or to the next start. With the time
    that connections take to end, the process stops within 20 seconds.
    """

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    api_url: str = "https://slack.com/api/"
    host: str = "0.0.0.0"  # noqa: S104  a container's health check comes from outside
    port: int = 3000
    drain_seconds: float = 12.0
    call_seconds: float = 10.0
    setup_seconds: float = 20.0
    """Seconds between two checks of the set-up for the Homes seen lately."""
    longest_retry_after: float = 30.0
    at_once: int = 50
    per_asker: int = 3
    most_waiting: int = 500
    most_waiting_per_asker: int = 10
    rates: Rates = field(default_factory=Rates)
    socket: SocketTimes = field(default_factory=SocketTimes)
    access: AccessRules = field(default_factory=AccessRules)
    retries: Retries = field(default_factory=Retries)
    pace: Pace = field(default_factory=Pace)
