"""Every entry reads well: short, whole sentences, one for the customer, and a named actor."""

import re
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest

from bot.catalogue import load_catalogue
from bot.catalogue.schema import MatchField, Platform
from bot.domain.catalogue import (
    MATCH_FIELDS,
    OWNER_WORDS,
    UNKNOWN,
    Catalogue,
    Entry,
    Owner,
)
from bot.domain.device import PLATFORM_WORDS

ENTRIES = load_catalogue().entries
IN_APPS = [
    replace(entry.for_native(), key=f"{entry.key} in an app") for entry in ENTRIES if entry.native
]
EACH = pytest.mark.parametrize("entry", [*ENTRIES, *IN_APPS], ids=lambda entry: entry.key)
STEP = re.compile(r"(User|Support|App team|Account admin|Their IT): [a-z]")
OWNER_STEPS = {
    "user_network": ("User", "Their IT"),
    "user_device": ("User",),
    "app": ("App team",),
    "account": ("Account admin",),
    "service": ("Support", "User"),
    "nobody": (),
}
LETTER_TABOOS = re.compile(
    r"\b(?:100ms|WebRTC|SDK|ICE|DTLS|TURN|SFU|UDP|TCP|HTTPS?|JWT|WebSockets?|\d{3,}"
    r"|(?i:signall?ing|tokens?|peers?|roles?|terminal|dashboard|providers?|vendors?|accounts?))\b"
)
"""Words that no customer reads: technical, or about our own affairs."""


@EACH
def test_texts_keep_to_their_lengths(entry: Entry) -> None:
    assert 0 < len(entry.title) <= 60
    assert 0 < len(entry.meaning) <= 200
    assert 0 < len(entry.cause) <= 200
    assert 0 < len(entry.say) <= 240
    assert len(entry.do) <= 2
    assert all(len(step) <= 110 for step in entry.do)


@EACH
def test_texts_are_whole_sentences(entry: Entry) -> None:
    assert not entry.title.endswith(".")
    for text in (entry.meaning, entry.cause, entry.say, *entry.do):
        assert text.endswith("."), text
        assert "  " not in text
        assert text == text.strip()
        assert text[0].isupper() or text.startswith(("100ms", "iOS"))


@EACH
def test_the_reason_completes_a_sentence(entry: Entry) -> None:
    """`Ann could not join: the role is full.`: a short clause about them."""
    assert 0 < len(entry.reason) <= 60
    assert not entry.reason.endswith((".", "!", "?"))
    assert entry.reason[0].islower() or entry.reason.startswith(("100ms", "React Native", "iOS"))
    assert not re.search(r"\b(?:the|a) users?\b(?! id)|\byour\b|[;:]", entry.reason)


def test_each_reason_belongs_to_one_entry() -> None:
    owners: dict[str, set[str]] = {}
    for entry in [*ENTRIES, *IN_APPS]:
        owners.setdefault(entry.reason, set()).add(entry.key.removesuffix(" in an app"))
    assert {reason: keys for reason, keys in owners.items() if len(keys) > 1} == {}


@EACH
def test_the_customer_gets_one_sentence_without_jargon_or_markup(entry: Entry) -> None:
    assert len(re.findall(r"[.!?](?:\s|$)", entry.say)) == 1
    assert not LETTER_TABOOS.search(entry.say)
    for text in (entry.title, entry.meaning, entry.cause, entry.say, *entry.do):
        plain = text.replace(" > ", " ")
        assert not re.search(r"[<>*`@#~|]", plain), text


@EACH
def test_each_step_begins_with_who_takes_it(entry: Entry) -> None:
    assert all(STEP.match(step) for step in entry.do)
    actors = {step.split(":")[0] for step in entry.do}
    assert bool(actors & {*OWNER_STEPS[entry.owner]}) or (
        not actors and entry.owner in {"nobody", "service"}
    )


@EACH
def test_no_step_asks_for_what_the_bot_has_checked(entry: Entry) -> None:
    """Nor does it list domains and ports, which stand behind a button."""
    pattern = r"\bcount\b|active again|recovered|status\.|100ms\.live|\b(?:80|443|\d{4,5})\b"
    assert not re.search(pattern, entry.advice)


@EACH
def test_owner_and_platforms_have_words(entry: Entry) -> None:
    assert OWNER_WORDS[entry.owner]
    assert set(entry.platforms) <= set(PLATFORM_WORDS)


def test_form_and_core_know_the_same_words() -> None:
    assert get_args(Platform) == tuple(PLATFORM_WORDS)
    assert get_args(MatchField) == MATCH_FIELDS
    assert get_args(Owner) == tuple(OWNER_WORDS)


def test_keys_are_unique() -> None:
    assert len({entry.key for entry in ENTRIES}) == len(ENTRIES)


def test_ranges_do_not_overlap() -> None:
    ranges = sorted(entry.code_range for entry in ENTRIES if entry.code_range)
    assert all(left[1] < right[0] for left, right in pairwise(ranges))


def test_a_catalogue_without_its_last_resort_is_refused() -> None:
    with pytest.raises(ValueError, match=UNKNOWN):
        Catalogue(())
