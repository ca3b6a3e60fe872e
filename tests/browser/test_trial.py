"""A running incident from question to hand-over, as `scripts/trial` takes its pictures."""

import pytest

from tests.support.browser import Seat
from tests.support.trial import trial

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_running_incident_from_question_to_hand_over(seat: Seat) -> None:
    await seat.page.context.route("https://acme.atlassian.net/**", lambda route: route.abort())
    assert [name async for name in trial(seat)][-1] == "direct-message"
