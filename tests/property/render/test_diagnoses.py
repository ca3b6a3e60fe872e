"""Whatever was diagnosed, every message is valid, short enough, mentions nobody, drops nothing."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.privacy.addresses import redact_all_for_output
from bot.domain.report import Report
from bot.domain.saved_lookup import decode, encode, from_report
from bot.render.answer.entry_selection import entry_sources
from bot.render.json_document import document, json_chunks, lazy_document
from bot.render.message import Message
from tests.property.render.test_messages import (
    RENDERER,
    chain,
    detailed_in,
    hold,
    hold_all,
    ids_in,
    modest,
    numbers_in,
)
from tests.support.reports.hostile_reports import ADDRESSES, diagnosed, texts

BUTTONS = ("reply", "packet", "ask_again", "post_in_channel", "it_note")
BROUGHT = ("recovered", "timeline", "reply", "packet")


def buttons_of(message: Message) -> list[dict[str, str]]:
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return [button for row in rows for button in row if button["action_id"] in BUTTONS]


def preformatted(message: Message) -> str:
    """What stands in boxes, one after the other."""
    found = [
        leaf["text"]
        for block in message.blocks
        for box in block["elements"]
        if box["type"] == "rich_text_preformatted"
        for leaf in box["elements"]
    ]
    return "\n".join(found)


@modest
@given(diagnosed())
def test_answer_with_a_diagnosis_keeps_every_promise(report: Report) -> None:
    answer = RENDERER.answer(report)
    hold(answer.opening, blocks=12, characters=2500)
    assert len(answer.replies) <= 10
    hold_all([answer.opening, *answer.replies, *([answer.more] if answer.more else [])])
    buttons = buttons_of(answer.opening)
    rows = [block for block in answer.opening.blocks if block["type"] == "actions"]
    assert all(len(row["elements"]) <= 5 for row in rows)
    for row in rows:
        assert "block_id" not in row or decode(row["block_id"]).lookup_id == report.lookup_id
    for button in buttons:
        assert decode(button["value"]).lookup_id == report.lookup_id


@modest
@given(diagnosed(most=20))
def test_replies_hold_every_entry_once_in_order(report: Report) -> None:
    answer = RENDERER.answer(report)
    replies = [*answer.replies, answer.more] if answer.more else list(answer.replies)
    messages = chain(report, replies) if replies else []
    sources = entry_sources(report)
    listed = [source.number for source in sources] if len(sources) > 2 else []
    assert numbers_in(messages) == listed
    assert sorted(detailed_in(messages)) == sorted(source.event.id for source in sources)
    rows = [row.id for source in sources for row in source.rows]
    assert len(rows) == len(set(rows))
    assert {event.id for event in report.failures} <= set(rows)


@modest
@given(diagnosed(), st.integers(1, 5), texts)
def test_private_answer_with_a_diagnosis_keeps_every_promise(
    report: Report, messages: int, note: str
) -> None:
    shown = RENDERER.private(report, messages=messages, note=note)
    assert 1 <= len(shown) <= messages
    hold_all(shown)
    if messages > 1:
        hold(shown[0], blocks=12, characters=2500)


@modest
@given(diagnosed(most=20), st.integers(1, 3))
def test_private_buttons_lead_to_every_entry(report: Report, messages: int) -> None:
    first = RENDERER.private(report, messages=messages)
    shown = ids_in(chain(report, list(first)))
    if encode(from_report(report, after="x" * 40, shown=9, private=True)):
        assert shown == [detail.event.id for detail in entry_sources(report)]


@modest
@given(diagnosed(most=25))
def test_what_the_buttons_bring_keeps_every_promise(report: Report) -> None:
    message, file = RENDERER.packet(report)
    recovered, timeline = RENDERER.recovered(report), RENDERER.timeline(report)
    assert 1 <= len(recovered) <= 3
    assert 1 <= len(timeline) <= 3
    words = RENDERER.packet_json(report)
    hold_all([*recovered, *timeline, RENDERER.reply(report), message, words])
    whole, shown = json.loads(file.content), json.loads(preformatted(words))
    left = shown.pop("failures_left_out", 0)
    assert len(shown["failures"]) + left == len(whole["failures"])
    assert shown["lookup_id"] == report.lookup_id
    assert json.loads(file.content)["version"] == 1
    for address in ADDRESSES:
        assert address not in file.content


@modest
@given(diagnosed())
def test_the_document_of_a_diagnosis_is_json_and_holds_every_event_once(report: Report) -> None:
    told = json.loads(json.dumps(document(report)))
    # The text is redacted and escapes what a terminal would obey: its meaning is compared.
    assert json.loads("".join(json_chunks(lazy_document(report)))) == redact_all_for_output(told)
    found = [event for story in told["stories"] for event in story["event_ids"]]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("name", BROUGHT)
@modest
@given(diagnosed())
def test_buttons_lead_somewhere(name: str, report: Report) -> None:
    assert getattr(RENDERER, name)(report)
