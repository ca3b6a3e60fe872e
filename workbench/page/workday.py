"""Messages that are in the channels when the page opens: people's talk, a ticket, an alert."""

import time
from typing import Any

from workbench.bench import Bench
from workbench.pretend_hundredms.control import rooms_of
from workbench.pretend_slack.records import Json, Message, Person
from workbench.pretend_slack.state import Team

DESK, PAGER = "U0DESK", "U0PAGER"
_DASHBOARD = "https://dashboard.100ms.live/sessions"


def fill(bench: Bench) -> None:
    """Put the messages there, as if they were written in the last hour."""
    team = bench.slack.team
    rooms = {room["name"]: room for room in rooms_of(bench.hundredms)}
    for person in (
        Person(DESK, "helpdesk", "Ticket Desk", is_bot=True),
        Person(PAGER, "pager", "Alert Pager", is_bot=True),
    ):
        team.people[person.id] = person
    team.people["U0BOB"].real_name = "Bob Berg"
    bad, storm = rooms["one-bad-user"], rooms["storm"]
    _ticket(team, bad, 52)
    _alert(team, storm, 31)
    said = "A customer says that nobody heard her this morning. I have the room's name only"
    _say(team, "C0ONCALL", "U0BOB", f"{said}: one-bad-user", 12)
    _say(team, "C0GENERAL", "U0BOB", "Lunch at half past twelve?", 44)
    _say(team, "C0SECRET", "U0BOB", f"Between us: session {storm['sessions'][0]} went badly", 25)
    _say(team, "C0SHARED", "U0OUT", "Our side cannot get into clinic-visit. Can you look?", 18)
    _say(team, "D0PAIR", "U0BOB", "Can you look at daily-standup when you have a minute?", 9)


def _ticket(team: Team, room: dict[str, Any], minutes: int) -> None:
    fields = [("Ticket", "#4821"), ("Priority", "High"), ("Room", room["id"]), ("Plan", "Business")]
    blocks: list[Json] = [
        {"type": "header", "text": _plain("Ticket #4821: No sound in consultation")},
        {
            "type": "section",
            "text": _marked("_“The doctor could not hear me at all. I tried twice.”_ Marta L."),
        },
        {"type": "section", "fields": [_marked(f"*{name}*\n{value}") for name, value in fields]},
        {"type": "context", "elements": [_marked("Ticket Desk · assigned to nobody")]},
    ]
    text = "Ticket #4821: No sound in consultation"
    _bot_says(team, DESK, minutes, text=text, blocks=blocks)


def _alert(team: Team, room: dict[str, Any], minutes: int) -> None:
    session = room["sessions"][0]
    attachment: Json = {
        "color": "#d72b3f",
        "title": "join_failures_total above 5 for 10 minutes",
        "text": f"Session <{_DASHBOARD}/{session}|{session}> in room `{room['name']}`",
        "footer": "Alert Pager · production",
    }
    text = ":rotating_light: *FIRING* · Failed joins"
    _bot_says(team, PAGER, minutes, text=text, attachments=[attachment])


def _bot_says(team: Team, user: str, minutes: int, **parts: Any) -> None:  # noqa: ANN401
    made = Message(_ago(minutes), "C0ONCALL", user, bot_id=f"B{user[1:]}", via="person", **parts)
    team.messages.append(made)


def _say(team: Team, channel: str, user: str, text: str, minutes: int) -> None:
    team.messages.append(Message(_ago(minutes), channel, user, text, via="person"))


def _ago(minutes: int) -> str:
    """A time stamp of the past; each minute is used once."""
    return f"{int(time.time()) - 60 * minutes}.000100"


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}
