"""The step of a workflow: its event, its token, and its one completion."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.pretend_slack import Seen
from workbench.pretend_slack import NotPossible, PretendSlack
from workbench.pretend_slack.install import install

STEP = {
    "title": "Diagnose",
    "description": "Explains a call",
    "input_parameters": {
        "properties": {
            "target": {"type": "string", "title": "Target", "description": "An id"},
            "private": {"type": "boolean", "title": "Private", "description": "Not posted"},
        },
        "required": ["target"],
    },
    "output_parameters": {
        "properties": {
            "sentence": {"type": "string", "title": "Sentence", "description": "The answer"},
            "people": {"type": "integer", "title": "People", "description": "How many"},
        },
        "required": ["sentence"],
    },
}
MANIFEST: dict[str, Any] = {
    "features": {
        "app_home": {"messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    },
    "oauth_config": {"scopes": {"bot": ["commands", "im:history"], "bot_optional": ["im:history"]}},
    "functions": {"diagnose_call": STEP},
    "settings": {"event_subscriptions": {"bot_events": ["function_executed"]}},
}


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_step_is_told_with_its_own_token(slack: PretendSlack, seen: Seen) -> None:
    install(slack.team, MANIFEST)
    run, delivery = await slack.run_step({"target": "storm"})
    assert delivery.acked
    event = seen[0]["event"]
    assert (event["type"], event["inputs"]) == ("function_executed", {"target": "storm"})
    assert event["function_execution_id"] == run.id
    assert event["bot_access_token"] == run.token
    assert run.token.startswith("xwfp-")
    assert event["function"]["callback_id"] == "diagnose_call"
    names = [(each["name"], each["is_required"]) for each in event["function"]["input_parameters"]]
    assert names == [("target", True), ("private", False)]
    assert "user" not in event
    assert "token" not in run.record()


async def test_workflow_builder_checks_the_inputs(slack: PretendSlack) -> None:
    install(slack.team, MANIFEST)
    for inputs in ({}, {"target": None}, {"target": 3}, {"target": "x", "colour": "red"}):
        with pytest.raises(NotPossible):
            await slack.run_step(inputs)
    with pytest.raises(NotPossible):
        await slack.run_step({"target": "x"}, "another_step")
    assert not slack.team.executions
    assert slack.team.app.messages_tab == "read_only"
    assert slack.team.app.scopes - slack.team.app.optional == {"commands"}


async def test_a_run_is_completed_once(slack: PretendSlack, web: AsyncWebClient) -> None:
    install(slack.team, MANIFEST)
    slack.team.app.events.clear()
    run, delivery = await slack.run_step({"target": "storm"})
    assert not delivery.attempts
    success, outputs = web.functions_completeSuccess, {"sentence": "It broke", "people": 2}
    for wrong in ({"people": 2}, {"sentence": "x", "people": True}, {"sentence": "x", "more": "y"}):
        answer = await refusal(success(function_execution_id=run.id, outputs=wrong))
        assert answer == "parameter_validation_failed"
    await success(function_execution_id=run.id, outputs=outputs)
    assert (run.state, run.outputs) == ("completed", outputs)
    again = success(function_execution_id=run.id, outputs=outputs)
    assert await refusal(again) == "execution_not_in_running_state"
    error = web.functions_completeError
    late = error(function_execution_id=run.id, error="x")
    assert await refusal(late) == "execution_not_in_running_state"
    unknown = error(function_execution_id="Fx0", error="x")
    assert await refusal(unknown) == "function_execution_not_found"
    assert {call.token for call in slack.team.calls} == {"bot"}


async def test_a_run_fails_with_words(slack: PretendSlack, web: AsyncWebClient) -> None:
    run, _ = await slack.run_step({"target": "?"})
    await web.functions_completeError(function_execution_id=run.id, error="No room: CD-1")
    assert (run.state, run.error) == ("failed", "No room: CD-1")


async def test_the_workflows_token_ends_with_the_run(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    first, _ = await slack.run_step({"target": "storm"})
    web.token = first.token
    await web.chat_postMessage(channel="C0ONCALL", text="from the workflow")
    assert slack.team.calls[-1].token == "workflow"
    await web.functions_completeSuccess(function_execution_id=first.id, outputs={})
    assert await refusal(web.auth_test()) == "token_expired"
    second, _ = await slack.run_step({"target": "storm"})
    web.token = second.token
    slack.team.clock_ahead = 901
    assert await refusal(web.auth_test()) == "token_expired"
