"""Paging of all lists but the events: limit 10 to 100, ``start`` is the previous ``last``."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import Refusal, bounded, whole_number
from workbench.pretend_hundredms.stage import stage_of

Row = TypeVar("Row")
_FOREVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
_SMALLEST, _LARGEST, _USUAL = 10, 100, 10


def one_page(
    request: Request,
    rows: Sequence[Row],
    identity: Callable[[Row], str],
    as_json: Callable[[Row], dict[str, Any]],
) -> JSONResponse:
    """The page of ``rows`` that the request asks for."""
    switches = stage_of(request).switches
    asked = whole_number(request.query_params.get("limit") or str(_USUAL), "limit")
    clamp = switches.limit_out_of_range == "clamp"
    limit = bounded(asked, _SMALLEST, _LARGEST, clamp=clamp)
    first = _first(rows, identity, request.query_params.get("start"))
    page = rows[first : first + limit]
    last: str | None = None if switches.list_end == "null" else ""
    if first + limit < len(rows):
        last = identity(page[-1])
    data = [as_json(row) for row in page]
    nothing: list[Any] | None = None if switches.empty_lists == "null" else []
    return JSONResponse({"limit": limit, "data": data or nothing, "last": last})


def moment(request: Request, name: str) -> datetime | None:
    """A time in the query; Refusal 400 if it is none."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "Invalid query param", f"{name}: must be an RFC 3339 time") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def span(request: Request) -> tuple[datetime, datetime]:
    """The query's ``after`` and ``before``; for ever where one is missing."""
    return moment(request, "after") or _FOREVER[0], moment(request, "before") or _FOREVER[1]


def _first(rows: Sequence[Row], identity: Callable[[Row], str], start: str | None) -> int:
    if not start:
        return 0
    for position, row in enumerate(rows):
        if identity(row) == start:
            return position + 1
    raise Refusal(400, "Invalid query param", "start: invalid")
