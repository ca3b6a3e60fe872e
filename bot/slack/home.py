"""The Home tab of each person: builds it, publishes it, and builds it again when it changes.

It shows the person's own last answers, the settings of the channels they asked in, how often
answers were right, and what is missing in the set-up. It is published when the person opens it, and
again after each of their own actions, each erasure of something in it, and each change of what is
missing within ten minutes. Nothing of it is stored here: after a restart it is built anew when the
person opens it.
https://docs.slack.dev/surfaces/app-home
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from bot.domain.answer_log import PostedAnswer
from bot.domain.channel_settings import ChannelSettings
from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.erasures import ErasureMarks, digest
from bot.domain.saved_lookup import encode, subject_ids
from bot.render.help import HomeAnswer, HomeChannel, HomeFacts
from bot.slack.context import BotContext
from bot.slack.identity import SCOPE_COSTS, read_scopes
from bot.slack.payloads import text_at
from bot.slack.sending.calls import PublishHome
from bot.slack.sending.errors import SLACK_EXCEPTIONS

MOST_ANSWERS = 10
MOST_CHANNELS = 10
SETUP_SECONDS = 2.0
"""Seconds to wait for what Slack and 100ms say about the set-up."""
STORE_SECONDS = 2.0
_FAILED = "Your answers and settings could not be read just now: the database does not answer."

T = TypeVar("T")


def open_home(ctx: BotContext, user: str) -> None:
    """Publish the Home tab of a person who opens it."""
    ctx.homes.readers.setdefault(user, frozenset())
    _publish_soon(ctx, user, "")


def refresh_home(ctx: BotContext, user: str, notice: str = "") -> None:
    """Publish a person's Home tab anew after an action of theirs, if they have opened it.

    `notice` is a line for its top, until it is published again.
    """
    if user in ctx.homes.readers:
        _publish_soon(ctx, user, notice)


def refresh_after_erasure(ctx: BotContext, marks: ErasureMarks) -> None:
    """Publish the Home tabs anew in which erased people or rooms stand."""
    for user, subjects in list(ctx.homes.readers.items()):
        if digest(user) in marks or not subjects.isdisjoint(marks):
            _publish_soon(ctx, user, "")


@asynccontextmanager
async def watch_setup(ctx: BotContext, every: float) -> AsyncIterator[None]:
    """While the block runs, publish anew the Homes seen lately when what is missing changes."""
    task = asyncio.create_task(_watch_setup(ctx, every))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _watch_setup(ctx: BotContext, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        shown = dict(ctx.homes.shown)
        faults = await _setup_faults(ctx) if shown else ()
        for user, faults_shown in shown.items():
            if faults_shown != faults:
                _publish_soon(ctx, user, "")


def _publish_soon(ctx: BotContext, user: str, notice: str) -> None:
    """Publish in the background; requests that come meanwhile are published together after it."""
    is_busy = user in ctx.homes.requested
    ctx.homes.requested[user] = notice or ctx.homes.requested.get(user) or ""
    if not is_busy:
        ctx.tasks.spawn(_publish_requested(ctx, user))


async def _publish_requested(ctx: BotContext, user: str) -> None:
    requested = ctx.homes.requested
    try:
        while (notice := requested[user]) is not None:
            requested[user] = None
            facts, subjects = await _read(ctx, user)
            view = ctx.renderer.home(replace(facts, notice=notice))
            ctx.homes.readers[user] = subjects
            await ctx.sender.send(PublishHome(user, view))
    finally:
        del requested[user]


async def _read(ctx: BotContext, user: str) -> tuple[HomeFacts, frozenset[str]]:
    """Return what a person's Home shows, and digests of the people and rooms in it."""
    faults = asyncio.create_task(_setup_faults(ctx))
    try:
        async with asyncio.timeout(STORE_SECONDS):
            facts, answers = await _read_stores(ctx, user)
    except (StoreUnreachable, TimeoutError):
        facts, answers = HomeFacts(faults=(_FAILED,)), ()
    subjects = {subject for answer in answers for subject in subject_ids(answer.handle)}
    ctx.homes.shown[user] = await faults
    facts = replace(facts, now=ctx.clock(), faults=(*facts.faults, *ctx.homes.shown[user]))
    return facts, frozenset(map(digest, subjects))


async def _read_stores(ctx: BotContext, user: str) -> tuple[HomeFacts, tuple[PostedAnswer, ...]]:
    if ctx.answer_log is None:
        return HomeFacts(), ()
    answers = tuple(await ctx.answer_log.last_of(user, MOST_ANSWERS))
    links = await asyncio.gather(*(_link(ctx, answer) for answer in answers))
    ids = await ctx.answer_log.channels_of(user, MOST_CHANNELS)
    facts = HomeFacts(
        answers=tuple(
            HomeAnswer(
                answer.subject or f"Room {answer.handle.room_id}",
                answer.sentence or f"Answer {answer.handle.lookup_id}",
                answer.answered_at,
                link,
                encode(answer.handle),
            )
            for answer, link in zip(answers, links, strict=True)
        ),
        channels=tuple([await _channel(ctx, channel) for channel in ids]),
        accuracy=await ctx.votes.accuracy() if ctx.votes else None,
    )
    return facts, answers


async def _channel(ctx: BotContext, channel: str) -> HomeChannel:
    stored = ctx.channel_settings
    settings = await stored.of(channel) if stored else ChannelSettings()
    return HomeChannel(channel, settings, settings.names or ctx.names)


async def _link(ctx: BotContext, answer: PostedAnswer) -> str:
    """Return the permalink of an answer; "" for one that only its asker saw, or that is gone."""
    if answer.handle.private or not answer.ts:
        return ""
    key = (answer.channel, answer.ts)
    if key not in ctx.homes.links:
        link = await ctx.sender.permalink(*key)
        if link:
            ctx.homes.links[key] = link
    return ctx.homes.links.get(key, "")


async def _setup_faults(ctx: BotContext) -> tuple[str, ...]:
    """Return what is missing in the set-up: of 100ms, then each optional scope."""
    word, scopes = await asyncio.gather(
        _within(ctx.homes.probe(), "no answer in time"),
        _within(_granted_scopes(ctx), ctx.identity.scopes),
    )
    word = word.removeprefix("degraded: ")
    if len(ctx.workspaces) == 1:
        word = word.removeprefix(f"{ctx.workspaces[0]}: ")
    faults = [] if word == "ok" else [f"100ms cannot be reached: {word}."]
    missing = [scope for scope in SCOPE_COSTS if scopes and scope not in scopes]
    return (
        *faults,
        *(f"Slack's scope `{scope}` is not granted: {SCOPE_COSTS[scope]}." for scope in missing),
    )


async def _within(attempt: Awaitable[T], default: T) -> T:
    try:
        return await asyncio.wait_for(attempt, SETUP_SECONDS)
    except TimeoutError:
        return default


async def _granted_scopes(ctx: BotContext) -> frozenset[str]:
    """Return the scopes that the token has now; those of the start if Slack does not tell."""
    cache = ctx.homes.scopes
    if "scopes" not in cache:
        try:
            response = await ctx.clients.read.auth_test()
        except SLACK_EXCEPTIONS:
            return ctx.identity.scopes
        cache["scopes"] = read_scopes(response) or ctx.identity.scopes
    return cache["scopes"]


APP_HOME_OPENED = "app_home_opened"


def home_listener(ctx: BotContext) -> Callable[[dict[str, Any]], Awaitable[None]]:
    """Return a listener that publishes the Home of a person who opens the Home tab."""

    async def on_home(event: dict[str, Any]) -> None:
        user = text_at(event, "user")
        if user and event.get("tab") == "home":
            open_home(ctx, user)

    return on_home
