"""The shapes of 100ms answers that several endpoints share."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse


class Refusal(Exception):
    """A call that is answered with an error body."""

    def __init__(self, status: int, message: str, *details: str) -> None:
        self.status = status
        self.message = message
        self.details = details
        super().__init__(message)


def error_body(status: int, message: str, details: tuple[str, ...] = ()) -> dict[str, Any]:
    """The error body of the current docs: code, message and perhaps details."""
    body: dict[str, Any] = {"code": status, "message": message}
    if details:
        body["details"] = list(details)
    return body


def error_answer(
    status: int, message: str, *details: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """An error as JSON."""
    return JSONResponse(error_body(status, message, details), status, headers=headers)


async def refuse(_request: Request, error: Exception) -> JSONResponse:
    """Starlette's handler for :class:`Refusal`."""
    if not isinstance(error, Refusal):
        raise error
    return error_answer(error.status, error.message, *error.details)


async def not_found(_request: Request, _error: Exception) -> JSONResponse:
    """A path that the API does not have."""
    return error_answer(404, "resource not found")


def whole_number(text: str, name: str) -> int:
    """A query parameter as a number; Refusal 400 if it is none."""
    try:
        return int(text)
    except ValueError:
        raise Refusal(400, "Invalid query param", f"{name}: must be a number") from None


def truth(text: str, name: str) -> bool:
    """A query parameter as true or false; Refusal 400 if it is neither."""
    if text.lower() not in {"true", "false"}:
        raise Refusal(400, "Invalid query param", f"{name}: must be true or false")
    return text.lower() == "true"


def bounded(value: int, low: int, high: int, *, clamp: bool) -> int:
    """The limit asked for, clamped or refused with 400 when out of range."""
    if low <= value <= high:
        return value
    if clamp:
        return min(max(value, low), high)
    raise Refusal(400, "Invalid query param", f"limit: must be between {low} and {high}")
