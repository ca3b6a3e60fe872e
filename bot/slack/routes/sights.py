"""What is looked at rather than read: the timeline as a picture, and errors over time."""

from bot.domain.report import Report
from bot.render.message import Picture
from bot.slack.desk import Desk, Lookup
from bot.slack.durable.finding import Finding
from bot.slack.errors import Cause

INCIDENT = 3
"""So many people affected are shown as a picture without being asked for."""


async def post_sights(
    desk: Desk, lookup: Lookup, finding: Finding, channel: str, thread: str
) -> list[str]:
    """Show an incident in its thread; returns what Slack did not confirm.

    What Slack refuses is left out: the text timeline stays behind its button.
    """
    unconfirmed = []
    if desk.identity.may_upload:
        picture = await finding.picture(lambda report: drawn(desk, report, incident=True))
        if picture is not None:
            sent = await desk.poster.upload(channel, thread, (picture,))
            unconfirmed += [picture.name] * (sent.cause is Cause.UNKNOWN)
    spread = await finding.spread()
    if spread is not None:
        sent = await desk.poster.post(channel, spread, lookup.id, thread=thread)
        unconfirmed += [spread.part] * (sent.cause is Cause.UNKNOWN)
    return unconfirmed


def drawn(desk: Desk, report: Report, *, incident: bool) -> Picture | None:
    """The picture of an incident, or of what is none: an incident's is shown unasked."""
    people = report.diagnosis.people.affected if report.diagnosis else 0
    return desk.tools.draw(report) if (people >= INCIDENT) is incident else None
