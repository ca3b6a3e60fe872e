"""The manifest is valid, and says what the code registers, word for word."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bot.slack import manifest_differences
from bot.slack.identity import OPTIONAL_SCOPES

ROOT = Path(__file__).parents[4]


@pytest.fixture
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yaml").read_text())
    return loaded


def test_it_is_valid(manifest: dict[str, Any]) -> None:
    schema = json.loads((ROOT / "tests/data/manifest.schema.2.0.0.json").read_text())
    assert list(jsonschema.Draft7Validator(schema).iter_errors(manifest)) == []
    scopes = manifest["oauth_config"]["scopes"]
    assert set(scopes["bot_optional"]) == OPTIONAL_SCOPES < set(scopes["bot"])
    step = manifest["functions"]["diagnose_call"]
    assert list(step["input_parameters"]["properties"]) == ["target", "channel", "private"]
    assert step["input_parameters"]["required"] == ["target"]
    outputs = step["output_parameters"]["properties"]
    texts = ("sentence", "verdict", "next_step", "customer_reply", "reference", "permalink")
    assert {name: parameter["type"] for name, parameter in outputs.items()} == {
        **dict.fromkeys(texts, "string"),
        "likely": "boolean",
        "people_affected": "integer",
    }
    for command in manifest["features"]["slash_commands"]:
        assert command["command"].islower()
        assert len(command["description"]) < 60


def test_it_equals_the_code(manifest: dict[str, Any]) -> None:
    assert manifest_differences(manifest) == []


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("features", "slash_commands", 0, "description"), "Other", "/call-errors"),
        (("features", "slash_commands", 0, "usage_hint"), "Other", "usage_hint"),
        (("features", "slash_commands", 0, "command"), "/other", "lacks"),
        (("features", "shortcuts", 0, "name"), "Other", "diagnose_message"),
        (("features", "shortcuts"), [], "diagnose_call"),
        (("features", "bot_user", "display_name"), "other", "Call Doctor"),
        (("settings", "event_subscriptions", "bot_events"), [], "app_mention"),
        (("settings", "interactivity", "is_enabled"), False, "Interactivity"),
        (("oauth_config", "scopes", "bot"), ["commands", "users:write"], "users:write"),
        (("oauth_config", "scopes", "bot_optional"), [], "files:write"),
        (("features", "app_home", "messages_tab_enabled"), False, "messages_tab_enabled"),
        (("features", "app_home", "messages_tab_read_only_enabled"), True, "read_only"),
        (("functions",), {}, "diagnose_call"),
        (("functions", "diagnose_call", "title"), "Other", "diagnose_call"),
        (("functions", "diagnose_call", "input_parameters", "required"), [], "diagnose_call"),
        (("settings", "function_runtime"), "slack", "function_runtime"),
        (("settings", "org_deploy_enabled"), False, "org_deploy_enabled"),
    ],
)
def test_each_difference_is_named(
    manifest: dict[str, Any], path: tuple[Any, ...], value: Any, words: str
) -> None:
    changed = copy.deepcopy(manifest)
    inner: Any = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    assert any(words in line for line in manifest_differences(changed))


@pytest.mark.parametrize("broken", [{}, {"features": None}, {"features": {"slash_commands": [7]}}])
def test_a_broken_manifest_is_only_different(broken: dict[str, Any]) -> None:
    assert manifest_differences(broken)
