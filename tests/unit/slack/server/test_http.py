"""Shapes of request bodies."""

import json
from typing import Any

from hypothesis import given

from bot.slack.server.http import is_well_formed
from tests.support.examples import JSON


@given(JSON)
def test_any_json_is_judged(body: Any) -> None:
    assert is_well_formed(json.loads(json.dumps(body))) in (True, False)
