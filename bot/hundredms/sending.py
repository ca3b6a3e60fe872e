"""One GET over the pool of connections: headers, address and body, whatever the answer means.

A body is unpacked here and not by httpx, which has no limit of what a few bytes may become.
"""

import zlib
from urllib.parse import urlencode

import httpx
from aiohttp import ClientError

from bot.hundredms.call import Call
from bot.hundredms.patience import Broken

FAILED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ClientError, OSError, MemoryError)
"""No answer, or half of one; aiohttp's own error is one that httpx has no word for."""

_DIGITS = 18


def broken(error: BaseException) -> Broken:
    """What failed, in words for the asker.

    aiohttp's transport for httpx calls every lost connection a timeout; the cause knows better.
    """
    cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    if isinstance(cause, TimeoutError | httpx.TimeoutException):
        return Broken("100ms did not answer in time")
    return Broken(f"The connection to 100ms failed ({type(cause).__name__})")


class Refused(Exception):
    """A body that is not read: too large, or packed in a way that was not asked for."""


async def send(
    http: httpx.AsyncClient, url: str, call: Call, token: str
) -> tuple[httpx.Response, bytes]:
    """The answer and all of its body, unpacked.

    Raises what `FAILED` names, Broken for a body that ends early, Refused for one that is too
    large or in another coding than gzip.
    """
    headers = {
        b"Authorization": b"Bearer " + token.encode(),
        b"Content-Type": b"application/json",
        b"Accept": b"application/json",
        b"Accept-Encoding": b"gzip",
    }
    address = f"{url.rstrip('/')}/{call.path}"
    if call.params:  # httpx would take the address apart a second time to add them
        address += f"?{urlencode(call.params)}"
    request = http.build_request("GET", address, headers=headers)
    response = await http.send(request, stream=True)
    try:
        return response, await _body(response, call.largest)
    finally:
        await response.aclose()


async def _body(response: httpx.Response, largest: int) -> bytes:
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > _DIGITS or int(announced) > largest):
        raise Refused(_too_large(largest))
    unpack = _unpacker(response.headers.get("content-encoding", ""))
    body, received = bytearray(), 0
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101  as `http` is async
    async for piece in response.stream:
        received += len(piece)
        body += _unpacked(unpack, piece, largest + 1 - len(body)) if unpack else piece
        if max(received, len(body)) > largest:
            raise Refused(_too_large(largest))
    if unpack and received and not unpack.eof:
        raise Broken("100ms' answer is cut off")
    return bytes(body)


def _unpacked(unpack: "zlib._Decompress", piece: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(piece, most)
    except zlib.error as error:
        raise Broken("100ms' answer could not be unpacked") from error


def _unpacker(coding: str) -> "zlib._Decompress | None":
    """What unpacks the body; None if it is not packed."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return None
    if coding != "gzip":
        raise Refused("100ms' answer is compressed in a way that was not asked for")
    return zlib.decompressobj(zlib.MAX_WBITS | 16)


def _too_large(largest: int) -> str:
    return f"100ms' answer is too large to read (more than {largest // 1_000_000} MB)"
