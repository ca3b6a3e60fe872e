"""`scripts/demo "…"`: the final answer's opening, and one line on the rest."""

import io

import pytest
from rich.console import Console

from workbench.pretend_slack.records import Message
from workbench.talk import MOST_LINES, _print_opening, answer

MOST_PRINTED = 40


def printed(messages: list[Message]) -> list[str]:
    out = io.StringIO()
    _print_opening(messages, Console(file=out, width=80))
    return out.getvalue().splitlines()


def said(number: int, text: str, **more: object) -> Message:
    message = Message(f"{number}.0", "C0ONCALL", "U0DOCTOR", text, bot_id="B1")
    for name, value in more.items():
        setattr(message, name, value)
    return message


def test_the_opening_is_printed_and_the_rest_counted() -> None:
    lines = printed(
        [
            said(1, "Looking…", ephemeral_to="U0ALICE"),
            said(2, "The opening"),
            said(3, "", thread_ts="2.0", files=[{"name": "timeline.png", "title": "t"}]),
            said(4, "A failure", thread_ts="2.0", files=[{"name": "all.csv", "title": "c"}]),
        ]
    )
    assert any("The opening" in line for line in lines)
    assert not any("Looking" in line or "A failure" in line for line in lines)
    assert lines[-1].startswith("The thread holds 2 messages, 1 picture, 1 file. `--thread`")


def test_a_private_answer_is_printed_as_well() -> None:
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "For you"}}]
    assert any(
        "For you" in line for line in printed([said(1, "", blocks=blocks, ephemeral_to="U0ALICE")])
    )


def test_a_long_opening_is_cut_and_says_so() -> None:
    lines = printed([said(1, "\n".join(f"line {number}" for number in range(90)))])
    assert len(lines) == MOST_LINES + 1
    assert "more lines: --thread prints them" in lines[-1]


@pytest.mark.timeout(300)
async def test_a_large_room_is_waited_for_and_fits_on_a_screen() -> None:
    out = io.StringIO()
    await answer("/call-errors large", Console(file=out, width=80))
    assert "So far" not in out.getvalue()
    assert "The thread holds" in out.getvalue()
    assert len(out.getvalue().splitlines()) <= MOST_PRINTED
