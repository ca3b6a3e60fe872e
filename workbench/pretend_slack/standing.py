"""A pretend Slack that stands and listens."""

import contextlib
from collections.abc import AsyncIterator

from workbench.pretend_slack.app import build
from workbench.pretend_slack.example import example_team
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.server import serve
from workbench.pretend_slack.state import Team


@contextlib.asynccontextmanager
async def stand(team: Team | None = None, port: int = 0) -> AsyncIterator[PretendSlack]:
    """Serve a workspace (the example's when none is given) on loopback until the block ends.

    The bot's `SLACK_API_URL` is `slack.team.base_url + "/api/"`.
    """
    team = team or example_team()
    slack = PretendSlack(team)
    async with serve(build(team, slack), port=port) as served:
        team.base_url = served.url
        yield slack
        await slack.close()
