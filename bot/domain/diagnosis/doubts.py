"""What keeps a verdict below the mark of a claim, whoever else failed (R11, R12, R14, R18)."""

from bot.domain.diagnosis.answers import answer_of, closed_in_order, is_empty_unreachable
from bot.domain.diagnosis.outcomes import SIGNAL_LOST, UNREACHABLE
from bot.domain.diagnosis.shares import is_cancelled_share, says_refused
from bot.domain.diagnosis.story import Story
from bot.domain.diagnosis.versions import REPORTS_TRIES, is_web_before

_MEDIA_PATH = frozenset({"client.publish.failed", "client.subscribe.failed"})
_UNSURE = frozenset({"gateway", "page", "api_misuse"})


def is_doubtful(story: Story) -> bool:
    """True if code and text of a failure leave its cause open.

    A gateway's page is 100ms' own or a proxy's; an exception is the page's or the SDK's; an
    empty 2003 is a hidden 404; an orderly close names no side; a browser's own error of the
    media path names none either; a borrowed or general entry of the catalogue is a guess.
    """
    if not story.error_code and story.type in _MEDIA_PATH:
        return True
    if any(answer_of(one, story.platform) in _UNSURE for one in story.failures):
        return True
    if story.code == UNREACHABLE and story.platform == "web":
        return all(map(is_empty_unreachable, story.failures))
    if any(map(closed_in_order, story.failures)) or may_hide_token(story):
        return True
    return story.explanation.entry.code_range is not None


def may_hide_token(story: Story) -> bool:
    """True for a lost signal whose end may be a refused token: old web SDKs do not report it."""
    lost = story.type == "client.disconnected" and story.code == SIGNAL_LOST
    return lost and story.terminal and is_web_before(story, REPORTS_TRIES)


def is_doubtful_refusal(story: Story) -> bool:
    """True if a closed picker is only likely: Firefox and Safari word every refusal alike."""
    return is_cancelled_share(story) and not any(map(says_refused, story.failures))
