"""Error events as 100ms sends them, read into the domain's.

A room sends most facts thousands of times over: who a person is, what a failure is called.
Cleaning a text and finding addresses in it costs a hundred times what comparing it does, so
that each is read once and kept, up to a bound, by what was sent.
"""

import marshal
from functools import lru_cache
from itertools import repeat
from typing import Any

from bot.domain.events import Agent, ErrorEvent, Failure, Pairs, Sender, shared_event
from bot.hundredms.agent import agent_of
from bot.hundredms.details import extras_of, media_of
from bot.hundredms.ice import mark_of
from bot.hundredms.lenient import as_flag, as_mapping, as_text, as_whole
from bot.hundredms.rows import row_of
from bot.hundredms.tidy import tidy

_KEPT = 8192
"""Facts kept of each kind: the people of a large room, in all of its calls."""
_LONGEST = 4096
"""Bytes of what is kept; a text of megabytes is read anew each time instead."""
_SENDER = (
    "peer_id", "user_id", "user_name", "session_id", "room_id", "room_name", "template_id",
    "account_id", "role", "agent",
)  # fmt: skip
_FAILURE = (
    "error_code", "error_name", "error_message", "error_description", "is_terminal", "action",
    "domain", "transport_state", "endpoint", "retries_join", "audio", "video", "devices",
)  # fmt: skip
_NOTHING = repeat(None)
_VERSION = 2  # the last one of marshal whose bytes do not depend on who else holds a value


def event_of(value: object, key: bytes) -> ErrorEvent | None:
    """The event; None for a row that is none. Ids and time stamp stay as they are.

    `key` is the secret of the public address's mark. The row's data is used up.
    """
    row = row_of(value)
    if row is None:
        return None
    take = row.data.pop
    sender = _frozen(tuple(map(take, _SENDER, _NOTHING)))
    failure = _frozen((row.type, *map(take, _FAILURE, _NOTHING)))
    return shared_event(
        row.id,
        row.at,
        row.stamp,
        _kept_sender(sender) if len(sender) < _LONGEST else _sender(sender),
        _kept_failure(failure, key) if len(failure) < _LONGEST else _failure(failure, key),
        extras_of(row.data) if row.data else (),
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


def _failure(sent: bytes, key: bytes) -> Failure:
    kind, code, name, message, description, terminal, action, *rest = _thawed(sent)
    domain, state, endpoint, retries, audio, video, devices = rest
    make = _alike if len(sent) < _LONGEST else Failure
    return make(
        kind,
        as_whole(code),
        _tidy(name),
        _tidy(message),
        _tidy(description),
        bool(as_flag(terminal)),
        _tidy(action),
        _tidy(domain),
        _tidy(state),
        _tidy(endpoint),
        as_whole(retries),
        _media(_frozen((audio, video, devices))),
        mark_of(as_text(description), key),
    )


_alike = lru_cache(_KEPT)(Failure)
"""One for all that read alike: ICE texts differ in the addresses, of which none is kept."""


@lru_cache(_KEPT // 8)
def _media(sent: bytes) -> Pairs:
    return media_of(*map(as_mapping, _thawed(sent)))


_kept_sender = lru_cache(_KEPT)(_sender)
_kept_failure = lru_cache(_KEPT)(_failure)


@lru_cache(_KEPT // 8)
def _agent(sent: bytes) -> Agent:
    return agent_of(_thawed(sent))


def _frozen(value: Any) -> bytes:  # noqa: ANN401  any JSON
    return marshal.dumps(value, _VERSION)


def _thawed(frozen: bytes) -> Any:  # noqa: ANN401  any JSON
    return marshal.loads(frozen)  # noqa: S302  bytes of our own


def _tidy(value: object) -> str | None:
    return tidy(as_text(value))


def _not_zero(object_id: str | None) -> str | None:
    return object_id if object_id and object_id.strip("0") else None
