"""The page as an ASGI app: its files, the live stream, and what the page can do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from workbench.bench import Bench
from workbench.bot_process import BotDied
from workbench.page.deeds import Deeds
from workbench.page.facts import facts
from workbench.page.guard import Guard
from workbench.page.live import Live
from workbench.page.steering import Steering
from workbench.pretend_slack.records import Json, NotPossible

BUILT = Path(__file__).parent / "dist"
HOSTS = ["127.0.0.1", "localhost"]


@dataclass(frozen=True, slots=True)
class Page:
    """The endpoints."""

    bench: Bench
    deeds: Deeds
    live: Live
    told: Json

    async def facts(self, request: Request) -> Response:
        """Return the facts that do not change."""
        del request
        return JSONResponse(self.told)

    async def stream(self, request: Request) -> Response:
        """Return the stream of changes."""
        del request
        return self.live.stream()

    async def write(self, args: Json) -> Json:
        """Send the text of a message box."""
        return await self.deeds.write(args)

    async def deed(self, request: Request) -> Response:
        """Anything else a person does."""
        name = request.path_params["name"]
        return await _answer(request, lambda args: self.deeds.do(name, args))

    async def restart(self, args: Json) -> Json:
        """Start a bot that has ended."""
        del args
        try:
            await self.bench.bot.restart()
        except BotDied as error:
            raise NotPossible(str(error)) from error
        return {}

    async def file(self, request: Request) -> Response:
        """A file that the bot shared."""
        file = self.bench.slack.team.files.get(request.path_params["id"])
        if file is None or file.content is None:
            return JSONResponse({"error": "no such file"}, 404)
        picture = file.name.lower().endswith(".png")
        headers = {"X-Content-Type-Options": "nosniff"}
        if not (picture and "inline" in request.query_params):
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
        kind = "image/png" if picture else "application/octet-stream"
        return Response(file.content, media_type=kind, headers=headers)


def build_page(bench: Bench, deeds: Deeds, live: Live) -> Starlette:
    """The app around a bench."""
    page, steering = Page(bench, deeds, live, facts(bench)), Steering(bench)
    return Starlette(
        routes=[
            Route("/facts", page.facts),
            Route("/live", page.stream),
            Route("/files/{id}", page.file),
            Route("/do/write", _doing(page.write), methods=["POST"]),
            Route("/do/{name}", page.deed, methods=["POST"]),
            Route("/steer/bot", _doing(page.restart), methods=["POST"]),
            Route("/steer/slack-faults", _doing(steering.slack), methods=["POST"]),
            Route("/steer/hundredms-faults", _doing(steering.hundredms), methods=["POST"]),
            Route("/steer/live", _doing(steering.live), methods=["POST"]),
            Route("/steer/installed", _doing(steering.installed), methods=["POST"]),
            Route("/steer/switches", _doing(steering.switches), methods=["POST"]),
            Mount("/", StaticFiles(directory=BUILT, html=True)),
        ],
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS),
            Middleware(Guard),
        ],
    )


def _doing(do: Callable[[Json], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await _answer(request, do)

    return endpoint


async def _answer(request: Request, do: Callable[[Json], Awaitable[Json]]) -> Response:
    try:
        return JSONResponse(await do(await request.json()))
    except NotPossible as reason:
        return JSONResponse({"error": str(reason)}, 409)
    except (KeyError, TypeError, ValueError) as wrong:
        return JSONResponse({"error": f"bad arguments: {wrong}"}, 400)
