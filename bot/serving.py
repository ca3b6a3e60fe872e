"""Opens the parts that only serving Slack needs: the job queue, the context, the probes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import uuid4

from bot.domain.access import AccessRules
from bot.domain.errors import BotError, StoreUnreachable
from bot.domain.metrics import Metrics
from bot.domain.report import Report
from bot.domain.watching.state import Pace
from bot.jobs import DbosJobQueue, open_jobs
from bot.jobs.ports import JobsHost
from bot.render.message import Picture
from bot.settings import Settings
from bot.slack.concurrency import BackgroundTasks, LookupLimiter
from bot.slack.context import BotContext, Homes
from bot.slack.home import refresh_after_erasure, watch_setup
from bot.slack.identity import SlackIdentity
from bot.slack.people import People
from bot.slack.sending.rate_limit import ChannelRateLimiter
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import SlackSender
from bot.slack.sending.web_clients import Clients, open_clients
from bot.slack.server.health import DEGRADED, Probe, cache_probe
from bot.slack.server.startup_checks import check_slack
from bot.slack.shared_channels import SharedChannels
from bot.slack.slack_settings import SlackSettings
from bot.storage import Database, jobs_url, lock_sqlite_file
from bot.webhooks.pull import pull_regularly
from bot.webhooks.receiver import (
    OnRoomEvent,
    WebhookQueue,
    WebhookReceiver,
    WebhookSecrets,
    ignore_room_event,
)
from bot.wiring import Services, new_lookup_id

PROBE_CACHE_SECONDS = 15


@asynccontextmanager
async def open_job_queue(settings: Settings, services: Services) -> AsyncIterator[DbosJobQueue]:
    """Open the queue of durable jobs, under a new process id.

    Raises Misconfigured if another process uses the same SQLite file. Raises StoreUnreachable if
    there is no database or it cannot be reached.
    """
    if services.database is None:
        raise StoreUnreachable
    with lock_sqlite_file(settings.database):
        url, process_id = jobs_url(settings.database), uuid4().hex
        async with open_jobs(url, process_id, services.database.processes) as jobs:
            yield jobs


@asynccontextmanager
async def open_context(
    settings: SlackSettings, services: Services, jobs: JobsHost
) -> AsyncIterator[BotContext]:
    """Open Slack's side, and yield the context of every listener and job.

    Raises Misconfigured and SlackTrouble if Slack refuses our tokens or does not answer.
    """
    identity = await check_slack(settings)
    async with open_clients(settings, services.metrics) as clients:
        ctx = _build_context(settings, services, jobs, clients, identity)
        ctx = _with_stores(_with_optional_parts(ctx, services), services.database)
        services.erasures.subscribe(partial(refresh_after_erasure, ctx))
        async with watch_setup(ctx, settings.setup_seconds):
            yield ctx


def _build_context(
    settings: SlackSettings,
    services: Services,
    jobs: JobsHost,
    clients: Clients,
    identity: SlackIdentity,
) -> BotContext:
    """Return the context with every part that no process lacks."""
    return BotContext(
        investigator=services.investigator,
        renderer=services.renderer,
        clock=services.clock,
        new_lookup_id=new_lookup_id,
        draw_timeline=_draw_timeline,
        metrics=services.metrics,
        workspaces=tuple(services.workspaces),
        names=services.names,
        clients=clients,
        identity=identity,
        sender=_build_sender(settings, jobs, clients),
        reconciler=Reconciler(clients, identity.scopes, services.metrics),
        people=People(clients.read, identity.scopes),
        shared_channels=SharedChannels(clients, identity.scopes),
        access=settings.access,
        retries=settings.retries,
        pace=settings.pace,
        jobs=jobs,
        tasks=BackgroundTasks(_lookup_limiter(settings, services.metrics)),
        homes=_build_homes(settings, services),
    )


def _draw_timeline(report: Report) -> Picture | None:
    """Return the picture of a timeline. Pillow is imported for the first one: it holds 4 MB."""
    from bot.pictures import timeline_picture  # noqa: PLC0415  see the docstring

    return timeline_picture(report)


def _build_sender(settings: SlackSettings, jobs: JobsHost, clients: Clients) -> SlackSender:
    longest = settings.longest_retry_after
    return SlackSender(clients, ChannelRateLimiter(settings.rates, lambda: jobs.replicas, longest))


def _build_homes(settings: SlackSettings, services: Services) -> Homes:
    probe = partial(_probe_hundredms, services)
    return Homes(cache_probe(probe, settings.setup_seconds / 2))


def _with_optional_parts(ctx: BotContext, services: Services) -> BotContext:
    live_calls = services.live_calls
    if live_calls is not None:
        live_calls = replace(live_calls, replicas=lambda: ctx.jobs.replicas)
    return replace(
        ctx,
        other_rooms=services.other_rooms,
        status_page=services.status_page,
        erasures=services.erasures,
        live_calls=live_calls,
    )


def _with_stores(ctx: BotContext, database: Database | None) -> BotContext:
    if database is None:
        return ctx
    return replace(
        ctx,
        answer_log=database.answer_log,
        opening_states=database.opening_states,
        channel_settings=database.channel_settings,
        post_claims=database.post_claims,
        audit=database.audit,
        votes=database.votes,
        watches=database.watches,
    )


@asynccontextmanager
async def open_webhooks(
    settings: Settings, services: Services, on_room_event: OnRoomEvent = ignore_room_event
) -> AsyncIterator[WebhookReceiver | None]:
    """Yield the receiver of 100ms' webhooks; None if no workspace has a secret for them.

    Where a workspace is set to fetch them, they are fetched while the block runs. `on_room_event`
    is called for each new webhook of a room. What waits at the end of the block is stored before
    the block is left.
    """
    if services.database is None:
        raise StoreUnreachable
    store = services.database.call_facts
    queue = WebhookQueue(store, services.metrics, on_room_event)
    workspaces = webhook_secrets(settings)
    pulled = [services.workspaces[alias].low_priority() for alias in aliases_to_pull(settings)]
    try:
        async with pull_regularly(pulled, store, queue, services.clock):
            metrics, clock = services.metrics, services.clock
            yield WebhookReceiver(workspaces, queue, metrics, clock) if workspaces else None
    finally:
        await queue.close()


def aliases_to_pull(settings: Settings) -> Iterator[str]:
    """Yield the 100ms workspaces whose webhooks are fetched."""
    for alias, workspace in settings.workspaces().items():
        own = workspace.webhook_pull
        if settings.hms_webhook_pull if own is None else own:
            yield alias


def webhook_secrets(settings: Settings) -> Mapping[str, WebhookSecrets]:
    """Return the secrets of each 100ms workspace that has any."""
    workspaces = {
        alias: WebhookSecrets(
            workspace.webhook_secret.get_secret_value(),
            workspace.webhook_header or settings.hms_webhook_header,
            workspace.webhook_signature_secret.get_secret_value(),
        )
        for alias, workspace in settings.workspaces().items()
    }
    return {
        alias: secrets
        for alias, secrets in workspaces.items()
        if secrets.secret or secrets.signature_secret
    }


def _lookup_limiter(settings: SlackSettings, metrics: Metrics) -> LookupLimiter:
    return LookupLimiter(
        settings.at_once,
        settings.per_asker,
        settings.most_waiting,
        metrics.queue_depth,
        settings.most_waiting_per_asker,
    )


def build_probes(
    services: Services, cache_seconds: float = PROBE_CACHE_SECONDS
) -> dict[str, Probe]:
    """Return the probes of /readyz other than Slack's: the database and 100ms.

    An `ok` from 100ms is cached for `cache_seconds`.
    """

    async def database() -> str:
        return await _run_probe(services.database.ping()) if services.database else "not open"

    return {
        "database": database,
        "hms": cache_probe(partial(_probe_hundredms, services), cache_seconds),
    }


async def _probe_hundredms(services: Services) -> str:
    """Return `ok`, or which 100ms workspaces do not answer and why."""
    workspaces = services.workspaces
    results = await asyncio.gather(*(_run_probe(client.check()) for client in workspaces.values()))
    failures = {
        alias: word for alias, word in zip(workspaces, results, strict=True) if word != "ok"
    }
    summary = "; ".join(f"{alias}: {word}" for alias, word in failures.items()) or "ok"
    # Answers from the other workspaces say which workspace was missing.
    return DEGRADED + summary if 0 < len(failures) < len(workspaces) else summary


async def _run_probe(attempt: Awaitable[None]) -> str:
    try:
        await attempt
    except BotError as error:
        return error.headline
    return "ok"


def build_slack_settings(settings: Settings, access: AccessRules | None = None) -> SlackSettings:
    """Return the settings that the Slack package needs.

    `access` replaces the rules of the settings, for which 100ms' credentials have to be set.
    """
    return SlackSettings(
        bot_token=settings.slack_bot_token.get_secret_value(),
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        app_token=settings.slack_app_token.get_secret_value(),
        api_url=settings.slack_api_url,
        host=settings.host,
        port=settings.port,
        per_asker=settings.lookups_per_asker,
        most_waiting=settings.lookups_waiting,
        most_waiting_per_asker=settings.lookups_waiting_per_asker,
        access=access or settings.access(),
        pace=Pace(
            timedelta(seconds=settings.watch_every), timedelta(seconds=settings.watch_linger)
        ),
    )
