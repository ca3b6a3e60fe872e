"""The faults and switches of both pretend ends, turned from the page."""

from dataclasses import dataclass

from workbench.bench import Bench
from workbench.pretend_hundredms.faults import fault_from
from workbench.pretend_slack.control import Control
from workbench.pretend_slack.records import Json


@dataclass(frozen=True, slots=True)
class Steering:
    """Each method takes what the page sends; ValueError and TypeError say what is wrong."""

    bench: Bench

    async def slack(self, args: Json) -> Json:
        """{clear: true}, {remove: index}, or a fault: {method, kind, times?, seconds?, …}."""
        faults = self.bench.slack.team.faults
        if args.get("clear"):
            faults.clear()
        elif "remove" in args:
            del faults.rules[int(args["remove"]) : int(args["remove"]) + 1]
        else:
            faults.add(**args)
        return {}

    async def hundredms(self, args: Json) -> Json:
        """{clear: true}, {remove: index}, or a fault: {kind, path?, times?, seconds?, …}."""
        faults = self.bench.hundredms.faults
        if args.get("clear"):
            faults.clear()
        elif "remove" in args:
            del faults.rules[int(args["remove"]) : int(args["remove"]) + 1]
        else:
            faults.add(fault_from(args))
        return {}

    async def live(self, args: Json) -> Json:
        """{do: start | break | mend | leave | end, person?, people?, retry_seconds?}."""
        room, now = self.bench.hundredms.live(), self.bench.hundredms.now()
        room.retry_seconds = float(args.get("retry_seconds", room.retry_seconds))
        match args["do"]:
            case "start":
                room.start(now, int(args.get("people", 8)))
            case "end":
                room.end(now)
            case "break":
                room.break_network(int(args["person"]), now)
            case "mend":
                room.mend(int(args["person"]), now)
            case "leave":
                room.leave(int(args["person"]), now)
            case other:
                raise ValueError(f"there is no {other!r}")
        return {}

    async def installed(self, args: Json) -> Json:
        """{scopes?: […], refused_blocks?: […]}: the app as it is installed."""
        return await Control(self.bench.slack).settings(args)

    async def switches(self, args: Json) -> Json:
        """{name: value, …} of the pretend 100ms."""
        self.bench.hundredms.switches.change(args)
        return {}
