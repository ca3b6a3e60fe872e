"""Logs: readable lines in a terminal, otherwise one JSON object a line; always on stderr."""

import logging
import sys
from collections.abc import Mapping

import structlog

from bot.domain.privacy.addresses import redact_all_for_output
from bot.domain.text import remove_unprintable

NOISY_LOGGERS = (
    "httpx",
    "httpcore",
    "slack_sdk",
    "slack_bolt",
    "aiohttp",
    "aiosqlite",
    "sqlalchemy",
    "dbos",
    "uvicorn",
    "alembic",
    "PIL",
)
"""Libraries that log payloads, addresses or every row at their lower levels."""


def set_up_logs(level: str) -> None:
    """Route our logs and the libraries' through structlog, at `level` (a name)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redact_fields,
                _renderer(sys.stderr.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.getLevelNamesMapping().get(level.upper(), logging.INFO))
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def _redact_fields(
    _: object, __: str, facts: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Remove addresses and control characters of outside data from a log entry."""
    return {name: _redact_value(value) for name, value in facts.items()}


def _redact_value(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    redacted = redact_all_for_output(
        value if isinstance(value, str | Mapping | list | tuple) else str(value)
    )
    return remove_unprintable(redacted) if isinstance(redacted, str) else redacted


def _renderer(terminal: bool) -> structlog.typing.Processor:  # noqa: FBT001
    if terminal:
        return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer()
