"""What a failure's SDK and browser can report at all; what they cannot proves nothing.

The versions were found by running the web SDK from 0.12.15 to 0.15.2 under known faults.
"""

from bot.domain.diagnosis.alike import browser_of
from bot.domain.diagnosis.story import Story
from bot.domain.events import ErrorEvent
from bot.domain.sdk_version import is_before

RETRIES_UNREACHABLE = "0.13.0"
"""Before it the web SDK tries a 2003 again and may end it terminal."""
REPORTS_TRIES = "0.12.24"
"""Before it the web SDK never reports the error of a try: a lost signal may hide a 401 or 5xx."""
REPORTS_BOTH_PATHS = "0.14.1"
"""Before it the web SDK drops publish failures while it tries to subscribe again."""


def is_web_before(story: Story, version: str) -> bool:
    """True if the story's last known web SDK version is older; False where none is known."""
    if story.platform != "web":
        return False
    told = (row.agent.sdk_version for row in reversed(story.rows) if row.agent.sdk_version)
    return is_before(next(told, None), version)


def is_firefox(event: ErrorEvent) -> bool:
    """True for Firefox, which reports nothing more after a publish 4005."""
    return browser_of(event.agent) == "firefox"
