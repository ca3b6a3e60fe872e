"""The app and device an event came from, out of `data.agent`.

The same facts come twice: as fields, and comma-joined in `string`, which alone has `env`.
"""

from collections.abc import Mapping

from bot.domain.addresses import is_frozen_version, is_version, unmark
from bot.domain.events import Agent
from bot.domain.text import clean
from bot.hundredms.lenient import as_flag, as_text
from bot.hundredms.tidy import tidy

_FIELDS = tuple(name for name in Agent.__slots__ if name != "is_prebuilt")


def agent_of(value: object) -> Agent:
    """The agent; a missing field is None. Text in place of the object is read as `string`."""
    known = value if isinstance(value, Mapping) else {"string": value}
    joined = _pairs(as_text(known.get("string")) or "")
    facts = {name: _fact(name, as_text(known.get(name)) or joined.get(name)) for name in _FIELDS}
    prebuilt = as_flag(known.get("is_prebuilt"))
    if prebuilt is None:
        prebuilt = as_flag(joined.get("is_prebuilt"))
    return Agent(is_prebuilt=prebuilt, **facts)


def _fact(name: str, sent: str | None) -> str | None:
    """The text without addresses and credentials. Only here may four numbers be a version."""
    text = unmark(clean(sent or ""))
    versioned = name.endswith("version") and is_version(text)
    return text if versioned or is_frozen_version(text) else tidy(text)


def _pairs(text: str) -> dict[str, str]:
    """`os:android,os_version:33` as a mapping; parts without a colon are passed over."""
    split = (part.partition(":") for part in text.split(","))
    return {key.strip(): value.strip() for key, colon, value in split if colon}
