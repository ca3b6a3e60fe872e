"""Looks after one watch: looks at the call, edits the message, and posts lines in its thread.

A watch is a row of the database and a chain of jobs. Each job makes a limited number of looks and
then submits the next one with the watch's state, so that a takeover repeats few recorded steps. A
look is one recorded step; its result says when the next one is due, so that the waits need no step.
"""

import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.errors import BotError, SinceForgotten, StoreUnreachable
from bot.domain.watching.state import (
    EDIT_EVERY,
    LATE_AFTER,
    LINE_EVERY,
    CallView,
    ThreadLine,
    WatchState,
    after_line,
    after_session,
    due_line,
    is_call_over,
    line_between,
    next_look,
    view_of,
    with_view,
)
from bot.domain.watching.watch import Watch, WatchEnd
from bot.investigate.live_call import LiveCall
from bot.investigate.live_calls import LiveCalls
from bot.jobs.ports import JobHandler, Json, Steps
from bot.render.answer.watch import WatchMessage
from bot.render.message import Message
from bot.slack.checkpoints.checkpointed_sender import CheckpointedSender
from bot.slack.checkpoints.job_context import JobContext, as_bot_error
from bot.slack.checkpoints.serialization import from_json, to_json
from bot.slack.context import BotContext
from bot.slack.sending.calls import PostMessage, UpdateMessage
from bot.slack.sending.errors import TRANSIENT
from bot.slack.sending.format_fallback import SendResult

LOOK_KIND = "watching"
LOOKS_PER_JOB = 40
_AGAIN_SECONDS = 30.0
_LATEST_EDIT = timedelta(days=1)
"""The edit that ends a message is tried for so long while Slack does not answer."""
_UNEDITABLE = frozenset({"edit_window_closed", "cant_update_message"})


@dataclass(frozen=True, slots=True)
class Look:
    """The result of one look, as it is recorded."""

    state: WatchState
    at: datetime
    line: ThreadLine | None = None
    end: WatchEnd | None = None


async def submit_looks(ctx: BotContext, watch: Watch, part: int, state: WatchState) -> None:
    """Submit the job that makes the next looks; it is known already after a restart.

    Raises StoreUnreachable.
    """
    payload = {"watch": to_json(Watch, watch), "part": part, "state": to_json(WatchState, state)}
    await ctx.jobs.submit(LOOK_KIND, f"{LOOK_KIND}:{watch.id}:{part}", payload)


def look_handler(ctx: BotContext) -> JobHandler:
    """Return the function that runs each job of looks."""

    def handle(payload: Json, steps: Steps) -> Awaitable[None]:
        return WatchJob(ctx, payload, steps).run()

    return handle


class WatchJob:
    """A limited number of looks of one watch."""

    def __init__(self, ctx: BotContext, payload: Json, steps: Steps) -> None:
        watch: Watch = from_json(Watch, payload["watch"])
        subjects = (watch.room_id, watch.peer_id, watch.user_id, watch.asked_by)
        self.ctx = ctx
        self.watch = watch
        self.part = int(payload["part"])
        self.state: WatchState = from_json(WatchState, payload["state"])
        self.view: CallView | None = None
        self._steps = JobContext(steps, ctx.erasures, subjects, watch.started_at.timestamp())
        self._sender = CheckpointedSender(ctx.sender, self._steps, ctx.reconciler, ())
        self._log = structlog.get_logger("call_doctor").bind(lookup_id=watch.id)

    @property
    def live(self) -> LiveCalls:
        """The calls that this process reads."""
        if self.ctx.live_calls is None:
            raise StoreUnreachable
        return self.ctx.live_calls

    @property
    def call(self) -> LiveCall:
        """The watched call, with what this process read of it."""
        state = self.state
        return self.live.open(
            self.watch.id, self.watch.target(), state.whole_reads, state.base_total
        )

    async def run(self) -> None:
        """Make the looks, then submit the next job, unless the watch ended."""
        self._count_running(+1)
        try:
            end = await self._make_looks()
            if end is None:
                await self._hand_on()
            else:
                await self._finish(end)
        except SinceForgotten:
            self._steps = self._steps.uncancellable()
            self._sender = CheckpointedSender(self.ctx.sender, self._steps, self.ctx.reconciler, ())
            await self._finish(WatchEnd.FORGOTTEN)
        except Exception as error:  # noqa: BLE001  a boundary: the message must not wait for ever
            as_bot_error(error, self._log)
            facts = WatchMessage(self.watch, self.watch.target(), end=WatchEnd.FAILED)
            await self.ctx.sender.send(self._update(self.ctx.renderer.watch(facts)))
            await self._end_row()
            self.live.close(self.watch.id)
        finally:
            self._count_running(-1)

    async def _make_looks(self) -> WatchEnd | None:
        for number in range(LOOKS_PER_JOB):
            with self._steps.idle():  # a look may be repeated, and waits long for its turn
                record = await self._steps.step(f"look-{number}", self._look_to_json)
            look: Look = from_json(Look, record)
            self.state = look.state
            if look.line is not None:
                sent = await self._post_line(look, look.line)
                if sent.is_refused and sent.cause in TRANSIENT:
                    continue
                if sent.is_refused:
                    return WatchEnd.GONE
            if look.end is not None:
                return look.end
            if look.state.ended_at and look.line and look.line.final:
                self._next_session()
            with self._steps.idle():
                await self.live.wait(self.watch.id, look.state.next_at or self.ctx.clock())
        return None

    async def _look_to_json(self) -> Json:
        return to_json(Look, await self._look())

    async def _look(self) -> Look:
        """Look at the call and edit the message; errors of 100ms leave the last state."""
        began = self.ctx.clock()
        end = await self._end_from_outside()
        line: ThreadLine | None = None
        if end is None:
            line = await self._read_call()
            now = self.ctx.clock()
            if line is not None and line.final and not self.watch.outlasts_sessions:
                end = WatchEnd.OVER
            elif self._is_time_over(now, line):
                end = WatchEnd.TIME
        now = self.ctx.clock()
        is_late = now - began > LATE_AFTER and self.state.looks > 1
        is_late = is_late and self.state.silent_since is None  # 100ms' own time is no queue
        if is_late:
            self.ctx.metrics.late_look()
        due = next_look(self.watch, self.state, began, self.ctx.pace)
        self.state = replace(self.state, next_at=max(now, due))
        if end is None:
            edited = await self._edit(is_late=is_late)
            end = _end_of_edit(edited)
            if edited.error in _UNEDITABLE and not self.state.thread_only:
                self.state = replace(self.state, thread_only=True)
                line = replace(line or ThreadLine(), notice=True)
        return Look(self.state, now, None if end is WatchEnd.GONE else line, end)

    async def _end_from_outside(self) -> WatchEnd | None:
        """Return why the watch has ended without a look; None if it goes on."""
        store = self.ctx.watches
        try:
            stored = await store.find(self.watch.id) if store else None
        except StoreUnreachable:
            return None  # the next look asks again
        if stored is None:
            return WatchEnd.FORGOTTEN
        return WatchEnd.STOPPED if stored.stopped_by else None

    async def _read_call(self) -> ThreadLine | None:
        """Read the call, and return the line that is due; set the state and the view."""
        call, state, watch = self.call, self.state, self.watch
        try:
            peers = state.trouble_peers
            report = await call.look(state.since, state.session_id, peers, watch.id)
            now = report.as_of
            self.view = view_of(report, watch.id)
            state = with_view(state, self.view, call.ended_at)
            is_over = is_call_over(state, now, self.ctx.pace)
            if is_over:
                report = await call.finish(state.since, state.trouble_peers, watch.id)
                self.view = view_of(report, watch.id)
        except Exception as error:  # noqa: BLE001  a boundary: a watch outlives every failed look
            as_bot_error(error, self._log)
            silent = isinstance(error, BotError)
            since = (self.state.silent_since or self.ctx.clock()) if silent else None
            self.state = replace(self.state, silent_since=since)
            if self.view is None and call.report is not None:  # of the job before this one
                self.view = view_of(call.report, watch.id)
            return None
        self.state = replace(state, whole_reads=call.whole_reads, base_total=call.base_total)
        line = (
            line_between(self.state, self.view, final=True)
            if is_over
            else due_line(self.state, self.view, now)
        )
        return line and replace(line, notify=self._notifies(line))

    def _is_time_over(self, now: datetime, line: ThreadLine | None) -> bool:
        """Return whether the time is over; a change of the last minute still gets its line."""
        ends_at, view = self.watch.ends_at, self.view
        is_told = line is not None or view is None or line_between(self.state, view).is_empty
        return now >= (ends_at if is_told else ends_at + LINE_EVERY)

    def _notifies(self, line: ThreadLine) -> bool:
        return bool(line.failed) and self.watch.notify and not self.state.notified

    async def _edit(self, *, is_late: bool = False) -> SendResult:
        """Edit the message if its content changed; the time of the look alone once a minute."""
        state, now = self.state, self.ctx.clock()
        if self.view is None and state.looks:
            return SendResult()  # 100ms is silent since the restart: the last state stays
        facts = self._facts(is_late=is_late)
        content = self._digest(facts)
        fresh = state.edited_at is not None and now - state.edited_at < EDIT_EVERY
        if state.thread_only or (content == state.shown and fresh):
            return SendResult()
        message = self.ctx.renderer.watch(facts)
        sent = await self.ctx.sender.send(self._update(message))
        if sent.ok:
            self.state = replace(state, shown=content, edited_at=now)
        return sent

    def _facts(self, end: WatchEnd | None = None, *, is_late: bool = False) -> WatchMessage:
        call = self.live.calls.get(self.watch.id)
        return WatchMessage(
            self.watch,
            call.target if call else self.watch.target(),
            self.view,
            call.report if call else None,
            end,
            silent_since=self.state.silent_since,
            new_events=call.new_events if call else 0,
            is_late=is_late,
        )

    def _digest(self, facts: WatchMessage) -> str:
        """Return a digest of a message without the time of the look."""
        still = replace(facts, view=facts.view and replace(facts.view, as_of=self.watch.started_at))
        message = self.ctx.renderer.watch(still)
        return hashlib.blake2s(repr(message).encode(), digest_size=8).hexdigest()

    async def _post_line(self, look: Look, line: ThreadLine) -> SendResult:
        """Post a line in the thread; after a refusal that may pass, wait for the next look."""
        await self._recall()
        part = f"line-{int(look.at.timestamp())}"
        message = self.ctx.renderer.watch_line(self._facts(), line, part)
        watch = self.watch
        call = PostMessage(watch.channel, message, watch.id, watch.ts)
        sent = await self._sender.send(call)
        sent = await self._sender.confirm(call, sent, partial(self.live.sleep, _AGAIN_SECONDS))
        if sent.is_refused and sent.cause in TRANSIENT:
            with self._steps.idle():
                await self.live.wait(watch.id, self.state.next_at or self.ctx.clock())
        else:
            self.state = after_line(self.state, line, look.at)
        return sent

    async def _recall(self) -> None:
        """Read the call again if this process has not read it.

        That is the case after a restart between a look and its line. Without an answer of 100ms
        a line gives the number of people.
        """
        if self.view is not None:
            return
        try:
            state = self.state
            report = await self.call.look(
                state.since, state.session_id, state.trouble_peers, self.watch.id
            )
        except BotError as error:
            as_bot_error(error, self._log)
            return
        self.view = view_of(report, self.watch.id)

    def _next_session(self) -> None:
        self.call.leave_session()
        now = self.ctx.clock()
        self.state, self.view = after_session(self.state, now), CallView(now)

    async def _hand_on(self) -> None:
        """Submit the next job, as soon as the database takes it."""
        while True:
            try:
                await submit_looks(self.ctx, self.watch, self.part + 1, self.state)
            except StoreUnreachable as error:
                as_bot_error(error, self._log)
                await self._steps.sleep(_AGAIN_SECONDS, idle=True)
            else:
                return

    async def _finish(self, end: WatchEnd) -> None:
        """Say that the watch ended, and delete it."""
        if end not in {WatchEnd.GONE, WatchEnd.FORGOTTEN}:
            await self._recall()
        is_editable = not self.state.thread_only
        if end is not WatchEnd.GONE and is_editable:
            is_editable = (await self._edit_end(end)).error not in _UNEDITABLE
        if not is_editable and end not in {WatchEnd.GONE, WatchEnd.OVER}:
            await self._sender.send(self._end_post(end))
        await self._steps.uncancellable().step("end", self._end_row)
        self.live.close(self.watch.id)
        self._log.info("watch_ended", reason=end.value)

    async def _edit_end(self, end: WatchEnd) -> SendResult:
        """Edit the message a last time, as often as Slack needs to take it."""
        tried_until = self.ctx.clock() + _LATEST_EDIT
        while True:
            facts = self._facts(end=end)
            if end is WatchEnd.FORGOTTEN:
                facts = WatchMessage(self.watch, self.watch.target(), end=end)
            sent = await self._sender.send(self._update(self.ctx.renderer.watch(facts)))
            if sent.cause not in TRANSIENT or self.ctx.clock() > tried_until:
                return sent
            await self._steps.sleep(_AGAIN_SECONDS, idle=True)

    def _end_post(self, end: WatchEnd) -> PostMessage:
        message = replace(self.ctx.renderer.watch(self._facts(end=end)), part="ended")
        return PostMessage(self.watch.channel, message, self.watch.id, self.watch.ts)

    async def _end_row(self) -> Json:
        """Delete the watch, as soon as the database takes it: a row without a job would stay."""
        while (store := self.ctx.watches) is not None:
            try:
                await store.end(self.watch.id)
            except StoreUnreachable as error:
                as_bot_error(error, self._log)
                await self.live.sleep(_AGAIN_SECONDS)
            else:
                break

    def _update(self, message: Message) -> UpdateMessage:
        watch = self.watch
        return UpdateMessage(watch.channel, watch.ts, message, watch.id)

    def _count_running(self, change: int) -> None:
        self.live.running += change
        self.ctx.metrics.watches_running(self.live.running)


def _end_of_edit(sent: SendResult) -> WatchEnd | None:
    """Return GONE if Slack says for good that the message, the channel or the bot is gone."""
    is_final = sent.is_refused and sent.cause not in TRANSIENT
    return WatchEnd.GONE if is_final and sent.error not in _UNEDITABLE else None
