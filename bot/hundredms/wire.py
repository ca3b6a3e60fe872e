"""The shapes 100ms sends: a strict envelope around lenient contents.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/error-events and the pages
of rooms, sessions and room codes beside it. What is not named here is never kept: a room
object can hold storage credentials and webhook headers.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator

from bot.hundredms.lenient import (
    Flag,
    Moment,
    Text,
    Whole,
    as_list,
    as_mapping,
    as_text,
    or_none,
)


class _Shape(BaseModel):
    """Unknown keys are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Object = Annotated[Mapping[str, Any], BeforeValidator(as_mapping)]


def _cursor(value: object) -> str:
    """The cursor as text; "" for null, false, zero and blanks.

    100ms would refuse one of another shape, and then it is known that rows are missing.
    """
    return (as_text(value) or repr(value)[:_SHAPELESS]) if value else ""


Cursor = Annotated[str, BeforeValidator(_cursor)]
_SHAPELESS = 100


class EventsWire(_Shape):
    """One page of events. What a row holds is read in `translate`: it may be no event at all."""

    total: Whole = None
    next: Cursor = ""
    events: Annotated[list[Any], BeforeValidator(as_list)] = Field(default_factory=list)

    @property
    def count(self) -> int | None:
        """The total, if it can be one."""
        return self.total if self.total is not None and self.total >= 0 else None


class RoomWire(_Shape):
    """What is read of a room."""

    id: Text = None
    name: Text = None
    enabled: Flag = None
    created_at: Moment = None


class PeerWire(_Shape):
    """One entry of a session's peers."""

    id: Text = None
    name: Text = None
    user_id: Text = None
    role: Text = None
    joined_at: Moment = None
    left_at: Moment = None


PeerRow = Annotated[PeerWire | None, WrapValidator(or_none)]


def _peers(value: object) -> Mapping[str, object] | None:
    """100ms sends a map by peer id; its documentation says an array. None for neither."""
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(value)}
    return value if isinstance(value, Mapping) else None


class SessionWire(_Shape):
    """What is read of a session."""

    id: Text = None
    room_id: Text = None
    active: Flag = None
    created_at: Moment = None
    updated_at: Moment = None
    peers: Annotated[Mapping[str, PeerRow] | None, BeforeValidator(_peers)] = None


class CodeWire(_Shape):
    """What is read of a room code."""

    code: Text = None


Row = TypeVar("Row", bound=BaseModel)


class Listing(_Shape, Generic[Row]):
    """One page of a list; `last` is the cursor of the next one."""

    limit: Whole = None
    last: Cursor = ""
    data: Annotated[
        list[Annotated[Row | None, WrapValidator(or_none)]], BeforeValidator(as_list)
    ] = Field(default_factory=list)

    def following(self, asked: int) -> str:
        """The cursor of the next page; "" if this one was not full."""
        full = min(asked, self.limit) if self.limit and self.limit > 0 else asked
        return self.last if len(self.data) >= full else ""
