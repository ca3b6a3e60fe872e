"""The words `watch`, `watches` and `unwatch`, and the buttons *Watch* and *Stop*."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck

from bot.domain.audit import AuditOutcome
from bot.domain.errors import (
    BotError,
    NotAllowed,
    SlackTrouble,
    StoreUnreachable,
    UnreadableQuestion,
)
from bot.domain.parsing import find_zone, parse_query
from bot.domain.parsing.watch_command import WatchCommand, parse_watch
from bot.domain.privacy.personal_names import Names
from bot.domain.query import LookupQuery
from bot.domain.saved_lookup import query_of
from bot.domain.target import Target
from bot.domain.watching.state import EARLY_AFTER
from bot.domain.watching.watch import MOST_TIME, Watch, WatchStore, watch_of
from bot.render.answer.watch import target_words
from bot.render.message import Message
from bot.slack.audit import set_outcome
from bot.slack.buttons.job import ButtonJob, LookupButton
from bot.slack.context import BotContext, Listener
from bot.slack.error_boundary import notify_user
from bot.slack.message_text import MAX_TYPED_CHARACTERS
from bot.slack.payloads import ReplyTarget, is_direct, pressed_value, reply_target_of_click
from bot.slack.watch.start import NOT_STARTED, WatchRequest, start_watch

USAGE = "Write `watch <target>`, with `for 2h` or `until 18:00` and `notify me` if you like."
_NOT_PRIVATE = NotAllowed(
    "A watch posts in the channel, so it cannot be private.",
    headline=NOT_STARTED,
    next_step="Leave out `private`, or start the watch in your direct messages with me.",
)
_REFERENCE = re.compile(r"CD-[A-Z0-9]{8}", re.IGNORECASE)
_NO_NAME = re.compile(
    r"(?:(?:public|please|it|here|(?:this|that|the)(?:\s(?:call|room|session|meeting|one))?)\b\W*)*",
    re.IGNORECASE,
)
"""Words of a request that name no target: they mean that of the last answer there."""
_RESOLVE_SECONDS = 1.5
STOP_ACTION = "stop_watch"


async def answer_watch(
    ctx: BotContext, target: ReplyTarget, text: str, reference: str, delivery: str
) -> Message:
    """Start a watch, and return a message for the asker alone. Raises BotError."""
    command = await _read_command(ctx, text[:MAX_TYPED_CHARACTERS], target.user)
    if command.complaint:
        raise UnreadableQuestion(command.complaint, headline=NOT_STARTED, next_step=USAGE)
    query = await _question_of(ctx, target, command)
    if query.private and not is_direct(target.channel):
        raise _NOT_PRIVATE
    request = WatchRequest(reference, query, target, command.until, command.notify)
    request = await start_watch(ctx, request, delivery)
    limit = ctx.clock() + MOST_TIME
    is_capped = command.until is not None and command.until > limit
    capped = ("It ends after seven days at the latest.",) * is_capped
    place = "here" if is_direct(target.channel) else "in the channel"
    started = f"Starting the watch; its message follows {place}."
    words = (started, *capped, *query.remarks, f"(Reference {reference})")
    return ctx.renderer.note(" ".join(words))


async def _read_command(ctx: BotContext, text: str, user: str) -> WatchCommand:
    """Return the parsed command; a time of day that names no zone is in the asker's zone."""
    now = ctx.clock()
    command = parse_watch(text, now)
    if command.zoned:
        return command
    try:
        person = await ctx.people.find(user)
    except SlackTrouble:  # UTC, as the message then shows
        return command
    zone = find_zone(person.zone) if person and person.zone else None
    return parse_watch(text, now, zone) if zone else command


async def _question_of(ctx: BotContext, target: ReplyTarget, command: WatchCommand) -> LookupQuery:
    """Return the question that names the target; without words, that of the last answer there."""
    query = parse_query(command.question, ctx.clock())
    if _NO_NAME.fullmatch(command.question) and ctx.answer_log is not None:
        answer = None
        if target.thread:
            answer = await ctx.answer_log.last_in_thread(target.channel, target.thread, target.user)
        if answer is None and is_direct(target.channel):
            answer = await ctx.answer_log.last_in_dm(target.channel)
        if answer is not None:
            return replace(query_of(answer.handle), private=False, public=query.public)
    if not query.clues:
        raise UnreadableQuestion(query.complaint, headline=NOT_STARTED, next_step=USAGE)
    return query


async def answer_watches(
    ctx: BotContext, target: ReplyTarget, _text: str, _reference: str, _delivery: str
) -> Message:
    """Return the watches of this channel, and those that the asker started elsewhere."""
    set_outcome(AuditOutcome.WATCH)
    watches = [
        watch
        for watch in await _store(ctx).running()
        if target.channel == watch.channel or target.user == watch.asked_by
    ]
    targets = await asyncio.gather(*(_named_target(ctx, watch) for watch in watches))
    rows = [
        (watch, target_words(target, watch.names))
        for watch, target in zip(watches, targets, strict=True)
    ]
    elsewhere = any(watch.channel != target.channel for watch in watches)
    return ctx.renderer.watches(rows, everywhere=elsewhere)


async def answer_unwatch(
    ctx: BotContext, target: ReplyTarget, text: str, _reference: str, _delivery: str
) -> Message:
    """Stop the watch that a text names by its id or its target. Raises NotAllowed."""
    set_outcome(AuditOutcome.WATCH)
    text = text.strip()[:MAX_TYPED_CHARACTERS]
    watches = [
        watch
        for watch in await _store(ctx).running()
        if target.channel == watch.channel or target.user == watch.asked_by
    ]
    chosen = await _find_watches(ctx, target, text, watches)
    if not chosen:
        raise _not_running()
    if len(chosen) > 1:
        ids = ", ".join(f"`{watch.id}`" for watch in chosen[:5])
        raise NotAllowed(
            f"Several watches fit: {ids}.",
            headline="No watch was ended",
            next_step="Name one of them: `unwatch CD-…`.",
        )
    if not await stop_watch(ctx, chosen[0].id, target.user):
        raise _not_running()
    return ctx.renderer.note(f"The watch {chosen[0].id} ends now.")


def _not_running() -> NotAllowed:
    return NotAllowed(
        "No such watch is running here.",
        headline="No watch was ended",
        next_step="`/call-errors watches` lists them.",
    )


async def _find_watches(
    ctx: BotContext, target: ReplyTarget, text: str, watches: list[Watch]
) -> list[Watch]:
    """Return the watches that the text means: by reference, by name, or by target."""
    reference = _REFERENCE.search(text)
    if reference:
        return [watch for watch in watches if watch.id == reference[0].upper()]
    here = [watch for watch in watches if watch.channel == target.channel]
    if not text:
        return here
    named = [watch for watch in here if _is_named(ctx, watch, text)]
    return named or await _watches_of_target(ctx, text, here)


async def _named_target(ctx: BotContext, watch: Watch) -> Target:
    """Return the target of a watch, with the room's name if 100ms tells it in time."""
    target, live = _target_of(ctx, watch), ctx.live_calls
    if target.room.name or watch.names is not Names.FULL or live is None:
        return target
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            room = await live.workspaces[watch.workspace].room(watch.room_id)
    except (BotError, TimeoutError, KeyError):  # the settings may no longer name the workspace
        return target
    return replace(target, room=room or target.room)


def _is_named(ctx: BotContext, watch: Watch, text: str) -> bool:
    room = _target_of(ctx, watch).room
    ids = (room.name, room.id, watch.session_id, watch.peer_id, watch.user_id)
    return text.casefold() in {value.casefold() for value in ids if value}


async def _watches_of_target(ctx: BotContext, text: str, watches: list[Watch]) -> list[Watch]:
    """Return the watches of what a text names, as 100ms finds it in time.

    A room's name fits each watch in it; a person or session fits the watches of just that.
    """
    query = replace(parse_query(text, ctx.clock()), workspaces=None)
    live = ctx.live_calls
    if not query.clues or live is None or not watches:
        return []
    try:
        async with asyncio.timeout(_RESOLVE_SECONDS):
            found = await live.resolve(query, _ignore)
    except (BotError, TimeoutError):
        return []
    if not isinstance(found, Target):
        return []
    place = (found.room.workspace, found.room.id)
    return [
        watch
        for watch in watches
        if (watch.workspace, watch.room_id) == place
        and (found.kind == "room" or watch.target_key == watch_of(found, watch).target_key)
    ]


async def _ignore(_reason: str) -> None:
    """Tell nobody what the search waits for."""


def _store(ctx: BotContext) -> WatchStore:
    if ctx.watches is None:
        raise StoreUnreachable
    return ctx.watches


def _target_of(ctx: BotContext, watch: Watch) -> Target:
    """Return the target of a watch, with the room's name if this process knows it."""
    call = ctx.live_calls.calls.get(watch.id) if ctx.live_calls else None
    return call.target if call else watch.target()


async def stop_watch(ctx: BotContext, watch_id: str, user: str) -> bool:
    """Mark a watch as stopped, and wake it if it runs here; return False if it does not run."""
    stopped = await _store(ctx).stop(watch_id, user)
    if stopped and ctx.live_calls is not None:
        ctx.live_calls.wake(watch_id)
    return stopped


def stop_listener(ctx: BotContext) -> Listener:
    """Return the listener of *Stop*; whoever may ask in the channel may stop its watches."""

    async def on_stop(ack: AsyncAck, body: dict[str, Any]) -> None:
        set_outcome(AuditOutcome.WATCH)
        target, watch_id = reply_target_of_click(body), pressed_value(body)
        watch = await _store(ctx).find(watch_id)
        permitted = ctx.workspaces_at(target.channel)
        if watch is not None and permitted is not None and watch.workspace not in permitted:
            raise _not_running()
        if watch is None or not await stop_watch(ctx, watch_id, target.user):
            ctx.tasks.spawn(_say_that_it_ended(ctx, target))
        await ack()

    return on_stop


async def _say_that_it_ended(ctx: BotContext, target: ReplyTarget) -> None:
    message = ctx.renderer.note("This watch has ended already.")
    if not await notify_user(ctx.sender, target, message, ""):
        structlog.get_logger("call_doctor").error("asker_not_reached")


async def _start_from_answer(job: ButtonJob) -> None:
    """Start a watch of what an answer is about; the press itself sends nothing."""
    query = replace(query_of(job.saved_lookup), private=False, since=None, until=None)
    request = WatchRequest(job.ctx.new_lookup_id(), query, job.lookup.target)
    await start_watch(job.ctx, request, job.steps.job_id)


WATCH = LookupButton("watch", _start_from_answer, per_person=True)


def wake_watches(ctx: BotContext) -> Callable[[str, str, str], Awaitable[None]]:
    """Return a function that wakes the watches of a room, in every process.

    It takes the alias of the 100ms workspace, the room's id and the kind of webhook. Rooms without
    a watch cost nothing, and a burst in one room costs one write to the database.
    """

    async def on_room_event(workspace: str, room_id: str, _kind: str) -> None:
        live = ctx.live_calls
        if live is not None and (workspace, room_id) in live.rooms:
            live.moved_rooms.add((workspace, room_id))

    return on_room_event


POLL_SECONDS = 2.0


async def poll_watches(ctx: BotContext, every: float = POLL_SECONDS) -> None:
    """Wake the watches of this process that were stopped, erased, or woken by a webhook."""
    answered: dict[str, float] = {}
    live, store = ctx.live_calls, ctx.watches
    while live is not None and store is not None:
        await asyncio.sleep(every)
        try:
            for room in tuple(live.moved_rooms):
                await store.wake(*room)
                live.moved_rooms.discard(room)
            rows = {watch.id: watch for watch in await store.running()}
        except StoreUnreachable:
            continue  # the looks report it
        live.rooms = frozenset((watch.workspace, watch.room_id) for watch in rows.values())
        for watch_id, call in tuple(live.calls.items()):
            watch = rows.get(watch_id)
            if watch is None or watch.stopped_by:
                live.wake(watch_id)
            elif watch.woken_at > answered.get(watch_id, 0.0) and call.age >= EARLY_AFTER:
                answered[watch_id] = watch.woken_at
                live.wake(watch_id)
        answered = {watch_id: at for watch_id, at in answered.items() if watch_id in live.calls}
