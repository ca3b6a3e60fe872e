"""The pretend Slack as an ASGI app: Web API, sockets, response URLs, uploads and control."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from workbench.fence import Fence
from workbench.pretend_slack import (
    api_basics,
    api_chat,
    api_conversations,
    api_files,
    api_views,
    control,
)
from workbench.pretend_slack.asking import Ask, Method, Methods, need_scope
from workbench.pretend_slack.faults import SLOW, Fault, outwaited, play
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.records import Json, Refused
from workbench.pretend_slack.responses import ResponseUrls
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.steps import methods as step_methods
from workbench.pretend_slack.steps.executions import Execution
from workbench.pretend_slack.traffic import Call

METHODS: Methods = {
    **api_basics.METHODS,
    **api_chat.METHODS,
    **api_conversations.METHODS,
    **api_files.METHODS,
    **api_views.METHODS,
    **step_methods.METHODS,
}
_JSON_ARGS = {"blocks", "attachments", "metadata", "view", "files", "unfurls", "outputs"}


def build(team: Team, slack: PretendSlack | None = None) -> Starlette:
    """The app around a workspace; `app.state.slack` does what people do in Slack."""
    slack = slack or PretendSlack(team)
    api, urls, uploads = WebApi(team, slack), ResponseUrls(team), api_files.UploadReceiver(team)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await slack.close()

    answer_at = "/{family}/{team}/{url}/{secret}"
    app = Starlette(
        routes=[
            Route("/api/{method}", api.answer, methods=["GET", "POST"]),
            Route("/upload/v1/{file}/{secret}", uploads.receive, methods=["POST"]),
            WebSocketRoute("/link/", slack.hub.connect),
            *control.routes(slack),
            Route(answer_at, urls.answer, methods=["POST"]),
        ],
        lifespan=lifespan,
        middleware=[Middleware(Fence)],
    )
    app.state.slack = slack
    return app


class WebApi:
    """Answers and records every Web API call."""

    def __init__(self, team: Team, slack: PretendSlack) -> None:
        self._team = team
        self._slack = slack

    async def answer(self, request: Request) -> Response:
        """One call: arguments, fault, handler, record."""
        self._team.learn_address(request.base_url)
        method = request.path_params["method"]
        args = await read_args(request)
        token = _token(request, args)
        call = Call(method, args, self._team.now(), token=self._kind_of(token))
        self._team.calls.append(call)
        fault = self._team.faults.pick(method, args)
        if fault is None:
            response = self._respond(call, token)
        else:
            response = await self._fail(fault, call, token, request)
        call.status = response.status_code
        return response

    async def _fail(self, fault: Fault, call: Call, token: str, request: Request) -> Response:
        call.fault = fault.kind
        done = self._respond(call, token) if fault.do_first else None
        if fault.kind == SLOW:
            if await outwaited(fault, request):
                return done or self._respond(call, token)
            return Response()
        response = await play(fault, request)
        if response.headers.get("content-type") == "application/json" and not fault.do_first:
            call.answer = json.loads(bytes(response.body))
        return response

    def _respond(self, call: Call, token: str) -> Response:
        call.answer = self._outcome(call, token)
        self._slack.after_call(call)
        headers = {}
        if call.method == "auth.test" and call.answer["ok"]:
            headers["x-oauth-scopes"] = ",".join(sorted(self._team.app.scopes))
        return JSONResponse(call.answer, headers=headers)

    def _outcome(self, call: Call, token: str) -> Json:
        try:
            method = _method(call.method)
            self._check_token(method, token)
            need_scope(self._team, method.scope)
            return {"ok": True} | method.handler(Ask(self._team, call.args))
        except Refused as refused:
            return {"ok": False, "error": refused.error} | refused.more

    def _check_token(self, method: Method, token: str) -> None:
        if method.token == "none":
            return
        if not token:
            raise Refused("not_authed")
        kind = self._kind_of(token)
        if not kind:
            raise Refused("invalid_auth")
        run = self._run_of(token)
        if run is not None and not run.token_lives(self._team.now()):
            raise Refused("token_expired")
        if (kind == "app") != (method.token == "app"):
            raise Refused("not_allowed_token_type")

    def _kind_of(self, token: str) -> str:
        """The owner of the token: bot, app, workflow, or empty for no token of this workspace."""
        app = self._team.app
        known = {app.bot_token: "bot", app.app_token: "app"}
        return known.get(token) or ("workflow" if self._run_of(token) else "")

    def _run_of(self, token: str) -> Execution | None:
        runs = self._team.executions.values()
        return next((run for run in runs if token and run.token == token), None)


def _method(name: str) -> Method:
    if name not in METHODS:
        raise Refused("unknown_method", req_method=name)
    return METHODS[name]


async def read_args(request: Request) -> Json:
    """The arguments of a call: query, form or JSON; blocks and the like are JSON inside forms."""
    args: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind == "application/json":
        args |= _object(await request.body())
    elif request.method == "POST":
        async with request.form() as form:
            args |= _fields(form)
    for name in _JSON_ARGS & args.keys():
        if isinstance(args[name], str):
            args[name] = _loaded(args[name])
    return args


def _fields(form: FormData) -> Json:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _loaded(text: str) -> Any:  # noqa: ANN401
    try:
        return json.loads(text)
    except ValueError:
        return text


def _token(request: Request, args: Json) -> str:
    """The token of a call, taken out of the arguments so that no record holds it."""
    in_args = str(args.pop("token", ""))
    header = request.headers.get("authorization", "")
    return header.removeprefix("Bearer ").strip() or in_args
