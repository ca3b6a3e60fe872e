"""Votes: accuracy equals a count by hand, buttons are read back, notes hold no secret."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.channel_settings import ChannelSettings
from bot.domain.errors import NotAllowed
from bot.domain.privacy.addresses import redact
from bot.domain.privacy.personal_names import Names, has_email
from bot.domain.votes import (
    MAX_NOTE,
    VERDICT_CLASSES,
    Accuracy,
    Ballot,
    Vote,
    accuracy_of,
    clean_note,
    decode_ballot,
    encode_ballot,
)
from bot.render.help import HomeAnswer, HomeChannel, HomeFacts
from tests.property.render.test_messages import RENDERER
from workbench.pretend_slack.limits import check_view
from workbench.pretend_slack.limits.mentions import mentions

classes = st.sampled_from(VERDICT_CLASSES)
votes = st.builds(
    Vote,
    reference=st.sampled_from([f"CD-{number}" for number in range(6)]),
    voter=st.sampled_from(["U0ALICE", "U0BOB", "U0CARO"]),
    verdict=classes,
    confidence=st.floats(0, 1),
    right=st.booleans(),
)


@given(st.lists(votes, max_size=40), st.integers(6, 400))
def test_the_table_of_accuracy_is_a_count_by_hand(cast: list[Vote], answers: int) -> None:
    latest = {(vote.reference, vote.voter): vote for vote in cast}  # one a person and answer
    kept = [vote for vote in cast if latest[vote.reference, vote.voter] is vote]
    accuracy = accuracy_of(answers, kept)
    table: dict[str, list[int]] = {}
    for reference in {vote.reference for vote in kept}:
        mine = [vote for vote in kept if vote.reference == reference]
        verdict = mine[-1].verdict
        signs = [1 if vote.right else -1 for vote in mine if vote.verdict == verdict]
        row = table.setdefault(verdict, [0, 0])
        row[0] += sum(signs) > 0
        row[1] += 1
    found = {one.verdict: [one.right, one.judged] for one in accuracy.classes}
    assert found == table
    assert (accuracy.votes, accuracy.answers) == (len(kept), answers)
    assert accuracy.judged == sum(row[1] for row in table.values())
    assert accuracy.right == sum(row[0] for row in table.values())
    assert accuracy.share == accuracy.judged / answers
    assert accuracy.enough is (len(kept) >= 10)


ids = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=40)


@given(st.sampled_from(["right", "wrong"]), ids, classes, st.floats(0, 1), ids)
def test_a_ballot_is_read_back(
    vote: str, reference: str, verdict: str, confidence: float, lookup: str
) -> None:
    ballot = Ballot(vote, reference, verdict, confidence, lookup)  # type: ignore[arg-type]
    assert decode_ballot(encode_ballot(ballot)) == ballot


@given(st.text() | st.from_regex(r'\{"vote":.{0,40}\}', fullmatch=True))
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotAllowed):
        decode_ballot(text)


@given(
    st.text(),
    st.sampled_from(["203.0.113.9", "2001:db8::7", "ann.lee@acme.example", "+46 70 123 45 67"]),
    st.text(),
)
def test_no_address_and_no_contact_stays_in_a_note(before: str, secret: str, after: str) -> None:
    note = clean_note(f"{before} {secret} {after}")
    assert secret not in note
    assert not has_email(note)
    assert redact(note) == note
    assert len(note) <= MAX_NOTE


HOSTILE = st.text(max_size=400) | st.sampled_from(
    [
        "<!channel> <@U0BOB>",
        "@here *x* `y`",
        "<https://evil.example|Open>",
        "\u202e" * 40,
        "x" * 9000,
    ]
)


@given(st.lists(HOSTILE, max_size=10), st.lists(HOSTILE, max_size=9), HOSTILE)
def test_home_keeps_slacks_limits_and_mentions_nobody(
    sentences: list[str], faults: list[str], notice: str
) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    value = encode_ballot(Ballot("right", "CD-1", "app", 0.5, "x" * 1800))
    answers = tuple(
        HomeAnswer("Room storm", text, now, "https://a.example/b", value) for text in sentences
    )
    channels = tuple(
        HomeChannel(f"C0{number}", ChannelSettings(), Names.FULL) for number in range(10)
    )
    view = RENDERER.home(HomeFacts(answers, channels, Accuracy(5, 3), tuple(faults), notice, now))
    assert check_view(view) == []
    assert len(view["blocks"]) <= 100
    assert len(str(view)) < 250_000
    live = {one.target for one in mentions({"text": "-", "blocks": view["blocks"]})}
    assert live <= {"https://a.example/b", *(channel.id for channel in channels)}
