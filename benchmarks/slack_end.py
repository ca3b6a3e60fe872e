"""``python -m benchmarks.slack_end``: a pretend Slack in a process of its own, with a delay.

Besides the pretend Slack's own control there are `PUT /_bench/delay?seconds=`, `GET
/_bench/calls`, which counts them, `DELETE /_bench/calls`, and `POST /_bench/commands`: signed
requests, ready to be sent by whoever measures how long an acknowledgement takes.
"""

import argparse
import asyncio
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from workbench.pretend_slack import PretendSlack, build, example_team, payloads, serve
from workbench.pretend_slack.deliver import encode, signed_headers
from workbench.pretend_slack.records import Channel, Person


class SlackEnd:
    """A team with many people and channels, `C0BENCH000` and `U0BENCH000` and on."""

    def __init__(self, crowd: int) -> None:
        self.team = team = example_team()
        for number in range(crowd):
            user, channel = f"U0BENCH{number:03d}", f"C0BENCH{number:03d}"
            team.people[user] = Person(user, f"person{number}", f"Person {number}")
            members = {user, team.app.bot_user}
            team.channels[channel] = Channel(channel, f"channel{number}", "public", members)
        self.delay = 0.0
        self._app = build(team, PretendSlack(team))
        self._control = Starlette(
            routes=[
                Mount(
                    "/_bench",
                    routes=[
                        Route("/delay", self._set_delay, methods=["PUT"]),
                        Route("/calls", self._count, methods=["GET"]),
                        Route("/calls", self._clear, methods=["DELETE"]),
                        Route("/commands", self._commands, methods=["POST"]),
                    ],
                )
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: what the bot asks is answered after the delay."""
        path = scope.get("path", "")
        if path.startswith("/_bench/"):
            await self._control(scope, receive, send)
            return
        if scope["type"] == "http" and not path.startswith("/_control/"):
            await asyncio.sleep(self.delay)
        await self._app(scope, receive, send)

    async def _set_delay(self, request: Request) -> JSONResponse:
        self.delay = float(request.query_params["seconds"])
        return JSONResponse({"seconds": self.delay})

    async def _count(self, _request: Request) -> JSONResponse:
        return JSONResponse({"calls": len(self.team.calls)})

    async def _clear(self, _request: Request) -> JSONResponse:
        self.team.calls.clear()
        self.team.messages.clear()
        return JSONResponse({})

    async def _commands(self, request: Request) -> JSONResponse:
        """{channel, user, command, text} each; gives {headers, body} each."""
        return JSONResponse([self._command(**one) for one in await request.json()])

    def _command(self, channel: str, user: str, command: str, text: str) -> dict[str, Any]:
        team = self.team
        place, person = team.channels[channel], team.people[user]
        payload = payloads.command(team, place, person, (command, text))
        payload["response_url"], url = team.new_url("commands", channel, user)
        url.ready.set()  # nobody here waits for the acknowledgement to be shown
        body, kind = encode("slash_commands", payload)
        headers = signed_headers(team.app.signing_secret, body, kind)
        return {"headers": headers, "body": body.decode()}


async def _stand(crowd: int) -> None:
    end = SlackEnd(crowd)
    async with serve(end) as served:
        end.team.base_url = served.url
        print(served.url, flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until ended; the first line on stdout is the base URL."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slack_end")
    parser.add_argument("--crowd", type=int, default=0, help="people and channels besides the few")
    asyncio.run(_stand(parser.parse_args().crowd))


if __name__ == "__main__":
    main()
