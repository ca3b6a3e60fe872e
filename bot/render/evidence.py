"""The numbers behind an answer, as a table for the person who asks for them.

The note for an IT department is here too: both are messages for one reader, on demand.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.device import PLATFORM_WORDS, browser_of
from bot.domain.diagnosis import Diagnosis, GroupCount
from bot.domain.report import Report, count_by_type
from bot.render.filters import EMPTY, count, utc
from bot.render.limits import shorten
from bot.render.message import Message
from bot.render.phrases import TYPE_NAMES, safe_text
from bot.render.templates import MessageTemplates

_MAX_ROWS, _MAX_IN_GROUP = 60, 12
_MAX_CELL = 90
_GROUP_LABELS = {**PLATFORM_WORDS, "windows": "Windows", "macos": "macOS", "linux": "Linux"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: what is counted, people with errors, and people in the call."""

    group: str
    value: str
    affected: str
    total: str


def evidence_message(templates: MessageTemplates, report: Report) -> Message:
    """Return the spread of the people affected, and the facts behind the verdict."""
    diagnosis = report.diagnosis
    if diagnosis is None or not diagnosis.stories:
        note = f"Look-up {report.lookup_id}: there are no errors to count."
        return templates.message("elsewhere", "evidence", note=note)
    rows = list(_rows(diagnosis))
    return templates.message(
        "evidence",
        "evidence",
        rows=rows[:_MAX_ROWS],
        left=max(len(rows) - _MAX_ROWS, 0),
        facts=[shorten(safe_text(fact), 300) for fact in _facts(report, diagnosis)],
        reference=report.lookup_id,
    )


def _rows(diagnosis: Diagnosis) -> Iterator[Row]:
    people = diagnosis.people
    in_call = EMPTY if people.in_room is None else f"{people.in_room:,}"
    yield Row("People", "with errors", f"{people.affected:,}", in_call)
    for value, number in (
        ("did not recover", people.failed_for_good),
        ("recovered", people.recovered),
        ("end not known", people.unclear),
    ):
        if number:
            yield Row("Outcome", value, f"{number:,}", EMPTY)
    for group, shares in (
        ("Role", sorted(people.by_role, key=lambda share: (-share.affected, share.label))),
        ("Platform", people.by_platform),
        ("Browser", _browsers(diagnosis)),
        ("System", people.by_os),
        ("SDK", people.by_sdk_version),
        ("Network", people.by_path),
    ):
        yield from _group_rows(group, shares)


def _group_rows(group: str, shares: Sequence[GroupCount]) -> Iterator[Row]:
    for share in shares[:_MAX_IN_GROUP]:
        label = shorten(safe_text(_GROUP_LABELS.get(share.label, share.label)), _MAX_CELL)
        total = EMPTY if share.total is None else f"{share.total:,}"
        yield Row(group, label or EMPTY, f"{share.affected:,}", total)
    omitted = len(shares) - _MAX_IN_GROUP
    if omitted > 0:
        yield Row(group, f"{omitted:,} more", EMPTY, EMPTY)


def _browsers(diagnosis: Diagnosis) -> list[GroupCount]:
    people: defaultdict[str, set[str]] = defaultdict(set)
    for story in diagnosis.stories:
        for browser in filter(None, map(browser_of, story.agents)):
            people[browser].add(story.person.key)
    counts = [GroupCount(browser, len(keys)) for browser, keys in people.items()]
    return sorted(counts, key=lambda group: (-group.affected, group.label))


def _facts(report: Report, diagnosis: Diagnosis) -> Iterator[str]:
    verdict = diagnosis.verdict
    yield f"Confidence of the verdict: {verdict.confidence:.2f}."
    yield from verdict.evidence
    yield f"{count(len(report.events), 'event', 'events')}: {_types(report)}."
    times = [event.at for event in report.events if event.timed]
    if times:
        yield f"First error {utc(times[0])}, last {utc(times[-1])}."
    yield from report.completeness.notes[:3]


def _types(report: Report) -> str:
    counts = report.by_type or count_by_type(report.events)
    texts = [
        f"{TYPE_NAMES.get(kind, kind)} {number.events:,} ({number.terminal:,} terminal)"
        for kind, number in counts.items()
        if number.events
    ]
    return ", ".join(texts) or "none"


DOMAINS = ("*.100ms.live", "assets.100ms.live", "static.100ms.live", "effectssdk.ai")
PORTS = ("UDP 443, 3478 and 41000 to 65535", "TCP 80, 443 and 3478")
FIREWALL_PAGE = "https://www.100ms.live/docs/server-side/v2/how-to-guides/firewall-and-ports"
INIT_ADDRESSES = ("34.23.87.177/32", "34.162.27.27/32", "2600:1900:4020:3dfe:8000:0:0:0/96")
"""The list "Prod-init IP" of that page."""
INIT_ADDRESSES_AS_OF = "24 July 2026"


def it_note_message(templates: MessageTemplates, report: Report) -> Message:
    """Return what the IT department of a network has to allow; no other text lists it."""
    return templates.fixed_message(
        "it_note",
        "it-note",
        domains=DOMAINS,
        ports=PORTS,
        addresses=INIT_ADDRESSES,
        as_of=INIT_ADDRESSES_AS_OF,
        page=FIREWALL_PAGE,
        reference=report.lookup_id,
    )
