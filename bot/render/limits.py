"""Slack's limits, and the shortening of texts to them; `packing` packs blocks into messages.

Lengths are counted as sent, after escaping: Slack counts `&amp;` as five characters.

https://docs.slack.dev/reference/block-kit
"""

MAX_BLOCKS = 50
"""The most blocks in one message."""
MAX_OPENING = 2_450
"""The most characters that an opening shows; we promise 2,500."""
MAX_REPLY = 8_000
"""The most characters that a reply shows; our own promise."""
MAX_REPLIES = 10
"""The most replies of one answer; our own promise."""
MAX_JSON = 13_000
"""The most characters of a message's blocks as JSON. Slack documents no number for
`msg_blocks_too_long`; people met it from about 13,200 on
(https://github.com/slackapi/bolt-js/issues/2509)."""
MAX_GIST = 600
"""The most characters of a message's `text`, which notifications and screen readers use."""
MAX_OPTION_VALUE = 150
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
MAX_BUTTON_VALUE = 2_000
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
_ESCAPED_LENGTHS = {"&": len("&amp;"), "<": len("&lt;"), ">": len("&gt;")}
_MAX_ENTITY = len("&amp;")


_SENTENCE = 60
"""Characters of a text that is a sentence rather than a name or an id."""


def shorten(text: str, most: int) -> str:
    """Return at most `most` characters of `text`, cut between words where one ends near.

    A cut text ends in an ellipsis; one of a sentence's length also says that it was shortened.
    """
    if len(text) <= most:
        return text
    mark = "… (shortened)" if most >= _SENTENCE else "…"
    length = max(most - len(mark), 1)
    words = text[: length + 1].rpartition(" ")[0].rstrip()
    cut = words if len(words) > length * 3 // 4 else text[:length].rstrip()
    return f"{cut}{mark}"


def brief(text: str, most: int) -> str:
    """Return the first sentences of our own prose that fit, else its first words."""
    if len(text) <= most:
        return text
    end = text.rfind(". ", 0, most)
    return text[: end + 1] if end > 0 else f"{text[:most].rpartition(' ')[0] or text[: most - 1]}…"


def shorten_escaped(text: str, most: int) -> str:
    """Shorten an escaped text with an ellipsis, without cutting an entity (`&amp;`) in half."""
    if len(text) <= most:
        return text
    shortened = text[: most - 1]
    start = shortened.rfind("&", -_MAX_ENTITY)
    if start >= 0 and ";" not in shortened[start:]:
        shortened = shortened[:start]
    return f"{shortened.rstrip()}…"


def escaped_length(text: str) -> int:
    """Return the characters of a text once escaped."""
    return sum(_ESCAPED_LENGTHS.get(letter, 1) for letter in text)


def fit(text: str, most: int) -> str:
    """Return `text`, cut to hold at most `most` characters once escaped."""
    space = most - 1
    for index, letter in enumerate(text):
        space -= _ESCAPED_LENGTHS.get(letter, 1)
        if space < 0:
            fits = len(text) - index == 1 and _ESCAPED_LENGTHS.get(letter, 1) == 1
            return text if fits else f"{text[:index].rstrip()}…"
    return text
