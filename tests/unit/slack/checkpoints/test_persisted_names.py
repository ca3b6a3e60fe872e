"""What is stored keeps its names: the list, the page and the real classes agree."""

import ast
import dataclasses
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unexpected
from bot.domain.query import LookupQuery
from bot.jobs.inbox import INBOX
from bot.metrics import PrometheusMetrics
from bot.settings import Settings, Workspace
from bot.slack.buttons.job import PRESS_KIND
from bot.slack.buttons.refresh import REFRESH_KIND
from bot.slack.checkpoints import persisted_names as names
from bot.slack.checkpoints.serialization import error_to_json
from bot.slack.context import Lookup
from bot.slack.listeners.registry import LOOKUP_BUTTONS
from bot.slack.lookup.job import LOOKUP_KIND, lookup_to_json
from bot.slack.lookup.surroundings import STATUS_KIND
from bot.slack.lookup.workflow_step import STEP_KIND
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.calls import message_metadata
from bot.slack.watch.job import LOOK_KIND
from bot.slack.watch.start import START_KIND
from bot.storage.tables import METADATA

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "persisted-names.md").read_text()
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def class_named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def section(title: str) -> set[str]:
    """Return the names in backticks in a section of the page, its table's head left out."""
    text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return set(re.findall(r"`([^`]+)`", text))


def row_of(title: str, first: str) -> list[str]:
    """Return the names in the second column of the row that begins with `first`."""
    text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    line = next(line for line in text.splitlines() if line.startswith(f"| {first} |"))
    return re.findall(r"`([^`]+)`", line.split(" | ")[1])


def log_events() -> Iterator[str]:
    for file in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LOG_METHODS
            ):
                yield from _texts(node.args[:2])


def _texts(arguments: Iterable[ast.expr]) -> Iterator[str]:
    """Yield the one-word texts among the arguments, and those of both branches of an `if`."""
    for argument in arguments:
        branches = (
            [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
        )
        for branch in branches:
            if isinstance(branch, ast.Constant) and re.fullmatch(r"[a-z_.]+", str(branch.value)):
                yield str(branch.value)


@pytest.mark.parametrize("path", names.STORED_FIELDS)
def test_a_stored_dataclass_has_the_listed_fields(path: str) -> None:
    fields = [field.name for field in dataclasses.fields(class_named(path))]
    left_out = names.NOT_STORED.get(path, ())
    assert [name for name in fields if name not in left_out] == list(names.STORED_FIELDS[path])
    assert set(left_out) <= set(fields)


@pytest.mark.parametrize("path", names.STORED_VALUES)
def test_a_stored_enumeration_has_the_listed_values(path: str) -> None:
    assert [member.value for member in class_named(path)] == list(names.STORED_VALUES[path])


@pytest.mark.parametrize("path", [*names.STORED_FIELDS, *names.STORED_VALUES])
def test_the_page_has_each_class_with_its_names(path: str) -> None:
    title = "Stored fields" if path in names.STORED_FIELDS else "Stored values"
    listed = names.STORED_FIELDS.get(path) or names.STORED_VALUES[path]
    module, _, name = path.rpartition(".")
    assert row_of(title, f"`{name}`") == list(listed)
    assert f"{module.replace('.', '/')}.py" in section(title)


def test_jobs_and_their_payloads_have_the_listed_names() -> None:
    lookup = lookup_to_json(Lookup("CD-1", LookupQuery(), ReplyTarget("U1")))
    assert (
        *(LOOKUP_KIND, PRESS_KIND, STEP_KIND, REFRESH_KIND, STATUS_KIND, START_KIND, LOOK_KIND),
    ) == names.JOB_KINDS
    assert tuple(lookup) == names.PAYLOAD_KEYS["lookup"]
    assert tuple(error_to_json(Unexpected())) == names.RECORD_KEYS["an error"]
    for kind, keys in names.PAYLOAD_KEYS.items():
        assert row_of("Jobs", f"`{kind}`") == list(keys)
    for record, keys in names.RECORD_KEYS.items():
        assert row_of("Jobs", record) == list(keys)


def test_the_page_has_each_step() -> None:
    steps = {*names.STEPS, *names.STEP_PREFIXES, *names.STEP_SUFFIXES}
    assert steps <= section("Jobs")


def test_each_listed_step_is_in_the_code() -> None:
    code = "".join(file.read_text() for file in (ROOT / "bot").rglob("*.py"))
    texts = {step: f'"{step}"' for step in names.STEPS}
    texts |= {prefix: f'f"{prefix}{{' for prefix in names.STEP_PREFIXES}
    texts |= {suffix: f"}}{suffix}" for suffix in names.STEP_SUFFIXES}
    assert [name for name, text in texts.items() if text not in code] == []


def test_the_page_has_what_messages_hold() -> None:
    metadata = message_metadata("CD-1", "opening")
    assert metadata["event_type"] == names.METADATA_TYPE
    assert tuple(metadata["event_payload"]) == names.METADATA_KEYS
    menu_values = {value.rstrip(":") for value in names.MENU_VALUES}
    assert {button.name for button in LOOKUP_BUTTONS} <= {*names.ACTION_IDS, *menu_values}
    assert {
        *names.ACTION_IDS,
        *names.MENU_VALUES,
        *names.CALLBACK_IDS,
        *names.FORM_KEYS,
        names.METADATA_TYPE,
        *names.METADATA_KEYS,
        *names.MESSAGE_PARTS,
    } | {"private_metadata", "-"} == section("In Slack")


def test_the_page_has_each_table_with_its_columns() -> None:
    tables = [*METADATA.tables.values(), INBOX]
    for table in tables:
        columns = [column.name for column in table.columns]
        assert row_of("Tables", f"`{table.name}`") == columns
    assert PAGE.partition("\n## Tables\n")[2].partition("\n## ")[0].count("\n| `") == len(tables)


def test_the_page_has_the_names_that_operators_use() -> None:
    metrics = re.findall(r"^# TYPE (\S+)", PrometheusMetrics().page().decode(), re.MULTILINE)
    settings = {name.upper() for name in (*Settings.model_fields, *Workspace.model_fields)}
    settings = settings - {"TICKET_URLS"} | {"TICKET_URL_<NAME>"}
    templates = ROOT / "templates"
    files = {
        path.relative_to(templates).as_posix() for path in templates.rglob("*") if path.is_file()
    }
    assert section("Metrics") == set(metrics)
    assert section("Log events") == set(log_events())
    assert section("Settings") == {*settings, "HMS_WORKSPACES__<ALIAS>__"}
    assert section("Templates") == {*files, "TEMPLATES_DIR", "call-doctor check"}
