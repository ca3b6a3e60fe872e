"""Redacts addresses in every text of a value before the value leaves the program.

Each output (Slack, files, pictures, terminal, log) passes its value through `redact_all_for_output`
once, last. Readers and templates redact earlier as well, before they cut texts to length.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.privacy.addresses import redact, redact_for_output


def redact_all_for_output(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return the value with each of its texts, field names included, redacted for output."""
    return _map_texts(value, redact_for_output)


def redact_all(value: Any) -> Any:  # noqa: ANN401  any JSON
    """Return the value redacted as by `redact_all_for_output`, for texts that are cut first."""
    return _map_texts(value, redact)


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  any JSON
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {
            change(key) if isinstance(key, str) else key: _map_texts(item, change)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_map_texts(item, change) for item in value]
    return value
