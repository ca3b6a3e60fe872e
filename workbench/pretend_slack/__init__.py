"""A pretend Slack: the part of Slack that the bot uses, over real sockets."""

from workbench.pretend_slack.app import build
from workbench.pretend_slack.example import example_team
from workbench.pretend_slack.faults import Fault
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.records import Channel, Message, NotPossible, Person, View
from workbench.pretend_slack.server import serve
from workbench.pretend_slack.standing import stand
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.traffic import Delivery

__all__ = [
    "Channel",
    "Delivery",
    "Fault",
    "Message",
    "NotPossible",
    "Person",
    "PretendSlack",
    "Team",
    "View",
    "build",
    "example_team",
    "serve",
    "stand",
]
