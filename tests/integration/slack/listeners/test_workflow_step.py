"""The workflow step *Diagnose a 100ms call*, from Slack's event to its one completion."""

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from structlog.testing import capture_logs

from bot.domain.access import AccessRules
from bot.domain.audit import Access
from bot.domain.privacy.personal_names import Names
from bot.slack.lookup import workflow_step
from tests.support.slack.edge_harness import Bench, open_bench, part_of
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack.install import install
from workbench.pretend_slack.steps.executions import Execution

ROOT = Path(__file__).parents[4]
MANIFEST = yaml.safe_load((ROOT / "manifest.yaml").read_text())
ROOM = "one-bad-user"
PERSON = "Marta"
OUTPUTS = {
    *("sentence", "verdict", "likely", "people_affected"),
    *("next_step", "customer_reply", "reference", "permalink"),
}


@contextlib.asynccontextmanager
async def open_step(folder: Path, **changes: Any) -> AsyncIterator[Bench]:
    """Run the whole bot, installed with our manifest: Slack checks inputs and outputs by it."""
    async with open_whole(folder, **changes) as bench:
        install(bench.team, MANIFEST)
        yield bench


async def ran(bench: Bench, **inputs: Any) -> Execution:
    """Return a run of the step once it is over."""
    run, delivery = await bench.slack.run_step({"target": ROOM, **inputs})
    assert delivery.acked
    await bench.slack.until(lambda: run.state != "running", 20)
    await bench.settled()
    return run


def completions(bench: Bench) -> list[str]:
    return [
        call.method for call in bench.team.calls if call.method.startswith("functions.complete")
    ]


def stored_in(folder: Path) -> bytes:
    """Return all files of the databases."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def rows(bench: Bench) -> list[Access]:
    return [row for row in await bench.memory.audit.find() if row.entry == "workflow_step"]


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_without_a_channel_nothing_is_posted(tmp_path: Path, mode: str) -> None:
    async with open_step(tmp_path, mode=mode) as bench:
        run = await ran(bench)
        assert (run.state, run.error) == ("completed", "")
        assert run.outputs.keys() == OUTPUTS
        outputs = run.outputs
        assert outputs["permalink"] == ""
        assert outputs["verdict"] == "user_network"
        assert isinstance(outputs["likely"], bool)
        assert outputs["people_affected"] == 1
        assert outputs["sentence"].endswith(".")
        assert outputs["next_step"]
        assert outputs["customer_reply"].startswith("Hello,")
        assert re.fullmatch(r"CD-[A-Z0-9]{8}", outputs["reference"])
        assert PERSON not in str(outputs)
        assert bench.said() == []
        assert completions(bench) == ["functions.completeSuccess"]
        (row,) = await rows(bench)
        assert (row.user, row.action, row.outcome) == ("", "diagnose_call", "answered")
        assert row.reference == outputs["reference"]
        assert [subject.id for subject in row.subjects] == [ROOM]


async def test_the_answer_stands_in_the_channel_and_the_permalink_leads_to_it(
    tmp_path: Path,
) -> None:
    async with open_step(tmp_path) as bench:
        run = await ran(bench, channel="C0ONCALL")
        opening = next(
            message for message in bench.said("C0ONCALL") if part_of(message) == "opening"
        )
        path = f"/archives/C0ONCALL/p{opening.ts.replace('.', '')}"
        assert run.outputs["permalink"].endswith(path)
        assert PERSON in run.outputs["sentence"]
        assert PERSON in run.outputs["customer_reply"]
        assert run.outputs["sentence"] in opening.text
        assert bench.parts("C0ONCALL")[0] == "opening"
        assert len(bench.parts("C0ONCALL")) > 1
        assert {message.ephemeral_to for message in bench.said()} == {None}


async def test_private_posts_nothing_and_names_people_as_the_channel_does(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        run = await ran(bench, channel="C0ONCALL", private=True)
        assert run.outputs["permalink"] == ""
        assert PERSON in run.outputs["sentence"]
        shared = await ran(bench, channel="C0SHARED", private=True)
        assert PERSON not in str(shared.outputs)
        assert bench.said() == []


@pytest.mark.parametrize("inputs", [{"channel": "C0ONCALL"}, {}])
async def test_names_follow_the_default(tmp_path: Path, inputs: dict[str, str]) -> None:
    async with open_step(tmp_path, show_names=Names.NONE) as bench:
        assert PERSON not in str((await ran(bench, **inputs)).outputs)


async def test_where_another_company_reads_nothing_is_posted(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        run = await ran(bench, channel="C0SHARED", target=f"{ROOM} public")
        assert run.state == "completed"
        assert run.outputs["permalink"] == ""
        assert PERSON not in str(run.outputs)
        assert bench.said() == []


async def test_an_event_that_comes_again_begins_no_second_run(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        run, delivery = await bench.slack.run_step({"target": ROOM, "channel": "C0ONCALL"})
        await bench.slack.send_again(delivery)
        await bench.slack.redeliver(delivery)
        await bench.slack.until(lambda: run.state != "running", 20)
        await bench.settled()
        await bench.restart()
        await bench.slack.send_again(delivery)
        await bench.settled()
        assert completions(bench) == ["functions.completeSuccess"]
        assert bench.parts().count("opening") == 1
        assert len(await rows(bench)) == 1


@pytest.mark.parametrize(
    ("target", "words", "outcome"),
    [
        ("hello there, all", "see no id", "not_read"),
        ("", "see no room", "not_read"),
        ("help", "see no room", "not_read"),
        ("0123456789abcdef01234567", "found nothing", "nothing_found"),
        ("room no-such-room-at-all", "found nothing", "nothing_found"),
    ],
)
async def test_what_cannot_be_answered_is_an_error_with_its_reference(
    tmp_path: Path, target: str, words: str, outcome: str
) -> None:
    async with open_step(tmp_path) as bench:
        run = await ran(bench, target=target, channel="C0ONCALL")
        assert run.state == "failed"
        assert words in run.error
        (row,) = await rows(bench)
        assert row.outcome == outcome
        assert run.error.endswith(f"(Reference {row.reference})")
        assert completions(bench) == ["functions.completeError"]
        assert bench.said() == []


async def test_runs_that_ended_without_a_look_up_make_no_queue(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        for _ in range(11):
            assert "see no room" in (await ran(bench, target="")).error
        assert (await ran(bench)).state == "completed"


async def test_a_name_that_may_mean_something_else_is_an_error_that_lists_it(
    tmp_path: Path,
) -> None:
    async with open_step(tmp_path) as bench:
        run = await ran(bench, target="one-bad-usr", channel="C0ONCALL")
        (row,) = await rows(bench)
        assert (run.state, row.outcome) == ("failed", "choices")
        assert ROOM in run.error
        assert run.error.endswith(f"(Reference {row.reference})")
        assert bench.said() == []
        assert run.error.startswith("I found nothing by that name. ")
        several = await ran(bench, target="asha in town-hall", channel="C0ONCALL")
        assert several.error.startswith("Several things match. ")


@pytest.mark.parametrize(
    ("access", "inputs", "words"),
    [
        ({"users": {"U0ALICE"}}, {}, "ALLOW_WORKFLOWS=on"),
        ({"users": {"U0ALICE"}}, {"channel": "C0ONCALL"}, "ALLOW_WORKFLOWS=on"),
        ({"users": {"U0ALICE"}, "workflows": True}, {}, ""),
        ({"channels": {"C0ONCALL"}}, {}, "certain channels"),
        ({"channels": {"C0ONCALL"}}, {"channel": "C0WARROOM"}, "certain channels"),
        ({"channels": {"C0ONCALL"}}, {"channel": "C0ONCALL"}, ""),
        ({"channels": {"C0ONCALL"}}, {"channel": "C0ONCALL", "private": True}, ""),
        ({"users": {"U0ALICE"}, "channels": {"C0ONCALL"}, "workflows": True}, {}, "certain"),
        ({"workspace_channels": {"default": {"C0WARROOM"}}}, {"channel": "C0ONCALL"}, "certain"),
        ({"workspace_channels": {"default": {"C0ONCALL"}}}, {"channel": "C0ONCALL"}, ""),
        ({"workspace_channels": {"default": {"C0ONCALL"}}}, {}, "certain"),
        ({}, {"channel": "U0ALICE"}, "no channel"),
    ],
)
async def test_the_lists_of_who_may_ask_apply(
    tmp_path: Path, access: dict[str, Any], inputs: dict[str, Any], words: str
) -> None:
    lists: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, set) else value
        for name, value in access.items()
    }
    async with open_step(tmp_path, access=AccessRules(**lists)) as bench:
        run = await ran(bench, **inputs)
        (row,) = await rows(bench)
        assert words in run.error
        assert run.state == ("failed" if words else "completed")
        assert row.outcome == ("refused" if words else "answered")
        assert len(completions(bench)) == 1
        if words:
            assert run.error.endswith(f"(Reference {row.reference})")
            assert bench.said() == []
            assert not [call for call in bench.hundredms.calls.calls if call.path != "/v2/rooms"]


async def test_a_channel_that_the_bot_cannot_post_in_is_an_error(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        for channel, words in (
            ("C0ARCHIVE", "archived"),
            ("C0SECRET", "/invite"),
            ("C0READONLY", "doesn't let me post"),
        ):
            run = await ran(bench, channel=channel)
            assert run.state == "failed"
            assert words in run.error
        assert bench.said() == []


@pytest.mark.parametrize("error", ["internal_error", "http_503", "reset_after", "ratelimited"])
async def test_a_completion_that_slack_did_not_confirm_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    monkeypatch.setattr(workflow_step, "COMPLETION_PAUSES", (0.01,) * 6)
    async with open_step(tmp_path) as bench:
        bench.team.faults.add("functions.completeSuccess", error, times=2)
        run = await ran(bench)
        assert run.state == "completed"
        (row,) = await rows(bench)
        assert row.outcome == "answered"


async def test_outputs_that_slack_refuses_end_the_run_with_an_error(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        bench.team.faults.add("functions.completeSuccess", "parameter_validation_failed")
        run = await ran(bench)
        assert run.state == "failed"
        assert "parameter_validation_failed" in run.error


async def test_a_run_that_is_over_counts_as_completed(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        with capture_logs() as lines:
            bench.team.faults.add("functions.completeSuccess", "execution_not_in_running_state")
            await bench.slack.run_step({"target": ROOM})
            await bench.slack.until(lambda: completions(bench))
            await bench.settled()
        assert completions(bench) == ["functions.completeSuccess"]
        assert not [line for line in lines if line["event"] == "step_not_completed"]
        (row,) = await rows(bench)
        assert row.outcome == "answered"


async def test_the_workflows_token_is_neither_used_nor_kept(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        with capture_logs() as lines:
            run = await ran(bench, channel="C0ONCALL")
        assert {call.token for call in bench.team.calls} <= {"bot", "app", ""}
        assert run.token not in str(lines)
    stored = stored_in(tmp_path)
    assert run.id.encode() in stored
    assert run.token.encode() not in stored


async def test_another_companys_step_is_ignored(tmp_path: Path) -> None:
    async with open_step(tmp_path) as bench:
        run, delivery = await bench.slack.run_step({"target": ROOM})
        await bench.slack.until(lambda: run.state != "running", 20)
        payload = {**delivery.payload, "team_id": "T0OTHER", "event_id": "Ev0OTHER"}
        payload["event"] = {**payload["event"], "function_execution_id": "Fx0OTHER"}
        assert (await bench.slack.postman.carry("events_api", payload)).acked
        await bench.settled()
        assert completions(bench) == ["functions.completeSuccess"]


@pytest.mark.parametrize(("enterprise", "ends"), [("E0ACME", 2), ("E0OTHER", 1), (None, 1)])
async def test_steps_of_our_organisations_other_workspaces_are_ours(
    enterprise: str | None, ends: int
) -> None:
    access = AccessRules(users=frozenset({"U0ALICE"}))
    async with open_bench(enterprise="E0ACME", access=access) as bench:
        run, delivery = await bench.slack.run_step({"target": ROOM})
        await bench.slack.until(lambda: run.state != "running", 20)
        payload = {**delivery.payload, "team_id": "T0SISTER", "enterprise_id": enterprise}
        payload |= {"event_id": "Ev0SISTER"}
        payload["event"] = {**payload["event"], "function_execution_id": "Fx0SISTER"}
        assert (await bench.slack.postman.carry("events_api", payload)).acked
        await bench.settled()
        assert completions(bench) == ["functions.completeError"] * ends


async def test_a_step_that_we_do_not_have_ends_with_an_error(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        run, _ = await bench.slack.run_step({"target": ROOM}, callback_id="other_step")
        await bench.slack.until(lambda: run.state != "running", 20)
        assert run.state == "failed"
        assert "no such step" in run.error
