"""Starts a watch: finds its target, keeps to the limits, posts its message, submits its looks.

Everything that speaks against a watch is told to the asker alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

import structlog

from bot.domain.audit import AuditOutcome, Ending
from bot.domain.errors import NotAllowed, SlackTrouble, StoreUnreachable
from bot.domain.privacy.personal_names import Names
from bot.domain.query import LookupQuery
from bot.domain.target import Candidate, Choices, Target
from bot.domain.watching.state import WatchState
from bot.domain.watching.watch import MOST_TIME, Added, Watch, watch_of
from bot.jobs.ports import JobHandler, Json, Steps
from bot.render.answer.watch import WatchMessage
from bot.render.choices import choice_label, choice_lead
from bot.slack.audit import (
    end_job_row,
    mark_job_recorded,
    outcome_of_error,
    wait_until_recorded,
)
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender
from bot.slack.checkpoints.job_context import JobContext
from bot.slack.checkpoints.serialization import (
    from_json,
    target_from_json,
    target_to_json,
    to_json,
)
from bot.slack.context import BotContext
from bot.slack.delivery.unconfirmed import refusal_text
from bot.slack.error_boundary import ErrorBoundary
from bot.slack.job import admit_lookup
from bot.slack.lookup.channel_defaults import read_channel_settings
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.calls import PostMessage, RemoveNotice
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.watch.job import submit_looks

START_KIND = "watch"
_AGAIN_SECONDS = 10.0
NOT_STARTED = "No watch was started"


NOT_IN_CHANNEL = NotAllowed(
    "I am not in this channel, so I cannot post there.",
    headline=NOT_STARTED,
    next_step="Invite me with `/invite @Call Doctor`, then start the watch again.",
)
_OTHER_CHANNEL = "Start the watch in a channel where I may post."


@dataclass(frozen=True, slots=True)
class WatchRequest:
    """A watch that somebody asks for. `id` is its reference; `until` is the end, None for none."""

    id: str
    query: LookupQuery
    place: ReplyTarget
    until: datetime | None = None
    notify: bool = False
    asked_at: float = 0.0


async def start_watch(ctx: BotContext, request: WatchRequest, delivery: str) -> WatchRequest:
    """Record a watch as a job, and return the request with the limits of its place.

    Call it before the delivery is acknowledged; a repeated delivery starts no second watch. Raises
    NotAllowed, TooManyWaiting and StoreUnreachable.
    """
    channel = request.place.channel
    if not channel or ctx.live_calls is None or ctx.watches is None:
        raise NotAllowed(
            "A watch needs a channel for its message.",
            headline=NOT_STARTED,
            next_step="Type the command in a channel that I am in.",
        )
    with admit_lookup(ctx, request.place.user):
        settings = await read_channel_settings(ctx, request.place)
        query = replace(
            request.query,
            workspace=request.query.workspace or settings.workspace,
            workspaces=ctx.workspaces_at(channel),
            names=settings.names or ctx.names,
        )
        if settings.private and not query.public:
            raise needs_public("answers in this channel are private")
        request = replace(request, query=query, asked_at=ctx.clock().timestamp())
        await wait_until_recorded()
        payload = _request_to_json(request)
        is_new = await ctx.jobs.submit(START_KIND, f"{START_KIND}:{delivery}", payload)
    mark_job_recorded()
    if not is_new:
        ctx.metrics.duplicate_suppressed()
    return request


def needs_public(reason: str) -> NotAllowed:
    """Return the refusal of a watch that shows more than the channel's answers do."""
    return NotAllowed(
        f"A watch posts in the channel, and {reason}.",
        headline=NOT_STARTED,
        next_step="Add `public` to start it all the same: `/call-errors watch <target> public`.",
    )


def _request_to_json(request: WatchRequest) -> Json:
    return {
        "id": request.id,
        "question": to_json(LookupQuery, request.query),
        "place": target_to_json(request.place),
        "until": request.until and request.until.isoformat(),
        "notify": request.notify,
        "asked_at": request.asked_at,
    }


def _request_from_json(record: Json) -> WatchRequest:
    until = record["until"]
    return WatchRequest(
        record["id"],
        from_json(LookupQuery, record["question"]),
        target_from_json(record["place"]),
        datetime.fromisoformat(until) if until else None,
        record["notify"],
        record["asked_at"],
    )


def start_handler(ctx: BotContext) -> JobHandler:
    """Return the function that starts each watch."""

    def handle(payload: Json, steps: Steps) -> Awaitable[None]:
        return StartJob(ctx, _request_from_json(payload), steps).run()

    return handle


class StartJob:
    """The start of one watch."""

    def __init__(self, ctx: BotContext, request: WatchRequest, steps: Steps) -> None:
        subjects = [
            request.place.user,
            *(identifier.value for identifier in request.query.clues),
        ]
        self.ctx = ctx
        self.request = request
        self._steps = JobContext(steps, ctx.erasures, subjects, request.asked_at)
        self._sender = CheckpointedSender(ctx.sender, self._steps, ctx.reconciler)
        self._boundary = ErrorBoundary(ctx, request.place, request.id, self._sender)

    async def run(self) -> None:
        """Start the watch, or tell the asker why it does not start."""
        watch: Watch | None = None
        async with self._boundary:
            names = await self._check_audience()
            target = await self._resolve()
            watch = await self._add(target, names)
            watch = await self._post(watch, target)
            await self._submit(watch)
            structlog.get_logger("call_doctor").info("watch_started")
        error = self._boundary.error
        outcome = outcome_of_error(error) if error else AuditOutcome.WATCH
        ids = (watch.workspace, watch.room_id) if watch else ("", "")
        await end_job_row(self.ctx, self._steps.job_id, Ending(outcome, self.request.id, *ids))
        url = self.request.place.url
        if error is None and self.request.place.acked and url is not None and url.uses_left:
            await self.ctx.sender.send(RemoveNotice(replace(url)))

    async def _check_audience(self) -> Names:
        """Return how the watch shows names. Raises NotAllowed where it needs `public`."""

        async def read_audience() -> Json:
            return await self.ctx.shared_channels.privacy_reason(self.request.place.channel)

        reason = await self._steps.step("audience", read_audience)
        query = self.request.query
        if reason == "channel_not_found":
            raise NOT_IN_CHANNEL
        if reason and not query.public:
            words = (
                "people of another company are in it"
                if reason == "shared_channel"
                else "Slack did not say whether people of another company are in it"
            )
            raise needs_public(words)
        return Names.NONE if reason else query.names or self.ctx.names

    async def _resolve(self) -> Target:
        """Return the target. Raises BotError if it is unknown, not clear, or over."""
        live, query = self.ctx.live_calls, self.request.query
        if live is None:
            raise StoreUnreachable

        async def resolve() -> Json:
            async with self.ctx.tasks.limiter.slot(self.request.place.user, _ignore):
                found = await live.resolve(query, _ignore)
            if isinstance(found, Choices):
                raise unclear_target(found)
            session = found.session
            if session is not None and not session.running:
                raise NotAllowed(
                    "That session has ended, so there is nothing to watch.",
                    headline=NOT_STARTED,
                    next_step="Ask about it without `watch`.",
                )
            # People's names stay out of the record.
            return to_json(Target, replace(found, session=session and replace(session, peers={})))

        target: Target = from_json(Target, await self._steps.guarded_step("resolve", resolve))
        return target

    async def _add(self, target: Target, names: Names) -> Watch:
        """Store the watch. Raises NotAllowed if a limit forbids it."""
        request, store = self.request, self.ctx.watches
        started_at = datetime.fromtimestamp(request.asked_at, UTC)
        until = request.until and min(request.until, started_at + MOST_TIME)
        watch = watch_of(
            target,
            Watch(
                id=request.id,
                workspace="",
                kind="room",
                room_id="",
                channel=request.place.channel,
                asked_by=request.place.user,
                started_at=started_at,
                until=until,
                notify=request.notify,
                names=names,
            ),
        )
        if store is None:
            raise StoreUnreachable

        async def add() -> Json:
            return list(await store.add(watch))

        added, other = await self._store("add", add)
        if added != "added":
            raise limit_refusal(added, other)
        return watch

    async def _post(self, watch: Watch, target: Target) -> Watch:
        """Post the watch's message at the channel's top. Raises SlackTrouble if it is refused."""
        message = self.ctx.renderer.watch(WatchMessage(watch, target))
        sent = await self._sender.send(PostMessage(watch.channel, message, watch.id, first=True))
        store = self.ctx.watches
        if store is None:
            raise StoreUnreachable
        if not sent.ok:
            await self._store("drop", partial(store.end, watch.id))
            if sent.error in {"not_in_channel", "channel_not_found"}:
                raise NOT_IN_CHANNEL
            raise SlackTrouble(
                f"The message could not be posted: {refusal_text(sent)}.",
                headline=NOT_STARTED,
                next_step=_OTHER_CHANNEL if sent.cause is SlackErrorKind.PLACE else None,
            )
        await self._store("place", partial(store.place, watch.id, sent.ts))
        return replace(watch, ts=sent.ts, channel=sent.channel or watch.channel)

    async def _store(self, name: str, write: Callable[[], Awaitable[Json]]) -> Json:
        """Write to the database, as soon as it takes it: a row without a job would stay."""

        async def write_at_last() -> Json:
            while True:
                try:
                    return await write()
                except StoreUnreachable:
                    await asyncio.sleep(_AGAIN_SECONDS)

        return await self._steps.guarded_step(name, write_at_last)

    async def _submit(self, watch: Watch) -> None:
        """Submit the first looks, as soon as the database takes them."""
        while True:
            try:
                await submit_looks(self.ctx, watch, 0, WatchState(since=watch.started_at))
            except StoreUnreachable:
                await self._steps.sleep(_AGAIN_SECONDS, idle=True)
            else:
                return


async def _ignore(_reason: str) -> None:
    """Tell nobody what the search waits for: the asker has an acknowledgement."""


_MOST_CHOICES = 3


def unclear_target(choices: Choices) -> NotAllowed:
    """Return the refusal of a target that fits several things, or that only resembles some."""
    number = len(choices.candidates)
    labels = "; ".join(map(_label_of, choices.candidates[:_MOST_CHOICES]))
    more = number - _MOST_CHOICES
    rest = f" and {more} more" if more > 0 else ""
    lead = "That fits several things:"
    if choices.near:
        lead = f"I found nothing by that name. {choice_lead(choices)}"
    return NotAllowed(
        f"{lead} {labels}{rest}.",
        headline=NOT_STARTED,
        next_step="Name it by its id." if number == 1 else "Name one of them by its id.",
    )


def _label_of(candidate: Candidate) -> str:
    """Return the words of a candidate with its id; a participant's name stays out."""
    has_id = candidate.kind in {"room", "session"}
    return choice_label(candidate) if has_id else candidate.value


def limit_refusal(added: Added, other: str) -> NotAllowed:
    """Return the refusal of a watch that a limit forbids; `other` has the same target."""
    causes = {
        "same_target": f"This channel watches it already ({other}).",
        "channel_full": "20 watches run in this channel, and there can be no more.",
        "workspace_full": "100 watches run in this 100ms workspace, and there can be no more.",
    }
    steps = {"same_target": f"See its message above, or end it with `unwatch {other}`."}
    return NotAllowed(
        causes[added],
        headline=NOT_STARTED,
        next_step=steps.get(added, "End one of them: `/call-errors watches` lists them."),
    )
