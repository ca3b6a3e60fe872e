"""response_url: five uses within thirty minutes.

https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
"""

import asyncio
import contextlib
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from workbench.pretend_slack.api_chat import content
from workbench.pretend_slack.asking import message_problems
from workbench.pretend_slack.faults import SLOW, Fault, outwaited, play
from workbench.pretend_slack.records import (
    URL_SECONDS,
    URL_USES,
    Json,
    Message,
    Refused,
    ResponseUrl,
)
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.traffic import Call

ACK_GRACE_SECONDS = 0.5


class ResponseUrls:
    """Answers posts to response URLs; each is recorded as a call of `response_url`."""

    def __init__(self, team: Team) -> None:
        self._team = team

    async def answer(self, request: Request) -> Response:
        """One post: the body is `ok`, or JSON with an error."""
        url = self._team.urls.get(request.path_params["url"])
        if url is None or url.secret != request.path_params["secret"]:
            return PlainTextResponse("no such address", 404)
        args = _args(await request.body())
        await _ack_first(url)
        shown = {"channel": url.channel, "url_id": url.id, "use": url.uses + 1}
        call = Call("response_url", shown | args, self._team.now())
        self._team.calls.append(call)
        fault = self._team.faults.pick("response_url", call.args)
        if fault is None:
            response = self._respond(call, url, args)
        else:
            response = await self._fail(fault, call, url, request)
        call.status = response.status_code
        return response

    async def _fail(self, fault: Fault, call: Call, url: ResponseUrl, request: Request) -> Response:
        call.fault = fault.kind
        args = _args(await request.body())
        done = self._respond(call, url, args) if fault.do_first else None
        if fault.kind == SLOW:
            if await outwaited(fault, request):
                return done or self._respond(call, url, args)
            return Response()
        if fault.kind in ("expired_url", "used_url"):
            return JSONResponse({"ok": False, "error": fault.kind}, 404)
        return await play(fault, request)

    def _respond(self, call: Call, url: ResponseUrl, args: Json) -> Response:
        try:
            self._check(url, args)
            self._do(url, args)
        except Refused as refused:
            call.answer = {"ok": False, "error": refused.error}
            gone = refused.error in ("expired_url", "used_url")
            return JSONResponse(call.answer | refused.more, 404 if gone else 400)
        call.answer = {"ok": True}
        return PlainTextResponse("ok")

    def _check(self, url: ResponseUrl, args: Json) -> None:
        if self._team.now() - url.born > URL_SECONDS:
            raise Refused("expired_url")
        if url.uses >= URL_USES:
            raise Refused("used_url")
        if not args:
            raise Refused("invalid_payload")
        if args.get("delete_original"):
            return
        problems = message_problems(self._team, args)
        if problems:
            lines = [problem.line for problem in problems]
            raise Refused(problems[0].code, response_metadata={"messages": lines})

    def _do(self, url: ResponseUrl, args: Json) -> None:
        url.uses += 1
        original = url.original
        if args.get("delete_original"):
            if original is not None:
                original.deleted = True
        elif args.get("replace_original") and _replaceable(original, args):
            replace(self._team, original, args)
        else:
            message = answer_message(self._team, url.channel, url.user, args, "response_url")
            if url.family == "commands":
                url.original = message


async def _ack_first(url: ResponseUrl) -> None:
    """Let the ack of a command be dealt with before what its bot posts right behind it."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(url.ready.wait(), ACK_GRACE_SECONDS)


def answer_message(team: Team, channel: str, user: str, args: Json, via: str) -> Message:
    """The message that an ack or a post to a response_url makes."""
    in_channel = args.get("response_type") == "in_channel"
    thread = str(args["thread_ts"]) if in_channel and args.get("thread_ts") else None
    parent = team.message(channel, thread) if thread else None
    if parent is not None:
        parent.thread_ts = parent.ts
    return team.app_message(
        channel,
        **content(args),
        ephemeral_to=None if in_channel else user,
        thread_ts=thread if parent else None,
        via=via,
    )


def replace(team: Team, original: Message | None, args: Json) -> None:
    """Put new content into a message, keeping what it was."""
    if original is None:
        return
    original.edits.append(original.public())
    for name, value in content(args).items():
        setattr(original, name, value)
    original.edited = {"user": team.app.bot_user, "ts": team.new_ts()}


def _replaceable(original: Message | None, args: Json) -> bool:
    """A message for one person can't become one for all, nor back."""
    if original is None or original.deleted:
        return False
    wanted = args.get("response_type")
    now = "ephemeral" if original.ephemeral_to else "in_channel"
    return wanted in (None, now)


def _args(body: bytes) -> Json:
    try:
        value: Any = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
