"""The failures behind "Recovered errors": each in two lines, with the proof of its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from bot.domain.diagnosis import Story
from bot.domain.report import Report
from bot.render.answer.thread_entries import recovered_or_unknown
from bot.render.answer.thread_entry import OUTCOMES
from bot.render.filters import count, utc
from bot.render.limits import FULL_MESSAGE, BlockGroup, pack, shorten
from bot.render.message import Message
from bot.render.phrases import display_name, failure_phrase, format_code, safe_text, short_duration
from bot.render.templates import MessageTemplates

_MESSAGES, _LINES = 3, 8
_SPACE = FULL_MESSAGE.minus(0, 400, 2_000)
_NAME, _ROLE, _WHAT, _TITLE, _CODE, _EVIDENCE, _ID = 60, 30, 60, 80, 50, 140, 60


@dataclass(frozen=True, slots=True)
class Line:
    """One failure, clipped."""

    who: str
    what: str
    ended: str
    evidence: str
    code: str
    events: str
    when: str
    consequence: bool
    event_id: str


def recovered_messages(templates: MessageTemplates, report: Report) -> tuple[Message, ...]:
    """Return at most three messages, `recovered-1` and on; failures beyond them are counted."""
    stories = recovered_or_unknown(report.diagnosis) if report.diagnosis else ()
    if not stories:
        note = f"Look-up {report.lookup_id}: no error went away, and the end of each is known."
        return (templates.message("elsewhere", "recovered-1", note=note),)
    pages = list(islice(pack(_groups(templates, stories), _SPACE), _MESSAGES))
    return tuple(_messages(templates, report, stories, pages))


def _groups(templates: MessageTemplates, stories: Sequence[Story]) -> Iterator[BlockGroup]:
    for story in stories:
        yield templates.render_blocks("story_line", story.rows[0].id, line=describe_story(story))


def _messages(
    templates: MessageTemplates,
    report: Report,
    stories: Sequence[Story],
    pages: Sequence[Sequence[BlockGroup]],
) -> Iterator[Message]:
    recovered = sum(story.outcome == "recovered" for story in stories)
    omitted = len(stories) - sum(map(len, pages))
    for number, page in enumerate(pages, start=1):
        yield templates.message(
            "recovered",
            f"recovered-{number}",
            recovered=recovered,
            unknown=len(stories) - recovered,
            number=number,
            of=len(pages),
            chunks=[page[at : at + _LINES] for at in range(0, len(page), _LINES)],
            left=omitted if number == len(pages) else 0,
            reference=report.lookup_id,
        )


def describe_story(story: Story) -> Line:
    """Return a story as one line."""
    first = story.rows[0]
    role = shorten(safe_text(first.role), _ROLE)
    who = shorten(display_name(first.user_name) or "Somebody without a name", _NAME)
    title = shorten(story.explanation.entry.title, _TITLE)
    length = story.last_at - story.first_at
    return Line(
        who=f"{who} ({role})" if role else who,
        what=f"{shorten(failure_phrase(story.type, story.feature), _WHAT)}: {title}",
        ended="end not known" if story.outcome == "unknown" else OUTCOMES[story.outcome],
        evidence=shorten(safe_text(story.evidence), _EVIDENCE),
        code=shorten(format_code(first), _CODE),
        events=count(story.events, "event", f"events in {short_duration(length)}"),
        when=utc(story.first_at),
        consequence=story.symptom_of is not None,
        event_id=shorten(first.id, _ID),
    )
