"""Cases made from public reports, asked as in the terminal over a pretend 100ms.

The cases, the pretend 100ms and the judge come with the data: `tests/data/public-cases`.
"""

import importlib.util
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.cli.lookup import run

FOLDER = Path(__file__).parents[2] / "data" / "public-cases"
PATHS = sorted((FOLDER / "cases").glob("*.json"))


def _replay() -> ModuleType:
    spec = importlib.util.spec_from_file_location("public_cases_replay", FOLDER / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


REPLAY = _replay()


@dataclass(frozen=True)
class Said:
    returncode: int
    stdout: str
    stderr: str


class Bench:
    """The cases' rooms, and the question asked twice: for a person and for a script."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self._capsys = capsys

    async def ask(self, text: str) -> tuple[Said, Any]:
        words = await self._run(text, as_json=False)
        document = await self._run(text, as_json=True)
        return words, json.loads(document.stdout)

    async def _run(self, text: str, *, as_json: bool) -> Said:
        status = await run(text, as_json=as_json)
        told = self._capsys.readouterr()
        return Said(status, told.out, told.err)


@pytest.fixture
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.param.read_text("utf-8"))
    return found


@pytest.fixture
def rooms(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The case, after the one whose rooms its texts name."""
    home = case.get("names_from")
    if home is None:
        return [case]
    return [json.loads((FOLDER / "cases" / f"{home}.json").read_text("utf-8")), case]


@pytest.fixture
def bench(
    rooms: list[dict[str, Any]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Bench]:
    server = REPLAY.serve(REPLAY.World(rooms, float(int(time.time()))))
    for case in rooms[1:]:
        case["names"] = {**rooms[0]["names"], **case.get("names", {})}
    url = f"http://127.0.0.1:{server.server_address[1]}/v2"
    for name, value in {
        "HMS_API_URL": url,
        "HMS_ACCESS_KEY": "60c1d2e3f4a5b6c7d8e9f0aa",
        "HMS_SECRET": "made-up-secret-for-tests-0123456789abcdef",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'call-doctor.db'}",
        "NO_COLOR": "1",
        "COLUMNS": "160",
    }.items():
        monkeypatch.setenv(name, value)
    yield Bench(url, capsys)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("case", PATHS, indirect=True, ids=lambda path: path.stem)
async def test_a_public_case_is_answered_as_it_deserves(case: dict[str, Any], bench: Bench) -> None:
    for text in case.get("first", []):
        await bench.ask(REPLAY.fill(text, case))
    for ask in case["asks"]:
        expect = {**case.get("expect", {}), **ask.get("expect", {})}
        targets = expect.get("target", {}).items()
        expect["target"] = {name: value and REPLAY.fill(value, case) for name, value in targets}
        words, document = await bench.ask(REPLAY.fill(ask["text"], case))
        assert not REPLAY.judge(expect, words, document)
