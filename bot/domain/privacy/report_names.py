"""Rewrites a report for its readers: people by full name, short name, or number.

Only this module decides about names. The renderer gets a report in which names, personal user ids
and the texts that repeat them are rewritten already; ids of 100ms stay. Conclusions drawn from the
true names (the peers of one person, the meaning of an error) are not changed.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from bot.domain.catalogue import Explanation
from bot.domain.diagnosis import Diagnosis, Person, Story
from bot.domain.events import Agent, ErrorEvent, ErrorFacts, EventSource, Pairs
from bot.domain.privacy.personal_names import NameReplacer, Names, is_personal, short_name
from bot.domain.report import Report
from bot.domain.rooms import Peer, Session, TrackEvent
from bot.domain.target import Target

_HASH_SHOWN = 16
_FREE_TEXTS = (
    *("error_name", "error_message", "error_description"),
    *("action", "domain", "transport_state", "endpoint"),
)
"""The fields of a failure that the client fills with text of its own."""


def apply_names(report: Report, names: Names) -> Report:
    """Return the report with people named as `names` says; unchanged if names are shown in full.

    People are numbered by their first event, so that a number stays the same from the opening to
    the answer of a button.
    """
    if names is Names.FULL:
        return report
    people = _ReportPeople(report)
    return _Rewriter(people, lambda person: _label(people, person, names), names).report(report)


def hide_names_in(report: Report, text: str) -> str:
    """Return a text about the report with everybody's name as `Names.NONE` shows it.

    This reads the people of the report only, and rewrites none of its events.
    """
    return name_hider(report)(text)


def name_hider(report: Report) -> Callable[[str], str]:
    """Return a function that does the same for many texts."""
    people = _ReportPeople(report)
    return _Rewriter(people, people.label, Names.NONE).text


def anonymise_for_outsiders(report: Report) -> Report:
    """Return the report for another company, without names and with personal user ids hashed."""
    people = _ReportPeople(report)
    return _Rewriter(people, people.label, Names.NONE, hashed=True).report(report)


def hash_id(user_id: str) -> str:
    """Return the start of a user id's SHA-256, which people who know the id can compare."""
    digest = hashlib.sha256(user_id.encode("utf-8", "replace")).hexdigest()
    return f"sha256:{digest[:_HASH_SHOWN]}"


def _label(people: "_ReportPeople", person: str, names: Names) -> str:
    if names is Names.SHORT:
        short = next(filter(None, map(short_name, people.names[person])), None)
        if short is not None:
            return short
    return people.label(person)


class _ReportPeople:
    """The people in a report, by a key of their own, in order of their first event."""

    def __init__(self, report: Report) -> None:
        self.names: dict[str, list[str]] = {}
        self.users: dict[str, list[str]] = {}
        self._key_of: dict[tuple[str, str], str] = {}
        if report.diagnosis:
            for person in report.diagnosis.persons:
                self._add_person(person)
        for sign in _sightings(report):
            self._add_sign(sign)
        self._everybody = {name.casefold() for names in self.names.values() for name in names}
        keys = [self.key(event.sender) for event in report.events]
        order = dict.fromkeys([*keys, *sorted(self.names)])
        self._numbers = {person: number for number, person in enumerate(order, 1)}

    def _add_person(self, person: Person) -> None:
        """Add a person as the diagnosis identified them."""
        for peer in person.peer_ids:
            self._key_of["peer", peer.lower()] = person.key
        if person.user_id and not person.bot:
            self._key_of.setdefault(("user", person.user_id), person.key)
        self._note(person.key, person.names, filter(None, [person.user_id]))

    def _add_sign(self, sign: "_Sighting") -> None:
        self._note(self.key(sign), filter(None, [sign.user_name]), filter(None, [sign.user_id]))

    def _note(self, person: str, names: Iterable[str], users: Iterable[str]) -> None:
        for index, values in ((self.names, names), (self.users, users)):
            listed = index.setdefault(person, [])
            listed += [value for value in values if value not in listed]

    def key(self, sign: "_Sighting | EventSource") -> str:
        """Return the key of the person that a sighting belongs to."""
        peer, user = (sign.peer_id or "").lower(), sign.user_id or ""
        person = self._key_of.get(("peer", peer)) or self._key_of.get(("user", user))
        if person:
            return person
        return f"user:{user}" if user else f"peer:{peer}" if peer else f"name:{sign.user_name}"

    def is_personal(self, user: str, person: str) -> bool:
        """Return whether a user id identifies its person, or equals anybody's name."""
        return user.casefold() in self._everybody or is_personal(user, self.names.get(person, ()))

    def label(self, person: str) -> str:
        """Return a label such as `participant 2`."""
        return f"participant {self._numbers[person]:,}"

    def number(self, person: str) -> int:
        """Return the person's place in the order of first events."""
        return self._numbers[person]


class _Sighting:
    """A sighting of a person: a peer of a session, a track, or a sender of events."""

    __slots__ = ("peer_id", "user_id", "user_name")

    def __init__(self, peer_id: str | None, user_id: str | None, user_name: str | None) -> None:
        self.peer_id, self.user_id, self.user_name = peer_id, user_id, user_name


def _sightings(report: Report) -> Iterator[_Sighting]:
    events = (*report.events, *report.beyond)
    for sender in dict.fromkeys(event.sender for event in events):
        yield _Sighting(sender.peer_id, sender.user_id, sender.user_name)
    for session in report.sessions:
        for key, peer in session.peers.items():
            yield _Sighting(peer.id or key, peer.user_id, peer.name)
    for track in report.tracks:
        yield _Sighting(track.peer_id, track.user_id, track.user_name)
    target = report.target
    if target.user_id:
        yield _Sighting(target.peer_id, target.user_id, None)


class _Rewriter:
    """Replaces names by labels. Objects that many events share are rewritten once."""

    def __init__(
        self,
        people: _ReportPeople,
        label: Callable[[str], str],
        names: Names,
        *,
        hashed: bool = False,
    ) -> None:
        self._people, self._label, self._names, self._hashed = people, label, names, hashed
        self._terms = NameReplacer()
        self._rewritten_by_id: dict[int, tuple[object, Any]] = {}
        self._texts: dict[str, str] = {}
        for person, spellings in people.names.items():
            for name in sorted(spellings, key=len, reverse=True):
                self._terms.add(name, label(person))
        for person, spellings in people.users.items():
            for user in spellings:
                if people.is_personal(user, person):
                    self._terms.add(user, self._user(user, person) or "", words=False)

    def text(self, text: str) -> str:
        """Return a text with names replaced wherever they are whole words."""
        return self._terms.replace_in_label(text)

    def report(self, report: Report) -> Report:
        """Return the whole report rewritten, except parts that are read again by id.

        `target` keeps its kind and its places.
        """
        target, diagnosis = self._target(report.target), report.diagnosis
        return replace(
            report,
            target=target,
            completeness=self._labels(report.completeness),
            events=tuple(map(self._event, report.events)),
            sessions=tuple(map(self._session, report.sessions)),
            tracks=tuple(map(self._track, report.tracks)),
            notes=tuple(map(self._terms.replace_in_label, report.notes)),
            beyond=(),
            diagnosis=diagnosis and self._diagnosis(diagnosis),
            names=self._names,
            hides_user=report.hides_user or target.user_id != report.target.user_id,
        )

    def _name(self, name: str | None, person: str) -> str | None:
        if name is None or not name.strip():
            return self._label(person) if self._names is Names.NONE else name
        return self._label(person)

    def _user(self, user: str | None, person: str) -> str | None:
        if not user or not self._people.is_personal(user, person):
            return user
        return hash_id(user) if self._hashed else self._label(person)

    def _target(self, target: Target) -> Target:
        if target.user_id is None:
            user = None
        else:
            person = self._people.key(_Sighting(target.peer_id, target.user_id, None))
            user = self._user(target.user_id, person)
        room = replace(target.room, name=self._label_text(target.room.name))
        session = target.session and self._session(target.session)
        return replace(target, room=room, session=session, user_id=user)

    def _event(self, event: ErrorEvent) -> ErrorEvent:
        return cast(ErrorEvent, self._rewrite_once(event, self._rewrite_event))

    def _rewrite_event(self, event: ErrorEvent) -> ErrorEvent:
        return ErrorEvent(
            event.id,
            event.at,
            event.stamp,
            self._rewrite_once(event.sender, self._sender),
            self._rewrite_once(event.failure, self._failure),
            self._pairs(event.extras),
            self._text(event.message),
            self._text(event.description),
            event.public_address,
        )

    def _sender(self, sender: EventSource) -> EventSource:
        person = self._people.key(sender)
        return replace(
            sender,
            user_id=self._user(sender.user_id, person),
            user_name=self._name(sender.user_name, person),
            room_name=self._label_text(sender.room_name),
            role=self._label_text(sender.role),
            agent=self._agent(sender.agent),
        )

    def _agent(self, agent: Agent) -> Agent:
        """Return the agent rewritten: an app may report `Marta's iPhone` as the model."""
        values = {field.name: getattr(agent, field.name) for field in fields(agent)}
        texts: Any = {k: self._text(v) for k, v in values.items() if isinstance(v, str)}
        return replace(agent, **texts)

    def _failure(self, facts: ErrorFacts) -> ErrorFacts:
        texts: Any = {name: self._text(getattr(facts, name)) for name in _FREE_TEXTS}
        return replace(
            facts,
            type=self._label_text(facts.type) or "",
            media=self._pairs(facts.media),
            **texts,
        )

    def _pairs(self, pairs: Pairs) -> Pairs:
        return tuple((self._text(label) or "", self._text(text) or "") for label, text in pairs)

    def _session(self, session: Session) -> Session:
        peers = {key: self._peer(peer, key) for key, peer in session.peers.items()}
        return replace(session, peers=peers)

    def _peer(self, peer: Peer, key: str) -> Peer:
        person = self._people.key(_Sighting(peer.id or key, peer.user_id, peer.name))
        user, name = self._user(peer.user_id, person), self._name(peer.name, person)
        return replace(peer, name=name, user_id=user, role=self._label_text(peer.role))

    def _track(self, track: TrackEvent) -> TrackEvent:
        person = self._people.key(_Sighting(track.peer_id, track.user_id, track.user_name))
        user, name = self._user(track.user_id, person), self._name(track.user_name, person)
        return replace(track, user_id=user, user_name=name, role=self._label_text(track.role))

    def _diagnosis(self, diagnosis: Diagnosis) -> Diagnosis:
        people = diagnosis.people
        calls = tuple((self._key(key), number) for key, number in people.failed_calls)
        return replace(
            diagnosis,
            persons=tuple(self._rewrite_once(person, self._person) for person in diagnosis.persons),
            stories=tuple(map(self._story, diagnosis.stories)),
            verdict=replace(diagnosis.verdict, evidence=self._labels(diagnosis.verdict.evidence)),
            people=replace(self._labels(people), failed_calls=calls),
            latest=diagnosis.latest and self._diagnosis(diagnosis.latest),
        )

    def _story(self, story: Story) -> Story:
        return replace(
            story,
            person=self._rewrite_once(story.person, self._person),
            rows=tuple(map(self._event, story.rows)),
            evidence=self._terms.replace_in_label(story.evidence),
        )

    def _person(self, person: Person) -> Person:
        return replace(
            person,
            key=self._key(person.key),
            user_id=self._user(person.user_id, person.key),
            names=(self._label(person.key),) if self._has_name(person) else person.names,
            roles=tuple(self._label_text(role) or "" for role in person.roles),
        )

    def _has_name(self, person: Person) -> bool:
        return self._names is Names.NONE or any(map(str.strip, person.names))

    def _key(self, key: str) -> str:
        """Return the key rewritten, as it may hold a user id; the `bot:` prefix stays."""
        prefix = "bot:" if key.startswith("bot:") else ""
        is_known = key in self._people.names
        return (
            f"{prefix}person:{self._people.number(key):07d}" if is_known else self._label_text(key)
        )

    def _labels(self, value: Any) -> Any:  # noqa: ANN401  a tree of plain values
        """Return a tree of values with every string rewritten as a label."""
        if isinstance(value, str):
            return self._label_text(value)
        if isinstance(value, tuple):
            return tuple(map(self._labels, value))
        if is_dataclass(value) and not isinstance(value, type | Explanation):
            values = {field.name: getattr(value, field.name) for field in fields(value)}
            return replace(value, **{name: self._labels(item) for name, item in values.items()})
        return value

    def _label_text(self, text: Any) -> Any:  # noqa: ANN401  a text, or None for none
        return text and self._rewrite_cached(text, self._terms.replace_in_label, "label")

    def _text(self, text: str | None) -> str | None:
        return text and self._rewrite_cached(text, self._terms.replace_in_text, "text")

    def _rewrite_cached(self, text: str, rewrite: Callable[[str], str], kind: str) -> str:
        key = f"{kind}:{text}"
        if key not in self._texts:
            self._texts[key] = rewrite(text)
        return self._texts[key]

    def _rewrite_once(self, value: Any, make: Callable[[Any], Any]) -> Any:  # noqa: ANN401  as made
        """Return `make(value)`, computed once for the same object."""
        cached = self._rewritten_by_id.get(id(value))
        if cached is None:
            cached = self._rewritten_by_id[id(value)] = (value, make(value))
        return cached[1]
