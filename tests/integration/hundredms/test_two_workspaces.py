"""Two 100ms workspaces, one of them down: the other answers, and the answer says so."""

from pathlib import Path

import pytest

from bot.domain.errors import HundredMsUnreachable
from bot.domain.parsing import parse_query
from bot.domain.report import Report
from bot.domain.target import Choices
from bot.serving import build_probes
from bot.settings import Settings, Workspace
from bot.wiring import Services, now, open_services
from tests.support.slack.edge_harness import free_port
from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import utc_now


async def silent(_: str) -> None:
    """Nobody listens."""


async def ask(engine: Services, text: str) -> Report:
    found = await engine.investigator.report(parse_query(text, now()), "CD-AAAAAAAA", silent)
    assert isinstance(found, Report)
    return found


async def test_the_workspace_that_lives_answers_and_names_the_other(tmp_path: Path) -> None:
    async with running(build(demo_world(utc_now(), large_events=10))) as url:
        settings = Settings(
            _env_file=None,
            hms_access_key=ACCESS_KEY,
            hms_secret=SECRET,
            hms_api_url=url,
            hms_workspaces={
                "eu": Workspace.model_validate(
                    {
                        "access_key": ACCESS_KEY,
                        "secret": SECRET,
                        "api_url": f"http://127.0.0.1:{free_port()}/v2",
                    }
                )
            },
            database_url=f"sqlite:///{tmp_path / 'bot.db'}",
        )
        async with open_services(settings, memory_needed=True) as engine:
            while engine.workspaces["eu"].circuit.state == "closed":
                with pytest.raises(HundredMsUnreachable):
                    await engine.workspaces["eu"].check()
            report = await ask(engine, "one-bad-user")
            assert report.target.room.workspace == "default"
            assert any("eu" in note for note in report.notes)
            for text in ("one-bad-user", "one-bad-user since 20d"):  # out of what was just read
                assert (await ask(engine, text)).notes == report.notes
            assert engine.workspaces["default"].circuit.state == "closed"
            page = engine.metrics.page().decode()
            assert 'call_doctor_hms_circuit_state{workspace="eu"} 2.0' in page
            assert 'call_doctor_hms_circuit_state{workspace="default"} 0.0' in page
            word = await build_probes(engine)["hms"]()
            assert word == "degraded: eu: 100ms did not answer"
            person = next(event.user_id for event in report.events if event.user_id)
            found = await engine.investigator.report(
                parse_query(f"user:{person}", now()), "CD-AAAAAAAA", silent
            )
            told = found.note if isinstance(found, Choices) else " ".join(found.notes)
            assert "eu could not be asked" in told
