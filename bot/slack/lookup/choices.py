"""Lets the asker choose when a question matches several things."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.domain.errors import SlackTrouble
from bot.domain.privacy.personal_names import Names, short_name
from bot.domain.query import LookupQuery
from bot.domain.saved_lookup import LIMIT
from bot.domain.target import Choices
from bot.render.message import Block, Message
from bot.slack.error_boundary import notify_privately, notify_user
from bot.slack.job import Job
from bot.slack.sending.calls import PostMessage


async def post_choices(job: Job, choices: Choices) -> None:
    """Show the choices in the thread if there is one, else to the asker alone.

    Suggestions for a question that found nothing are for the asker alone, as errors are.

    Raises SlackTrouble if no way of reaching the asker works.
    """
    ctx, lookup = job.ctx, job.lookup
    target, private = lookup.target, lookup.query.private
    names = lookup.query.names or ctx.names
    choices_message = ctx.renderer.choices(with_names(choices, names), lookup.id, private=private)
    message = with_query_options(choices_message, lookup.query, target.thread)
    is_hidden = lookup.hides_identifiers or choices.near
    if target.thread and not (target.looking or private or is_hidden):
        # In a thread the buttons know their thread; an ephemeral message may lose it.
        sent = await job.sender.send(
            PostMessage(target.channel, message, lookup.id, target.thread, first=True)
        )
        if sent.ok:
            return
    if choices.near and target.looking and target.channel and target.url is None:
        sent_privately = await notify_privately(job.sender, target, message, lookup.id)
    else:
        sent_privately = await notify_user(
            job.sender, target, message, lookup.id, instead=not is_hidden
        )
    if not sent_privately:
        raise SlackTrouble("No way of asking back worked.")


def with_names(choices: Choices, names: Names) -> Choices:
    """Return the choices with participants' names only as far as they may be shown."""
    if names is Names.FULL:
        return choices
    return replace(
        choices,
        candidates=tuple(
            replace(
                candidate,
                name=(names is Names.SHORT and short_name(candidate.name)) or "A participant",
            )
            if candidate.name
            else candidate
            for candidate in choices.candidates
        ),
    )


def with_query_options(message: Message, query: LookupQuery, thread: str = "") -> Message:
    """Return the choices with the rest of the question in each: its time, its types, its thread.

    A press on a message that only one person sees does not name the thread.
    """
    options: dict[str, Any] = {"types": list(query.types)}
    if query.public:
        options["public"] = True
    if query.since:
        options["since"] = query.since.isoformat()
    if query.until:
        options["until"] = query.until.isoformat()
    if query.follow_up:
        options["follow_up"] = True
    if thread:
        options["thread"] = thread
    return replace(message, blocks=tuple(_with_options(block, options) for block in message.blocks))


def _with_options(part: Any, options: Mapping[str, Any]) -> Any:  # noqa: ANN401  any JSON
    """Return the block with `options` added to the value of every `choose-<n>` button in it."""
    if isinstance(part, list | tuple):
        return [_with_options(item, options) for item in part]
    if not isinstance(part, Mapping):
        return part
    if str(part.get("action_id")).startswith("choose-"):
        return {**part, "value": _extend_value(str(part.get("value")), options)}
    changed: Block = {key: _with_options(value, options) for key, value in part.items()}
    return changed


def _extend_value(value: str, options: Mapping[str, Any]) -> str:
    text = json.dumps({**json.loads(value), **options}, ensure_ascii=False)
    return text if len(text) <= LIMIT else value
