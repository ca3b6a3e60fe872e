"""Logs of the Slack libraries."""

import pytest

from bot.slack.sending.web_clients import quiet_logger

ADDRESS = "https://hooks.slack.example/commands/T1/1/secret"


def test_libraries_log_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    logger = quiet_logger()
    assert quiet_logger().filters == logger.filters
    try:
        int(f"at {ADDRESS}")
    except ValueError as error:
        logger.exception("lost %s with xapp-1-A-2 (%s)", "wss://x.example/?ticket=secret", error)  # noqa: TRY401
    logger.debug("xoxb-1")
    assert len(caplog.records) == 1
    assert "lost [hidden] with [hidden]" in caplog.text
    assert "secret" not in caplog.text
