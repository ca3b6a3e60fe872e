"""Finds the words that a misspelt word may have meant, for “Did you mean”."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils

LEAST = 79
"""Least likeness, in percent, of a word that is offered."""

LEAST_OF_NAME = 80
"""Least likeness, in percent, of a whole name that is offered."""


def near_names(name: str, names: Iterable[str], most: int) -> list[str]:
    """Return the names that are like the name, or contain it, best first."""
    matches = process.extract(
        name,
        list(dict.fromkeys(names)),
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=most,
        score_cutoff=LEAST_OF_NAME,
    )
    return [choice for choice, _, _ in matches]


def near_words(
    word: str, choices: Iterable[str], *, most: int = 5, least: float = LEAST
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
