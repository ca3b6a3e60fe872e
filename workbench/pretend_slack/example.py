"""A workspace to start with: a few people, and a conversation of every kind."""

from workbench.pretend_slack.records import Channel, Person
from workbench.pretend_slack.state import Team


def example_team(**settings: object) -> Team:
    """A workspace with a conversation of every kind; `settings` are fields of Team.

    C0ONCALL (the bot is in), C0GENERAL (public, not joined), C0SECRET (private, without the
    bot), C0WARROOM (private, with it), C0ARCHIVE, C0READONLY, C0SHARED, D0PAIR
    (between people); D0ALICE and D0BOB are their direct messages with the app.
    """
    team = Team()
    for name, value in settings.items():
        setattr(team, name, value)
    app = team.app
    for person in (
        Person("U0ALICE", "alice", "Alice Anders", "Europe/Oslo", 3600),
        Person("U0BOB", "bob", "Bob Berg", "Asia/Kolkata", 19800),
        Person("U0OUT", "olga", "Olga of the other company", team_id="T0OTHER"),
        Person(app.bot_user, app.name, "Call Doctor", is_bot=True),
    ):
        team.people[person.id] = person
    pair, all_of_us = {"U0ALICE", "U0BOB"}, {"U0ALICE", "U0BOB", app.bot_user}
    for channel in (
        Channel("C0ONCALL", "oncall", "public", set(all_of_us)),
        Channel("C0GENERAL", "general", "public", set(pair)),
        Channel("C0SECRET", "secret", "private", set(pair)),
        Channel("C0WARROOM", "warroom", "private", set(all_of_us)),
        Channel("C0ARCHIVE", "archive", "public", set(all_of_us), archived=True),
        Channel("C0READONLY", "readonly", members=set(all_of_us), restricted="restricted_action"),
        Channel("C0SHARED", "shared", "public", {*all_of_us, "U0OUT"}, shared=True),
        Channel("D0PAIR", "directmessage", "im", set(pair)),
    ):
        team.channels[channel.id] = channel
    for user in pair:
        team.direct_channel(user)
    return team
