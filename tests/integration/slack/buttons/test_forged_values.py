"""Buttons whose value nobody of ours wrote: the presser alone is told, in words."""

import json

import pytest
from structlog.testing import capture_logs

from tests.integration.slack.buttons.test_answer_buttons import asked, press
from tests.support.slack.edge_harness import open_bench, shown
from workbench.pretend_slack.forms import find_element

NAIVE = {"kind": "room", "room_id": "r", "lookup_id": "l", "workspace": "w", "as_of": "2026-05-01"}
FORGED = {
    "timeline": "[" * 1_900,
    "recovered": json.dumps({"v": 1, "kind": []}),
    "packet": json.dumps({"v": 1, **NAIVE}),
    "reply": "\ud83d",
    "refresh": json.dumps({"clues": [{"kind": "room", "value": "x"}], "since": "2026-05-01T00:00"}),
    "choose-0": json.dumps({"q": "room x", "types": [{}], "until": "0001-01-01T00:00:00+00:00"}),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_press_is_refused_in_words(name: str) -> None:
    async with open_bench() as bench:
        opening = await asked(bench)
        own = name in ("timeline", "recovered", "packet")
        _, element = find_element(opening.blocks, name if own else "timeline")
        element["action_id"], element["value"] = name, FORGED[name]
        with capture_logs() as logs:
            (said,) = await press(bench, opening, name, "U0BOB")
        assert said.ephemeral_to == "U0BOB"
        assert "belongs to an older answer" in shown(said)
        assert not [line for line in logs if line["log_level"] in ("error", "critical")]
