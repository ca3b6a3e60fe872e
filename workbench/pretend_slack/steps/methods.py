"""functions.completeSuccess and functions.completeError: once for each run.

https://docs.slack.dev/reference/methods/functions.completeSuccess
"""

from workbench.pretend_slack.asking import Ask, Method, Methods
from workbench.pretend_slack.records import Json, Refused
from workbench.pretend_slack.steps.executions import Execution, parameter_problems


def complete_success(ask: Ask) -> Json:
    """functions.completeSuccess: the outputs must be those that the manifest declares."""
    run = _running(ask)
    outputs = ask.args.get("outputs")
    if not isinstance(outputs, dict):
        raise Refused("invalid_arguments")
    declared = ask.team.app.functions.get(run.callback_id)
    problems = (
        parameter_problems(declared.get("output_parameters", {}), outputs) if declared else ()
    )
    lines = [f"[ERROR] {problem}" for problem in problems]
    if lines:
        raise Refused("parameter_validation_failed", response_metadata={"messages": lines})
    run.state, run.outputs = "completed", outputs
    return {}


def complete_error(ask: Ask) -> Json:
    """functions.completeError: the person who runs the workflow reads the error."""
    run, error = _running(ask), ask.needed("error")
    run.state, run.error = "failed", error
    return {}


def _running(ask: Ask) -> Execution:
    run = ask.team.executions.get(ask.needed("function_execution_id"))
    if run is None:
        raise Refused("function_execution_not_found")
    if run.state != "running":
        raise Refused("execution_not_in_running_state")
    return run


METHODS: Methods = {
    "functions.completeSuccess": Method(complete_success),
    "functions.completeError": Method(complete_error),
}
