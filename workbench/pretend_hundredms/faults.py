"""Faults by rule: which calls go wrong, how, and how often."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

Kind = Literal[
    "rate_limited",  # 429, the seconds only in the message, as the docs show it
    "rate_limited_header",  # 429, the seconds only in Retry-After
    "error",  # JSON body with `status`, default 500
    "html",  # an HTML page with `status`, default 502
    "slow",  # the true answer after `seconds`
    "hang",  # no answer until the client goes away
    "reset",  # the connection is reset before any answer
    "truncated",  # 200 with half of the JSON, well-formed HTTP
    "cut_body",  # 200 with half of the promised bytes, then a reset
    "not_json",  # 200 with plain text
    "drip",  # the true answer in ten small pieces over `seconds`
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One rule.

    It concerns calls whose path begins with ``path``, which have every pair of ``query`` and,
    if ``page`` is given, ask for that page of events. The first ``after`` of those calls pass,
    then ``times`` go wrong (None: all of them).
    """

    kind: Kind
    path: str = "/v2/"
    query: Mapping[str, str] = field(default_factory=dict)
    page: int | None = None
    status: int | None = None
    message: str | None = None
    seconds: float = 1.0
    times: int | None = None
    after: int = 0


@dataclass(slots=True)
class Rule:
    """A fault and how often it was seen and played so far."""

    fault: Fault
    seen: int = 0
    played: int = 0


class FaultBook:
    """The rules in force; the first that fits decides."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(self, *faults: Fault) -> None:
        """Put rules in force, after those that already are."""
        self.rules.extend(Rule(fault) for fault in faults)

    def clear(self) -> None:
        """Everything works again."""
        self.rules.clear()

    def take(self, path: str, query: tuple[tuple[str, str], ...], page: int) -> Fault | None:
        """The fault for this call, if one is due; counts the call."""
        for rule in self.rules:
            if not _concerns(rule.fault, path, query, page):
                continue
            rule.seen += 1
            spent = rule.fault.times is not None and rule.played >= rule.fault.times
            if rule.seen > rule.fault.after and not spent:
                rule.played += 1
                return rule.fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """The rules with their counts."""
        return [
            {**asdict(rule.fault), "seen": rule.seen, "played": rule.played} for rule in self.rules
        ]


def fault_from(document: object) -> Fault:
    """A fault out of a JSON object; ValueError says what is wrong."""
    if not isinstance(document, dict) or document.get("kind") not in get_args(Kind):
        raise ValueError(f"a fault needs a kind: one of {', '.join(get_args(Kind))}")
    try:
        return Fault(**document)
    except TypeError as error:
        raise ValueError(str(error)) from None


def _concerns(fault: Fault, path: str, query: tuple[tuple[str, str], ...], page: int) -> bool:
    return (
        path.startswith(fault.path)
        and all(pair in query for pair in fault.query.items())
        and fault.page in {None, page}
    )
