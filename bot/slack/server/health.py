"""Serves /healthz and /readyz, and probes Slack.

/healthz says that the process is alive. /readyz says whether it can answer, and names what it
lacks.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from cachetools import TLRUCache, TTLCache
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.slack.sending.errors import SLACK_EXCEPTIONS, classify_error
from bot.slack.sending.sender import SlackSender
from bot.slack.sending.web_clients import Clients

Probe = Callable[[], Awaitable[str]]
"""Returns `ok`, `degraded: …` if one part of several is down, or a few words that say why not."""

DEGRADED = "degraded: "

PROBE_SECONDS = 5.0
FAILURE_CACHE_SECONDS = 2.0
"""Seconds for which a failure is cached; it may be over in a moment."""


class Health:
    """Runs the probes, each independently of the others."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = dict(probes)

    async def alive(self, _: Request) -> Response:
        """Return 200 always."""
        return PlainTextResponse("ok")

    async def ready(self, _: Request) -> Response:
        """Return 200 if every probe is `ok` or degraded, else 503; the JSON has each probe's words.

        A degraded replica stays ready: its removal would help nobody, and would take answers from
        others.
        """
        words = await asyncio.gather(*(_run_probe(probe) for probe in self._probes.values()))
        results = dict(zip(self._probes, words, strict=True))
        is_ready = all(word == "ok" or word.startswith(DEGRADED) for word in words)
        return JSONResponse(results, 200 if is_ready else 503)


def cache_probe(probe: Probe, seconds: float) -> Probe:
    """Return the probe with a cache of `seconds`, because orchestrators ask every few seconds.

    A word other than `ok` is cached for two seconds at most.
    """

    def expires_at(_: str, word: str, now: float) -> float:
        return now + (seconds if word == "ok" else min(seconds, FAILURE_CACHE_SECONDS))

    cache: TLRUCache[str, str] = TLRUCache(1, expires_at)

    async def probe_cached() -> str:
        word = cache.get("word")
        if word is None:
            word = cache["word"] = await probe()
        return word

    return probe_cached


async def _run_probe(probe: Probe) -> str:
    try:
        return await asyncio.wait_for(probe(), PROBE_SECONDS)
    except TimeoutError:
        return "no answer in time"
    except Exception:  # noqa: BLE001  a border: a probe that fails is an answer
        structlog.get_logger("call_doctor").warning("probe_failed", exc_info=True)
        return "failed"


AUTH_TEST_CACHE_SECONDS = 15


class Probes:
    """The other probes and Slack's. A refused token makes us unready in both modes."""

    def __init__(self, others: Mapping[str, Probe], sender: SlackSender, clients: Clients) -> None:
        self._others = dict(others)
        self._sender = sender
        self._clients = clients

    def with_slack(self, connected: Probe) -> Health:
        """Return all probes; `slack` reports the connection, and posts refused for our token."""

        async def slack() -> str:
            return self._sender.setup_error or await connected()

        return Health({**self._others, "slack": slack})

    def auth_probe(self) -> Probe:
        """Return a probe that calls auth.test, cached because /readyz is asked often."""
        cache: TTLCache[str, str] = TTLCache(1, AUTH_TEST_CACHE_SECONDS)

        async def probe() -> str:
            if "slack" not in cache:
                try:
                    await self._clients.read.auth_test()
                    cache["slack"] = "ok"
                except SLACK_EXCEPTIONS as error:
                    cache["slack"] = classify_error(error)[1]
            return cache["slack"]

        return probe
