"""Templates to messages: one rendering, one parse, one message."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Template

from bot.domain.addresses import leave
from bot.render.environment import SUFFIX, every_template, find_templates, open_environment
from bot.render.failure import Failure
from bot.render.filters import unwrapped
from bot.render.limits import GIST_MOST, shorten_escaped, size, visible
from bot.render.message import Message
from bot.render.pack import Group


class Composer:
    """Every template, compiled once."""

    def __init__(self, folder: Path | None) -> None:
        folders = (folder, find_templates()) if folder else (find_templates(),)
        compiled = every_template(open_environment(*folders))
        self._templates: Mapping[str, Template] = {
            name.removesuffix(SUFFIX): template
            for name, template in compiled.items()
            if name.endswith(SUFFIX)
        }

    def message(self, template: str, part: str, **facts: object) -> Message:
        """A whole message."""
        whole = self.view(template, **facts)
        return Message(part, shorten_escaped(whole["text"], GIST_MOST), tuple(whole["blocks"]))

    def view(self, template: str, **facts: object) -> dict[str, Any]:
        """A whole JSON object: a message or a view."""
        whole = json.loads(self._templates[template].render(facts))
        if not isinstance(whole, dict):
            raise TypeError(template)
        return {name: _leaving(name, item) for name, item in whole.items()}

    def groups(self, failures: Iterable[Failure], *, short: bool) -> Iterator[Group]:
        """Each failure's blocks, made as they are asked for."""
        template = "failure_short" if short else "failure"
        for failure in failures:
            yield self.group(template, failure.event.id, cut=failure.cut, f=failure)

    def group(self, template: str, event_id: str, *, cut: bool = False, **facts: object) -> Group:
        """What a template makes of some facts (a JSON array), and how big it is."""
        text = self._templates[template].render(facts)
        blocks = json.loads(text)
        return Group(
            event_id=event_id,
            json=unwrapped(text),
            blocks=len(blocks),
            visible=visible(blocks),
            size=size(blocks),
            cut=cut,
        )


_RETURNED = {"value", "private_metadata", "initial_value", "action_id", "block_id", "callback_id"}
"""What Slack hands back as it was: what a person typed, and what buttons remember."""


def _leaving(name: str, item: Any) -> Any:  # noqa: ANN401  any JSON
    """A field of a message or view as it may leave: no text grows, as all fit Slack's limits."""
    if name in _RETURNED:
        return item
    if isinstance(item, str):
        return shorten_escaped(leave(item), len(item))
    if isinstance(item, dict):
        return {key: _leaving(key, inner) for key, inner in item.items()}
    if isinstance(item, list):
        return [_leaving("", inner) for inner in item]
    return item
