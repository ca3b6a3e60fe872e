"""The filters of the templates: counts, dates, links and plain text.

Every filter returns either a bare value, which the environment escapes for mrkdwn, or `Markup`,
which is finished text for the inside of a JSON string.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from markupsafe import Markup

from bot.domain.events import NO_TIME
from bot.domain.text import clean

# Slack interprets only angle brackets, and asks to replace exactly these three characters:
# https://docs.slack.dev/messaging/formatting-message-text#escaping
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LIVE_SEQUENCE = re.compile(r"<(?=[!@#]|https?:|mailto:)", re.IGNORECASE)
_INERT_BRACKET = "\u2039"
_SURROGATE = re.compile("[\ud800-\udfff]")
_URL_SLASHES = re.compile(r"(?<=[a-zA-Z0-9+.-]):/+")
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S"
UNKNOWN = "time unknown"
EMPTY = "\u2013"
"""Replaces an empty text, since Slack refuses empty text objects."""
_ENCODE = json.JSONEncoder(ensure_ascii=False).encode


def inside_json_string(text: str) -> Markup:
    """Return the text as it stands between the quotes of a JSON string."""
    if not text.isascii():
        text = _SURROGATE.sub("\ufffd", text)
    return Markup(_ENCODE(text)[1:-1])  # noqa: S704  the one place that makes text safe


def escape_mrkdwn(text: str) -> str:
    """Return the text with the three characters that have a meaning in mrkdwn as entities."""
    return text.translate(_ENTITIES)


def unescape_mrkdwn(text: str) -> str:
    """Return the text with the three entities as the characters that they stand for."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mrkdwn(value: object) -> Markup:
    """Return a value for a `mrkdwn` object: cleaned, then escaped for Slack, then for JSON."""
    return inside_json_string(escape_mrkdwn(clean(str(value))))


def plain(value: object) -> Markup:
    """Return a value for `plain_text` or a rich text leaf, where Slack interprets nothing.

    It is never empty, since Slack refuses empty text objects.
    """
    return _literal(clean(str(value)) or EMPTY)


def _literal(text: str) -> Markup:
    """Return clean text in which a sequence that would be live in mrkdwn loses its bracket.

    Slack leaves such a sequence alone here; other readers of a message (bridges, exports) may not.
    """
    return inside_json_string(inert(text))


def inert(text: str) -> str:
    """Return the text without the bracket of sequences that are live in mrkdwn."""
    return _LIVE_SEQUENCE.sub(_INERT_BRACKET, text)


def array_items(array: str) -> Markup:
    """Return the items of a JSON array from one of our templates, without its brackets."""
    return Markup(array.strip()[1:-1])  # noqa: S704  its values were made safe on rendering


def preformatted(text: str) -> Markup:
    """Return our own lines with clean data for a preformatted leaf, with their spaces."""
    return _literal(text or EMPTY)


def verbatim(text: str) -> Markup:
    """Return the text unchanged."""
    return inside_json_string(text)


def button_json(document: str) -> Markup:
    """Return a JSON document as a button's value, in which no reader can see a mention."""
    return inside_json_string(document.replace("<", "\\u003c"))


def notification_text(value: object) -> Markup:
    """Return outside data for a message's `text`: mrkdwn in which no address becomes a link."""
    return mrkdwn(_URL_SLASHES.sub(": ", str(value)))


def count(number: int, one: str = "", many: str = "") -> str:
    """Return `1,204`, or with words `1 person`, `1,204 people`."""
    return f"{number:,} {one if number == 1 else many}".rstrip()


def utc(moment: datetime) -> str:
    """Return `2026-11-22 08:26:40 UTC`, or `time unknown` if the event's time was unreadable."""
    if moment == NO_TIME:
        return UNKNOWN
    return f"{moment.astimezone(UTC):{_TIME_FORMAT}} UTC"


def exact(moment: datetime) -> str:
    """Return `2026-11-22 08:26:40.117 UTC`, or `time unknown` as `utc` does."""
    if moment == NO_TIME:
        return UNKNOWN
    at = moment.astimezone(UTC)
    return f"{at:{_TIME_FORMAT}}.{at.microsecond // 1000:03d} UTC"


def clock(moment: datetime) -> str:
    """Return `10:42:07 UTC`, or `time unknown` as `utc` does."""
    if moment == NO_TIME:
        return UNKNOWN
    return f"{moment.astimezone(UTC):%H:%M:%S} UTC"


def short(moment: datetime) -> str:
    """Return `22 Nov 08:26` in UTC, or `time unknown` as `utc` does."""
    if moment == NO_TIME:
        return UNKNOWN
    return f"{moment.astimezone(UTC):%d %b %H:%M}".removeprefix("0")


def hour(moment: datetime) -> str:
    """Return `08:26 UTC`."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def window_words(since: datetime | None, until: datetime | None, now: datetime) -> str:
    """Return `since 14:00 UTC`, `29 Nov 09:00 to 10:00 UTC`, or `the last 30 days`.

    The day is left out where it is today.
    """
    if since and until:
        first, last = since.astimezone(UTC), until.astimezone(UTC)
        end = f"{last:%H:%M}" if first.date() == last.date() else short(last)
        return f"{_day_and_hour(since, now)} to {end} UTC"
    if since:
        return f"since {_day_and_hour(since, now)} UTC"
    return f"until {_day_and_hour(until, now)} UTC" if until else "the last 30 days"


def _day_and_hour(moment: datetime, now: datetime) -> str:
    same_day = moment.astimezone(UTC).date() == now.astimezone(UTC).date()
    return f"{moment.astimezone(UTC):%H:%M}" if same_day else short(moment)


def unix(moment: datetime) -> int:
    """Return whole seconds since 1970, the only unit of Slack's dates; 0 for earlier times."""
    return max(int(moment.timestamp()), 0)


def local(moment: datetime) -> Markup:
    """Return the moment in the reader's own time zone, in mrkdwn.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    if moment == NO_TIME:
        return inside_json_string(UNKNOWN)
    form = "{date_short_pretty} {time_secs}"
    return inside_json_string(f"<!date^{unix(moment)}^{form}|{utc(moment)}>")


def link(url: str, label: object) -> Markup:
    """Return a link in mrkdwn. Raises ValueError for anything but http and https."""
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"not a web address: {url}")
    safe = url.replace("|", "%7C").replace(">", "%3E").replace("<", "%3C")
    words = escape_mrkdwn(clean(str(label)).replace("|", "/"))
    return inside_json_string(f"<{safe}|{words}>")


def code_runs(words: object) -> Iterator[tuple[Markup, bool]]:
    """Yield runs of plain text, and whether each stood between back-ticks: rich text has none."""
    text = clean(str(words)) or EMPTY
    runs = text.split("`")
    paired = len(runs) % 2 == 1 and any(runs)
    for index, run in enumerate(runs if paired else [text]):
        if run:
            yield _literal(run), index % 2 == 1
