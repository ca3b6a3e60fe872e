"""The facts of a reply to one person: the trouble, its cause, its end and its time.

A draft holds keys of the language files, no sentences, and fits into one option of a select, so
that an open form needs no memory of ours.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.domain.catalogue import UNKNOWN, track_type_of
from bot.domain.diagnosis import Diagnosis, Story, VerdictClass
from bot.domain.diagnosis.next_steps import is_native_app
from bot.domain.diagnosis.thresholds import SAME_CALL, SURE
from bot.domain.diagnosis.wording import advice_fits
from bot.domain.privacy.personal_names import GENERIC, is_contact
from bot.domain.report import Report
from bot.domain.text import clean
from bot.render.answer.buttons import UNNAMED, people_by_gravity
from bot.render.answer.headline import unread_nouns
from bot.render.filters import unix
from bot.render.phrases import display_name

Ending = Literal["failed", "recovered", "unclear"]
NOTHING, UNREAD = "nothing", "unread"
"""Reasons of replies that explain no failure."""
_NOBODY = "Nobody in particular"
MAX_PEOPLE = 100
"""https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element"""
_MAX_NAME = 40
_FIRST_NAME = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_TITLES = frozenset({"dr", "herr", "frau", "mr", "mrs", "ms", "prof"})
_JARGON = frozenset(
    {"dashboard", "http", "ice", "peer", "provider", "role", "sdk", "signalling", "tcp"}
    | {"terminal", "token", "turn", "udp", "vendor"}
)
_NO_NAMES = GENERIC | _TITLES | _JARGON

ENTRIES_BY_REASON: Mapping[str, tuple[str, ...]] = {
    "network-blocks-media": ("media-path-never-found", "dtls-timeout"),
    "network-drops-media": (*("media-path-failed-in-browser", "ice-failure", "range-media-path"),),
    "network-unreachable": (
        *("browser-could-not-reach", "endpoint-blocked-or-offline", "endpoint-unreachable"),
        *("socket-did-not-open", "socket-closed-abnormally", "generic-connect-native"),
    ),
    "network-sign-in": ("proxy-sign-in", "other-server-answered"),
    "network-weak": (
        *("device-went-offline", "signalling-went-silent", "signalling-lost"),
        *("init-connection-lost", "ice-disconnected", "join-cut-off"),
    ),
    "network-other": ("range-signalling",),
    "connection-closed": ("peer-gone", "legacy-peer-gone"),
    "permission-browser": ("capture-denied",),
    "permission-system": ("system-denied-permission",),
    "device-in-use": ("device-in-use", "track-without-data"),
    "device-missing": ("device-not-available", "selected-device-missing"),
    "device-lost": ("device-lost-midway",),
    "device-silent": ("no-audio-detected",),
    "device-failed": ("track-generic",),
    "device-other": ("range-device",),
    "device-settings": ("over-constrained",),
    "phone-sound-taken": ("mic-capture-failed", "ios-audio-session", "read-phone-state-permission"),
    "phone-sound-restarted": ("ios-media-reset",),
    "bluetooth": (
        *("bluetooth-connect-permission", "bluetooth-permission", "bluetooth-headset-failed"),
    ),
    "playback": ("audio-playback-error",),
    "sound-needs-click": ("autoplay-blocked",),
    "screen-cancelled": ("screen-share-cancelled",),
    "screen-permission": ("screen-refused-by-system", "screen-recording-denied"),
    "screen-other-tab": ("current-tab-not-shared",),
    "screen-nothing-chosen": ("nothing-to-capture",),
    "screen-ours": ("screen-share-not-offered", "media-projection-permission"),
    "browser-unsupported": ("no-webrtc", "api-not-supported"),
    "browser-storage": ("storage-denied",),
    "link-expired": ("unauthorised", "token-refused-on-reconnect", "legacy-token-generic"),
    "link-wrong": (
        *("not-found", "endpoint-hidden-404", "legacy-room-invalid", "legacy-room-mismatch"),
        *("legacy-token-room",),
    ),
    "call-closed": ("forbidden",),
    "call-full": ("role-limit-reached",),
    "already-joined": ("already-joined", "legacy-peer-present", "duplicate-peer"),
    "left-early": ("left-while-joining", "init-missing"),
    "ours": (
        *("account-disabled", "connection-not-constructed", "endpoint-malformed"),
        *("token-not-a-jwt", "init-unexpected-status", "invalid-video-settings", "codec-change"),
        *(
            "invalid-role",
            "role-not-allowed",
            "insecure-page",
            "legacy-access-key",
            "legacy-auth-id",
        ),
        *("legacy-app-id", "legacy-customer-id", "legacy-user-id", "legacy-role"),
        *("legacy-malformed-token",),
    ),
    "ours-rejoin": (
        *("page-exception", "bad-request", "websocket-not-available", "media-engine-disposed"),
        *("create-offer-failed", "create-answer-failed", "set-local-description-failed"),
        *("set-remote-description-failed", "join-during-preview", "preview-already-started"),
        *("not-connected", "unknown-negotiation", "not-ready", "validation-failed"),
        *("native-error-missing", "range-refused", "range-init", "range-join", "range-generic"),
    ),
    "service": (
        *("gateway-page", "closed-by-far-end", "server-error", "gateway-unavailable"),
        *("init-server-error", "join-server-error", "signalling-generic", "json-parsing-failed"),
        *("range-server", "server-moved", "removed-by-server"),
    ),
    "service-busy": ("too-many-requests",),
    "others-missing": ("track-metadata-missing", "rtc-track-missing", "peer-metadata-missing"),
    "feature": (
        *("plugin-not-supported", "plugin-init-failed", "plugin-processing-failed"),
        *("plugin-device-not-supported", "noise-reduction-not-supported"),
        *("noise-reduction-toggle-failed", "blur-not-supported", "range-extras"),
        *("plugin-add-in-progress",),
    ),
    "harmless": (
        *("video-quality-choice-failed", "stats-failed", "cannot-send-message"),
        *("preview-in-progress", "poll-not-found", "playlist-empty", "playlist-idle"),
        *("image-capture-failed",),
    ),
    "unknown": (UNKNOWN, "plain-browser-error"),
}
"""The reason of a reply, and the catalogue's entries that it explains."""

_REASON_OF = {key: reason for reason, keys in ENTRIES_BY_REASON.items() for key in keys}
_REASON_OF_CLASS: Mapping[VerdictClass, str] = {
    "user_network": "network-other",
    "shared_network": "network-shared",
    "device": "device-other",
    "environment": "browser-other",
    "app": "ours",
    "account": "ours",
    "service": "service",
}
"""The reason where the people affected, not the code, show the cause."""
_EFFECT_OF_TYPE = {
    "client.connect.failed": "join",
    "client.join.failed": "join",
    "client.disconnected": "connection",
    "client.publish.failed": "send",
    "client.subscribe.failed": "receive",
}
_GRAVEST = ("join", "connection", "both", "device", "screen", "send", "receive", "feature", "other")
_SCREEN = "the screen share"
_DEVICES = {"audio": "microphone", "video": "camera"}


@dataclass(frozen=True, slots=True)
class Draft:
    """The facts of a reply to one person; the texts are in the language files.

    `label` names the person for the one who writes, `name` is the first name that the reply begins
    with ("" if none is known). `at` is in Unix seconds, 0 if not known. `app` says that the person
    used an app on a phone, `guess` that the cause is likely but not certain.
    """

    label: str
    name: str
    reason: str
    effect: str = "other"
    ending: Ending = "unclear"
    device: str = "both"
    at: int = 0
    app: bool = False
    guess: bool = False

    def to_json(self) -> str:
        """Return the draft, without its label, as the value of an option."""
        facts = [getattr(self, name) for name in _STORED]
        return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, label: str, text: str) -> "Draft":
        """Return the draft of an option. Raises ValueError if the value is not one of ours."""
        facts = json.loads(text)
        if not isinstance(facts, list) or [type(fact) for fact in facts] != _TYPES:
            raise ValueError(text)
        return cls(label, **dict(zip(_STORED, facts, strict=True)))


_STORED = ("name", "reason", "effect", "ending", "device", "at", "app", "guess")
_TYPES = [str, str, str, str, str, int, bool, bool]


def drafts_of(report: Report) -> tuple[Draft, ...]:
    """Return a draft for each affected person, those who failed for good first.

    There is one for nobody in particular if nobody was affected.
    """
    diagnosis = report.diagnosis
    if diagnosis is None:
        return (Draft(_NOBODY, "", UNREAD),)
    if unread_nouns(report, diagnosis) and diagnosis.verdict.confidence < SURE:
        known = UNREAD
    elif diagnosis.verdict.cls == "none":
        known = NOTHING
    else:
        known = ""
    people = [
        _draft(diagnosis, story, known)
        for person, story in people_by_gravity(diagnosis)
        if not person.bot
    ]
    return tuple(people[:MAX_PEOPLE]) or (Draft(_NOBODY, "", known or NOTHING),)


def draft_named_in(drafts: Iterable[Draft], text: str) -> Draft | None:
    """Return the one person whom a text names, by their whole name or by the first; or None."""
    drafts, words = tuple(drafts), clean(text).casefold()
    whole = [draft for draft in drafts if " " in draft.label and _names(words, draft.label)]
    named = whole or [
        draft for draft in drafts if _names(words, draft.name) or _names(words, draft.label)
    ]
    return named[0] if len(named) == 1 else None


def _names(words: str, name: str) -> bool:
    pattern = rf"(?<!\w){re.escape(name.casefold())}(?!\w)"
    return bool(name) and re.search(pattern, words) is not None


def _draft(diagnosis: Diagnosis, main: Story, known: str) -> Draft:
    same_call = [story for story in diagnosis.stories if _is_of_same_call(story, main)]
    device = _device(main)
    return Draft(
        label=next(filter(None, map(display_name, main.person.names)), UNNAMED),
        name=first_name(main.person.names),
        reason=known or _reason(diagnosis, main),
        effect=_effect(diagnosis, same_call),
        ending=_ending(same_call),
        device=device,
        at=unix(main.first_at) if main.timed else 0,
        app=is_native_app(main),
        guess=diagnosis.verdict.confidence < SURE,
    )


def _is_of_same_call(story: Story, main: Story) -> bool:
    if story.person.key != main.person.key or (story.harmless and not main.harmless):
        return False
    if main.failed_for_good and not story.failed_for_good:
        return False
    sessions = {row.session_id for row in (*story.rows, *main.rows)} - {None}
    return len(sessions) <= 1 and abs(story.first_at - main.first_at) <= SAME_CALL


def first_name(names: Iterable[str]) -> str:
    """Return the first name to greet a person with; "" if there is none that is surely a name."""
    for name in map(clean, names):
        words = name.split()
        first = _FIRST_NAME.fullmatch(words[0]) if words and not is_contact(name) else None
        is_name = first and len(words[0]) <= _MAX_NAME and words[0].casefold() not in _NO_NAMES
        if is_name and not any(letter.isdigit() for letter in name):
            return words[0][0].upper() + words[0][1:]
    return ""


_MAX_OWN_KEY = 36
"""Characters of an own catalogue entry's key that an option's value has room for."""


def _reason(diagnosis: Diagnosis, story: Story) -> str:
    """Return the reason of a story; an entry that an operator added is a reason of its own."""
    entry, cls = story.explanation.entry, diagnosis.classes.get(story.id)
    own = entry.key if len(entry.key) <= _MAX_OWN_KEY else UNKNOWN
    reason = _REASON_OF.get(entry.key, own)
    if story.harmless:
        return "harmless" if _REASON_OF.get(entry.key, UNKNOWN) == UNKNOWN else reason
    if cls is None:
        return reason
    if cls == "shared_network" or not advice_fits(cls, entry.owner):
        return _REASON_OF_CLASS.get(cls, UNKNOWN)
    if reason == "ours-rejoin" and cls == "environment":
        return "browser-outdated"
    if reason == "ours-rejoin" and cls == "app" and _is_widespread(diagnosis, story):
        return "ours"
    return reason


def _is_widespread(diagnosis: Diagnosis, story: Story) -> bool:
    """Return whether others failed in the same way, so that joining again does not help."""
    key = story.explanation.entry.key
    same = {one.person.key for one in diagnosis.stories if one.explanation.entry.key == key}
    return len(same) > 1


def _effect(diagnosis: Diagnosis, stories: Iterable[Story]) -> str:
    """Return what the person noticed: the gravest of it, and both directions where both failed."""
    effects = {_effect_of(diagnosis, story) for story in stories}
    if {"send", "receive"} <= effects:
        effects |= {"both"}
    return next((effect for effect in _GRAVEST if effect in effects), "other")


def _effect_of(diagnosis: Diagnosis, story: Story) -> str:
    if story.feature:
        return "screen" if story.feature == _SCREEN else "feature"
    if story.type == "client.publish.failed" and diagnosis.classes.get(story.id) == "device":
        return "device"
    return _EFFECT_OF_TYPE.get(story.type, "other")


def _ending(stories: Iterable[Story]) -> Ending:
    outcomes = {story.outcome for story in stories}
    if outcomes == {"recovered"}:
        return "recovered"
    return "failed" if outcomes & {"gave_up", "blocked"} else "unclear"


def _device(story: Story) -> str:
    """Return `camera`, `microphone` or `both`, as far as the failure names one."""
    texts = " ".join(
        filter(None, (*map(track_type_of, story.rows), story.rows[0].error_message))
    ).casefold()
    named = {
        device
        for word, device in (*_DEVICES.items(), ("camera", "camera"), ("microphone", "microphone"))
        if re.search(rf"\b{word}\b", texts)
    }
    return named.pop() if len(named) == 1 else "both"
