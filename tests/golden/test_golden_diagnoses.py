"""Every verdict and every outcome as it goes to Slack, held word for word, and within limits.

`pytest tests/golden --snapshot-update` writes them anew; look at a change before you take it.
"""

import re
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.domain.report import Report
from bot.render.message import Message
from bot.render.renderer import Renderer
from tests.support.reports.golden_diagnoses import (
    CATALOGUE,
    OUTCOMES,
    VERDICTS,
    diagnosed,
)
from tests.support.scenarios.case import files
from workbench.pretend_slack.limits import check_message, visible_length, visible_text

RENDERER = Renderer(CATALOGUE)


@pytest.fixture
def golden(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def shape(message: Message) -> dict[str, Any]:
    blocks = [dict(block) for block in message.blocks]
    assert check_message({"text": message.text, "blocks": blocks}, update=True) == []
    return {"part": message.part, "text": message.text, "blocks": blocks}


@pytest.mark.parametrize("verdict", ["shared_network", "unknown"])
def test_opening_as_json(verdict: str, golden: SnapshotAssertion) -> None:
    assert shape(RENDERER.answer(diagnosed(VERDICTS[verdict])).opening) == golden


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_thread_of_outcome(outcome: str, golden: SnapshotAssertion) -> None:
    report = diagnosed(OUTCOMES[outcome])
    assert report.diagnosis is not None
    assert outcome in {story.outcome for story in report.diagnosis.stories}
    assert [shape(reply) for reply in RENDERER.answer(report).replies] == golden


@pytest.mark.parametrize("messages", [1, 3])
def test_private_answer_of_a_diagnosis(messages: int, golden: SnapshotAssertion) -> None:
    found = diagnosed("device-blips-of-others-weigh-nothing")
    shown = RENDERER.private(found, messages=messages, note="Only you see this.")
    assert [shape(message) for message in shown] == golden


@pytest.mark.parametrize("verdict", VERDICTS)
def test_reply_for_the_customer(verdict: str, golden: SnapshotAssertion) -> None:
    message = shape(RENDERER.reply(diagnosed(VERDICTS[verdict])))
    assert visible_text(message["blocks"]).splitlines() == golden


def test_recovered_errors(golden: SnapshotAssertion) -> None:
    found = diagnosed("device-blips-of-others-weigh-nothing")
    assert [shape(message) for message in RENDERER.recovered(found)] == golden


def test_timeline(golden: SnapshotAssertion) -> None:
    told = [shape(one) for one in RENDERER.timeline(diagnosed(VERDICTS["service"]))]
    assert [visible_text(message["blocks"]).splitlines() for message in told] == golden


def test_packet(golden: SnapshotAssertion) -> None:
    message, file = RENDERER.packet(diagnosed(OUTCOMES["gave_up"]))
    told = visible_text(shape(message)["blocks"]).splitlines()
    assert {"message": told, file.name: file.content.splitlines()} == golden


def test_packet_as_json_in_words(golden: SnapshotAssertion) -> None:
    message = shape(RENDERER.packet_json(diagnosed(OUTCOMES["gave_up"])))
    assert visible_text(message["blocks"]).splitlines() == golden


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_scenario_keeps_every_promise(path: Any) -> None:
    report = diagnosed(path.stem)
    answer = RENDERER.answer(report)
    opening = shape(answer.opening)["blocks"]
    assert visible_length(opening) <= 2500
    brought = (*RENDERER.recovered(report), *RENDERER.timeline(report), RENDERER.evidence(report))
    brought = (*brought, RENDERER.packet(report)[0], RENDERER.packet_json(report))
    for one in (*answer.replies, *brought):
        blocks = shape(one)["blocks"]
        assert visible_length(blocks) <= (12_500 if holds_table(blocks) else 8000)
    assert len(answer.replies) <= 7
    entries_are_short(report)
    buttons_are_few(answer.opening, *RENDERER.private(report, messages=3)[:1])
    holds_nothing_internal(report)


def buttons_are_few(*openings: Message) -> None:
    """An opening's row has at most five buttons, then a menu; it holds nothing asked for most."""
    for opening in openings:
        for row in (block for block in opening.blocks if block["type"] == "actions"):
            kinds = [element["type"] for element in row["elements"]]
            assert kinds.count("button") <= 5
            assert "button" not in kinds[kinds.count("button") :]
            assert len(kinds) - kinds.count("button") <= 1
            menus = (one for one in row["elements"] if "options" in one)
            entries = {option["value"] for menu in menus for option in menu["options"]}
            assert not entries & {"reply", "ask_again", "packet", "post_in_channel", "show_more"}


def holds_table(blocks: list[dict[str, Any]]) -> bool:
    return any(block["type"] in {"table", "data_table"} for block in blocks)


def entries_are_short(report: Report) -> None:
    """An entry of the thread has at most seven lines and 600 characters."""
    for reply in RENDERER.answer(report).replies:
        for block in reply.blocks:
            told = "".join(
                leaf["text"]
                for part in block.get("elements", ())
                for leaf in part.get("elements", ())
            )
            if "What happened: " in told:
                assert len(told) <= 600
                assert len(told.splitlines()) <= 7


def holds_nothing_internal(report: Report) -> None:
    """The customer's reply knows no ids and no codes."""
    told = visible_text(shape(RENDERER.reply(report))["blocks"]).replace(report.lookup_id, "")
    words = set(re.findall(r"[\w-]+", told.replace("100ms.live", "")))
    for event in report.events:
        for internal in (event.peer_id, event.session_id, str(event.error_code)):
            assert internal not in words
    assert "{" not in told
