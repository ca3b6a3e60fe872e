"""Simpler forms of a message: classic blocks, and text alone."""

from hypothesis import given
from hypothesis import strategies as st

from bot.render.message import Message
from bot.render.plain_text import lines_of
from bot.slack.sending.format_fallback import (
    as_classic_blocks,
    as_plain_text,
)
from workbench.pretend_slack.limits import check_message


def rich(text: str) -> Message:
    leaf = {"type": "text", "text": text}
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [leaf]}]}
    mrkdwn = {"type": "mrkdwn", "text": "a &lt;b&gt; &amp; c", "verbatim": True}
    section = {"type": "section", "text": mrkdwn}
    button = {
        "type": "button",
        "action_id": "show_more",
        "text": {"type": "plain_text", "text": "x"},
    }
    return Message("opening", "gist", (block, section, {"type": "actions", "elements": [button]}))


def test_simpler_forms_keep_the_words() -> None:
    message = rich("one <two> & three")
    assert [line.strip() for line in lines_of(message.blocks)] == ["one <two> & three", "a <b> & c"]
    simpler = as_classic_blocks(message)
    assert [block["type"] for block in simpler.blocks] == ["section", "actions"]
    assert "one <two> & three" in simpler.blocks[0]["text"]["text"]
    text = as_plain_text(message)
    assert text.blocks == ()
    assert "one &lt;two&gt; &amp; three" in text.text


@given(st.text(min_size=1, max_size=9000))
def test_simpler_forms_are_always_within_the_limits(text: str) -> None:
    for form in (as_classic_blocks(rich(text)), as_plain_text(rich(text))):
        args = {"text": form.text, "blocks": [dict(block) for block in form.blocks]}
        assert check_message(args) == []
