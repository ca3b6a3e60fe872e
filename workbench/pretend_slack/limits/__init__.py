"""Slack's limits, checked by a walk over the plain JSON of messages and views."""

from workbench.pretend_slack.limits.findings import Problem
from workbench.pretend_slack.limits.mentions import Live, mentions, pings
from workbench.pretend_slack.limits.messages import check_message
from workbench.pretend_slack.limits.views import check_view
from workbench.pretend_slack.limits.visible import visible_length, visible_text

__all__ = [
    "Live",
    "Problem",
    "check_message",
    "check_view",
    "mentions",
    "pings",
    "visible_length",
    "visible_text",
]
