"""Cleans, shortens and compares text from outside."""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence

from rapidfuzz import fuzz, process, utils

_DROPPED_CATEGORIES = {"Cc", "Cf", "Cs"}  # controls, bidi and zero-width, halves of a pair
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # by category, invisible on screen
_ZWJ = "\u200d"
_LOOK_BACK = 32
_LONGEST_NAME = 2000  # names of 100 kB exist

MIN_LIKENESS = 79
"""Least likeness, in percent, of a word that is offered."""

MAX_BEHIND_BEST = 10
"""Percentage points behind the best name within which others are offered."""
MIN_NAME_LIKENESS = 80
"""Least likeness, in percent, of a whole name that is offered."""


def clean(text: str, *, lines: bool = False) -> str:
    """Return the text without control, bidi and zero-width characters, white space collapsed.

    Line ends become spaces; with `lines` they stay, with at most one empty line in a row.
    """
    if not text.isprintable() or not (text.isascii() or _BLANK_LETTERS.isdisjoint(text)):
        text = "".join(map(_visible, text))
    if not lines:
        return " ".join(text.split())
    rows = "\n".join(" ".join(row.split()) for row in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", rows).strip()


def remove_unprintable(text: str) -> str:
    """Return the text without control, bidi and zero-width characters; white space stays."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(char: str) -> str:
    if char.isspace():
        return "\n" if char in "\n\r\v\f\x85\u2028\u2029" else " "
    dropped = char in _BLANK_LETTERS or unicodedata.category(char) in _DROPPED_CATEGORIES
    return "" if dropped else char


def clip(text: str, limit: int) -> str:
    """Return the text cut to `limit` characters, the last of them an ellipsis if anything was cut.

    Accents, emoji modifiers, joined emoji and flags are not separated from their base.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    cut = limit - 1
    for _ in range(min(cut, _LOOK_BACK)):
        if not _is_continuation(text, cut):
            break
        cut -= 1
    return text[:cut].rstrip() + "…"


def _is_continuation(text: str, at: int) -> bool:
    before, char = text[at - 1], text[at]
    if _ZWJ in {char, before} or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if _is_flag_half(before) and _is_flag_half(char):
        halves = 0
        while halves < at and _is_flag_half(text[at - 1 - halves]):
            halves += 1
        return halves % 2 == 1
    return unicodedata.category(char) in {"Mn", "Me", "Mc"}


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def normalise_name(name: str | None) -> str:
    """Return a name's letters only: platforms write one name in several cases and spacings."""
    return "".join(filter(str.isalpha, (name or "")[:_LONGEST_NAME])).lower()


def fold_name(name: str) -> str:
    """Return a name for comparing: as people type it who ignore case and accents.

    The marks of scripts in which they are letters of their own, such as vowels, stay.
    """
    parts = unicodedata.normalize("NFKD", name[:_LONGEST_NAME].casefold())
    bare = "".join(char for char in parts if not "\u0300" <= char <= "\u036f")
    return unicodedata.normalize("NFC", bare).translate(_STROKED)


_STROKED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe"})
"""Letters that have no accent to take away."""


def near_names(name: str, names: Iterable[str], most: int) -> list[str]:
    """Return the names that are like the name, or contain it, best first.

    Names far behind the best are left out.
    """
    matches = process.extract(
        name,
        list(dict.fromkeys(names)),
        scorer=_name_likeness,
        processor=utils.default_process,
        limit=most,
        score_cutoff=MIN_NAME_LIKENESS,
    )
    best = max((score for _, score, _ in matches), default=0)
    return [choice for choice, score, _ in matches if score > best - MAX_BEHIND_BEST]


def _name_likeness(
    name: Sequence[Hashable], other: Sequence[Hashable], *, score_cutoff: float | None = None
) -> float:
    """Return the likeness in percent; other word order counts a little less, a part of it more so.

    One word in common is not enough: "made-up" is not like "recorder-gives-up".
    """
    part = fuzz.partial_ratio(name, other) if len(name) < len(other) else 0
    likeness = max(fuzz.ratio(name, other), 0.95 * fuzz.token_set_ratio(name, other), 0.9 * part)
    return likeness if likeness >= (score_cutoff or 0) else 0


def near_words(
    word: str, choices: Iterable[str], *, most: int = 5, least: float = MIN_LIKENESS
) -> list[str]:
    """Return the choices that are like the word, best first; case and punctuation do not matter.

    `least` is the likeness in percent below which nothing is offered.
    """
    matches = process.extract(
        word,
        list(dict.fromkeys(choices)),
        scorer=fuzz.ratio,
        processor=utils.default_process,
        limit=most,
        score_cutoff=least,
    )
    return [choice for choice, _, _ in matches]
