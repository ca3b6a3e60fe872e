"""Control over HTTP, for a program in another process: `/_control/…`, JSON in and out.

GET lists: messages (?channel=, ?user=, ?thread_ts=), calls (?method=), deliveries, views, files,
faults, connections, steps. POST does: say, command, message_shortcut, global_shortcut, mention,
direct, edit, remove, click, submit, view_action, close_view, home, step, event, redeliver,
send_again, disconnect, settings, faults; DELETE faults clears.
"""

import base64
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from workbench.pretend_slack.api_views import view_object
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.records import Json, Message, NotPossible, View
from workbench.pretend_slack.state import Team

_LISTS = ("messages", "calls", "deliveries", "views", "files", "connections", "steps")
_DEEDS = (
    *("say", "command", "message_shortcut", "global_shortcut", "mention", "click", "submit"),
    *("view_action", "close_view", "home", "redeliver", "disconnect", "settings"),
    *("direct", "edit", "remove", "step", "send_again", "event"),
)
_SETTINGS = {"request_url", "ack_seconds", "retry_delays", "clock_ahead", "edit_seconds", "echoes"}


def routes(slack: PretendSlack) -> list[BaseRoute]:
    """The control routes of one pretend Slack."""
    control, team = Control(slack), slack.team
    lists = [Route(f"/{n}", _listing(getattr(control, n)), methods=["GET"]) for n in _LISTS]
    deeds = [Route(f"/{n}", _doing(team, getattr(control, n)), methods=["POST"]) for n in _DEEDS]
    faults = Route("/faults", control.faults, methods=["GET", "POST", "DELETE"])
    return [Mount("/_control", routes=[*lists, *deeds, faults])]


class Control:
    """Each method is one endpoint; the names of the JSON keys are those of PretendSlack."""

    def __init__(self, slack: PretendSlack) -> None:
        self._slack = slack
        self._team = slack.team

    def messages(self, query: Json) -> list[Json]:
        """All messages, or those of a channel, a thread, or one person's ephemeral ones."""
        return [m.record() for m in self._team.messages if _asked_for(m, query)]

    def calls(self, query: Json) -> list[Json]:
        """All calls, or those of one method."""
        wanted = query.get("method")
        return [asdict(call) for call in self._team.calls if wanted in (None, call.method)]

    def deliveries(self, query: Json) -> list[Json]:
        """All deliveries with their attempts."""
        del query
        return [each.record() for each in self._team.deliveries]

    def views(self, query: Json) -> list[Json]:
        """All views; is_open tells which are on screen."""
        del query
        team = self._team
        return [
            view_object(team, view)
            | {"user": view.user, "is_open": view.is_open, "errors": view.errors}
            for view in team.views.values()
        ]

    def files(self, query: Json) -> list[Json]:
        """All files with their content in base64."""
        del query
        return [
            file.public()
            | {
                "content": base64.b64encode(file.content or b"").decode(),
                "shared_in": file.shared_in,
            }
            for file in self._team.files.values()
        ]

    def connections(self, query: Json) -> list[Json]:
        """Return the number of open sockets."""
        del query
        return [{"open": self._slack.hub.connections}]

    async def say(self, args: Json) -> Json:
        """{channel, text, user?, thread_ts?, blocks?, attachments?, files?}."""
        return self._slack.say(args.pop("channel"), args.pop("text"), **args).record()

    async def command(self, args: Json) -> Json:
        """{channel, user, command, text}."""
        return (await self._slack.type_command(**args)).record()

    async def message_shortcut(self, args: Json) -> Json:
        """{channel, ts, user?, callback_id?}."""
        message = self._message(args)
        return (await self._slack.use_message_shortcut(message, **args)).record()

    async def global_shortcut(self, args: Json) -> Json:
        """{user?, callback_id?}."""
        return (await self._slack.use_global_shortcut(**args)).record()

    async def mention(self, args: Json) -> Json:
        """{channel, text, thread_ts?, user?}."""
        return (await self._slack.mention(**args)).record()

    async def click(self, args: Json) -> Json:
        """{channel, ts, action_id, user?, value?}."""
        message = self._message(args)
        return (await self._slack.click(message, **args)).record()

    async def submit(self, args: Json) -> Json:
        """{view, state}: view is an id."""
        view = self._view(args)
        return (await self._slack.submit(view, args.get("state"))).record()

    async def view_action(self, args: Json) -> Json:
        """{view, action_id, value?, given?}."""
        return (await self._slack.act_in_view(self._view(args), **args)).record()

    async def close_view(self, args: Json) -> Json:
        """{view}: close a modal by hand."""
        told = await self._slack.close_view(self._view(args))
        return told.record() if told else {}

    async def home(self, args: Json) -> Json:
        """{user?, tab?}."""
        return (await self._slack.open_home(**args)).record()

    async def direct(self, args: Json) -> Json:
        """{text, user?, thread_ts?, files?, broadcast?}: write to the bot."""
        return (await self._slack.write_direct(**args)).record()

    async def edit(self, args: Json) -> Json:
        """{channel, ts, text}."""
        return (await self._slack.edit(self._message(args), **args)).record()

    async def remove(self, args: Json) -> Json:
        """{channel, ts}."""
        return (await self._slack.remove(self._message(args))).record()

    def steps(self, query: Json) -> list[Json]:
        """All runs of the workflow's step, without their tokens."""
        del query
        return [run.record() for run in self._team.executions.values()]

    async def step(self, args: Json) -> Json:
        """{inputs, callback_id?}: returns the run and the delivery of its event."""
        run, delivery = await self._slack.run_step(**args)
        return {"run": run.record(), "delivery": delivery.record()}

    async def event(self, args: Json) -> Json:
        """{content}: any event."""
        return (await self._slack.send_event(**args)).record()

    async def send_again(self, args: Json) -> Json:
        """{number}: deliver the same event under another event_id."""
        delivery = self._team.deliveries[int(args["number"])]
        return (await self._slack.send_again(delivery)).record()

    async def redeliver(self, args: Json) -> Json:
        """{number, reason?}: number counts deliveries from 0."""
        delivery = self._team.deliveries[int(args.pop("number"))]
        return asdict(await self._slack.redeliver(delivery, **args))

    async def disconnect(self, args: Json) -> Json:
        """{reason?, drop?}: say goodbye to every socket, or break them."""
        if args.pop("drop", False):
            await self._slack.hub.drop()
        else:
            await self._slack.hub.disconnect(**args)
        return {}

    async def settings(self, args: Json) -> Json:
        """Change what is given: fields of Team, and the app's scopes and messages_tab."""
        team = self._team
        for name in _SETTINGS & args.keys():
            setattr(team, name, args[name])
        if "refused_blocks" in args:
            team.refused_blocks = set(args["refused_blocks"])
        if "scopes" in args:
            team.app.scopes = set(args["scopes"])
        team.app.messages_tab = args.get("messages_tab", team.app.messages_tab)
        return {name: getattr(team, name) for name in sorted(_SETTINGS)} | {
            "refused_blocks": sorted(team.refused_blocks),
            "scopes": sorted(team.app.scopes),
            "messages_tab": team.app.messages_tab,
        }

    async def faults(self, request: Request) -> Response:
        """List, add ({method, kind, and the other fields of Fault}) or clear faults."""
        if request.method == "DELETE":
            self._team.faults.clear()
        elif request.method == "POST":
            self._team.faults.add(**await request.json())
        return JSONResponse(self._team.faults.record())

    def _message(self, args: Json) -> Message:
        channel, ts = args.pop("channel"), args.pop("ts")
        for message in self._team.standing(channel):
            if message.ts == ts:
                return message
        raise NotPossible("no such message")

    def _view(self, args: Json) -> View:
        view = self._team.views.get(args.pop("view"))
        if view is None:
            raise NotPossible("no such view")
        return view


def _asked_for(message: Message, query: Json) -> bool:
    return (
        query.get("channel") in (None, message.channel)
        and query.get("user") in (None, message.ephemeral_to)
        and query.get("thread_ts") in (None, message.thread_ts, message.ts)
    )


def _listing(make: Callable[[Json], list[Json]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(make(dict(request.query_params)))

    return endpoint


def _doing(
    team: Team, do: Callable[[Json], Awaitable[Json]]
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        team.learn_address(request.base_url)
        body = await request.body()
        try:
            return JSONResponse(await do(await request.json() if body else {}))
        except NotPossible as reason:
            return JSONResponse({"error": str(reason)}, 409)
        except (KeyError, TypeError, ValueError) as wrong:
            return JSONResponse({"error": f"bad arguments: {wrong}"}, 400)

    return endpoint
