"""The one package that knows every part, and puts them together."""

from bot.wiring.engine import Engine, credentials, new_reference, now, open_engine
from bot.wiring.serving import open_work, probes, slack_settings, tools

__all__ = [
    "Engine",
    "credentials",
    "new_reference",
    "now",
    "open_engine",
    "open_work",
    "probes",
    "slack_settings",
    "tools",
]
