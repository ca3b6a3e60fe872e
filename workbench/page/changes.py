"""The workbench as small documents, each made anew only when its fingerprint changed."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

from workbench.bench import Bench
from workbench.page.usage import usage
from workbench.pretend_slack.api_views import view_object
from workbench.pretend_slack.records import Json, Message, View
from workbench.pretend_slack.traffic import Call

Document = tuple[str, Hashable, Callable[[], Any]]


@dataclass(slots=True)
class Changes:
    """The documents of the page by key. A key stays: a deleted message is marked as deleted."""

    bench: Bench
    version: int = 0
    _made: dict[str, tuple[Hashable, int, Any]] = field(default_factory=dict)

    def look(self) -> None:
        """Take in what is new."""
        for key, fingerprint, make in self._documents():
            known = self._made.get(key)
            if known is None or known[0] != fingerprint:
                self.version += 1
                self._made[key] = (fingerprint, self.version, make())

    def since(self, version: int) -> list[tuple[str, Any]]:
        """The documents made after that version."""
        return [(key, made) for key, (_, at, made) in self._made.items() if at > version]

    def _documents(self) -> Iterator[Document]:
        team = self.bench.slack.team
        for message in team.messages:
            yield f"message:{message.ts}", _of_message(message), partial(_message, message)
        for view in team.views.values():
            yield f"view:{view.id}", _of_view(view), partial(self._view, view)
        for number, delivery in enumerate(team.deliveries):
            tries = (len(delivery.attempts), delivery.user_error)
            yield f"delivery:{number}", tries, delivery.record
        for number, call in enumerate(team.calls):
            yield f"call:{number}", (call.status, call.fault), partial(_call, call)
        for request in self.bench.hundredms.calls.calls:
            times = (request.status, request.finished)
            yield f"hundredms:{request.number}", times, partial(asdict, request)
        for run in team.executions.values():
            yield f"step:{run.id}", run.state, run.record
        yield from self._switches()

    def _switches(self) -> Iterator[Document]:
        bot, stage = self.bench.bot, self.bench.hundredms
        faults = {"slack": self.bench.slack.team.faults.record()}
        faults["hundredms"] = stage.faults.as_json()
        yield ("faults", str(faults), lambda: faults)
        switches = stage.switches.as_json()
        yield ("switches", str(switches), lambda: switches)
        installed = self._installed()
        live = stage.live().as_json(stage.now())
        yield ("live", str(live), lambda: live)
        yield ("installed", str(installed), lambda: installed)
        state = {"busy": bot.busy, "ended": bot.ended, "restarts": bot.restarts}
        words = {"log": bot.last_words if bot.ended else ""}
        yield ("bot", str(state), lambda: state | words)

    def _installed(self) -> Json:
        team = self.bench.slack.team
        return {
            "scopes": sorted(team.app.scopes),
            "optional": sorted(team.app.optional),
            "messages_tab": team.app.messages_tab,
            "refuses_feedback": "context_actions" in team.refused_blocks,
        }

    def _view(self, view: View) -> Json:
        shown = view_object(self.bench.slack.team, view)
        return shown | {"user": view.user, "is_open": view.is_open, "errors": view.errors}


def _of_message(message: Message) -> Hashable:
    edited = (message.edited or {}).get("ts")
    marks = (len(message.edits), len(message.reactions), len(message.unfurls))
    return (*marks, message.deleted, message.hidden, message.thread_ts, edited, id(message.blocks))


def _of_view(view: View) -> Hashable:
    return view.hash, view.is_open, str(view.errors)


def _message(message: Message) -> Json:
    return message.record() | {"unfurls": message.unfurls, "usage": usage(message)}


def _call(call: Call) -> Json:
    return asdict(call) | {"ok": call.ok}
