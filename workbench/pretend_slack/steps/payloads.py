"""The event of a workflow that reached the app's step.

https://docs.slack.dev/reference/events/function_executed
"""

from workbench.pretend_slack.payloads import event
from workbench.pretend_slack.records import Json
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.steps.executions import Execution, listed


def function_executed(team: Team, run: Execution) -> Json:
    """The event in its envelope; it names no person."""
    declared = team.app.functions.get(run.callback_id, {})
    function = {
        "id": f"Fn{run.callback_id.upper()[:9]}",
        "callback_id": run.callback_id,
        "title": declared.get("title", run.callback_id),
        "description": declared.get("description", ""),
        "type": "app",
        "input_parameters": listed(declared.get("input_parameters", {})),
        "output_parameters": listed(declared.get("output_parameters", {})),
        "app_id": team.app.app_id,
        "date_created": 1,
        "date_updated": 1,
        "date_deleted": 0,
        "form_enabled": False,
    }
    content = {
        "type": "function_executed",
        "function": function,
        "inputs": run.inputs,
        "function_execution_id": run.id,
        "workflow_execution_id": f"Wx{run.id[2:]}",
        "event_ts": team.new_ts(),
        "bot_access_token": run.token,
    }
    return event(team, content)
