"""How jobs are kept: as JSON. dbos' own form is pickle, which would run what a database holds."""

import json

from dbos import Serializer

from bot.jobs.ports import Json


class JsonForm(Serializer):
    """JSON; an exception is kept as its class's name, since a course tells its own errors."""

    def serialize(self, data: Json) -> str:
        """The text to keep. ASCII alone: no database takes half of a character."""
        return json.dumps(data, separators=(",", ":"), default=_named)

    def deserialize(self, serialized_data: str) -> Json:
        """What was kept."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Under which dbos remembers the form."""
        return "call_doctor_json"


def _named(value: object) -> str:
    if isinstance(value, BaseException):
        return type(value).__name__
    raise TypeError(f"{type(value).__name__} cannot be kept: results of steps are plain JSON")
