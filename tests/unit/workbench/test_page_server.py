"""The page's server without a bot: what is typed, what is explained, what a redraw takes away."""

import pytest

from workbench.page.deeds import Deeds
from workbench.page.rooms import picker
from workbench.page.typed import deed_of
from workbench.page.usage import usage
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.scenarios import FOLDER, scenario_files
from workbench.pretend_hundredms.stage import Stage, utc_now
from workbench.pretend_slack.example import example_team
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.records import Json, Message, NotPossible

PLACE: Json = {"channel": "C1", "user": "U0ALICE"}


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("/call-errors  storm ", "command", {"command": "/call-errors", "text": "storm"}),
        ("@Call Doctor storm", "mention", {"text": "storm"}),
        ("look, @call doctor: <b> & c", "mention", {"text": "look, : &lt;b&gt; &amp; c"}),
        ("see https://a.example/x?y=1&z.", "say", {"text": "see <https://a.example/x?y=1&amp;z>."}),
        ("mail @call doctoral", "say", {"text": "mail @call doctoral"}),
    ],
)
def test_what_is_typed_is_what_slack_makes_of_it(text: str, name: str, args: Json) -> None:
    assert deed_of(text, "C1", None, "U0DOCTOR") == (name, PLACE | args)


def test_a_command_in_a_thread_is_refused() -> None:
    with pytest.raises(NotPossible, match="not supported in threads"):
        deed_of("/call-errors storm", "C1", "1.0", "U0DOCTOR")


def test_every_room_and_scenario_is_explained_and_can_be_asked_for() -> None:
    began = utc_now()
    stage = Stage(demo_world(began, scenarios=FOLDER))
    listed = picker(stage, began)
    assert {path.stem for path in scenario_files()} <= {room["name"] for room in listed}
    assert all(room["title"] and room["command"].startswith("/call-errors ") for room in listed)
    assert all(room["why"] for room in listed if room["group"] != "rooms")


def test_the_limits_a_message_breaks_are_told() -> None:
    section = {"type": "section", "text": {"type": "plain_text", "text": "x" * 3001}}
    found = usage(Message("1.0", "C1", "U1", "words", blocks=[section]))
    assert next(each for each in found["used"] if each["name"] == "blocks")["number"] == 1
    assert "must be less than 3001 characters" in found["problems"][0]


async def test_doing_it_again_keeps_what_people_wrote_since() -> None:
    team = example_team()
    deeds = Deeds(PretendSlack(team))
    await deeds.write({"channel": "C0GENERAL", "text": "@Call Doctor storm"})
    answer = team.app_message("C0GENERAL", text="an answer")
    await deeds.write({"channel": "C0GENERAL", "text": "thank you"})
    await deeds.again()
    assert answer.deleted
    said = [message.text for message in team.standing("C0GENERAL")]
    assert said == ["thank you", "<@U0DOCTOR> storm"]
    await deeds.slack.close()


async def test_doing_it_again_brings_back_what_the_answer_edited() -> None:
    team = example_team()
    deeds = Deeds(PretendSlack(team))
    stood = team.app_message("C0GENERAL", text="press me")
    await deeds.write({"channel": "C0GENERAL", "text": "@Call Doctor storm"})
    stood.text = "pressed"
    await deeds.again()
    assert stood.text == "press me"
    await deeds.slack.close()
