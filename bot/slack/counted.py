"""Counts each attempt to call Slack: slack_sdk hides those that it repeats.

https://docs.aiohttp.org/en/stable/tracing_reference.html
"""

import json
import re
from types import SimpleNamespace

import aiohttp
from yarl import URL

from bot.domain.meters import Meters
from bot.slack.errors import CAUSES

_OK = 200
_METHOD = re.compile(r"/api/([a-zA-Z]+(?:\.[a-zA-Z]+)+)$")


def counted(meters: Meters) -> aiohttp.TraceConfig:
    """A trace for aiohttp's session that tells the meters."""
    trace = aiohttp.TraceConfig()

    async def ended(
        _: object, attempt: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        attempt.status = params.response.status
        if attempt.status != _OK:
            meters.slack_request(method_of(params.url), f"http_{attempt.status}")

    async def failed(_: object, __: object, params: aiohttp.TraceRequestExceptionParams) -> None:
        meters.slack_request(method_of(params.url), "no_answer")

    async def read(
        _: object, attempt: SimpleNamespace, params: aiohttp.TraceResponseChunkReceivedParams
    ) -> None:
        if attempt.status == _OK:  # then the body tells whether it was done
            meters.slack_request(method_of(params.url), word_in(params.chunk))

    trace.on_request_end.append(ended)
    trace.on_request_exception.append(failed)
    trace.on_response_chunk_received.append(read)
    return trace


def method_of(url: URL) -> str:
    """The API method that an address stands for; other addresses carry secrets."""
    method = _METHOD.search(url.path)
    if method:
        return method[1]
    return "upload" if "/upload" in url.path else "response_url"


def word_in(body: bytes) -> str:
    """`ok`, or Slack's word for the refusal if our table has it, else `other`.

    aiohttp hands over the whole body at once; a response_url answers with the bare word ok.
    """
    try:
        said = json.loads(body)
    except ValueError:
        return "ok" if body.strip().lower() == b"ok" else "other"
    if not isinstance(said, dict) or said.get("ok") is not False:
        return "ok" if isinstance(said, dict) else "other"
    word = said.get("error")
    return word if isinstance(word, str) and word in CAUSES else "other"
