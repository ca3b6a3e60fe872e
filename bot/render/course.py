"""How a failure went, in words: what happened in order, how it ended, what it led to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.diagnosis import Outcome, Story
from bot.domain.places import Session
from bot.render.details import Detail
from bot.render.filters import clock
from bot.render.limits import shorten
from bot.render.words import code_of, free, what_of

OUTCOMES: dict[Outcome, str] = {
    "gave_up": "gave up",
    "blocked": "blocked",
    "left": "left while it was failing",
    "recovered": "recovered",
    "unknown": "not known",
}
"""How a failure ended, to stand after "Ended:"."""
_FIRST, _LAST, _SYMPTOMS, _IDS, _PEERS = 3, 2, 3, 6, 3
_CODE, _LINE, _EVIDENCE, _ID = 50, 130, 180, 60
_JOINED_NEAR = timedelta(minutes=10)

Moment = tuple[timedelta, str, str]
"""Time since the failure began, the same in digits, and what happened."""
Step = tuple[str, str]
"""When, in digits, and what happened."""


@dataclass(frozen=True, slots=True)
class Course:
    """A story in words; "" is nothing. `steps` are in order of time.

    `same_as` is the number of the entry that tells all this, `because` that of the cause.
    """

    outcome: str
    evidence: str
    path: str
    begins: str
    steps: tuple[Step, ...]
    others: str
    peers: str
    doubt: str
    same_as: int
    because: int


def course_of(detail: Detail, sessions: Sequence[Session]) -> Course | None:
    """The course of a detail's story; just where to find it if another entry tells it."""
    story = detail.story
    if story is None:
        return None
    own = detail.told_at == detail.number
    return Course(
        outcome=OUTCOMES[story.outcome],
        evidence=shorten(free(story.evidence), _EVIDENCE),
        path=_sentence(story.path) if own else "",
        begins=clock(story.first_at),
        steps=tuple(_steps(story, detail.symptoms, sessions)) if own else (),
        others=_others(story, detail) if own else "",
        peers=_peers(story, detail) if own else "",
        doubt=_doubt(story) if own else "",
        same_as=0 if own else detail.told_at,
        because=detail.cause_at,
    )


def offset(length: timedelta) -> str:
    """`+00:42`, `+1:02:03`, `-00:20`."""
    seconds = round(abs(length.total_seconds()))
    sign = "-" if length < timedelta(0) and seconds else "+"
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{sign}{f'{hours}:' * bool(hours)}{minutes:02d}:{seconds:02d}"


def _steps(story: Story, symptoms: Sequence[Story], sessions: Sequence[Session]) -> Iterator[Step]:
    moments = [*_own(story), *_led_to(story, symptoms), *_presence(story, sessions)]
    for _, at, words in sorted(moments, key=lambda moment: moment[0]):
        yield at, shorten(words, _LINE)


def _own(story: Story) -> Iterator[Moment]:
    rows, begins = story.rows, story.first_at
    hidden = range(_FIRST, len(rows) - _LAST)
    for index, row in enumerate(rows):
        if len(hidden) > 1 and index in hidden:
            if index == hidden.start:
                yield row.at - begins, "…", f"{len(hidden):,} more"
            continue
        words = "again" if index else shorten(code_of(row), _CODE)
        last = rows[index - 1].peer_id if index else row.peer_id
        if (last or "").lower() != (row.peer_id or "").lower():
            words += ", with another peer id"
        words += ", terminal" if row.is_terminal else ""
        yield row.at - begins, offset(row.at - begins), words


def _led_to(story: Story, symptoms: Sequence[Story]) -> Iterator[Moment]:
    for one in symptoms[:_SYMPTOMS]:
        count = f" ({one.events:,} events)" if one.events > 1 else ""
        what = what_of(one.type, one.feature)
        words = f"because of it: {what}, {_code(one)}{count}; {OUTCOMES[one.outcome]}"
        yield one.first_at - story.first_at, offset(one.first_at - story.first_at), words
    left = symptoms[_SYMPTOMS:]
    if left:
        yield left[0].first_at - story.first_at, "…", f"{len(left):,} more consequences"


def _presence(story: Story, sessions: Iterable[Session]) -> Iterator[Moment]:
    """When the story's peers came and went, as far as the sessions tell."""
    mine = {peer.lower() for peer in story.peer_ids}
    for session in sessions:
        for key, peer in session.peers.items():
            if (peer.id or key).lower() not in mine:
                continue
            for at, words in ((peer.joined_at, "joined"), (peer.left_at, "left")):
                if at and _near(story, at):
                    yield at - story.first_at, offset(at - story.first_at), words


def _near(story: Story, at: datetime) -> bool:
    return story.first_at - _JOINED_NEAR <= at <= story.last_at + _JOINED_NEAR


def _others(story: Story, detail: Detail) -> str:
    """Event ids to copy; those of terminal events stand in entries of their own."""
    rows = [row for one in (story, *detail.symptoms) for row in one.rows]
    found = [row.id for row in rows if not row.is_terminal and row.id != detail.event.id]
    return _listed(found, _IDS)


def _peers(story: Story, detail: Detail) -> str:
    mine = (detail.event.peer_id or "").lower()
    return _listed([peer for peer in story.peer_ids if peer.lower() != mine], _PEERS)


def _listed(found: Sequence[str], most: int) -> str:
    shown = [shorten(one, _ID) for one in found[:most]]
    left = len(found) - len(shown)
    return " ".join([*shown, f"… and {left:,} more"] if left else shown)


def _sentence(words: str | None) -> str:
    return f"{words[0].upper()}{words[1:]}" if words else ""


def _doubt(story: Story) -> str:
    if story.person.confidence >= 1:
        return ""
    return "Peers without user id, taken for one person by name and device."


def _code(story: Story) -> str:
    return shorten(code_of(story.rows[0]), _CODE)
