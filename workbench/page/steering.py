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

    async def installed(self, args: Json) -> Json:
        """{scopes?: […], refused_blocks?: […]}: the app as it is installed."""
        return await Control(self.bench.slack).settings(args)

    async def switches(self, args: Json) -> Json:
        """{name: value, …} of the pretend 100ms."""
        self.bench.hundredms.switches.change(args)
        return {}
