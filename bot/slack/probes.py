"""What /readyz asks of Slack."""

from collections.abc import Mapping

from cachetools import TTLCache

from bot.slack.clients import Clients
from bot.slack.errors import TROUBLES, cause_of
from bot.slack.health import Health, Probe
from bot.slack.post import Poster

KEPT_SECONDS = 15


class Probes:
    """The probes of others, and ours. A refused token makes us unready in both modes."""

    def __init__(self, others: Mapping[str, Probe], poster: Poster, clients: Clients) -> None:
        self._others = dict(others)
        self._poster = poster
        self._clients = clients

    def with_slack(self, connected: Probe) -> Health:
        """All probes; `slack` tells of the connection, and of posts refused for our token."""

        async def slack() -> str:
            return self._poster.setup_error or await connected()

        return Health({**self._others, "slack": slack})

    def asked(self) -> Probe:
        """auth.test, at most once in a while: /readyz is asked often."""
        kept: TTLCache[str, str] = TTLCache(1, KEPT_SECONDS)

        async def probe() -> str:
            if "slack" not in kept:
                try:
                    await self._clients.read.auth_test()
                    kept["slack"] = "ok"
                except TROUBLES as error:
                    kept["slack"] = cause_of(error)[1]
            return kept["slack"]

        return probe
