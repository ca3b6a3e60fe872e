"""Finds links inside links, as mail filters and chat programs wrap them.

Most put the link into their own, percent-encoded or plain: Safe Links (`?url=`), Google and YouTube
(`?q=`), Slack (`link?url=`), Barracuda (`?a=`), Cisco (in the path), Mimecast if it shows the link
at all, Proofpoint version 3 (`/v3/__https://…__;`). Proofpoint version 2 writes `-3A` for `%3A` and
`_` for `/`; Sophos and some trackers use base64.
https://help.proofpoint.com/Threat_Insight_Dashboard/API_Documentation/URL_Decoder_API
"""

import base64
import binascii
import re
from urllib.parse import unquote, urlsplit

_INNER = re.compile(r"https?://?(?=\w)", re.IGNORECASE)
_PLAIN = re.compile(r"(?<=[=/])(?:[A-Za-z0-9-]{1,63}\.){1,6}100ms\.live/", re.IGNORECASE)
_PROOFPOINT_2 = re.compile(r"/v2/url\?(?:[^#]*&)?u=([^&#]+)", re.IGNORECASE)
_PROOFPOINT_3 = re.compile(r"/v3/__(.+?)(?:__;|$)", re.IGNORECASE)
_BASE64 = re.compile(r"(?<=[=/])(?:aHR0c|SFRUU)[A-Za-z0-9_+/-]{8,4000}={0,2}")
_LEVELS = 3
"""Most levels of percent-encoding of an inner link."""


def links_inside(link: str) -> tuple[str, ...]:
    """Return the links inside a link, unwrapped; the link itself is not included.

    Never raises; a link that cannot be decoded contains none.
    """
    match = _PROOFPOINT_2.search(link)
    if match:
        return (unquote(match[1].replace("-", "%").replace("_", "/")),)
    match = _PROOFPOINT_3.search(link)
    if match:
        return (_with_slashes(match[1]),)
    coded = tuple(filter(None, map(_from_base64, _BASE64.findall(link))))
    return coded or _percent_encoded(link)


def _percent_encoded(link: str) -> tuple[str, ...]:
    """Return links in a query's value or in the path, at the first level that shows any."""
    for _ in range(_LEVELS + 1):
        starts = [match.start() for match in _INNER.finditer(link) if match.start() > 0]
        starts = starts or [match.start() for match in _PLAIN.finditer(link)]
        if starts:
            ends = [*starts[1:], len(link)]
            return tuple(_cut(link[start:end]) for start, end in zip(starts, ends, strict=True))
        decoded = unquote(link)
        if decoded == link:
            break
        link = decoded
    return ()


def _cut(inner: str) -> str:
    """Return an inner link without the outer link's next parameters, if they can be told apart."""
    inner = inner.partition("__;")[0]  # Proofpoint's end of a link
    head = inner.partition("&")[0]
    return _with_slashes(inner if "?" in head else head)


def _with_slashes(link: str) -> str:
    """Return `https:/host`, as some gateways shorten it, with both of its slashes."""
    return re.sub(r"^(https?):/(?!/)", r"\1://", link, flags=re.IGNORECASE)


def _from_base64(text: str) -> str:
    text = text.rstrip("=")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
        link = raw.decode()
        return link if urlsplit(link).hostname else ""
    except (ValueError, binascii.Error):
        return ""
