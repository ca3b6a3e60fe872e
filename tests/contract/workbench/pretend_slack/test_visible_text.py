"""What a message shows, whom it calls, and how a terminal draws it."""

from typing import Any

import pytest

from workbench.pretend_slack import example_team
from workbench.pretend_slack.limits import mentions, pings, visible_text
from workbench.pretend_slack.terminal import as_text, render_channel, render_view

Json = dict[str, Any]


def marked(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}


def rich(*leaves: Json) -> Json:
    section = {"type": "rich_text_section", "elements": list(leaves)}
    return {"type": "rich_text", "elements": [section]}


@pytest.mark.parametrize(
    ("text", "kind", "target"),
    [
        ("<!channel>", "broadcast", "channel"),
        ("<!here|here>", "broadcast", "here"),
        ("<!everyone>", "broadcast", "everyone"),
        ("<!subteam^S012>", "subteam", "S012"),
        ("<@U012>", "user", "U012"),
        ("<@U012|bob>", "user", "U012"),
        ("<#C012>", "channel", "C012"),
        ("<https://x.example|y>", "link", "https://x.example"),
        ("<mailto:a@x.example|y>", "mailto", "mailto:a@x.example"),
        ("<!date^1^{time}^https://x.example|y>", "link", "https://x.example"),
        ("if a < b > c", "control", " b "),
        ("see https://x.example now", "bare_link", "https://x.example"),
    ],
)
def test_live_sequences(text: str, kind: str, target: str) -> None:
    for message in (
        {"text": text},
        {"text": "", "blocks": [marked(text)]},
        {"text": "", "attachments": [{"pretext": text}]},
    ):
        (live,) = mentions(message)
        assert (live.kind, live.target) == (kind, target)
        assert bool(pings(message)) == (kind in ("broadcast", "subteam", "user"))


@pytest.mark.parametrize(
    "text", ["@here", "&lt;!channel&gt;", "@channel", "<!date^1^{time}|y>", "a < b", "#x"]
)
def test_sequences_that_do_nothing(text: str) -> None:
    assert mentions({"text": text, "blocks": [marked(text, verbatim=True)]}) == []


def test_plain_carriers_call_nobody() -> None:
    text = "<!channel> <@U1> https://x.example"
    blocks = [
        {"type": "section", "text": {"type": "plain_text", "text": text}},
        {"type": "table", "rows": [[{"type": "raw_text", "text": text}]]},
        rich({"type": "text", "text": text}),
    ]
    assert mentions({"text": "x", "blocks": blocks}) == []


def test_leaves_call_people() -> None:
    leaves = [
        {"type": "user", "user_id": "U1"},
        {"type": "broadcast", "range": "here"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "link", "url": "https://x.example"},
    ]
    found = mentions({"text": "x", "blocks": [rich(*leaves)]})
    assert [live.kind for live in found] == ["user", "broadcast", "subteam", "link"]


def test_arguments_of_a_post_wake_names_and_stop_links() -> None:
    assert [live.target for live in pings({"text": "@here", "link_names": True})] == ["here"]
    assert pings({"text": "@channel", "parse": "full"})
    assert mentions({"text": "https://x.example", "parse": "none"}) == []
    assert mentions({"text": "x", "blocks": [marked("https://x.example", verbatim=True)]}) == []


def test_visible_text_is_what_people_read() -> None:
    blocks = [
        marked("*a* <https://x.example|label> &lt;b&gt;"),
        {"type": "table", "rows": [[{"type": "raw_number", "value": 3}]]},
        rich({"type": "user", "user_id": "U1"}, {"type": "link", "url": "https://y.example"}),
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "value": "hidden",
                    "text": {"type": "plain_text", "text": "More"},
                }
            ],
        },
    ]
    shown = ["*a* label <b>", "3", "@U1", "https://y.example", "More"]
    assert visible_text(blocks).split("\n") == shown


def test_a_channel_is_drawn_with_its_thread() -> None:
    team = example_team()
    root = team.app_message(
        "C0ONCALL",
        text="t",
        blocks=[
            {"type": "header", "text": {"type": "plain_text", "text": "standup-daily"}},
            marked("*3 failed* `4104` <!date^1795336000^{date_num} {time_secs}|x> &lt;b&gt;"),
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "left"}] * 3},
            {
                "type": "table",
                "rows": [[{"type": "raw_text", "text": text}] for text in ("Code", "4104")],
            },
            {
                "type": "actions",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "m",
                        "text": {"type": "plain_text", "text": "Show more"},
                    }
                ],
            },
        ],
    )
    root.thread_ts = root.ts
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "sdk 2.3"}]}
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": [item]}
    team.app_message(
        "C0ONCALL",
        text="r",
        thread_ts=root.ts,
        blocks=[{"type": "rich_text", "elements": [bullets]}],
    )
    team.app_message("C0ONCALL", text="*psst* ```code```", ephemeral_to="U0ALICE")
    drawn = as_text(render_channel(team.messages, "#oncall"))
    for words in (
        "#oncall",
        "Call Doctor APP",
        "3 failed 4104 2026-11-22 08:26:40 UTC <b>",
        "[ Show more ]",
        "1 reply in thread",
        "│  • sdk 2.3",
        "Only visible to you",
        "┊ psst",
    ):
        assert words in drawn
    assert all(len(line) <= 100 for line in drawn.splitlines())
    records = render_channel([message.record() for message in team.messages], "#oncall")
    assert as_text(records) == drawn


def test_hostile_text_does_not_steer_the_terminal() -> None:
    team = example_team()
    hostile = "\x1b[2J\x9b31m [red]x[/red] <@|> <!date^9999999999999999^{time}|late> *_~`"
    blocks = [
        marked(hostile),
        {"type": "section", "text": {"type": "plain_text", "text": hostile}},
        rich({"type": "text", "text": hostile}),
        {"type": "table", "rows": [[{"type": "raw_text", "text": hostile}]]},
    ]
    team.app_message("C0ONCALL", text=hostile)
    team.app_message("C0ONCALL", text="x", blocks=blocks)
    drawn = as_text(render_channel(team.messages))
    assert "\x1b" not in drawn
    assert "\x9b" not in drawn
    assert "[red]x[/red]" in drawn
    assert "late" in drawn


def test_a_modal_is_drawn() -> None:
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Diagnose a call"},
        "submit": {"type": "plain_text", "text": "Go"},
        "errors": {"target": "no such id"},
        "blocks": [
            {
                "type": "input",
                "label": {"type": "plain_text", "text": "Id or link"},
                "element": {"type": "plain_text_input", "action_id": "a"},
            }
        ],
    }
    drawn = as_text(render_view(view))
    for words in ("Diagnose a call", "Id or link", "no such id", "[ Go ]"):
        assert words in drawn
