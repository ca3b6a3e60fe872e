"""Rules on showing people's names, and the search for names and contact data in texts.

People's names arrive in `user_name`, and as user ids if an app uses the e-mail address as one. They
are hidden before a message is composed: `bot.domain.privacy.report_names` rewrites the report, so
no template decides about names.
"""

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote, quote_plus

from bot.domain.text import clean


class Names(StrEnum):
    """The extent to which a person's name is shown."""

    FULL = "full"
    SHORT = "short"  # "Marta L."
    NONE = "none"  # "participant 1"


OPENNESS = {Names.NONE: 0, Names.SHORT: 1, Names.FULL: 2}
"""A greater number shows more."""

HIDDEN_EMAIL, HIDDEN_PHONE = "(e-mail hidden)", "(phone hidden)"

_EMAIL = re.compile(
    r"[\w.+'-]{1,64}(?:@|\uff20|%40|\\u0040|&#64;|&commat;)(?:[\w-]{1,63}\.){1,8}"
    r"(?:xn--[\w-]{2,59}|[^\W\d_]{2,24})(?![\w-])",
    re.IGNORECASE,
)
_SIGNS_OF_EMAIL = ("@", "\uff20", "%40", "\\u0040", "&#64;", "&commat;")
_PHONE = re.compile(
    r"(?<![\w+.])(?:\+|%2B|00(?=[1-9]))[ ]?\d(?:[ ().-]{0,3}\d){6,16}(?!\w)", re.IGNORECASE
)
"""International spelling only: other runs of digits are times, ids and versions."""
_PHONE_ID = re.compile(r"(?:tel:)?\+?[\d ().\-/]{7,24}")
_LEAST_DIGITS, _MOST_DIGITS = 7, 15
"""Digits of a telephone number. https://www.itu.int/rec/T-REC-E.164"""
_HASH = re.compile(r"[0-9a-fA-F]{64}")
_BETWEEN_WORDS = re.compile(r"[\s._,]+")
_LEAST_WORD = 3
_FEWEST_LETTERS = 2
_QUOTES = "\u2018\u2019\u201c\u201d"
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")

_GENERIC_WORDS = """
    access account admin agent android answer app audio bad bot browser caller call camera
    channel chrome clerk client code connect connection customer default demo description
    desktop device disconnected doctor edge error event failed failure firefox guest
    headphones host hundred ice input internal ios join joined lost media message meeting
    microphone mobile moderator mute name network new nobody no none not null number
    observer one operator output owner participant peer people permission person phone
    presenter publish publisher recorder role room safari screen server service session
    signal speaker staff state stream student subscribe support system team teacher test
    tester timeout track undefined unknown user video viewer web websocket window you
"""
GENERIC = frozenset(_GENERIC_WORDS.split())
"""Words that name nobody. They stay in the texts of errors, because they carry the meaning."""


def has_email(text: str) -> bool:
    """Return whether the text holds an e-mail address, also percent-encoded or escaped."""
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS_OF_EMAIL) and bool(_EMAIL.search(text))


def mask_contacts(text: str) -> str:
    """Return the text without e-mail addresses and international phone numbers."""
    lower = text.lower()
    if any(sign in lower for sign in _SIGNS_OF_EMAIL):
        text = _EMAIL.sub(HIDDEN_EMAIL, text)
    if "+" in text or "00" in text or "%2b" in lower:
        text = _PHONE.sub(HIDDEN_PHONE, text)
    return text


def is_contact(text: str) -> bool:
    """Return whether it is an e-mail address (any text with an `@` in it) or a phone number."""
    lower = text.lower()
    return any(sign in lower for sign in _SIGNS_OF_EMAIL) or is_phone(text)


def is_phone(text: str) -> bool:
    """Return whether the whole text may be a phone number; 7 to 15 digits count as one."""
    digits = sum(letter.isdecimal() for letter in text)
    plain = _PHONE_ID.fullmatch(text.strip()) is not None
    return (plain and _LEAST_DIGITS <= digits <= _MOST_DIGITS) or mask_contacts(text) != text


def is_personal(user_id: str, names: Iterable[str] = ()) -> bool:
    """Return whether the user id identifies a person: a contact, a name, or words with spaces.

    `names` are the person's own: an id that equals one, or holds a word of one, is personal.
    """
    text = clean(user_id)
    if is_contact(text) or any(letter.isspace() for letter in text):
        return True
    return any(_has_name(text, name) for name in names)


def _has_name(user_id: str, name: str) -> bool:
    whole = _letters(name)
    if len(whole) >= _FEWEST_LETTERS and _letters(user_id) == whole:
        return True
    if len(whole) > _LEAST_WORD and whole in _letters(user_id):
        return True
    id_words = {word.casefold() for word in words_of(_CAPITAL.sub(" ", user_id.replace("-", " ")))}
    return any(word.casefold() in id_words for word in words_of(name))


def words_of(name: str) -> list[str]:
    """Return the words of a name that may identify a person by themselves."""
    return [word for word in _BETWEEN_WORDS.split(name) if not is_generic(word) and _is_long(word)]


def is_generic(word: str) -> bool:
    """Return whether a word names nobody: a role, a thing, or a word without letters."""
    bare = word.casefold().strip(string.punctuation + _QUOTES)
    singular = bare.removesuffix("s")
    return not {bare, singular}.isdisjoint(GENERIC) or not any(map(str.isalpha, bare))


def _is_long(word: str) -> bool:
    return len(word) >= _LEAST_WORD or (len(word) >= _FEWEST_LETTERS and not word.isascii())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def short_name(name: str) -> str | None:
    """Return `Marta L.` for `Marta Lindqvist`; None if there is no short form, as for an e-mail.

    A single word stays, and so does a number at the end: `Clerk 1`. A hash stays: it names nobody.
    """
    text = clean(name)
    if not text or _HASH.fullmatch(text):
        return text or None
    if is_contact(text):
        return None
    last, comma, first = text.partition(",")
    words = (f"{first} {last}" if comma else text).split()
    if len(words) == 1:
        words = [word for word in re.split(r"[._]+", words[0]) if word]
    if len(words) < 2:  # noqa: PLR2004  one word has no initial to add
        return text if words else None
    initial = words[-1].lstrip(string.punctuation + _QUOTES)[:1]
    return f"{words[0]} {initial.upper()}." if initial.isalpha() else f"{words[0]} {words[-1]}"


_GLUED = 6
"""A name with this many letters is also found inside a longer word: `MartaLindqvist2`."""
_FEWEST = 2
_WIDE = "\u2e80"
"""First character of the scripts that put no space between words."""
_BEGINNINGS = (8, 4, 2)
"""Lengths of the prefixes by which terms are indexed."""
_SEPARATORS = (" ", ".", "_", "-", "")


class _TermIndex:
    """Terms by their prefix, so that a text is scanned once, whatever the number of terms."""

    def __init__(self) -> None:
        self.replacements: dict[str, str] = {}
        self._by_beginning: dict[int, dict[str, list[str]]] = {size: {} for size in _BEGINNINGS}

    def add(self, term: str, replacement: str) -> None:
        """Add a case-folded term; a term that exists already is not changed."""
        if term not in self.replacements:
            self.replacements[term] = replacement
            size = next(size for size in _BEGINNINGS if len(term) >= size)
            self._by_beginning[size].setdefault(term[:size], []).append(term)

    def terms_in(self, folded: str) -> Iterator[str]:
        """Yield the terms that occur in a case-folded text."""
        for size, terms in self._by_beginning.items():
            beginnings = {folded[at : at + size] for at in range(len(folded) - size + 1)}
            for beginning in terms.keys() & beginnings:
                yield from (term for term in terms[beginning] if term in folded)


class NameReplacer:
    """Names to find and their replacements; the first replacement of a term is kept."""

    def __init__(self) -> None:
        self._whole = _TermIndex()
        self._words = _TermIndex()
        self._spellings_by_term: dict[str, set[str]] = {}
        """Spellings by case-folded term: `ß` and `ss` are one term."""

    def add(self, name: str, replacement: str, *, words: bool = True) -> None:
        """Add a name or an id in all its spellings; with `words`, each word of it as well.

        Words are replaced only in texts that a client writes freely (`replace_in_text`).
        """
        if len(name) < _FEWEST or (is_generic(name) and not is_contact(name)):
            return
        for spelling in _spellings(name):
            self._put(self._whole, spelling, replacement)
        for word in words_of(name) if words else ():
            self._put(self._words, word, replacement)

    def _put(self, index: _TermIndex, spelling: str, replacement: str) -> None:
        term = spelling.casefold()
        index.add(term, replacement)
        self._spellings_by_term.setdefault(term, {term}).update({spelling, spelling.lower()})

    def replace_in_text(self, text: str) -> str:
        """Return the text of an error without whole names, single words of names, and contacts."""
        return self._replace_in(text, self._whole, self._words)

    def replace_in_label(self, text: str) -> str:
        """Return a label without whole names and contacts.

        A label is a role's, room's or device's name, or a text of ours.
        """
        return self._replace_in(text, self._whole)

    def _replace_in(self, text: str, *indexes: _TermIndex) -> str:
        folded = text.casefold()
        replacements: dict[str, str] = {}
        for index in indexes:
            for term in index.terms_in(folded):
                replacements.setdefault(term, index.replacements[term])
        if replacements:
            spellings = {
                spelling for term in replacements for spelling in self._spellings_by_term[term]
            }
            pattern = _pattern(tuple(sorted(spellings, key=len, reverse=True)))
            text = pattern.sub(lambda match: replacements.get(match[0].casefold(), "…"), text)
        return mask_contacts(text)


@lru_cache(256)
def _pattern(terms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_bounded_pattern, terms)), re.IGNORECASE)


def _bounded_pattern(term: str) -> str:
    """Return a pattern in which a short term matches whole words only; underscores end a word."""
    pattern = re.escape(term)
    if len(term) >= _GLUED or any(letter >= _WIDE for letter in term):
        return pattern
    return rf"(?<![^\W_]){pattern}(?![^\W_])"


def _spellings(name: str) -> Iterable[str]:
    """Return the spellings of a name that is to be found.

    They are the name as reported, composed and decomposed, in URLs, in JSON, and with other
    separators.
    """
    plain = clean(name)
    forms = {name, plain, *(unicodedata.normalize(form, plain) for form in ("NFC", "NFD"))}
    words = plain.split()
    if len(words) > 1:
        forms |= {separator.join(words) for separator in _SEPARATORS}
    for form in tuple(forms):
        forms |= {quote(form, errors="replace"), quote_plus(form, errors="replace")}
        forms.add(form.encode("unicode_escape").decode())
    return {form for form in forms if len(form) >= _FEWEST}
