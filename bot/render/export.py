"""Every failure of a report as files: CSV for people with spreadsheets, JSON for tools."""

import csv
import io
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from bot.domain.catalogue import OWNER_WORDS, Catalogue, Entry
from bot.domain.device import device_line
from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.events import ErrorEvent, sort_key
from bot.domain.privacy.addresses import redact_all_for_output
from bot.domain.report import Report, words_of_step
from bot.domain.text import clean
from bot.render.answer.entry_selection import entry_sources, root_causes
from bot.render.filters import count
from bot.render.json_document import failure_document, to_iso
from bot.render.message import File
from bot.render.phrases import RECORDER_ACTION, next_actor, safe_text, story_class

_STORY_COLUMNS = ("story", "outcome", "evidence", "path", "symptom_of", "events", "event_ids")

# A spreadsheet runs a text that starts like this as a formula. Its separator depends on the user's
# country and settings, so that it may split a cell of ours into several.
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(
    '(?P<before>(?:^|[,;|\t\r\n])[\\s"\u2018-\u201f\uff02]*)'
    "(?=[=+\\-@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20])"
)


def export_files(report: Report, catalogue: Catalogue) -> tuple[File, File]:
    """Return the CSV and the JSON file, in order of time, with redacted texts in full.

    They hold every terminal event. With a diagnosis they also hold, by its first event, every
    other failure of an entry of the thread.
    """
    if report.diagnosis is None:
        rows = [_event_row(event, catalogue.explain(event).entry) for event in report.failures]
        noun = "Terminal failures"
    else:
        pairs = _events_with_stories(report)
        classes = _classes_by_story(report.diagnosis)
        rows = [
            _failure_row(report, (event, story), catalogue, classes.get(story.id if story else ""))
            for event, story in pairs
        ]
        noun = "Failures"
    rows = redact_all_for_output(rows)
    name = f"{report.lookup_id}-failures"
    title = f"{noun} of {report.lookup_id}, {count(len(rows), 'row', 'rows')}"
    return (
        File(f"{name}.csv", f"{title} (CSV)", _csv_text(rows)),
        File(f"{name}.json", f"{title} (JSON)", _json_lines(report, rows)),
    )


def _classes_by_story(diagnosis: Diagnosis) -> Mapping[str, VerdictClass | None]:
    """Return the verdict class of each story, by story id."""
    causes = root_causes(diagnosis)
    return {
        story.id: story_class(diagnosis, story, causes.get(story.id)) for story in diagnosis.stories
    }


def _events_with_stories(report: Report) -> list[tuple[ErrorEvent, Story | None]]:
    """Return every terminal event, and the first event of each other failure, with its story.

    Consequences are included, although the thread shows them under their causes.
    """
    pairs: list[tuple[ErrorEvent, Story | None]] = []
    for source in entry_sources(report):
        for story in source.stories:
            rows = [row for row in story.rows if row.is_terminal] or story.rows[:1]
            pairs += [(row, story) for row in rows]
        if not source.stories:
            pairs.append((source.event, None))
    return sorted(pairs, key=lambda pair: sort_key(pair[0]))


def _failure_row(
    report: Report,
    pair: tuple[ErrorEvent, Story | None],
    catalogue: Catalogue,
    cls: VerdictClass | None,
) -> dict[str, Any]:
    event, story = pair
    entry = story.explanation.entry if story else catalogue.explain(event).entry
    facts = _story_facts(event, story) if story else dict.fromkeys(_STORY_COLUMNS)
    owner, todo = RECORDER_ACTION if story and story.bot else next_actor(entry, cls)
    turn = {"what_to_do": words_of_step(report, todo), "whose_turn": owner}
    return {**_event_row(event, entry), **turn, "terminal": event.is_terminal, **facts}


def _story_facts(event: ErrorEvent, story: Story) -> dict[str, Any]:
    listed = event.id == _listing_event(story).id
    facts = (
        story.id,
        story.outcome,
        safe_text(story.evidence),
        story.path,
        story.symptom_of,
        story.events,
        " ".join(story.event_ids) if listed else None,
    )
    return dict(zip(_STORY_COLUMNS, facts, strict=True))


def _listing_event(story: Story) -> ErrorEvent:
    """Return the event whose row lists all ids of a story, so that they are listed once."""
    return next((row for row in story.rows if row.is_terminal), story.rows[0])


def _event_row(event: ErrorEvent, entry: Entry) -> dict[str, Any]:
    return {
        **failure_document(event),
        "role": safe_text(event.role) or None,
        "room_id": event.room_id,
        "template_id": event.template_id,
        "account_id": event.account_id,
        "title": entry.title,
        "meaning": entry.meaning,
        "what_to_do": entry.advice,
        "whose_turn": OWNER_WORDS[entry.owner],
        "device": device_line(event.agent, event.domain),
        "transport_state": safe_text(event.transport_state) or None,
        "endpoint": safe_text(event.endpoint) or None,
        "retries_join": event.retries_join,
        "domain": event.domain,
        "also": {
            safe_text(label): safe_text(text) for label, text in (*event.media, *event.extras)
        },
    }


def _csv_text(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(rows[0] if rows else ())
    cell = cache(_cell)  # most texts stand in many rows
    for row in rows:
        writer.writerow([cell(_plain_text(value)) for value in row.values()])
    return text.getvalue()


def _plain_text(value: object) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{label}: {text}" for label, text in value.items())
    return "" if value is None else str(value)


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\g<before>'", clean(text))


def _json_lines(report: Report, rows: list[dict[str, Any]]) -> str:
    """Return JSON with one failure a line: quick to write, and searchable line by line."""
    facts = {
        "version": 1,
        "lookup_id": report.lookup_id,
        "room_id": report.target.room.id,
        "as_of": to_iso(report.as_of),
        "complete": report.completeness.complete,
    }
    head = json.dumps(redact_all_for_output(facts), ensure_ascii=False)[:-1]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{head}, "failures": [\n{lines}\n]}}\n'
