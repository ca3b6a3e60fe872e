"""The desk as a job uses it: what it says in Slack is said once."""

from dataclasses import replace

from bot.jobs.ports import Steps
from bot.slack.desk import Desk
from bot.slack.durable.poster import DurablePoster


def in_job(desk: Desk, steps: Steps) -> Desk:
    """The same desk with a poster that checkpoints."""
    return replace(desk, poster=DurablePoster(desk.poster.plain, steps, desk.reconciler))
