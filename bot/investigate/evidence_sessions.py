"""The sessions of a room, ended and going on."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.places import Session
from bot.investigate.evidence_near import Span
from bot.investigate.evidence_pages import Ask, Batch, Purse, Strand, drain, troubles_of
from bot.investigate.ports import HundredMs

_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class SessionReader:
    """Reads both lists side by side; what was read stays if the reading is cut short."""

    hundredms: HundredMs
    room_id: str
    pages: int
    known: Session | None = None
    span: Span | None = None
    """What was read."""
    strands: list[Strand[Session]] = field(default_factory=list)
    cut: bool = False
    lost: int = 0
    """Rows that could not be read."""

    async def run(self, span: Span) -> None:
        """All sessions that began within the span, newest first as 100ms lists them.

        Those going on are asked for without a span: there are few, and all of them count.
        """
        self.span, self.lost = span, 0
        self.strands = [
            Strand(self._ask(Span(None, None), active=True)),
            Strand(self._ask(span, active=False)),
        ]
        await drain(self.strands, Purse(self.pages))
        self.cut = any(strand.open for strand in self.strands)

    @property
    def found(self) -> tuple[Session, ...]:
        """One row per session of this room, oldest first; the known one if it was not listed."""
        rows = [one for strand in self.strands for one in strand.found]
        best: dict[str, Session] = {}
        known = [self.known] if self.known else []
        for session in [*sorted(rows, key=_richness, reverse=True), *known]:
            if session.room_id.lower() == self.room_id.lower():
                best.setdefault(session.id.lower(), session)
        return tuple(sorted(best.values(), key=lambda one: (one.created_at or _EVER, one.id)))

    @property
    def complete(self) -> bool:
        """True if both lists were read to their ends."""
        unread = any(strand.open or strand.trouble for strand in self.strands)
        return bool(self.strands) and not unread and not self.lost

    @property
    def notes(self) -> tuple[str, ...]:
        """Why sessions are missing, in sentences."""
        notes = [
            f"The room's sessions could not all be read ({why}), so that who was in the room is "
            "not known, and recoveries may be missed."
            for why in troubles_of(self.strands)
        ]
        if self.cut:
            count = sum(strand.rows for strand in self.strands)
            notes.append(
                f"Only {count:,} of the room's sessions were read, which is as many as one "
                "look-up may; people and recoveries in others may be missed."
            )
        if self.lost:
            notes.append(
                f"{self.lost:,} of the room's sessions could not be read; people and recoveries "
                "in them may be missed."
            )
        unnamed = sum(not one.peers_read for one in self.found)
        if unnamed:
            notes.append(
                f"Of {unnamed:,} of the room's sessions not all people could be read; people and "
                "recoveries in them may be missed."
            )
        return tuple(notes)

    def _ask(self, span: Span, *, active: bool) -> Ask[Session]:
        async def ask(start: str) -> Batch[Session]:
            page = await self.hundredms.sessions(
                active=active,
                room_id=self.room_id,
                after=span.after,
                before=span.before,
                start=start,
            )
            self.lost += page.lost
            return Batch(page.sessions, len(page.sessions) + page.lost, None, page.last)

        return ask


def _richness(session: Session) -> tuple[bool, bool, int, str]:
    """A row that knows the end beats one read before it; then the one with more people."""
    return (session.ended_at is not None, session.peers_read, len(session.peers), repr(session))
