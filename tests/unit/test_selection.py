"""`scripts/test PATH` finds tests for every module, and every folder of tests belongs to a path."""

import pytest

from tests.support.selection import ROOT, select, table

MODULES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("bot", "workbench", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)
UNBOUND = {"bot/__init__.py"}


def test_every_module_has_tests() -> None:
    without = []
    for module in MODULES:
        try:
            select(module)
        except ValueError:
            without.append(module)
    assert set(without) <= UNBOUND


def test_every_folder_of_tests_belongs_to_a_module() -> None:
    selected = {one for module in MODULES if module not in UNBOUND for one in select(module)}
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    general = {one for one in files if one.startswith("tests/unit/test_")}
    reached = {
        one for one in files if one in selected or any(one.startswith(f"{up}/") for up in selected)
    }
    assert files - general - reached == set()


def test_the_table_names_what_exists() -> None:
    assert len(table()) > 10
    for changed, run in table().items():
        for path in (*([] if "*" in changed else [changed]), *run):
            assert (ROOT / path).exists(), path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/unit/jobs", ["tests/unit/jobs"]),
        ("tests/unit/a.py::test_b", ["tests/unit/a.py::test_b"]),
        ("bot/slack/sending", ["tests/integration/slack/sending", "tests/unit/slack/sending"]),
        ("bot/slack/sending/", ["tests/integration/slack/sending", "tests/unit/slack/sending"]),
        ("bot/metrics.py", ["tests/integration/slack/test_metrics.py"]),
        ("bot", ["scripts/evaluate", "tests"]),
    ],
)
def test_selection(path: str, expected: list[str]) -> None:
    assert select(path) == expected


def test_a_path_without_tests_is_refused() -> None:
    with pytest.raises(ValueError, match="No tests belong to LICENSE"):
        select("LICENSE")
