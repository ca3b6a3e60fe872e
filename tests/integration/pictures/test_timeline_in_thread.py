"""Incidents are shown: a picture in the thread, and errors over time as a chart."""

import re
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.support.scenarios.case import FOLDER
from tests.support.slack.edge_harness import Bench, check_all, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message
from workbench.pretend_slack.limits import visible_text

OUTAGE, ONE = "service-outage-in-three-guises", "outcome-camera-back-after-14-seconds"


async def asked(bench: Bench, room: str) -> Message:
    """The final opening of a look-up whose thread is finished."""
    await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", room)
    await bench.settled()
    return next(m for m in bench.said() if part_of(m) == "opening")


def words(message: Message) -> str:
    return visible_text(message.blocks)


def spread(bench: Bench) -> Message:
    return next(m for m in bench.said() if part_of(m) == "spread")


async def test_an_incident_is_drawn_in_its_thread(tmp_path: Path) -> None:
    async with open_whole(tmp_path, scenarios=FOLDER) as bench:
        opening = await asked(bench, OUTAGE)
        (file,) = bench.team.files.values()
        assert file.shared_in == [("C0ONCALL", opening.ts)]
        assert Image.open(BytesIO(file.content or b"")).size[0] == 720
        assert "7 people with 7 failures" in file.alt
        chart = spread(bench)
        assert chart.thread_ts == opening.ts
        assert "data_visualization" in {block["type"] for block in chart.blocks}
        check_all(bench)


async def test_a_refused_chart_comes_as_words(tmp_path: Path) -> None:
    async with open_whole(tmp_path, scenarios=FOLDER) as bench:
        bench.team.faults.add("chat.postMessage", "invalid_blocks", part="spread", times=1)
        await asked(bench, OUTAGE)
        assert re.search(r"\d\d:\d\d: failing [1-7], in the call 7", words(spread(bench)))
        check_all(bench)


async def test_without_the_scope_nothing_is_drawn(tmp_path: Path) -> None:
    async with open_whole(tmp_path, scenarios=FOLDER, without="files:write") as bench:
        opening = await asked(bench, OUTAGE)
        assert bench.team.files == {}
        await bench.slack.click(opening, "timeline")
        await bench.slack.until(lambda: "timeline-1" in bench.parts())
        assert bench.team.files == {}
        check_all(bench)


async def test_one_person_is_drawn_on_request(tmp_path: Path) -> None:
    async with open_whole(tmp_path, scenarios=FOLDER) as bench:
        opening = await asked(bench, ONE)
        assert bench.team.files == {}
        await bench.slack.click(opening, "timeline")
        await bench.slack.until(lambda: any(f.shared_in for f in bench.team.files.values()))
        (file,) = bench.team.files.values()
        assert file.shared_in == [("C0ONCALL", opening.ts)]
        check_all(bench)
