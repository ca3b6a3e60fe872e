"""Runs of a workflow's step, and what its manifest declares."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from workbench.pretend_slack.records import Json, NotPossible

# The token of a run lives so long, or until the run is completed.
# https://docs.slack.dev/workflows/workflow-steps
TOKEN_SECONDS = 15 * 60
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "array": list,
    "object": dict,
}


@dataclass(slots=True)
class Execution:
    """One run: `state` is running, completed or failed; `token` is the run's own."""

    id: str
    callback_id: str
    inputs: Json
    token: str
    born: float
    state: str = "running"
    outputs: Json = field(default_factory=dict)
    error: str = ""

    def token_lives(self, now: float) -> bool:
        """Whether the run's token is still good."""
        return self.state == "running" and now - self.born <= TOKEN_SECONDS

    def record(self) -> Json:
        """The run as JSON, without its token."""
        shown = asdict(self)
        del shown["token"]
        return shown


def refuse_inputs(function: Json, inputs: Json) -> None:
    """Raise NotPossible for inputs that Workflow Builder would not let pass."""
    problems = list(parameter_problems(function.get("input_parameters", {}), inputs))
    if problems:
        raise NotPossible("; ".join(problems))


def parameter_problems(declared: Json, given: Json) -> Iterator[str]:
    """The ways in which values differ from a manifest's `{properties, required}`."""
    properties = declared.get("properties", {})
    for name in declared.get("required", []):
        if given.get(name) is None:
            yield f"missing required parameter: {name}"
    for name, value in given.items():
        if name not in properties:
            yield f"unknown parameter: {name}"
        elif value is not None and not _fits(properties[name].get("type", ""), value):
            yield f"{name} is not of type {properties[name].get('type')}"


def listed(declared: Json) -> list[Json]:
    """Parameters as an event lists them."""
    required = declared.get("required", [])
    return [
        {
            "type": each.get("type", "string"),
            "name": name,
            "title": each.get("title", ""),
            "description": each.get("description", ""),
            "is_required": name in required,
        }
        for name, each in declared.get("properties", {}).items()
    ]


def _fits(kind: str, value: object) -> bool:
    wanted = _TYPES.get(kind, str)
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, wanted)
