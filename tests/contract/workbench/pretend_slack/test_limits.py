"""The limit checker, at both sides of each limit."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.pretend_slack import MODAL
from workbench.pretend_slack.limits import check_message, check_view, visible_length

Json = dict[str, Any]


def plain(size: int) -> Json:
    return {"type": "plain_text", "text": "x" * size}


def marked(size: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * size}


def section(**parts: Any) -> Json:
    return {"type": "section", **parts}


def button(**parts: Any) -> Json:
    return {"type": "button", "text": plain(1), "action_id": "a", **parts}


def buttons(count: int) -> list[Json]:
    return [button(action_id=f"a{number}") for number in range(count)]


def acting(element: Json) -> Json:
    return {"type": "actions", "elements": [element]}


def option(text: int = 1, value: int = 1, **more: Any) -> Json:
    return {"text": plain(text), "value": "v" * value, **more}


def options(count: int) -> list[Json]:
    return [option() for _ in range(count)]


def menu(kind: str, count: int, **more: Any) -> Json:
    return acting({"type": kind, "action_id": "a", "options": options(count), **more})


def raw(size: int) -> Json:
    return {"type": "raw_text", "text": "x" * size}


def table(rows: int = 1, cells: int = 1, size: int = 1, **more: Any) -> Json:
    return {"type": "table", "rows": [[raw(size)] * cells for _ in range(rows)], **more}


def data_table(rows: int, size: int = 1) -> Json:
    return {"type": "data_table", "caption": "c", "rows": [[raw(size)] for _ in range(rows)]}


def pie(segments: int, title: int = 5, label: int = 3, value: float = 1) -> Json:
    chart = {"type": "pie", "segments": [{"label": "l" * label, "value": value}] * segments}
    return {"type": "data_visualization", "title": "t" * title, "chart": chart}


def container(children: int, **more: Any) -> Json:
    inside = [{"type": "divider"} for _ in range(children)]
    return {"type": "container", "title": plain(5), "child_blocks": inside, **more}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": list(parts)}


def sentence(*leaves: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(leaves)}


def bullets(indent: int) -> Json:
    items = [sentence({"type": "text", "text": "x"})]
    return rich({"type": "rich_text_list", "style": "bullet", "indent": indent, "elements": items})


def confirm(title: int, text: int, yes: int) -> Json:
    words = {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(yes)}
    return acting(button(confirm=words))


# Each row: what it is, a block with a size in it, the largest size that's taken.
SIZES: list[tuple[str, Callable[[int], Json], int]] = [
    ("section text", lambda n: section(text=marked(n)), 3000),
    ("plain section text", lambda n: section(text=plain(n)), 3000),
    ("field", lambda n: section(fields=[marked(n)]), 2000),
    ("fields", lambda n: section(fields=[marked(1)] * n), 10),
    ("header", lambda n: {"type": "header", "text": plain(n)}, 150),
    ("header level", lambda n: {"type": "header", "text": plain(1), "level": n}, 4),
    ("context", lambda n: {"type": "context", "elements": [plain(1)] * n}, 10),
    ("context text", lambda n: {"type": "context", "elements": [plain(n)]}, 3000),
    ("actions", lambda n: {"type": "actions", "elements": buttons(n)}, 25),
    ("block_id", lambda n: {"type": "divider", "block_id": "b" * n}, 255),
    ("action_id", lambda n: acting(button(action_id="a" * n)), 255),
    ("button text", lambda n: acting(button(text=plain(n))), 75),
    ("button value", lambda n: acting(button(value="v" * n)), 2000),
    ("button url", lambda n: acting(button(url="u" * n)), 3000),
    ("button label", lambda n: acting(button(accessibility_label="l" * n)), 75),
    ("confirm title", lambda n: confirm(n, 1, 1), 100),
    ("confirm text", lambda n: confirm(1, n, 1), 300),
    ("confirm button", lambda n: confirm(1, 1, n), 30),
    ("overflow", lambda n: menu("overflow", n), 5),
    ("select", lambda n: menu("static_select", n), 100),
    ("select hint", lambda n: menu("static_select", 1, placeholder=plain(n)), 150),
    ("checkboxes", lambda n: menu("checkboxes", n), 10),
    ("radio buttons", lambda n: menu("radio_buttons", n), 10),
    (
        "option text",
        lambda n: acting({"type": "overflow", "action_id": "a", "options": [option(text=n)]}),
        75,
    ),
    (
        "option value",
        lambda n: acting({"type": "overflow", "action_id": "a", "options": [option(value=n)]}),
        150,
    ),
    ("image url", lambda n: {"type": "image", "alt_text": "a", "image_url": "u" * n}, 3000),
    ("alt text", lambda n: {"type": "image", "alt_text": "a" * n, "image_url": "u"}, 2000),
    ("table rows", lambda n: table(rows=n), 100),
    ("table cells", lambda n: table(cells=n), 20),
    ("table settings", lambda n: table(column_settings=[None] * n), 20),
    ("table characters", lambda n: table(size=n), 10_000),
    ("data table rows", data_table, 201),
    ("chart segments", pie, 12),
    ("chart title", lambda n: pie(1, title=n), 50),
    ("chart label", lambda n: pie(1, label=n), 20),
    ("container", container, 10),
    ("list indent", bullets, 8),
    ("markdown", lambda n: {"type": "markdown", "text": "x" * n}, 12_000),
    ("card body", lambda n: {"type": "card", "body": plain(n)}, 200),
    ("card buttons", lambda n: {"type": "card", "actions": buttons(n)}, 3),
    (
        "carousel",
        lambda n: {"type": "carousel", "elements": [{"type": "card", "body": plain(1)}] * n},
        10,
    ),
]
IDS = [name for name, *_ in SIZES]


def problems(*blocks: Json, **message: Any) -> list[str]:
    return [each.code for each in check_message({"text": "t", "blocks": list(blocks), **message})]


@pytest.mark.parametrize(("make", "most"), [row[1:] for row in SIZES], ids=IDS)
def test_both_sides(make: Callable[[int], Json], most: int) -> None:
    assert problems(make(most)) == []
    assert problems(make(most + 1))


BROKEN: list[tuple[str, Json]] = [
    ("no such type", {"type": "sections"}),
    ("no type", {}),
    ("alert in a message", {"type": "alert", "text": plain(1)}),
    ("unknown key", {"type": "divider", "colour": "red"}),
    ("empty text", section(text=marked(0))),
    ("blank text", section(text={"type": "plain_text", "text": "  "})),
    ("text is no object", section(text="x")),
    ("text is a number", section(text={"type": "mrkdwn", "text": 1})),
    ("a section of nothing", section()),
    ("no fields", section(fields=[])),
    ("header in mrkdwn", {"type": "header", "text": marked(1)}),
    ("button in mrkdwn", acting(button(text=marked(1)))),
    ("emoji on mrkdwn", section(text=marked(1) | {"emoji": True})),
    ("verbatim on plain_text", section(text=plain(1) | {"verbatim": True})),
    ("emoji is a word", section(text=plain(1) | {"emoji": "yes"})),
    ("button of a third style", acting(button(style="warning"))),
    ("unknown element", acting({"type": "knob", "action_id": "a"})),
    ("input element among actions", acting({"type": "plain_text_input", "action_id": "a"})),
    ("same action_id twice", {"type": "actions", "elements": [button(), button()]}),
    (
        "url in a select",
        menu("static_select", 0)
        | acting({"type": "static_select", "action_id": "a", "options": [option(url="u")]}),
    ),
    ("select without options", acting({"type": "static_select", "action_id": "a"})),
    ("image without alt_text", {"type": "image", "image_url": "u"}),
    (
        "image of two sources",
        {"type": "image", "alt_text": "a", "image_url": "u", "slack_file": {}},
    ),
    ("empty cell", table(size=0)),
    ("unknown cell", {"type": "table", "rows": [[{"type": "text", "text": "x"}]]}),
    ("uneven rows", {"type": "table", "rows": [[raw(1)], [raw(1), raw(1)]]}),
    ("data table of a header alone", data_table(1)),
    ("pie of nothing", pie(1, value=0)),
    ("unknown leaf", rich(sentence({"type": "name", "text": "x"}))),
    ("empty leaf", rich(sentence({"type": "text", "text": ""}))),
    ("unknown style", rich(sentence({"type": "text", "text": "x", "style": {"loud": True}}))),
    (
        "user in preformatted",
        rich({"type": "rich_text_preformatted", "elements": [{"type": "user", "user_id": "U1"}]}),
    ),
    (
        "date in milliseconds",
        rich(sentence({"type": "date", "timestamp": 1795336000123, "format": "{time}"})),
    ),
    (
        "list of texts",
        rich(
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "text", "text": "x"}],
            }
        ),
    ),
    ("container in a container", container(0, child_blocks=[container(1)])),
    ("rich text in a container", container(0, child_blocks=[rich(sentence())])),
    ("collapsed but not collapsible", container(1, default_collapsed=True)),
    ("card of a bare string", {"type": "card", "body": "x"}),
    ("markdown and a number", {"type": "markdown", "text": 1}),
    (
        "response_url outside an input",
        acting({"type": "conversations_select", "action_id": "a", "response_url_enabled": True}),
    ),
]


@pytest.mark.parametrize("block", [row[1] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_what_no_message_may_hold(block: Json) -> None:
    assert set(problems(block)) == {"invalid_blocks"}


def test_fifty_blocks_and_their_ids() -> None:
    assert problems(*({"type": "divider"} for _ in range(50))) == []
    assert problems(*({"type": "divider"} for _ in range(51))) == ["invalid_blocks"]
    assert problems(*({"type": "divider", "block_id": "same"} for _ in range(2)))
    assert problems(acting(button()), acting(button())) == []


def test_one_table_and_one_budget() -> None:
    assert problems(table(), table()) == ["invalid_attachments"]
    assert problems(table(rows=10, size=1000)) == []
    assert problems(table(rows=10, size=1001)) == ["invalid_blocks"]


def test_markdown_is_summed_over_the_message() -> None:
    half = {"type": "markdown", "text": "x" * 6000}
    assert problems(half, half) == []
    assert "msg_too_long" in problems(half, half, {"type": "markdown", "text": "x"})


def test_visible_text_has_a_total() -> None:
    full = [section(text=plain(n)) for n in (3000, 3000, 3000, 3000)]
    assert problems(*full, section(text=plain(1000))) == []
    assert problems(*full, section(text=plain(1001))) == ["msg_blocks_too_long"]
    assert visible_length([*full, table(rows=2, cells=2, size=5)]) == 12_020


@pytest.mark.parametrize("sign", ["&", "&amp;"])
def test_lengths_count_after_escaping(sign: str) -> None:
    fits = sign * 600
    assert problems(section(text={"type": "mrkdwn", "text": fits})) == []
    assert problems(section(text={"type": "mrkdwn", "text": fits + "x"})) == ["invalid_blocks"]
    assert problems(section(text={"type": "plain_text", "text": "<" * 751})) == ["invalid_blocks"]


def test_a_message_needs_text() -> None:
    assert problems({"type": "divider"}, text="") == ["no_text"]
    assert problems(text=" ") == ["no_text"]
    assert problems(text="x" * 4001) == []
    long = check_message({"text": "x" * 4001}, update=True)
    assert [each.code for each in long] == ["msg_too_long"]


def test_attachments_and_metadata() -> None:
    assert problems(attachments=[{}] * 100) == []
    assert problems(attachments=[{}] * 101) == ["too_many_attachments"]
    assert problems(attachments=[{"blocks": [{"type": "x"}]}]) == ["invalid_blocks"]
    fine = {"event_type": "x" * 50, "event_payload": {"a": 1}}
    assert problems(metadata=fine) == []
    assert problems(metadata=fine | {"event_type": "x" * 51}) == ["invalid_metadata_schema"]
    assert problems(metadata={"event_type": "x"}) == ["invalid_metadata_schema"]
    huge = fine | {"event_payload": {"a": "x" * 9000}}
    assert problems(metadata=huge) == ["metadata_too_large"]


def test_a_problem_points_at_its_place() -> None:
    found = check_message({"text": "t", "blocks": [acting(button(text=plain(76)))]})
    assert [each.pointer for each in found] == ["/blocks/0/elements/0/text/text"]
    assert found[0].line.endswith("[json-pointer:/blocks/0/elements/0/text/text]")


def modal(**parts: Any) -> Json:
    return {**MODAL, **parts}


VIEW_SIZES: list[tuple[str, Callable[[int], Json], int]] = [
    ("title", lambda n: modal(title=plain(n)), 24),
    ("submit", lambda n: modal(submit=plain(n)), 24),
    ("close", lambda n: modal(close=plain(n)), 24),
    ("private_metadata", lambda n: modal(private_metadata="x" * n), 3000),
    ("callback_id", lambda n: modal(callback_id="x" * n), 255),
    ("blocks", lambda n: modal(blocks=[{"type": "divider"}] * n), 100),
    ("alert", lambda n: modal(blocks=[{"type": "alert", "text": plain(n)}]), 200),
    ("home", lambda n: {"type": "home", "blocks": [{"type": "divider"}] * n}, 100),
]


@pytest.mark.parametrize(
    ("make", "most"), [row[1:] for row in VIEW_SIZES], ids=[row[0] for row in VIEW_SIZES]
)
def test_views_at_both_sides(make: Callable[[int], Json], most: int) -> None:
    assert check_view(make(most)) == []
    assert [each.code for each in check_view(make(most + 1))] == ["invalid_arguments"]


@pytest.mark.parametrize(
    "view",
    [
        None,
        {"type": "sheet"},
        {"type": "modal", "blocks": []},
        modal(title=marked(5)),
        modal(submit=None),
        {key: value for key, value in MODAL.items() if key != "submit"},
        modal(blocks=[{"type": "markdown", "text": "x"}]),
        modal(blocks=[table()]),
        modal(colour="red"),
    ],
)
def test_what_no_view_may_be(view: Any) -> None:
    assert check_view(view)


def test_a_view_has_a_size() -> None:
    blocks = [section(text=plain(3000)) for _ in range(90)]
    assert [each.code for each in check_view(modal(blocks=blocks))] == ["view_too_large"]
