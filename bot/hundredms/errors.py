"""Error events as 100ms sends them, read into the domain's.

A room sends most facts thousands of times over: who a person is, what a failure is called.
Cleaning a text and finding addresses in it costs a hundred times what comparing it does, so
that each is read once and kept, up to a bound, by what was sent.
"""

import marshal
from dataclasses import replace
from functools import lru_cache, partial
from itertools import repeat
from typing import Any

from bot.domain.events import Agent, ErrorEvent, Failure, Pairs, Sender, shared_event
from bot.domain.stamps import tail_in
from bot.hundredms.agent import agent_of
from bot.hundredms.details import extras_of, media_of
from bot.hundredms.lenient import as_flag, as_mapping, as_text, as_whole
from bot.hundredms.pairs import let_go as descriptions_let_go
from bot.hundredms.pairs import read_description
from bot.hundredms.rows import readable, row_of
from bot.hundredms.tidy import let_go as texts_let_go
from bot.hundredms.tidy import tidy
from bot.hundredms.wire import EventsWire
from bot.investigate.ports import Page

_KEPT = 8192
"""Facts kept of each kind: the people of a large room, in all of its calls."""
_LONGEST = 4096
"""Bytes of what is kept; a text of megabytes is read anew each time instead."""
_SENDER = (
    "peer_id", "user_id", "user_name", "session_id", "room_id", "room_name", "template_id",
    "account_id", "role", "agent",
)  # fmt: skip
_FAILURE = (
    "error_code", "error_name", "error_message", "is_terminal", "action", "domain",
    "transport_state", "endpoint", "retries_join", "audio", "video", "devices",
)  # fmt: skip
_NOTHING = repeat(None)
_VERSION = 2  # the last one of marshal whose bytes do not depend on who else holds a value


def page_of(wire: EventsWire, key: bytes) -> Page:
    """The page with its events; `key` as in `event_of`. The rows' data is used up."""
    found = [readable(partial(event_of, key=key), row) for row in wire.events]
    events = tuple(event for event in found if event)
    return Page(events, len(found), wire.count, wire.next, unreadable=len(found) - len(events))


def event_of(value: object, key: bytes) -> ErrorEvent | None:
    """The event; None for a row that is none. Ids and time stamp stay as they are.

    `key` is the secret of the public address's mark. The row's data is used up.
    """
    row = row_of(value)
    if row is None:
        return None
    event_id, kind, stamp, at, data = row
    take = data.pop
    sender = _frozen(tuple(map(take, _SENDER, _NOTHING)))
    failure = _frozen((kind, *map(take, _FAILURE, _NOTHING)))
    told = take("error_description", None)
    small = len(failure) < _LONGEST
    plain = _kept_failure(failure) if small else _failure(failure)
    return shared_event(
        event_id,
        at,
        stamp,
        _kept_sender(sender) if len(sender) < _LONGEST else _sender(sender),
        plain if told is None else _described(plain, as_text(told), key, small=small),
        extras_of(data) if data else (),
        tail=tail_in(stamp),
    )


def _sender(sent: bytes) -> Sender:
    peer, user, name, session, room, room_name, template, account, role, agent = _thawed(sent)
    return Sender(
        peer_id=as_text(peer),
        user_id=as_text(user),
        user_name=_tidy(name),
        session_id=_not_zero(as_text(session)),
        room_id=as_text(room),
        room_name=_tidy(room_name),
        template_id=as_text(template),
        account_id=as_text(account),
        role=_tidy(role),
        agent=_agent(_frozen(agent)),
    )


def _failure(sent: bytes) -> Failure:
    """What failed, but for its description."""
    kind, code, name, message, terminal, action, domain, *rest = _thawed(sent)
    state, endpoint, retries, audio, video, devices = rest
    return Failure(
        kind,
        error_code=as_whole(code),
        error_name=_tidy(name),
        error_message=_tidy(message),
        is_terminal=bool(as_flag(terminal)),
        action=_tidy(action),
        domain=_tidy(domain),
        transport_state=_tidy(state),
        endpoint=_tidy(endpoint),
        retries_join=as_whole(retries),
        media=_media(_frozen((audio, video, devices))),
    )


def _described(plain: Failure, told: str | None, key: bytes, *, small: bool) -> Failure:
    """The failure with its description, held once for all that read alike.

    ICE texts differ in the ports and addresses, of which none is kept.
    """
    if told is None:
        return plain
    text, mark = read_description(told, key)
    join = _joined if small and len(told) < _LONGEST else _join
    return join(plain, text, mark)


def _join(plain: Failure, text: str | None, mark: str | None) -> Failure:
    return replace(plain, error_description=text, public_address=mark)


@lru_cache(_KEPT // 8)
def _media(sent: bytes) -> Pairs:
    return media_of(*map(as_mapping, _thawed(sent)))


_joined = lru_cache(_KEPT)(_join)
_kept_sender = lru_cache(_KEPT)(_sender)
_kept_failure = lru_cache(_KEPT)(_failure)


@lru_cache(_KEPT // 8)
def _agent(sent: bytes) -> Agent:
    return agent_of(_thawed(sent))


def let_go() -> None:
    """Keep nobody of whom was read by now, and nothing that anybody reported."""
    for cache in (_joined, _media, _agent):
        cache.cache_clear()
    descriptions_let_go()
    _kept_sender.cache_clear()
    _kept_failure.cache_clear()
    texts_let_go()


def _frozen(value: Any) -> bytes:  # noqa: ANN401  any JSON
    return marshal.dumps(value, _VERSION)


def _thawed(frozen: bytes) -> Any:  # noqa: ANN401  any JSON
    return marshal.loads(frozen)  # noqa: S302  bytes of our own


def _tidy(value: object) -> str | None:
    return tidy(as_text(value))


def _not_zero(object_id: str | None) -> str | None:
    return object_id if object_id and object_id.strip("0") else None
