"""Replies to customers: what each says, in every language and length, for every scenario."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.catalogue import UNKNOWN, Catalogue
from bot.domain.errors import Misconfigured
from bot.domain.report import Completeness, Report
from bot.render.replies.facts import (
    ENTRIES_BY_REASON,
    UNREAD,
    Draft,
    draft_named_in,
    drafts_of,
    first_name,
)
from bot.render.replies.form import new_form
from bot.render.replies.letter import Length, ReplyTexts
from tests.support.reports.diagnosed_reports import CATALOGUE, RENDERER, of_scenario
from tests.support.scenarios.case import files
from workbench.pretend_slack.limits import check_message, check_view, visible_text

TEXTS = ReplyTexts()
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
BANNED = re.compile(
    r"\b(?:100ms|WebRTC|SDK|ICE|TURN|UDP|TCP|HTTPS?|WebSocket|signalling|tokens?|peers?|roles?"
    r"|terminal|dashboard|provider|vendor)\b",
    re.IGNORECASE,
)
NOT_THEIR_FAULT = re.compile(r"device and network are fine|nothing is wrong with your device")
ON_THE_DEVICE = re.compile(
    r"allow camera|permission|plugged|other network|another network|hotspot|restart|update"
)
OF_A_PAGE = re.compile(r"\b(?:reload|browsers?|tabs?|page)\b", re.IGNORECASE)
OF_A_PHONE = re.compile(r"\b(?:phone's|the app)\b", re.IGNORECASE)


def letters(report: Report) -> Iterator[tuple[Draft, str, str]]:
    """Every letter about the people of a report, with its language."""
    for draft in drafts_of(report):
        for language in TEXTS.languages:
            for length in ("long", "short"):
                now = report.as_of
                yield draft, language, TEXTS.write(draft, language, length, now, BERLIN)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_letter_can_be_sent_as_it_is(path: Path) -> None:
    report = of_scenario(path.stem)
    ids = {event.peer_id for event in report.events} | {event.session_id for event in report.events}
    codes = {str(event.error_code) for event in report.events if event.error_code}
    for draft, language, letter in letters(report):
        assert BANNED.search(letter) is None
        assert letter[0].isupper()
        for sentence in re.split(r"(?<=[.!?])\s+", letter):
            assert sentence[0].isupper() or sentence[0] == "'", sentence
        assert not {"{", "}", "  "} & set(letter)
        assert not (ids | codes) & set(re.findall(r"[\w-]+", letter)) - {draft.name}
        assert len(letter) < 1_000
        if language == "en":
            assert not (NOT_THEIR_FAULT.search(letter) and ON_THE_DEVICE.search(letter))
            assert not (draft.app and OF_A_PAGE.search(letter))
            assert draft.app or not OF_A_PHONE.search(letter)
            assert letter.count("hotspot") <= 1
            assert letter.count("If it happens again") <= 1


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_the_form_and_the_copy_are_within_slacks_limits(path: Path) -> None:
    form = new_form(of_scenario(path.stem), "", "Europe/Berlin")
    for number in (None, *range(len(form.drafts))):
        view = RENDERER.reply_forms.view(replace(form, chosen=number), NOON, BERLIN, "x" * 3000)
        assert check_view(view) == []
        assert ("submit" in view) is (number is not None)
    copy = RENDERER.reply_forms.copy("One.\n\nTwo.", "CD-ABCD2345")
    blocks = [dict(block) for block in copy.blocks]
    assert check_message({"text": copy.text, "blocks": blocks}) == []
    assert "One." in visible_text(blocks)


def english(name: str, *, guess: bool = False) -> str:
    draft = replace(drafts_of(of_scenario(name))[0], guess=guess)
    return TEXTS.write(draft, "en", "long", of_scenario(name).as_of, None)


def test_a_letter_names_the_person_the_time_and_what_they_noticed() -> None:
    letter = english("outcome-expired-token")
    assert letter.startswith("Hi Ann,\n\nSorry about the trouble on your call today at 10:05 UTC. ")
    assert "You couldn't join the call. Your link to the call was no longer valid." in letter


def test_both_directions_are_one_sentence() -> None:
    draft = Draft("Marta Lindqvist", "Marta", "network-drops-media", "both", "failed")
    letter = TEXTS.write(draft, "en", "long", NOON, BERLIN)
    assert "You couldn't see or hear the others, and they couldn't see or hear you." in letter
    assert "note for your IT team" in letter
    assert "note for your IT team" not in TEXTS.write(draft, "en", "short", NOON, BERLIN)


def test_a_broken_release_is_ours_and_asks_nobody_to_update() -> None:
    letter = english("app-deploy-broke-one-version")
    assert "This was a problem on our side" in letter
    assert "update" not in letter


def test_our_account_is_nobodys_business() -> None:
    letter = english("account-suspended")
    assert "This was a problem on our side" in letter
    assert "account" not in letter


def test_what_recovered_asks_for_nothing() -> None:
    letter = english("service-nine-got-503-and-got-in")
    assert "It came back by itself, so you don't need to do anything now." in letter
    assert "Please" not in letter


def test_each_person_of_a_mixed_call_reads_their_own_cause() -> None:
    reasons = {
        draft.reason for draft in drafts_of(of_scenario("mixed-three-causes-for-three-people"))
    }
    assert len(reasons) == 3


def test_unread_sources_promise_no_cause() -> None:
    found = of_scenario("network-office-never-finds-a-path")
    assert found.diagnosis is not None
    unsure = replace(found.diagnosis.verdict, confidence=0.4, unread=("sessions",))
    partial = replace(
        found,
        completeness=Completeness(3, None, complete=False),
        diagnosis=replace(found.diagnosis, verdict=unsure),
    )
    assert {draft.reason for draft in drafts_of(partial)} == {UNREAD}
    assert new_form(partial, "", "").note


def test_a_likely_cause_is_said_to_be_likely() -> None:
    assert "most likely cause" in english("outcome-expired-token", guess=True)
    assert "device and network" not in english("account-suspended", guess=True)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 29, 9, 53, tzinfo=UTC), "heute um 10:53 Uhr"),
        (datetime(2026, 11, 28, 9, 53, tzinfo=UTC), "gestern um 10:53 Uhr"),
        (datetime(2026, 11, 2, 9, 53, tzinfo=UTC), "am 2. November um 10:53 Uhr"),
    ],
)
def test_times_are_the_writers(at: datetime, words: str) -> None:
    draft = Draft("Ann", "Ann", UNKNOWN, at=int(at.timestamp()))
    assert words in TEXTS.write(draft, "de", "long", NOON, BERLIN)


@pytest.mark.parametrize("length", ["long", "short"])
def test_an_entry_that_an_operator_added_is_explained_by_its_own_sentence(length: Length) -> None:
    entry = replace(CATALOGUE.entries[0], key="our-gateway", say="Please sign in again.", native={})
    texts = ReplyTexts(catalogue=Catalogue([*CATALOGUE.entries, entry]))
    draft = Draft("Ann", "Ann", "our-gateway", ending="failed")
    letter = texts.write(draft, "en", length, NOON, BERLIN)
    assert "Please sign in again." in letter
    unknown = TEXTS.write(replace(draft, reason=UNKNOWN), "en", length, NOON, BERLIN)
    assert TEXTS.write(draft, "en", length, NOON, BERLIN) == unknown != letter


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Marta Lindqvist", "Marta"),
        ("  zoë  ", "Zoë"),
        ("Jean-Luc P.", "Jean-Luc"),
        ("marta@example.com", ""),
        ("+49 170 1234567", ""),
        ("Guest 4", ""),
        ("participant 1", ""),
        ("<@U0ALICE>", ""),
        ("Token", ""),
        ("Dr. Meyer", ""),
        ("x" * 80, ""),
        ("", ""),
    ],
)
def test_only_a_name_is_greeted(name: str, first: str) -> None:
    assert first_name([name]) == first


@pytest.mark.parametrize(
    ("ticket", "named"),
    [
        ("Marta Lindqvist says it broke", "Marta Lindqvist"),
        ("hi, ben here, no sound", "Ben Ode"),
        ("Martas call", None),
        ("Ann or ben?", None),
        ("", None),
    ],
)
def test_the_ticket_chooses_the_person(ticket: str, named: str | None) -> None:
    drafts = [
        Draft("Marta Lindqvist", "Marta", UNKNOWN),
        Draft("Ben Ode", "Ben", UNKNOWN),
        Draft("Ann", "Ann", UNKNOWN),
    ]
    found = draft_named_in(drafts, ticket)
    assert (found and found.label) == named


def test_a_draft_is_read_back_from_its_option() -> None:
    draft = Draft("Ann", "Ann", "service", "both", "failed", "camera", 1_795_336_300, app=True)
    assert Draft.from_json("Ann", draft.to_json()) == draft
    for value in ("", "{}", '["Ann"]', "[" * 9000):
        with pytest.raises((ValueError, RecursionError)):
            Draft.from_json("Ann", value)


def test_every_entry_of_the_catalogue_has_a_reason_and_every_reason_its_texts() -> None:
    listed = [key for keys in ENTRIES_BY_REASON.values() for key in keys]
    assert sorted(listed) == sorted(entry.key for entry in CATALOGUE.entries)
    for language in TEXTS.languages.values():
        assert {f"reasons.{reason}.why" for reason in ENTRIES_BY_REASON} <= set(language.leaves)


def test_operators_change_single_texts_and_add_languages(tmp_path: Path) -> None:
    own = tmp_path / "replies"
    (own / "en").mkdir(parents=True)
    (own / "en" / "texts.yaml").write_text('closing: "Yours, the team."')
    texts = ReplyTexts(tmp_path)
    draft = Draft("Ann", "Ann", "service")
    letter = texts.write(draft, "en", "long", NOON, None)
    assert letter.endswith("Yours, the team.")
    assert "The service that carries our calls" in letter
    (own / "fr").mkdir()
    (own / "fr" / "texts.yaml").write_text("language: Français")
    with pytest.raises(Misconfigured, match=r"replies/fr/texts\.yaml lacks"):
        ReplyTexts(tmp_path)


def test_an_unknown_language_is_named_at_the_start() -> None:
    with pytest.raises(Misconfigured, match="REPLY_LANGUAGE is xx"):
        ReplyTexts(default="xx")
