"""How jobs are kept: as JSON. dbos' own form is pickle, which would run what a database holds.

Whichever form is configured, dbos reads a row in the form that the row names. So whoever can write
into the database could have code run here; `refuse_other_forms` ends that.
"""

import json
from typing import NoReturn

import structlog
from dbos import Serializer
from dbos._serialization import DBOSPortableJSONSerializer, DefaultSerializer

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


class OtherForm(ValueError):
    """A row is in a form that we never write."""


def refuse_other_forms() -> None:
    """Have dbos refuse every row that is not in our form: the job ends as failed, and is logged."""
    for other in (DefaultSerializer, DBOSPortableJSONSerializer):
        setattr(other, "deserialize", _refuse)  # noqa: B010  dbos has no setting for it


def _refuse(form: Serializer, _serialized_data: str) -> NoReturn:
    structlog.get_logger("call_doctor.jobs").error("job_refused", serialization=form.name())
    raise OtherForm(f"a job's record is in the form {form.name()}, which is never read")


def _named(value: object) -> str:
    if isinstance(value, BaseException):
        return type(value).__name__
    raise TypeError(f"{type(value).__name__} cannot be kept: results of steps are plain JSON")
