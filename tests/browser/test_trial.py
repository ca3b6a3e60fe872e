"""Incidents from question to hand-over and under watch, as `scripts/trial` takes pictures."""

import pytest

from tests.support.browser import Seat
from tests.support.trial import trial, watched_call

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_running_incident_from_question_to_hand_over(seat: Seat) -> None:
    await seat.page.context.route("https://acme.atlassian.net/**", lambda route: route.abort())
    assert [name async for name in trial(seat)][-1] == "direct-message"


@pytest.mark.timeout(400)  # at most one line a minute comes into the thread
async def test_a_watched_call_is_told_in_five_messages_and_ends(seat: Seat) -> None:
    assert [name async for name in watched_call(seat)][-1] == "ended"
