"""Finds the names of a room's people in texts, and puts other words in their place."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from bot.domain.privacy.personal_names import is_contact, is_generic, mask_contacts, words_of
from bot.domain.text import clean

_GLUED = 6
"""From so many letters on a name is found inside a longer word, too: `MartaLindqvist2`."""
_FEWEST = 2
_WIDE = "\u2e80"
"""From here on are the scripts that put no space between words."""
_BEGINNINGS = (8, 4, 2)
"""Lengths of the beginnings that terms are found by."""
_SEPARATORS = (" ", ".", "_", "-", "")


class _TermIndex:
    """Terms by how they begin, so that a text is looked through once, however many terms."""

    def __init__(self) -> None:
        self.replacements: dict[str, str] = {}
        self._by_beginning: dict[int, dict[str, list[str]]] = {size: {} for size in _BEGINNINGS}

    def add(self, term: str, replacement: str) -> None:
        """Add a term, case-folded; the first to add one decides."""
        if term not in self.replacements:
            self.replacements[term] = replacement
            size = next(size for size in _BEGINNINGS if len(term) >= size)
            self._by_beginning[size].setdefault(term[:size], []).append(term)

    def terms_in(self, folded: str) -> Iterator[str]:
        """The terms that stand somewhere in a case-folded text."""
        for size, terms in self._by_beginning.items():
            beginnings = {folded[at : at + size] for at in range(len(folded) - size + 1)}
            for beginning in terms.keys() & beginnings:
                yield from (term for term in terms[beginning] if term in folded)


class NameReplacer:
    """What to look for, and what is said instead. The first to add a term decides."""

    def __init__(self) -> None:
        self._whole = _TermIndex()
        self._words = _TermIndex()
        self._spellings_by_term: dict[str, set[str]] = {}
        """By term, without regard to case, how it was spelled: `ß` and `ss` are one term."""

    def add(self, name: str, replacement: str, *, words: bool = True) -> None:
        """Look for a name or an id in all its spellings; with `words` for each word of it, too.

        Words are looked for only in what a client reports freely (`in_text`).
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
        """The text of an error: whole names, single words of names, contacts."""
        return self._replace_in(text, self._whole, self._words)

    def replace_in_label(self, text: str) -> str:
        """A role's, room's or device's name, or words of ours: whole names and contacts."""
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
    """A short term counts as a word of its own only; underscores end a word, too."""
    pattern = re.escape(term)
    if len(term) >= _GLUED or any(letter >= _WIDE for letter in term):
        return pattern
    return rf"(?<![^\W_]){pattern}(?![^\W_])"


def _spellings(name: str) -> Iterable[str]:
    """As reported, composed and decomposed, in addresses, in JSON, and with other separators."""
    plain = clean(name)
    forms = {name, plain, *(unicodedata.normalize(form, plain) for form in ("NFC", "NFD"))}
    words = plain.split()
    if len(words) > 1:
        forms |= {separator.join(words) for separator in _SEPARATORS}
    for form in tuple(forms):
        forms |= {quote(form, errors="replace"), quote_plus(form, errors="replace")}
        forms.add(form.encode("unicode_escape").decode())
    return {form for form in forms if len(form) >= _FEWEST}
