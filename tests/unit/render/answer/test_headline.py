"""The first sentence and the lines below it: who, what, the latest call, and what was not read."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.diagnosis.input import UnreadSources
from bot.domain.events import ERROR_TYPES
from bot.domain.privacy.personal_names import Names
from bot.domain.privacy.report_names import anonymise_for_outsiders, apply_names
from bot.domain.report import Completeness, Report, Window
from tests.support.reports.diagnosed_reports import RENDERER, of_case, of_scenario
from tests.support.reports.plain_text import first_sentence, plain_text
from tests.support.scenarios.case import FOLDER, load


def lines(report: Report) -> list[str]:
    return plain_text(RENDERER.answer(report).opening.blocks).splitlines()


def lead(report: Report) -> str:
    return first_sentence(RENDERER.answer(report).opening.blocks)


def unread(name: str, **sources: Any) -> Report:
    """The report on a scenario of which these sources could not be read."""
    case = load(FOLDER / f"{name}.yaml").case
    partial = replace(case, unread=UnreadSources(**sources), complete=False)
    report = of_case(partial)
    if "types" not in sources:
        return report
    seen = Completeness(len(report.events), None, complete=False)
    return replace(report, completeness=seen)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("outcome-expired-token", "Ann could not join: 100ms rejected their token (401)."),
        ("account-role-is-full", "Ann could not join: the role “guest” is full (400)."),
        ("account-suspended", "None of the 6 people could join: the 100ms account is suspended"),
        ("environment-three-in-firefox", "audio or video: all of them use Firefox (4004)."),
        ("app-deploy-broke-one-version", "audio or video: all of them use web SDK 0.13.9 (4004)."),
        (
            "large-outage-in-a-hall",
            "Looks like a 100ms outage: 150 of 200 people were",
        ),
        (
            "mixed-full-role-and-bad-tokens",
            "2 unrelated reasons: full role and rejected token.",
        ),
        ("outcome-camera-refused-but-heard", "Ann could not use the camera: it is blocked in the"),
        (
            "service-nine-got-503-and-got-in",
            "9 of 12 people had trouble joining but got in",
        ),
        ("none-screen-picker-cancelled", "Nothing failed for Ann: they cancelled the screen share"),
        ("bot-recorder-gives-up", "Only the recorder had trouble, no participant: "),
    ],
)
def test_the_sentence_gives_the_reason_and_not_the_class(name: str, sentence: str) -> None:
    assert sentence in lead(of_scenario(name))


def test_sending_and_receiving_are_told_together() -> None:
    text = lead(of_scenario("story-event-as-100ms-sends-it"))
    assert text.startswith("Ann could not send audio or video")
    both = lead(of_scenario("symptom-sending-ends-in-receiving"))
    assert both.startswith("Ann could not send or receive audio and video")


def test_two_people_are_both_and_one_is_no_room_full() -> None:
    pair = apply_names(of_scenario("service-two-of-two-drop"), Names.NONE)
    assert "both people were disconnected" in lead(pair)
    blocked = apply_names(of_scenario("device-alone-with-a-blocked-camera"), Names.NONE)
    assert lead(blocked).startswith("The only participant could not use the camera: ")


@pytest.mark.parametrize("names", [Names.FULL, Names.SHORT])
def test_people_are_named_as_names_are_shown(names: Names) -> None:
    report = apply_names(of_scenario("outcome-expired-token"), names)
    assert lead(report).startswith("Ann could not join")


@pytest.mark.parametrize("hide", [lambda r: apply_names(r, Names.NONE), anonymise_for_outsiders])
def test_where_names_are_hidden_people_are_counted(hide: Any) -> None:
    report = hide(of_scenario("outcome-expired-token"))
    assert lead(report).startswith("1 of 2 people could not join: ")
    assert not any("participant 1" in line for line in lines(report)[:-2])


def test_the_latest_call_leads_and_earlier_ones_are_one_clause() -> None:
    report = of_scenario("people-counted-once-in-a-month")
    assert report.diagnosis
    assert report.diagnosis.latest
    assert len(report.diagnosis.stories) > len(report.diagnosis.latest.stories)
    assert lead(report).endswith("; problems in 2 of 2 calls in 8 days.")
    assert "9 Nov" in lines(report)[1]
    assert "2 Nov" not in lines(report)[1]


def test_people_of_other_days_are_not_in_the_call() -> None:
    report = of_scenario("service-one-bad-day-in-a-month")
    assert report.diagnosis
    assert report.diagnosis.people.in_room == 15
    assert report.diagnosis.focus.people.in_room == 6
    assert "15" not in lead(report)


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ({"sessions": True}, "how many people were in the call"),
        ({"types": frozenset({"client.join.failed"})}, "whether more people were affected"),
    ],
)
def test_a_partial_answer_says_what_was_read_what_not_and_what_follows(
    sources: dict[str, Any], told: str
) -> None:
    shown = lines(unread("network-one-firewall-among-ten", **sources))
    assert shown[0].startswith("⚠️ *Partial answer: ")
    assert "of 10" not in shown[0]
    assert "only participant" not in shown[0]
    assert [line.split(":*")[0] for line in shown[2:5]] == ["*Read", "*Not read", "*So not known"]
    assert told in shown[4]
    assert not any(line.startswith("*Next") for line in shown)


def test_with_events_missing_people_are_the_least() -> None:
    report = unread("network-office-never-finds-a-path", types=frozenset({ERROR_TYPES[3]}))
    assert "at least 4 " in lead(report)


def test_nothing_found_is_no_clean_bill() -> None:
    shown = lines(of_scenario("none-quiet-call"))
    assert shown[0] == "🟢 *No errors reported: 1 call, 6 people in the last 30 days.*"
    assert "latest call: " in shown[1]
    assert "a refused join, a removal, a frozen picture" in shown[2]
    assert "`/call-errors user:<id> in " in shown[2]
    assert not any("no problem" in line for line in shown)


def test_a_disabled_room_is_to_be_enabled() -> None:
    shown = lines(of_scenario("nothing-room-switched-off"))
    assert shown[0].startswith("🔴 *The room is disabled: ")
    assert shown[2].startswith("*Next · Account admin:* Enable the room")


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("account-role-is-full", "🔴"),
        ("outcome-full-role-then-in", "🟢"),
        ("people-counted-once-in-a-month", "🟡"),
        ("none-joined-twice", "🟢"),
        ("nothing-room-never-used", "⚪"),
    ],
)
def test_the_sign_before_the_sentence(name: str, sign: str) -> None:
    assert lines(of_scenario(name))[0].startswith(f"{sign} ")


def test_an_outage_is_proved_by_different_networks_and_doubted_by_one() -> None:
    hall = lines(of_scenario("large-outage-in-a-hall"))
    assert any("each on a different network" in line for line in hall)
    assert not any("IP address" in line for line in hall)


def test_mixed_causes_that_passed_have_a_next_step() -> None:
    shown = lines(of_scenario("mixed-everybody-came-back"))
    assert any(line.startswith("*Next · Users:*") for line in shown)


def test_the_grey_line_counts_what_was_asked_for() -> None:
    report = of_scenario("outcome-expired-token")
    empty = replace(report, events=(), beyond=report.events, window=Window(since=report.as_of))
    assert lines(empty)[-1].startswith("0 of 0 events read · ")
    later = replace(report, as_of=report.as_of + timedelta(minutes=3))
    assert "1 of 1 events read · as of 12:03 UTC · CD-ABCD2345" in lines(later)


def test_a_guess_is_likely_and_a_question_of_a_command_has_an_asker() -> None:
    report = of_scenario("app-two-in-firefox")
    blocks = RENDERER.answer(report, asked_by="ana").opening.blocks
    assert plain_text(blocks).splitlines()[-1] == (
        "Likely · 2 of 2 events read · as of 12:00 UTC · CD-ABCD2345 · asked by ana"
    )


@pytest.mark.parametrize("name", ["<!channel>", "@here", "<@U0BOB>", "a|b> *c*"])
def test_an_askers_name_mentions_nobody_and_is_no_markup(name: str) -> None:
    opening = RENDERER.answer(of_scenario("none-quiet-call"), asked_by=name).opening
    *_, footer = (leaf for block in opening.blocks for leaf in block.get("elements", ()))
    assert footer["type"] == "plain_text"
    assert "asked by " in footer["text"]
    for text in (footer["text"], opening.text):
        assert not {"<!", "<@"} & {text[at : at + 2] for at in range(len(text))}


def test_nothing_is_said_of_people_whose_errors_were_not_asked_for() -> None:
    whole = of_scenario("network-one-firewall-among-ten")
    quiet = "The other 9 had no errors."
    assert quiet in lines(whole)[0]
    of_one = replace(whole.target, kind="user", user_id=whole.events[0].user_id)
    assert quiet not in lines(replace(whole, target=of_one))[0]
    assert quiet not in lines(replace(whole, types=ERROR_TYPES[:1]))[0]
