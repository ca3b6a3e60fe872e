"""The step that Workflow Builder offers, and the listener for its runs.

https://docs.slack.dev/reference/events/function_executed
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.domain.errors import AskedWrongly, BotError, NotAllowed
from bot.domain.parsing import parse_query
from bot.domain.privacy.personal_names import Names
from bot.domain.query import LookupQuery
from bot.render.filters import unescape_mrkdwn
from bot.slack.audit import audit_delivery, mark_job_recorded, wait_until_recorded
from bot.slack.checkpoints.job_context import as_bot_error
from bot.slack.checkpoints.serialization import error_to_json
from bot.slack.context import BotContext, Lookup
from bot.slack.entries import entry_of
from bot.slack.job import admit_lookup
from bot.slack.lookup.channel_defaults import apply_channel_defaults
from bot.slack.lookup.job import lookup_to_json
from bot.slack.lookup.workflow_step import STEP_KIND, asker_of, error_words
from bot.slack.message_text import MAX_TYPED_CHARACTERS
from bot.slack.payloads import ReplyTarget, text_at, value_at
from bot.slack.sending.calls import FailStep

FUNCTION_EXECUTED = "function_executed"
DIAGNOSE_STEP = "diagnose_call"

_UNKNOWN_STEP = NotAllowed(
    "This version of Call Doctor has no such step.",
    next_step="Use the step *Diagnose a 100ms call*.",
)


def _parameter(kind: str, title: str, description: str) -> dict[str, str]:
    return {"type": kind, "title": title, "description": description}


FUNCTIONS: Mapping[str, Mapping[str, Any]] = {
    DIAGNOSE_STEP: {
        "title": "Diagnose a 100ms call",
        "description": "Explain why a 100ms call failed, and what to do next",
        "input_parameters": {
            "properties": {
                "target": _parameter(
                    "string",
                    "Room, session, person or link",
                    "A room's name or id, a session id, a peer id, user:<id> in a room, or a link; "
                    "a time such as since 2h may follow",
                ),
                "channel": _parameter(
                    "slack#/types/channel_id",
                    "Post the answer in",
                    "Leave it empty to post nothing",
                ),
                "private": _parameter(
                    "boolean",
                    "Post nothing",
                    "The channel then only decides whether people are named",
                ),
            },
            "required": ["target"],
        },
        "output_parameters": {
            "properties": {
                "sentence": _parameter("string", "Sentence", "What happened, to whom, and why"),
                "verdict": _parameter(
                    "string",
                    "Verdict",
                    "user_network, shared_network, device, environment, app, account, service, "
                    "mixed, none or unknown",
                ),
                "likely": _parameter(
                    "boolean", "Likely", "True if the cause is likely but not certain"
                ),
                "people_affected": _parameter(
                    "integer", "People affected", "The number of people with trouble"
                ),
                "next_step": _parameter(
                    "string", "Next step", "Who should do what; empty if nobody has to act"
                ),
                "customer_reply": _parameter(
                    "string", "Reply to customer", "A draft to send to the customer"
                ),
                "reference": _parameter("string", "Reference", "The look-up's CD-… id"),
                "permalink": _parameter(
                    "string", "Link to the answer", "Empty if nothing was posted"
                ),
            },
            "required": [
                *("sentence", "verdict", "likely", "people_affected"),
                *("customer_reply", "reference"),
            ],
        },
    }
}
"""The steps in the manifest's words, by callback id. Outputs that may be empty are not required."""


_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,40}")
_NO = (None, False, "", "false", "False")
"""Values of the input `private` that let the answer be posted; any other hides it."""

_NOT_LISTED = NotAllowed(
    "Call Doctor answers certain people only, and a workflow's step names no person.",
    next_step="Ask whoever runs Call Doctor to set ALLOW_WORKFLOWS=on.",
)
_ELSEWHERE = NotAllowed(
    "Call Doctor answers in certain channels only, and the step names none of them.",
    next_step="Give the step one of those channels; with `private` nothing is posted there.",
)
_NO_CHANNEL = AskedWrongly(
    "The input `channel` is no channel.",
    headline="I can't answer there",
    next_step="Give the step a channel, or leave the input empty.",
)


@dataclass(frozen=True, slots=True)
class StepInputs:
    """The inputs of one run."""

    target: str
    channel: str = ""
    private: bool = False


def read_inputs(inputs: Any) -> StepInputs:  # noqa: ANN401  any JSON
    """Return the inputs of an event, whatever their shape."""
    private = inputs.get("private") if isinstance(inputs, Mapping) else None
    return StepInputs(
        unescape_mrkdwn(text_at(inputs, "target")[:MAX_TYPED_CHARACTERS]),
        text_at(inputs, "channel"),
        private not in _NO,
    )


def query_of_step(ctx: BotContext, inputs: StepInputs) -> LookupQuery:
    """Return the question of a run. The word `public` does not count: no person typed it."""
    query = parse_query(inputs.target, ctx.clock())
    private = query.private or inputs.private or not inputs.channel
    return replace(query, private=private, public=False)


async def start_step(ctx: BotContext, execution_id: str, inputs: StepInputs) -> None:
    """Record a run as a job, before its event is acknowledged.

    A refused run is a job too, which completes it with the reason. Raises TooManyWaiting and
    StoreUnreachable.
    """
    refusal = _refusal(ctx, inputs)
    target = ReplyTarget("", channel="" if refusal else inputs.channel)
    lookup = Lookup(ctx.new_lookup_id(), query_of_step(ctx, inputs), target)
    with admit_lookup(ctx, asker_of(lookup)):
        if refusal is None:
            lookup = await _apply_defaults(ctx, lookup)
        await wait_until_recorded()
        payload = {
            **lookup_to_json(lookup),
            "execution": execution_id,
            "refusal": refusal and error_to_json(refusal),
        }
        is_new = await ctx.jobs.submit(STEP_KIND, f"{STEP_KIND}:{execution_id}", payload)
    mark_job_recorded()
    if not is_new:
        ctx.metrics.duplicate_suppressed()


async def _apply_defaults(ctx: BotContext, lookup: Lookup) -> Lookup:
    """Return the look-up with the settings and the workspaces of its channel. Raises BotError.

    Without a channel nobody knows who will read the outputs, so they name no one.
    """
    channel, rules = lookup.target.channel, ctx.access.for_workflows() or ctx.access
    query = (await apply_channel_defaults(ctx, lookup)).query
    if rules.workspace_channels:
        query = replace(query, workspaces=rules.workspaces_for(ctx.workspaces, channel))
    if not channel:
        query = replace(query, names=Names.NONE)
    return replace(lookup, query=query)


def _refusal(ctx: BotContext, inputs: StepInputs) -> BotError | None:
    """Return why the lists of who may ask refuse a run; None if they do not."""
    if inputs.channel and not _CHANNEL.fullmatch(inputs.channel):
        return _NO_CHANNEL
    rules = ctx.access.for_workflows()
    if rules is None:
        return _NOT_LISTED
    if not rules.allows("", inputs.channel):
        return _ELSEWHERE
    if rules.workspace_channels and not rules.workspaces_for(ctx.workspaces, inputs.channel):
        return _ELSEWHERE
    return None


def step_listener(ctx: BotContext) -> Callable[..., Awaitable[None]]:
    """Return a listener that records each run as a job, before Slack counts it as delivered."""

    async def on_step(event: dict[str, Any], body: dict[str, Any]) -> None:
        if entry_of(body) is None:
            return
        execution_id = text_at(event, "function_execution_id")
        if text_at(event, "function", "callback_id") not in FUNCTIONS:
            ctx.tasks.spawn(_fail(ctx, execution_id, _UNKNOWN_STEP))
            return
        try:
            async with audit_delivery(ctx, body):
                await start_step(ctx, execution_id, read_inputs(value_at(event, "inputs")))
        except Exception as error:  # noqa: BLE001  a border: without an end the workflow would wait
            ctx.tasks.spawn(_fail(ctx, execution_id, as_bot_error(error)))

    return on_step


async def _fail(ctx: BotContext, execution_id: str, error: BotError) -> None:
    """End a run that is not recorded."""
    words = error_words(error, ctx.new_lookup_id())
    sent = await ctx.sender.send(FailStep(execution_id, words))
    if not sent.ok:
        structlog.get_logger("call_doctor").error("step_not_completed", error=sent.error)
