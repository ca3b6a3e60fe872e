"""Jinja2 for JSON: a printed value is safe inside a JSON string by default.

One rendering and one parse of a template make one message.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from bot.domain.errors import Misconfigured
from bot.domain.privacy.addresses import redact_for_output
from bot.render import filters, limits
from bot.render.filters import array_items
from bot.render.limits import MAX_GIST, BlockGroup, json_length, shorten_escaped, visible_length
from bot.render.message import Message

SUFFIX = ".json.j2"


def _escape_value(value: object) -> object:
    if isinstance(value, Markup | Undefined):
        return value  # finished already, or undefined and about to raise
    if value is None:
        raise TypeError("None reached a template: say what to show instead")
    return filters.mrkdwn(value)


def find_templates() -> Path:
    """Return the templates' folder: in the installed package, else at the top of the checkout.

    Raises Misconfigured if there is neither.
    """
    package = Path(str(files("bot")))
    for folder in (package / "templates", package.parent / "templates"):
        if folder.is_dir():
            return folder
    raise Misconfigured("The message templates are missing; install Call Doctor again.")


def open_environment(*folders: Path) -> Environment:
    """Return an environment that escapes every `{{ }}` for Slack and JSON.

    A template is taken from the first folder that holds it.

    `finalize` sees each printed value and returns `Markup`, so autoescape's HTML rules (which
    would write `&#34;`) leave it alone; autoescape makes macros return `Markup`, so that they are
    not escaped twice.
    """
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        finalize=_escape_value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.filters |= _FILTERS
    environment.globals["link"] = filters.link
    return environment


_FILTERS = {
    "brief": limits.brief,
    "clock": filters.clock,
    "coded": filters.code_runs,
    "count": filters.count,
    "exact": filters.exact,
    "fit": limits.fit,
    "hour": filters.hour,
    "short": filters.short,
    "gist": filters.notification_text,
    "kept": filters.preformatted,
    "local": filters.local,
    "plain": filters.plain,
    "remembered": filters.button_json,
    "shorten": limits.shorten,
    "unix": filters.unix,
    "utc": filters.utc,
    "verbatim": filters.verbatim,
}


class MessageTemplates:
    """Every template, compiled once: at its first use, or by `compile_all`."""

    def __init__(self, folder: Path | None) -> None:
        folders = (folder, find_templates()) if folder else (find_templates(),)
        self._environment = open_environment(*folders)

    def compile_all(self) -> None:
        """Compile all templates, imported ones too, so that none is read from disk later."""
        for name in self._environment.list_templates(["j2"]):
            if "/" not in name:
                self._environment.get_template(name)

    def message(self, template: str, part: str, **facts: object) -> Message:
        """Return a whole message."""
        document = self.render_json(template, **facts)
        return Message(part, shorten_escaped(document["text"], MAX_GIST), tuple(document["blocks"]))

    def fixed_message(self, template: str, part: str, **facts: object) -> Message:
        """Return a message without outside data: network addresses in it are for the reader."""
        document = json.loads(self._render(template, facts))
        return Message(part, document["text"], tuple(document["blocks"]))

    def render_json(self, template: str, **facts: object) -> dict[str, Any]:
        """Return a whole JSON object: a message or a view."""
        document = json.loads(self._render(template, facts))
        if not isinstance(document, dict):
            raise TypeError(template)
        return {name: _redact_field(name, item) for name, item in document.items()}

    def render_blocks(self, template: str, event_id: str, **facts: object) -> BlockGroup:
        """Return the blocks that a template (a JSON array) makes of some facts, and their size."""
        text = self._render(template, facts)
        blocks = json.loads(text)
        return BlockGroup(
            event_id=event_id,
            json=array_items(text),
            blocks=len(blocks),
            visible=visible_length(blocks),
            size=json_length(blocks),
        )

    def _render(self, template: str, facts: Mapping[str, object]) -> str:
        return self._environment.get_template(f"{template}{SUFFIX}").render(facts)


_VERBATIM_FIELDS = {
    "value",
    "private_metadata",
    "initial_value",
    "action_id",
    "block_id",
    "callback_id",
}
"""Fields that Slack sends back unchanged: texts that a person typed, and the values of buttons."""


def _redact_field(name: str, item: Any) -> Any:  # noqa: ANN401  any JSON
    """Return a redacted field of a message or view; no text grows, as all fit Slack's limits."""
    if name in _VERBATIM_FIELDS:
        return item
    if isinstance(item, str):
        return shorten_escaped(redact_for_output(item), len(item))
    if isinstance(item, dict):
        return {key: _redact_field(key, inner) for key, inner in item.items()}
    if isinstance(item, list):
        return [_redact_field("", inner) for inner in item]
    return item
