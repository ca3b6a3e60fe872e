"""Faults by rule: which call goes wrong, how, and how often."""

import asyncio
import fnmatch
from dataclasses import asdict, dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from workbench.pretend_slack.records import Json
from workbench.pretend_slack.server import reset_connection

RESETS = {"reset_before", "reset_after"}
SLOW = "slow"


@dataclass(slots=True)
class Fault:
    """One rule.

    `method` is a Web API method, or response_url, upload, socket (`*` and `?` match).
    `kind`: ratelimited, http_<status>, html, timeout, reset_before, reset_after, slow (the true
    answer after `seconds`; the work itself waits too, unless `do_first`), for a socket
    refuse, disconnect, drop; any other word is an error name in an `ok: false` answer.
    `channel` and `part` (of metadata.event_payload) narrow it; `times` None means for ever;
    the first `after` matching calls go well; `do_first` does the work before it fails.
    `seconds` is Retry-After of ratelimited (1), how long timeout hangs (60), how late slow is (1).
    """

    method: str = "*"
    kind: str = "internal_error"
    channel: str = ""
    part: str = ""
    times: int | None = 1
    after: int = 0
    seconds: float | None = None
    do_first: bool = False
    more: Json = field(default_factory=dict)
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        if self.kind == "reset_after":
            self.do_first = True

    def takes(self, method: str, args: Json) -> bool:
        """Whether this rule strikes this call; counts the call."""
        if not self._matches(method, args):
            return False
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.hits >= self.times):
            return False
        self.hits += 1
        return True

    def _matches(self, method: str, args: Json) -> bool:
        channel = args.get("channel") or args.get("channel_id") or ""
        return (
            fnmatch.fnmatchcase(method, self.method)
            and self.channel in ("", channel)
            and (not self.part or fnmatch.fnmatchcase(_part(args), self.part))
        )


@dataclass(slots=True)
class Faults:
    """The rules in force, first match wins."""

    rules: list[Fault] = field(default_factory=list)

    def add(self, method: str, kind: str, **settings: object) -> Fault:
        """Add a rule; `settings` are the other fields of Fault."""
        rule = Fault(method, kind, **settings)  # type: ignore[arg-type]
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """From now on all goes well."""
        self.rules.clear()

    def pick(self, method: str, args: Json) -> Fault | None:
        """The rule that strikes this call, if any."""
        return next((rule for rule in self.rules if rule.takes(method, args)), None)

    def record(self) -> list[Json]:
        """The rules as JSON."""
        return [asdict(rule) for rule in self.rules]


async def outwaited(fault: Fault, request: Request) -> bool:
    """Be as slow as the rule says; False if the caller went away meanwhile."""
    return not await _hang(request, fault.seconds or 1)


async def play(fault: Fault, request: Request) -> Response:
    """Let a call fail as the rule says; after a reset the answer goes nowhere."""
    if fault.kind in RESETS:
        await reset_connection(request.scope)
        return Response()
    if fault.kind == "timeout":
        await _hang(request, fault.seconds or 60)
        return PlainTextResponse("too late", 504)
    return answer(fault)


def answer(fault: Fault) -> Response:
    """The response of a rule that neither hangs nor resets."""
    if fault.kind == "ratelimited":
        headers = {"Retry-After": str(max(1, round(fault.seconds or 1)))}
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)
    if fault.kind == "html":
        return Response("<html><h1>Server Error</h1></html>", 200, media_type="text/html")
    if fault.kind.startswith("http_"):
        return PlainTextResponse("upstream trouble", int(fault.kind.removeprefix("http_")))
    return JSONResponse({"ok": False, "error": fault.kind} | _details(fault))


def _details(fault: Fault) -> Json:
    known: Json = {}
    if fault.kind == "missing_scope":
        known = {"needed": "chat:write", "provided": "commands"}
    elif fault.kind in ("invalid_blocks", "invalid_attachments"):
        words = "[ERROR] unsupported type [json-pointer:/blocks/0/type]"
        known = {"response_metadata": {"messages": [words]}}
    return known | fault.more


def _part(args: Json) -> str:
    metadata = args.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return str(payload.get("part", "")) if isinstance(payload, dict) else ""


async def _hang(request: Request, seconds: float) -> bool:
    """Wait until the caller gives up, at most so long; whether it gave up."""

    async def gone() -> None:
        # The body has been read: what comes next is the caller's farewell.
        while (await request.receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return False
    return True
