"""A small real Bolt app behind the pretend Slack."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workbench.pretend_slack import PretendSlack, serve

MODAL = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Diagnose"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "target",
            "label": {"type": "plain_text", "text": "Id"},
            "element": {"type": "plain_text_input", "action_id": "what"},
        },
        {
            "type": "input",
            "block_id": "where",
            "optional": True,
            "label": {"type": "plain_text", "text": "Answer in"},
            "element": {
                "type": "conversations_select",
                "action_id": "place",
                "response_url_enabled": True,
            },
        },
    ],
}
FEEDBACK: dict[str, Any] = {
    "type": "context_actions",
    "block_id": "vote",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "vote",
            "positive_button": {"text": {"type": "plain_text", "text": "Right"}, "value": "r1"},
            "negative_button": {"text": {"type": "plain_text", "text": "Wrong"}, "value": "w1"},
        }
    ],
}
BUTTON = {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}
ACTIONS: dict[str, Any] = {"type": "actions", "block_id": "ac", "elements": [BUTTON]}

HOME_LIST: list[dict[str, Any]] = [
    {
        "type": "actions",
        "block_id": f"answer {number}",
        "elements": [BUTTON | {"action_id": "again", "value": str(number)}],
    }
    for number in (1, 2)
]


def client_for(slack: PretendSlack) -> AsyncWebClient:
    address = f"{slack.team.base_url}/api/"
    return AsyncWebClient(
        token=slack.team.app.bot_token, base_url=address, timeout=2, retry_handlers=[]
    )


class Seen(list[dict[str, Any]]):
    """Bodies that the Bolt app received, in order."""


def bolt_app(slack: PretendSlack, seen: Seen) -> AsyncApp:
    """Return a Bolt app with one listener of each kind."""
    app = AsyncApp(client=client_for(slack), signing_secret=slack.team.app.signing_secret)

    async def command(ack: Any, body: Any, respond: Any) -> None:
        seen.append(body)
        await ack(f"Looking at {body['text']}")
        await respond(text="found it", replace_original=True)

    async def open_modal(ack: Any, body: Any, client: Any) -> None:
        seen.append(body)
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    async def pressed(ack: Any, body: Any, respond: Any) -> None:
        seen.append(body)
        await ack()
        await respond(text="pressed", replace_original=True)

    async def submitted(ack: Any, body: Any) -> None:
        seen.append(body)
        if body["view"]["state"]["values"]["target"]["what"]["value"] == "wrong":
            await ack(response_action="errors", errors={"target": "no such id"})
        else:
            await ack()

    async def mentioned(body: Any, say: Any) -> None:
        seen.append(body)
        event = body["event"]
        await say("here", thread_ts=event.get("thread_ts", event["ts"]))

    async def home(body: Any, client: Any) -> None:
        seen.append(body)
        view = {"type": "home", "blocks": HOME_LIST}
        await client.views_publish(user_id=body["event"]["user"], view=view)

    app.command("/call-errors")(command)
    app.shortcut("diagnose_message")(open_modal)
    app.shortcut("diagnose_call")(open_modal)
    app.action("more")(pressed)
    app.view("form")(submitted)
    app.event("app_mention")(mentioned)
    app.event("app_home_opened")(home)
    note_the_rest(app, seen)
    return app


def note_the_rest(app: AsyncApp, seen: Seen) -> None:
    """Listen to what needs no answer."""

    async def note(ack: Any, body: Any) -> None:
        seen.append(body)
        await ack()

    app.event("message")(note)
    app.event("function_executed")(note)
    for action_id in ("vote", "again", "open"):
        app.action(action_id)(note)


@contextlib.asynccontextmanager
async def over_http(slack: PretendSlack, seen: Seen) -> AsyncIterator[None]:
    """Run the Bolt app behind a request URL."""
    handler = AsyncSlackRequestHandler(bolt_app(slack, seen))

    async def take(request: Request) -> Response:
        return await handler.handle(request)

    bot = Starlette(routes=[Route("/slack/events", take, methods=["POST"])])
    async with serve(bot) as served:
        slack.team.request_url = f"{served.url}/slack/events"
        yield


@contextlib.asynccontextmanager
async def over_socket(slack: PretendSlack, seen: Seen) -> AsyncIterator[None]:
    """Run the Bolt app over Socket Mode."""
    app_token = slack.team.app.app_token
    handler = AsyncSocketModeHandler(bolt_app(slack, seen), app_token, ping_interval=1)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.until(lambda: slack.hub.connections)
    try:
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


BOTH_WAYS = {"http": over_http, "socket": over_socket}
