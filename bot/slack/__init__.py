"""The Slack interface: receives what people do in Slack, and answers there."""

from bot.slack.identity import SlackIdentity
from bot.slack.server.health import Probe
from bot.slack.server.manifest import manifest_differences, setup_notes
from bot.slack.server.serve import serve
from bot.slack.server.startup_checks import check_slack
from bot.slack.slack_settings import SlackSettings

__all__ = [
    "Probe",
    "SlackIdentity",
    "SlackSettings",
    "check_slack",
    "manifest_differences",
    "serve",
    "setup_notes",
]
