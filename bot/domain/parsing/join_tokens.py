"""Parses join tokens (JWT) in a text: of a token only the room id survives."""

import base64
import json
import re

from bot.domain.parsing.identifiers import (
    FOUND_MARK,
    HEX,
    MaskedText,
)
from bot.domain.query import Identifier, IdentifierKind

_RUN = re.compile(r"[A-Za-z0-9_.=-]{16,}")
_START = re.compile(r"e(?:y[JA]|w[o0])[A-Za-z0-9_-]{6,}(?:={0,2}\.|(?<=[A-Za-z0-9_-]{24}))")
_LONGEST_PAYLOAD = 16_384


def room_in(token: str) -> tuple[Identifier, ...]:
    """Return the room that a JWT names, without checking its signature; empty if it names none."""
    parts = token.split(".")
    if len(parts) < 2 or len(parts[1]) > _LONGEST_PAYLOAD:  # noqa: PLR2004  head and payload
        return ()
    payload = parts[1].rstrip("=")
    try:
        facts = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return ()
    room = facts.get("room_id") if isinstance(facts, dict) else None
    if isinstance(room, str) and re.fullmatch(HEX, room):
        return (Identifier(IdentifierKind.ROOM, room.lower()),)
    return ()


def extract_tokens(masked: MaskedText) -> None:
    """Replace every JWT in the text by marks and add the rooms that they name."""

    def blank(match: re.Match[str]) -> str:
        start = _START.search(match[0])
        if not start:
            return match[0]
        masked.saw_link = True
        masked.add(match.start() + start.start(), *room_in(match[0][start.start() :]))
        return match[0][: start.start()] + FOUND_MARK * (len(match[0]) - start.start())

    masked.unparsed = _RUN.sub(blank, masked.unparsed)
