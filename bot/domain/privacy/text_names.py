"""Finds the names of a room's people in texts and replaces them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from bot.domain.privacy.personal_names import is_contact, is_generic, mask_contacts, words_of
from bot.domain.text import clean

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
