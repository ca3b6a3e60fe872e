"""R7, R9, R10: the outcome of each story, and the evidence for it."""

from collections.abc import Iterable, Mapping

from bot.domain.diagnosis.intervals import format_duration
from bot.domain.diagnosis.model import Outcome, Story
from bot.domain.diagnosis.recovery import ActivityIndex, later_words
from bot.domain.diagnosis.sdk.media import is_cancelled_share, is_unasked_share
from bot.domain.diagnosis.sdk.text import (
    DEVICE_CODES,
    ICE_CODES,
    PUBLISH,
    RETRIES_UNREACHABLE,
    SIGNAL_LOST,
    area_of,
    has_leave_called,
    is_media_error,
    is_web_before,
    responder_of,
    status_of,
)
from bot.domain.diagnosis.thresholds import FAILS_ON, LEFT_WITHIN, LISTED_BEYOND
from bot.domain.diagnosis.webhook_facts import ROLE_CHANGE
from bot.domain.diagnosis.wording import join_words

_CLIENT_ERRORS = range(400, 500)
UNREACHABLE = 2003
MOVED = 421
LEAVE = 6013
TOO_MANY = 429
STAYED, UNSEEN = "stayed in the call", "not seen again"
_Ending = tuple[Outcome, str]


def assign_outcomes(
    stories: Iterable[Story], successors: Mapping[str, Story], activity: ActivityIndex
) -> tuple[Story, ...]:
    """Return the stories with outcome, evidence and doubt."""
    result = []
    for story in stories:
        end = successors.get(story.id)
        provable = story.timed and story.feature != ROLE_CHANGE  # staying gives no role
        proof = activity.proof_of_recovery(story, end or story) if provable else None
        if proof:
            at = proof.at if proof.exact else None
            result.append(story.replace(outcome="recovered", evidence=proof.words, recovered_at=at))
            continue
        doubt = activity.missing.of(story)
        outcome, evidence = _ending(story, end, activity, doubt)
        result.append(story.replace(outcome=outcome, evidence=evidence, doubt=doubt))
    return tuple(result)


def _ending(
    story: Story, successor: Story | None, activity: ActivityIndex, doubt: frozenset[str]
) -> _Ending:
    """Return the outcome by a terminal event, a blocking failure, or leaving.

    A story without a terminal event has the outcome `unknown` if proof could not be read. A story
    whose run ended in another story's giving up shares its outcome (R6), so only later events prove
    anything.
    """
    if not story.timed:
        return _untimed_ending(story)
    if successor:
        words = f"{_name(successor)} followed {_gap(story, successor)} later and was final"
        return "gave_up", f"{words}{_unseen_words(doubt)}"
    gave_up = _gave_up_outcome(story, activity, doubt)
    if gave_up or not doubt:
        return (
            gave_up
            or _blocked_outcome(story, activity)
            or _left_outcome(story, activity)
            or ("unknown", _sign_of_life(story, activity))
        )
    return (
        _left_outcome_by_text(story)
        or _removed_outcome(story, activity)
        or ("unknown", f"what followed{_unread_words(doubt)}")
    )


def _untimed_ending(story: Story) -> _Ending:
    """Return the outcome of a story without readable times: nothing is known to be later."""
    if story.ends_terminal:
        return "gave_up", "final; its time is unknown, so a recovery cannot be seen"
    return "unknown", "its time is unknown, so its end cannot be seen"


def _unseen_words(doubt: frozenset[str]) -> str:
    return f"; whether it recovered{_unread_words(doubt)}" if doubt else ""


def _unread_words(doubt: frozenset[str]) -> str:
    return f" could not be read ({join_words(sorted(doubt))})"


def _gave_up_outcome(
    story: Story, activity: ActivityIndex, doubt: frozenset[str]
) -> _Ending | None:
    if not story.ends_terminal:
        return None
    after = _unseen_words(doubt) or f"; {_sign_of_life(story, activity)}"
    if story.by_webhook:
        return "gave_up", f"told by a webhook of 100ms{after}"
    if story.retry_ms is None and story.retry_count is None:
        return "gave_up", f"final{after}"
    if story.retry_ms is not None:
        tries = f"{round(story.retry_ms / 1000, 1):g} s"
    else:
        tries = "1 try" if story.retry_count == 1 else f"{story.retry_count} tries"
    return "gave_up", f"SDK stopped after {tries}{after.removesuffix(f'; {UNSEEN}')}"


def _sign_of_life(story: Story, activity: ActivityIndex) -> str:
    """Return `joined again 16 min later`, `stayed in the call` or `not seen again`.

    Neither a join after more than ten minutes nor staying proves that the failure is over (R8). A
    person whose connection was lost for good did not stay, however long 100ms lists them.
    """
    sessions = activity.sessions_of(story)
    stays = [stay for stay in activity.stays(story) if stay.session_id in sessions]
    joins = [stay.joined_at for stay in stays if stay.joined_at]
    later = [joined for joined in joins if joined > story.last_at]
    if later:
        again = " again" * (len(later) < len(joins))
        return f"joined{again} {later_words(min(later), story.last_at)}"
    ends = [end for stay in stays if (end := activity.end_of(stay))]
    if ends and area_of(story) != "session" and max(ends) - story.last_at > LISTED_BEYOND:
        return STAYED
    return UNSEEN


def _blocked_outcome(story: Story, activity: ActivityIndex) -> _Ending | None:
    if story.terminal:
        return None
    if is_unasked_share(story):
        return "blocked", "the page asked in a way that shows no picker, so nothing could be shared"
    if story.feature == ROLE_CHANGE:
        return "blocked", "told by a webhook of 100ms"
    if is_blocking(story):
        return "blocked", "as far as we can see; 100ms never marks this one as final"
    return _failing_outcome(story, activity)


def _failing_outcome(story: Story, activity: ActivityIndex) -> _Ending | None:
    """Return `blocked` for failures that repeat and never end in a terminal event."""
    if story.type == PUBLISH and story.code in ICE_CODES:
        span = activity.paths.run_of(story).span
        if span > FAILS_ON:
            return "blocked", f"sending failed repeatedly for {format_duration(span)}"
    if story.type == "client.disconnected" and story.code == SIGNAL_LOST:
        span = story.last_at - story.first_at
        if span > FAILS_ON and not activity.was_in_session(story):
            words = f"each new connection was lost at once for {format_duration(span)}"
            return "blocked", f"{words}; no session lists this person"
    return None


def is_blocking(story: Story) -> bool:
    """Return whether the failure ends things without ever being marked terminal (R9)."""
    if is_media_error(story.rows[0]):
        return True
    if story.code in DEVICE_CODES:
        return story.explanation.entry.terminal == "no" and not is_cancelled_share(story)
    if story.code == UNREACHABLE:  # older web SDKs try it again, and may end it terminal
        return not is_web_before(story, RETRIES_UNREACHABLE)
    if any(responder_of(facts, story.platform) == "network" for facts in story.failures):
        return True
    status = status_of(story.code)  # 421 and 429 keep nobody out: the SDK retries by itself
    return status in _CLIENT_ERRORS and status not in {MOVED, TOO_MANY}


def _left_outcome(story: Story, activity: ActivityIndex) -> _Ending | None:
    if is_cancelled_share(story):  # there was no attempt that could be left
        return None
    by_text = _left_outcome_by_text(story)
    if by_text:
        return by_text
    removed = _removed_outcome(story, activity)
    if removed:
        return removed
    last = (story.rows[-1].peer_id or "").lower()
    ends = [
        stay.left_at - story.last_at
        for stay in activity.own_stays(story)
        if stay.left_at and (not last or stay.peer_id == last)
    ]
    after = [span for span in ends if span.total_seconds() >= 0]
    if after and min(after) <= LEFT_WITHIN:
        return "left", f"left {format_duration(min(after))} later"
    return None


def _removed_outcome(story: Story, activity: ActivityIndex) -> _Ending | None:
    """Return `left` if a webhook tells that the person was removed, or the room ended (R23)."""
    words = activity.removals.words_after(story)
    return ("left", words) if words else None


def _left_outcome_by_text(story: Story) -> _Ending | None:
    if story.code == LEAVE and any(map(has_leave_called, story.failures)):
        return "left", "left before the join finished"
    return None


def _name(story: Story) -> str:
    return str(story.error_code) if story.error_code else story.error_name or "another failure"


def _gap(story: Story, successor: Story) -> str:
    return format_duration(successor.last_at - story.last_at)
