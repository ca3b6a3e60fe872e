"""Hostile webhook bodies: nothing but ids, times and known reasons comes out of them."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.rooms import CallFactKind, CallFactReason
from bot.storage.tables import is_storable_id
from bot.webhooks.deliveries import Delivery, parse_delivery
from tests.support.examples import JSON
from workbench.pretend_hundredms.webhooks.shapes import HookWriter

NOW = datetime(2026, 5, 1, 10, 0, tzinfo=UTC)
HOOKS = HookWriter("6af24ce7e474edd09e858e68", "6af24ce7e474edd09e858e99", NOW)
DOCUMENTED = list(HOOKS.documented(NOW))
FIELDS = sorted({name for webhook in DOCUMENTED for name in (*webhook, *webhook["data"])})


def is_clean(delivery: Delivery | None) -> bool:
    """Whether everything that would be stored is bounded, printable and known."""
    if delivery is None:
        return True
    fact = delivery.fact
    if fact is None:
        return True
    ids = (fact.session_id, fact.peer_id, fact.user_id)
    return (
        is_storable_id(fact.id)
        and is_storable_id(fact.room_id)
        and all(not value or is_storable_id(value) for value in ids)
        and fact.kind in get_args(CallFactKind)
        and fact.reason in get_args(CallFactReason)
        and fact.at.tzinfo is UTC
        and fact.at <= NOW + timedelta(hours=1)
    )


@given(st.binary(max_size=300))
@example(b"[" * 200_000)
@example(b'{"id":"a","type":' + b"9" * 10_000 + b"}")
@example(b"\xff\xfe{}")
@example(b"")
def test_any_bytes_are_read_or_not(body: bytes) -> None:
    assert is_clean(parse_delivery(body, "main", NOW))


@given(JSON)
def test_any_json_is_read_or_not(document: Any) -> None:
    assert is_clean(parse_delivery(json.dumps(document).encode(), "main", NOW))


@given(
    webhook=st.sampled_from(DOCUMENTED),
    fields=st.dictionaries(st.sampled_from(FIELDS), JSON),
    inside=st.booleans(),
)
@example(webhook=DOCUMENTED[1], fields={"timestamp": "9999-12-31T23:59:59-23:59"}, inside=False)
@example(webhook=DOCUMENTED[1], fields={"timestamp": "0001-01-01T00:00:00+14:00"}, inside=False)
@example(
    webhook=DOCUMENTED[1],
    fields={"user_id": "10.0.0.1", "peer_id": "a\x00b", "room_id": "\ud800"},
    inside=True,
)
@example(
    webhook=DOCUMENTED[3],
    fields={"reason": "peer kicked <!channel>", "message": "<!here>"},
    inside=True,
)
def test_documented_webhooks_with_hostile_fields_are_clean(
    webhook: dict[str, Any], fields: dict[str, Any], *, inside: bool
) -> None:
    changed = {**webhook, **({} if inside else fields)}
    changed["data"] = {**webhook["data"], **(fields if inside else {})}
    assert is_clean(parse_delivery(json.dumps(changed).encode(), "main", NOW))


@given(st.text(max_size=400))
@example("Peer  Kicked")
@example("peer kicked because <!channel>")
@example("peer kickedx")
def test_a_reason_is_one_of_the_documented_ones_or_none(text: str) -> None:
    webhook = HOOKS.left("Ann", NOW, NOW, text)
    delivery = parse_delivery(json.dumps(webhook).encode(), "main", NOW)
    assert delivery is not None
    assert delivery.fact is not None
    known = [reason for reason in get_args(CallFactReason) if reason]
    words = " ".join(text.lower().split())
    begins = [reason for reason in known if words.startswith(reason)]
    assert delivery.fact.reason in ("", *begins)
    assert delivery.fact.reason or words not in known
