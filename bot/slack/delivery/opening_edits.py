"""Stores the state of each opening, and makes every later edit of one from that state.

A refresh, a retry of a partial answer, "I'm on it" and a changed verdict all call `edit_opening`.
It changes the stored state first, then shows it, and then looks whether another edit came between:
the last edit that Slack gets shows everything, on any replica.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.domain.answer_log import EarlierAnswer, OpeningState, OpeningStates
from bot.domain.errors import BotError, StoreUnreachable
from bot.domain.report import Report, with_surroundings
from bot.domain.saved_lookup import SavedLookup
from bot.jobs.ports import Json
from bot.render.answer.standing import (
    with_earlier,
    with_invitation,
    with_later_call,
    with_taken,
)
from bot.render.message import Message
from bot.render.renderer import Renderer
from bot.slack.checkpoints.serialization import from_json, to_json
from bot.slack.dedupe import digest_of
from bot.slack.job import Job, LookupResult
from bot.slack.payloads import is_direct
from bot.slack.sending.calls import UpdateMessage
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

_MOST_MARKS = 16
"""The latest changes of which an opening's state keeps marks."""
_MARK_DIGITS = 16
_MOST_ROUNDS = 8
"""The most edits that come between before a job leaves the opening to the others."""

_EARLIER = timedelta(minutes=15)
"""The age up to which another answer about the same target is linked."""
_EARLIER_SECONDS = 2.0
"""The longest that an answer waits for such a link."""
_LINK = re.compile(r"https://[^\s<>|]+")

_UNREAD = SendResult(SlackErrorKind.STALE, "opening_unread")
"""The result where the opening cannot be made again."""

Change = Callable[[OpeningState], OpeningState | None]
"""Returns the state after a change; None if the change does not apply to it any more. It must not
change `revision` and `edits`."""


@dataclass(frozen=True, slots=True)
class Content:
    """An opening, with or without the lines added to it, and the moment of its report.

    A `pressed` one comes from a button's payload; it may lack the surroundings read since.
    """

    message: Message
    as_of: datetime
    pressed: bool = False

    def shows(self, state: OpeningState) -> bool:
        """Return whether the message is what should stand."""
        may_lack = self.pressed and state.surroundings is not None
        return self.as_of == state.handle.as_of and not may_lack


@dataclass(frozen=True, slots=True)
class OpeningEdit:
    """The result of an edit.

    `state` is the stored state after it, None if none is stored. `applied` is false if the change
    did not apply; then nothing was sent. `sent` is the result of the last edit in Slack.
    """

    state: OpeningState | None
    applied: bool
    sent: SendResult


async def find_earlier(job: Job, handle: SavedLookup) -> EarlierAnswer | None:
    """Return the answer of the last minutes in the channel about the same target.

    It is a recorded step. Private answers and direct messages have none, and an answer in the
    thread of the question is not linked there.
    """
    target, states = job.lookup.target, job.ctx.opening_states
    is_private = job.lookup.query.private or not target.channel or is_direct(target.channel)
    if states is None or is_private or not job.lookup.keeps_state:
        return None

    async def act() -> Json:
        since = job.ctx.clock() - _EARLIER
        try:
            async with asyncio.timeout(_EARLIER_SECONDS):
                state = await states.find_standing(handle, target.channel, since)
                if state is None or target.thread in (state.thread, state.ts):
                    return None
                link = await job.ctx.sender.permalink(state.channel, state.ts)
        except (StoreUnreachable, TimeoutError) as error:
            cause = getattr(error, "cause", "no answer in time")
            structlog.get_logger("call_doctor").warning("state_unread", cause=cause)
            return None
        if not _LINK.fullmatch(link):
            return None
        return to_json(EarlierAnswer, EarlierAnswer(link, state.handle.as_of))

    record = await job.steps.guarded_step("earlier-opening", act)
    earlier: EarlierAnswer | None = from_json(EarlierAnswer | None, record)
    return earlier


async def remember_opening(job: Job, opening: SendResult, *, public: bool) -> None:
    """Store the state of an opening that was just posted, unless it is stored already.

    Without a database the answer is still valid.
    """
    target, state = job.lookup.target, job.opening_state
    if state is not None:
        channel, ts = opening.channel or target.channel, opening.ts * public
        await remember_state(
            job, replace(state, channel=channel, ts=ts, thread=target.thread or ts)
        )


async def remember_state(job: Job, state: OpeningState) -> None:
    """Store the state of an opening, unless it is stored already."""
    states = job.ctx.opening_states
    if states is None:
        return
    try:
        await states.add(state)
    except StoreUnreachable as error:
        structlog.get_logger("call_doctor").warning("not_remembered", cause=error.cause)


async def edit_opening(
    job: Job, place: OpeningState, name: str, change: Change, content: Content | None = None
) -> OpeningEdit:
    """Change the stored state of an opening and show it; return the result.

    `place` says where the opening is, and is edited alone if no state is stored. `name` is unique
    among the changes of one job. `content` is the opening as it should stand; without it, or if a
    newer one stands by then, it is made again from the stored look-up; if that fails, the edit is
    refused as STALE. Raises BotError if data about one of the job's subjects was erased.
    """
    state, applied = await change_state(job, place, name, change)
    if not applied:
        return OpeningEdit(state, applied=False, sent=SendResult())
    if state is None:
        alone = content or await _make_content(job, place)
        sent = await _update(job, place, alone.message) if alone else _UNREAD
        return OpeningEdit(None, applied=True, sent=sent)
    sent = _UNREAD
    for _ in range(_MOST_ROUNDS):
        if content is None or not content.shows(state):
            content = await _make_content(job, state)
        if content is None:
            break
        sent = await _update(job, state, content.message)
        newer = await _find_newer(job, state) if sent.ok else None
        if newer is None:
            break
        state = newer
    return OpeningEdit(state, applied=True, sent=sent)


async def find_opening(job: Job, reference: str) -> OpeningState | None:
    """Return the stored state of an opening, as a recorded step; None if there is none."""

    async def act() -> Json:
        states = job.ctx.opening_states
        state = await states.find(reference) if states else None
        return state and to_json(OpeningState, state)

    return _state_of(await job.steps.guarded_step("standing", act))


async def change_state(
    job: Job, place: OpeningState, name: str, change: Change
) -> tuple[OpeningState | None, bool]:
    """Return the stored state after a change, and whether the change applied, as a recorded step.

    Nothing is sent. The state is None if none is stored.
    """
    states = job.ctx.opening_states
    if states is None or not job.lookup.keeps_state:
        return None, True
    mark = digest_of((job.steps.job_id, name)).hex()[:_MARK_DIGITS]
    act = partial(_apply, states, place.handle.lookup_id, change, mark)
    record = await job.steps.guarded_step(f"opening:{name}", act)
    return _state_of(record["state"]), record["applied"]


def _state_of(record: Json) -> OpeningState | None:
    state: OpeningState | None = from_json(OpeningState | None, record)
    return state


async def _apply(states: OpeningStates, reference: str, change: Change, mark: str) -> Json:
    """Change the stored state, once for each mark, whatever other jobs change at the same time."""
    while True:
        state = await states.find(reference)
        if state is None:
            return {"state": None, "applied": True}
        changed = state if mark in state.edits else change(state)
        if changed is None or changed is state:
            return {"state": to_json(OpeningState, state), "applied": changed is not None}
        edits = (*state.edits, mark)[-_MOST_MARKS:]
        changed = replace(changed, revision=state.revision + 1, edits=edits)
        if await states.replace(changed):
            return {"state": to_json(OpeningState, changed), "applied": True}


async def _find_newer(job: Job, state: OpeningState) -> OpeningState | None:
    """Return the state if another job changed it since; None if this one shows the latest."""

    async def act() -> Json:
        states = job.ctx.opening_states
        try:
            latest = await states.find(state.handle.lookup_id) if states else None
        except StoreUnreachable as error:
            structlog.get_logger("call_doctor").warning("state_unread", cause=error.cause)
            return None
        if latest is None or latest.revision == state.revision:
            return None
        return to_json(OpeningState, latest)

    return _state_of(await job.steps.step("newer", act))


async def _update(job: Job, state: OpeningState, message: Message) -> SendResult:
    """Edit the opening; an edit that Slack did not confirm is made once more.

    The lines that were added to it stay, also the one on how to invite the bot to the channel.
    """
    if job.ctx.shared_channels.is_outside(state.channel):
        message = with_invitation(message)
    message = with_taken(with_earlier(message, state.earlier), state.taken_by)
    call = UpdateMessage(state.channel, state.ts, message, state.handle.lookup_id)
    sent = await job.sender.send(call)
    if sent.cause in (SlackErrorKind.UNKNOWN, SlackErrorKind.BUSY):
        sent = await job.sender.send(call)
    return sent


async def _make_content(job: Job, state: OpeningState) -> Content | None:
    """Return the content of the stored look-up; None if 100ms does not deliver it."""
    try:
        return Content(await _render_standing(job, state), state.handle.as_of)
    except BotError as error:
        if job.steps.is_cancelled:
            raise
        structlog.get_logger("call_doctor").warning("opening_unread", cause=error.cause)
        return None


async def _render_standing(job: Job, state: OpeningState) -> Message:
    """Return the opening of the stored look-up, as of its moment."""
    reopen = partial(job.reopen_answer, state.handle)
    result = LookupResult(job.steps, job.ctx.renderer, reopen, job.result.names)
    render = partial(_render, job.ctx.renderer, state)
    try:
        opening: Message = await result.render("opening", Message, render)
    finally:
        result.close()
    return opening


def _render(renderer: Renderer, state: OpeningState, report: Report) -> Message:
    report = with_surroundings(report, state.surroundings)
    note = with_later_call(report, state.note)
    return renderer.opening(report, note=note, asked_by=state.asker)
