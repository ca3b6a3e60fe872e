"""A modal's private_metadata, which holds no response_url."""

from bot.slack.modal_state import ModalState
from bot.slack.payloads import ReplyTarget
from bot.slack.response_url import ResponseUrl

ADDRESS = "https://hooks.slack.example/commands/T1/1/secret"


def test_a_modal_carries_a_ticket_not_the_address() -> None:
    modals = ModalState()
    url = ResponseUrl(ADDRESS)
    note = modals.save(ReplyTarget("U1", "C1", "1.2", url))
    assert "secret" not in note
    assert modals.load(note, "U1") == ReplyTarget("U1", "C1", "1.2", url)
    assert ModalState().load(note, "U1") == ReplyTarget("U1", "C1", "1.2")
    assert modals.load("no json", "U1") == ReplyTarget("U1")
