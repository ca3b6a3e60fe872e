"""Help, and the Home tab: examples of questions, and what Home shows to one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.channel_settings import ChannelSettings
from bot.domain.events import NO_TIME
from bot.domain.privacy.personal_names import Names
from bot.domain.votes import Accuracy, accuracy_words
from bot.render.channel_settings import brief_settings
from bot.render.limits import fit
from bot.render.phrases import safe_text
from bot.render.templates import MessageTemplates

EXAMPLES = (
    ("/call-errors 66ac5e989b41849dde50f549", "a room or session by its id"),
    ("/call-errors daily-standup since 7d", "a room by its name, the last seven days"),
    ("/call-errors marta in one-bad-user private", "one person in a room; only you see it"),
    ("/call-errors https://example.app.100ms.live/meeting/…", "a join or dashboard link"),
    ("/room-errors daily-standup", "a room or session"),
    (
        "/peer-errors 58ddb219-e3de-41f6-9511-a0bdf06823ef in sample-join",
        "one participant in one session",
    ),
    ("@Call Doctor daily-standup", "the same inside a thread, where Slack allows no commands"),
    ("@Call Doctor who else, since 1h, again …", "goes on with the answer of that thread"),
    ("@Call Doctor others", "in that thread: whether other rooms had the same trouble"),
    ("/call-errors watch daily-standup for 2h", "follows a call while it runs"),
    ("/call-errors watches", "the watches that run; unwatch daily-standup ends one"),
    ("/call-errors settings", "this channel's defaults: where answers go, how far back they look"),
    ("/call-errors accuracy", "how often answers were right, by the votes under them"),
    ("⋮ on a message → Diagnose this call", "finds every id and link in that message"),
    ("⚡ → Diagnose a call", "a form, from anywhere"),
)
WORDS = ("since 2h", "yesterday", "14:00-15:00 IST", "type join", "private", "public", "help")
KINDS = ("room", "session", "peer", "user", "code")

_SENTENCE, _NOTICE = 300, 300
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class HomeAnswer:
    """An answer to the person about `subject`; `link` is "" if there is none to open.

    `value` is that of its *Ask again*, "" if no button can hold it.
    """

    subject: str
    sentence: str
    at: datetime | None
    link: str
    value: str


@dataclass(frozen=True, slots=True)
class HomeChannel:
    """A channel in which the person asked; `names` is the form of names in use there."""

    id: str
    settings: ChannelSettings
    names: Names


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """The content of one person's Home; `notice` and `faults` may mark code by back-ticks."""

    answers: tuple[HomeAnswer, ...] = ()
    channels: tuple[HomeChannel, ...] = ()
    accuracy: Accuracy | None = None
    faults: tuple[str, ...] = ()
    notice: str = ""
    now: datetime = NO_TIME


def home_view(templates: MessageTemplates, home: HomeFacts) -> dict[str, Any]:
    """Return the Home tab's view: at most 40 blocks."""
    return templates.render_json(
        "home",
        notice=fit(safe_text(home.notice), _NOTICE),
        faults=[safe_text(fault) for fault in home.faults],
        answers=[_answer_facts(answer, home.now) for answer in home.answers],
        channels=[
            (channel.id, brief_settings(channel.settings, channel.names))
            for channel in home.channels
        ],
        accuracy=accuracy_words(home.accuracy) if home.accuracy else (),
        examples=EXAMPLES,
        words=WORDS,
        kinds=KINDS,
    )


def _answer_facts(answer: HomeAnswer, now: datetime) -> Mapping[str, object]:
    return {
        "subject": fit(safe_text(answer.subject), _SENTENCE),
        "sentence": fit(safe_text(answer.sentence), _SENTENCE),
        "at": answer.at,
        "age": _age(int((now - answer.at).total_seconds())) if answer.at else "",
        "link": answer.link,
        "value": answer.value,
    }


def _age(seconds: int) -> str:
    """Return how long ago something was, such as `5 min ago`."""
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min ago"
    if seconds < _DAY:
        return f"{seconds // _HOUR} h ago"
    days = seconds // _DAY
    return "1 day ago" if days == 1 else f"{days} days ago"
