"""/healthz: the process lives. /readyz: it can answer, and if not, what it lacks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

Probe = Callable[[], Awaitable[str]]
"""Tells `ok`, or in a few words why not."""

PROBE_SECONDS = 5.0


class Health:
    """Asks the probes, each by itself."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = dict(probes)

    async def alive(self, _: Request) -> Response:
        """Always 200."""
        return PlainTextResponse("ok")

    async def ready(self, _: Request) -> Response:
        """200 when every probe says `ok`, else 503; JSON with each probe's words."""
        words = await asyncio.gather(*(_word(probe) for probe in self._probes.values()))
        found = dict(zip(self._probes, words, strict=True))
        return JSONResponse(found, 200 if set(words) <= {"ok"} else 503)


async def _word(probe: Probe) -> str:
    try:
        return await asyncio.wait_for(probe(), PROBE_SECONDS)
    except TimeoutError:
        return "no answer in time"
    except Exception:  # noqa: BLE001  a border: a probe that fails is an answer
        structlog.get_logger("call_doctor").warning("probe_failed", exc_info=True)
        return "failed"
