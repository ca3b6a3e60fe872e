"""The Slack edge: reads what people do in Slack, and answers there."""

from bot.slack.health import Probe
from bot.slack.identity import SlackIdentity
from bot.slack.manifest import manifest_differences
from bot.slack.serve import serve
from bot.slack.settings import SlackSettings
from bot.slack.startup import check_slack
from bot.slack.tools import Tools

__all__ = [
    "Probe",
    "SlackIdentity",
    "SlackSettings",
    "Tools",
    "check_slack",
    "manifest_differences",
    "serve",
]
