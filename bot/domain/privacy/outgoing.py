"""What may leave the program: every text in a value, without addresses.

Each way out (Slack, files, pictures, terminal, log) passes what it sends through `leave_all` once,
last. Readers and templates redact earlier as well, before they cut texts to length.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.privacy.addresses import redact, redact_for_output


def redact_all_for_output(value: Any) -> Any:  # noqa: ANN401  any JSON
    """The value with each of its texts, names of fields too, as it may leave."""
    return _map_texts(value, redact_for_output)


def redact_all(value: Any) -> Any:  # noqa: ANN401  any JSON
    """As `leave_all`, for what is cut to length first and leaves later."""
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
