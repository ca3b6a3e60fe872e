"""The language files of replies, and a draft written out as a letter.

A language is a folder with `letter.j2`, `short.j2` and `texts.yaml`. Operators may replace each
file; a `texts.yaml` of theirs need hold only what it changes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from bot.domain.catalogue import UNKNOWN, Catalogue
from bot.domain.errors import Misconfigured
from bot.domain.text import clean
from bot.render.replies.facts import NOTHING, UNREAD, Draft
from bot.render.templates import find_templates

FOLDER, TEXTS = "replies", "texts.yaml"
Length = Literal["long", "short"]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml: ten times as fast, if installed
_FRAMES: Mapping[Length, str] = {"long": "letter.j2", "short": "short.j2"}
MAX_LETTER = 2_900
"""A little less than a text input of a form holds, as a person edits the letter there."""


class ReplyTexts:
    """The texts of replies in every language.

    `folder` holds an operator's own templates, `default` names the language that forms begin with.
    `catalogue` has the sentences (`say`) for entries that an operator added: no language has a
    reason of their name.
    Raises Misconfigured if a text is missing or unreadable, or if `default` does not exist.
    """

    def __init__(
        self, folder: Path | None = None, default: str = "en", catalogue: Catalogue | None = None
    ) -> None:
        entries = catalogue.entries if catalogue else ()
        self._say = {entry.key: (entry.say, entry.for_native().say) for entry in entries}
        roots = [root / FOLDER for root in (find_templates(), folder) if root]
        names = {path.name for root in roots if root.is_dir() for path in root.iterdir()}
        self.languages: dict[str, _Language] = {}
        for name in sorted(names):
            folders = [root / name for root in roots if (root / name).is_dir()]
            if folders:
                self.languages[name] = _Language(name, folders)
        if default not in self.languages:
            raise Misconfigured(
                f"REPLY_LANGUAGE is {default}, and there is no folder replies/{default}."
            )
        self.default = default
        complete = _Language("en", [roots[0] / "en"])
        self.required = frozenset(complete.leaves)
        for language in self.languages.values():
            language.check_against(complete)

    def write(
        self, draft: Draft, language: str, length: Length, now: datetime, zone: tzinfo | None
    ) -> str:
        """Return the reply as plain text.

        `zone` is where the times are read; without one they are in UTC and say so.
        """
        texts, say = self.languages[language], ""
        if _explains(draft) and f"reasons.{draft.reason}.help" not in texts.leaves:
            say = self._say.get(draft.reason, ("", ""))[draft.app]
            draft = replace(draft, reason=UNKNOWN)
        return texts.write(draft, length, now, zone, say)


class _Language:
    def __init__(self, name: str, folders: list[Path]) -> None:
        # Plain text; the view that includes it escapes it as a whole.
        self._environment = Environment(  # noqa: S701
            loader=FileSystemLoader(list(reversed(folders))),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._name = name
        self._texts: dict[str, Any] = {}
        for folder in folders:
            self._texts = _merge(self._texts, _read(folder / TEXTS))
        self.leaves = dict(_leaves(self._texts))
        self.title = str(self._texts.get("language", name))

    def check_against(self, complete: "_Language") -> None:
        """Raise Misconfigured if a text is missing, or a text or template is unreadable."""
        missing = sorted(set(complete.leaves) - set(self.leaves))
        missing = [key for key in missing if not key.endswith(".more")]
        if missing or len(self._texts.get("months", ())) != len(complete._texts["months"]):  # noqa: SLF001  of its own class
            lacking = ", ".join(missing[:5]) or "months"
            raise Misconfigured(f"replies/{self._name}/{TEXTS} lacks {lacking}.")
        try:
            for text in self.leaves.values():
                if "{" in text:  # three quarters of the texts have no code that could be wrong
                    self._environment.from_string(text)
            for frame in _FRAMES.values():
                self._environment.get_template(frame)
        except TemplateError as error:
            raise Misconfigured(f"replies/{self._name} cannot be read ({error}).") from error

    def write(
        self, draft: Draft, length: Length, now: datetime, zone: tzinfo | None, say: str
    ) -> str:
        """Return the reply; `say`, if any, replaces the reason's own explanation and help."""
        facts: dict[str, object] = {
            "app": draft.app,
            "guess": draft.guess,
            "when": self._when(draft, now, zone),
            "device": self.leaves.get(f"devices.{draft.device}", ""),
        }
        text = self._environment.get_template(_FRAMES[length]).render(
            name=draft.name,
            when=facts["when"],
            guess=self._text("guess", facts) if _explains(draft) and draft.guess else "",
            sorry=self._text("sorry", facts),
            closing=self._text("closing", facts),
            **self._explanation(draft, facts, say),
        )
        paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
        return "\n\n".join(filter(None, map(clean, paragraphs)))[:MAX_LETTER]

    def _explanation(self, draft: Draft, facts: Mapping[str, object], say: str) -> dict[str, str]:
        if not _explains(draft):
            return {
                name: self._text(f"{draft.reason}.{name}", facts)
                for name in ("happened", "why", "help")
            } | {"more": ""}
        help_text = self._text(f"reasons.{draft.reason}.help", facts)
        more = self._text(f"reasons.{draft.reason}.more", facts)
        why = self._text(f"reasons.{draft.reason}.why", facts)
        if say:
            why, help_text, more = "", say, ""
        if draft.ending == "recovered":
            help_text, more = self._text("recovered", facts), ""
        elif draft.ending == "unclear" and draft.reason not in _NOTHING_TO_DO:
            help_text = f"{self._text('unclear', facts)} {help_text}"
        return {
            "happened": self._text(f"happened.{draft.effect}.{draft.ending}", facts),
            "why": why,
            "help": help_text,
            "more": more,
        }

    def _when(self, draft: Draft, now: datetime, zone: tzinfo | None) -> str:
        if not draft.at:
            return ""
        at = datetime.fromtimestamp(draft.at, zone or UTC)
        days = (now.astimezone(zone or UTC).date() - at.date()).days
        key = {0: "today", 1: "yesterday"}.get(days, "date")
        clock = f"{at:%H:%M}" if zone else f"{at:%H:%M} UTC"
        return self._text(f"when.{key}", {"clock": clock, **self._day(at.date())})

    def _day(self, day: date) -> dict[str, object]:
        return {"day": day.day, "month": self._texts["months"][day.month - 1]}

    def _text(self, key: str, facts: Mapping[str, object]) -> str:
        return self._environment.from_string(self.leaves.get(key, "")).render(facts)


_NOTHING_TO_DO = {"harmless", "ours", "service", "already-joined"}
"""Reasons whose help asks the person for nothing that depends on whether it still fails."""


def _explains(draft: Draft) -> bool:
    return draft.reason not in (NOTHING, UNREAD)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        texts = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Misconfigured(f"{path.parent.name}/{path.name} cannot be read ({error}).") from error
    if not isinstance(texts, dict):
        raise Misconfigured(f"{path.parent.name}/{path.name} holds no texts.")
    return texts


def _merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        known = merged.get(key)
        both = isinstance(known, dict) and isinstance(value, dict)
        merged[key] = _merge(known, value) if both else value  # type: ignore[arg-type]
    return merged


def _leaves(texts: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in texts.items():
        if isinstance(value, Mapping):
            found += _leaves(value, f"{before}{key}.")
        elif isinstance(value, str):
            found.append((f"{before}{key}", value))
    return found


def find_text_faults(folder: Path) -> Iterator[str]:
    """Yield a sentence for each fault of an operator's language folder, beside its templates."""
    try:
        texts = ReplyTexts(folder.parent.parent)
        known = texts.required
        for key, _ in _leaves(_read(folder / TEXTS)):
            if key not in known:
                yield f"{folder.name}/{TEXTS}: no reply uses a text {key}."
    except Misconfigured as error:
        yield error.cause
