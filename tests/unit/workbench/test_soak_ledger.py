"""What the soak takes for the end of an answer, and what it does not."""

import pytest

from workbench.pretend_slack.example import example_team
from workbench.pretend_slack.records import Message
from workbench.soak.ledger import Answer, Ledger

REFERENCE = "CD-7K2M9QXP"
WHOLE = frozenset({"opening", "reply-1", "reply-2", "spread"})
ALONE = frozenset({"opening", "reply-1"})
LOOKING = "Reading call errors of storm…"
PARTIAL = "Partial answer: Ivo could not join."


def message(part: str, text: str = "Ivo could not join.", **fields: object) -> Message:
    """Return a message of the look-up, as the bot marks it."""
    metadata = {"event_payload": {"lookup_id": REFERENCE, "part": part}}
    facts = {"ts": "1.0", "channel": "C1", "user": "UBOT", "text": text, "metadata": metadata}
    return Message(**facts | fields)  # type: ignore[arg-type]


def answer_of(*messages: Message) -> Answer:
    """Return the answer that a ledger reads from these messages."""
    team = example_team()
    team.messages.extend(messages)
    ledger = Ledger(team)
    ledger.read()
    return ledger.of(REFERENCE)


def test_a_deleted_looking_is_no_promise() -> None:
    error = message("error", "I found nothing. Check the name.", ephemeral_to="U1")
    standing = answer_of(message("looking", LOOKING), error)
    deleted = answer_of(message("looking", LOOKING, deleted=True), error)
    assert standing.unfinished
    assert not deleted.unfinished
    assert deleted.refusal == "I found nothing"


def test_who_alone_read_something_is_known() -> None:
    team = example_team()
    direct = team.direct_channel("U2").id
    team.messages.extend([message("error", ephemeral_to="U1"), message("error-2", channel=direct)])
    ledger = Ledger(team)
    ledger.read()
    assert ledger.alone == {"U1": {REFERENCE}, "U2": {REFERENCE}}


@pytest.mark.parametrize(
    ("parts", "text", "alone", "whole"),
    [
        (WHOLE, "", False, True),
        (ALONE, "", False, False),
        (ALONE, "", True, True),
        (ALONE, PARTIAL, False, True),
        ({"opening"}, PARTIAL, False, False),
        (WHOLE, "so far: 3 of 8 events", False, False),
    ],
)
def test_an_answer_is_whole(parts: set[str], text: str, alone: bool, whole: bool) -> None:  # noqa: FBT001
    asker = {"ephemeral_to": "U1"} if alone else {}
    answer = answer_of(*(message(part, text or part, **asker) for part in sorted(parts)))
    assert answer.alone == alone
    assert answer.whole(ALONE if answer.alone else WHOLE) == whole
