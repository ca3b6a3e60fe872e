"""What the tests of the bot in Slack share."""

import pytest

from bot.jobs import inbox
from bot.slack import audit
from bot.slack.lookup import channel_defaults

PATIENCE = 60.0


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let the bot record questions for a minute, and return that number of seconds.

    Refusing what a busy machine reads or records too late is another test's matter.
    """
    monkeypatch.setattr(channel_defaults, "READ_SECONDS", PATIENCE)
    monkeypatch.setattr(inbox, "RECORD_SECONDS", PATIENCE)
    monkeypatch.setattr(audit, "WRITE_SECONDS", PATIENCE)
    return PATIENCE
