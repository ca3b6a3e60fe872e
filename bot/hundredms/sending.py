"""One GET over the pool of connections: headers, address and body, whatever the answer means."""

from urllib.parse import urlencode

import httpx
from aiohttp import ClientError

from bot.hundredms.call import Call
from bot.hundredms.patience import Broken

LARGEST_BODY = 48_000_000
"""Bytes. A page of a hundred sessions of large rooms takes some megabytes."""

FAILED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ClientError, OSError)
"""No answer, or half of one; aiohttp's own error is one that httpx has no word for."""


def broken(error: BaseException) -> Broken:
    """What failed, in words for the asker.

    aiohttp's transport for httpx calls every lost connection a timeout; the cause knows better.
    """
    cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return Broken("100ms did not answer in time")
    return Broken(f"The connection to 100ms failed ({type(cause).__name__})")


async def send(
    http: httpx.AsyncClient, url: str, call: Call, token: str
) -> tuple[httpx.Response, bytes]:
    """The answer and all of its body. Raises what `FAILED` names, Broken if it is too large."""
    headers = {
        b"Authorization": b"Bearer " + token.encode(),
        b"Content-Type": b"application/json",
        b"Accept": b"application/json",
    }
    address = f"{url.rstrip('/')}/{call.path}"
    if call.params:  # httpx would take the address apart a second time to add them
        address += f"?{urlencode(call.params)}"
    request = http.build_request("GET", address, headers=headers)
    response = await http.send(request, stream=True)
    body = bytearray()
    try:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > LARGEST_BODY:
                raise Broken("100ms' answer is too large to read")
    finally:
        await response.aclose()
    return response, bytes(body)
