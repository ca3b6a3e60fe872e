"""Runs the bot until it is stopped, over Socket Mode or HTTP; both serve the health paths."""

import asyncio
import contextlib
import signal
import socket as sockets
from collections.abc import AsyncIterator, Iterator, Mapping

import structlog
import uvicorn
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette

from bot.domain.errors import Misconfigured
from bot.domain.metrics import Metrics
from bot.slack.app import build_app
from bot.slack.buttons.job import PRESS_KIND, button_handler
from bot.slack.buttons.refresh import REFRESH_KIND, refresh_handler
from bot.slack.context import BotContext
from bot.slack.listeners.registry import LOOKUP_BUTTONS
from bot.slack.lookup.job import LOOKUP_KIND, lookup_handler
from bot.slack.lookup.surroundings import STATUS_KIND, status_handler
from bot.slack.lookup.workflow_step import STEP_KIND, step_handler
from bot.slack.server.connection_deadlines import bounded_protocol, connection_limit
from bot.slack.server.health import Probe, Probes
from bot.slack.server.http import WebhookDoor, build_http
from bot.slack.server.socket_mode import SocketConnection
from bot.slack.slack_settings import SlackSettings
from bot.slack.watch.command import poll_watches
from bot.slack.watch.job import LOOK_KIND, look_handler
from bot.slack.watch.start import START_KIND, start_handler

GRACE_SECONDS = 2
# asyncio accepts this many connections in one go, before the first of them can be closed again.
BACKLOG = 128
EXIT_FAILED = 1


async def serve(
    settings: SlackSettings,
    ctx: BotContext,
    *,
    other_probes: Mapping[str, Probe],
    webhooks: WebhookDoor | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """Serve until SIGTERM, SIGINT or `stop`; return the exit status.

    `other_probes` are the probes of /readyz besides `slack`; `webhooks` receives those of 100ms.
    Raises Misconfigured before anything is served.
    """
    log, jobs = structlog.get_logger("call_doctor"), ctx.jobs
    app = build_app(ctx, settings)
    jobs.register(LOOKUP_KIND, lookup_handler(ctx))
    jobs.register(PRESS_KIND, button_handler(ctx, LOOKUP_BUTTONS))
    jobs.register(STEP_KIND, step_handler(ctx))
    jobs.register(REFRESH_KIND, refresh_handler(ctx))
    jobs.register(STATUS_KIND, status_handler(ctx))
    jobs.register(START_KIND, start_handler(ctx))
    jobs.register(LOOK_KIND, look_handler(ctx))
    await jobs.start()
    poller = asyncio.create_task(poll_watches(ctx))
    with _stop_on_signals(stop or asyncio.Event()) as stop_event:
        serve_app = _serve_socket if settings.app_token else _serve_http
        probes = Probes(other_probes, ctx.sender, ctx.clients)
        status = await serve_app(settings, app, probes, stop_event, ctx.metrics, webhooks)
        log.info("draining")
        poller.cancel()
        await asyncio.gather(poller, return_exceptions=True)
        unfinished = await jobs.settle(settings.drain_seconds)
        await ctx.tasks.drain(GRACE_SECONDS)
        log.info("handed_over", jobs=unfinished)
    log.info("stopped", status=status)
    return status


async def _serve_http(
    settings: SlackSettings,
    app: AsyncApp,
    probes: Probes,
    stop_event: asyncio.Event,
    metrics: Metrics,
    webhooks: WebhookDoor | None,
) -> int:
    health = probes.with_slack(probes.auth_probe())
    http_app = build_http(health, metrics, app, settings.signing_secret, webhooks=webhooks)
    async with _listen(settings, http_app):
        await stop_event.wait()
    return 0


async def _serve_socket(
    settings: SlackSettings,
    app: AsyncApp,
    probes: Probes,
    stop_event: asyncio.Event,
    metrics: Metrics,
    webhooks: WebhookDoor | None,
) -> int:
    socket = SocketConnection(app, settings, metrics)
    health = probes.with_slack(socket.probe)
    async with _listen(settings, build_http(health, metrics, webhooks=webhooks)):
        socket.open()
        watch_task = asyncio.create_task(socket.watch())
        stop_task = asyncio.create_task(stop_event.wait())
        try:
            await asyncio.wait({watch_task, stop_task}, return_when=asyncio.FIRST_COMPLETED)
            return 0 if stop_event.is_set() else EXIT_FAILED
        finally:
            for task in (watch_task, stop_task):
                task.cancel()
            await asyncio.gather(watch_task, stop_task, return_exceptions=True)
            await socket.close()


@contextlib.asynccontextmanager
async def _listen(settings: SlackSettings, http_app: Starlette) -> AsyncIterator[None]:
    """Serve an HTTP app while the block runs. Raises Misconfigured if the port is taken."""
    server = _Server(
        uvicorn.Config(
            http_app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            http=bounded_protocol(connection_limit()),
            ws="none",
            backlog=BACKLOG,
        )
    )
    listener = _bind_socket(settings)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started and not task.done():  # noqa: ASYNC110  uvicorn has no event
            await asyncio.sleep(0.01)
        structlog.get_logger("call_doctor").info("listening", port=listener.getsockname()[1])
        yield
    finally:
        server.should_exit = True
        await task
        listener.close()


def _bind_socket(settings: SlackSettings) -> sockets.socket:
    family = sockets.AF_INET6 if ":" in settings.host else sockets.AF_INET
    listener = sockets.socket(family, sockets.SOCK_STREAM)
    listener.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise Misconfigured(
            f"HOST {settings.host}, PORT {settings.port} cannot be used: {error.strerror}."
        ) from error
    return listener


class _Server(uvicorn.Server):
    """A server that leaves signals to us, because we drain look-ups, not only connections."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.contextmanager
def _stop_on_signals(stop_event: asyncio.Event) -> Iterator[asyncio.Event]:
    """Set the event on SIGTERM and SIGINT while the block runs."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for signal_number in signals:
        loop.add_signal_handler(signal_number, stop_event.set)
    try:
        yield stop_event
    finally:
        for signal_number in signals:
            loop.remove_signal_handler(signal_number)
