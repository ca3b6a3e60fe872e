"""No text of the product uses a phrase that tests/data/banned-phrases.yaml lists.

docs/voice.md has the style. GROUPS are all texts, by kind.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.catalogue import FIXES, load_catalogue
from bot.domain.catalogue import Entry
from bot.domain.report import Report
from bot.render.message import Message
from bot.render.renderer import Renderer
from tests.support.reports.golden_diagnoses import diagnosed
from tests.support.scenarios.case import files
from workbench.pretend_slack.limits import visible_text

ROOT = Path(__file__).parents[2]
LISTS: Mapping[str, list[tuple[str, str]]] = yaml.safe_load(
    (ROOT / "tests/data/banned-phrases.yaml").read_text(encoding="utf-8")
)
CATALOGUE = load_catalogue()
RENDERER = Renderer(CATALOGUE)
CONTEXT = 30
"""Characters around a phrase that a failure shows."""

Texts = Iterator[tuple[str, str]]


def patterns(name: str) -> list[re.Pattern[str]]:
    """Return the compiled phrases of a list."""
    return [re.compile(phrase, re.IGNORECASE | re.MULTILINE) for phrase, _ in LISTS[name]]


def entry_texts(entry: Entry) -> Iterator[str]:
    yield from (entry.title, entry.reason, entry.meaning, entry.cause, entry.say, *entry.do)


def catalogue() -> Texts:
    for entry in CATALOGUE.entries:
        yield from ((entry.key, text) for text in entry_texts(entry))
        yield from ((f"{entry.key} in an app", text) for text in entry_texts(entry.for_native()))
    yield "fixes.yaml", FIXES.read_text(encoding="utf-8")


def sayings() -> Texts:
    for entry in CATALOGUE.entries:
        yield entry.key, entry.say
        yield f"{entry.key} in an app", entry.for_native().say


def templates(folder: str = "templates", glob: str = "**/*.j2") -> Texts:
    """Yield each template without its comments and tags."""
    for path in (ROOT / folder).glob(glob):
        text = re.sub(r"\{[#%].*?[#%]\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield str(path.relative_to(ROOT)), text


def reply_texts() -> Texts:
    """Yield the English texts of replies and their frames."""
    yield from templates("templates/replies/en")
    for path in (ROOT / "templates/replies/en").glob("*.yaml"):
        for text in strings(yaml.safe_load(path.read_text(encoding="utf-8"))):
            yield str(path.relative_to(ROOT)), re.sub(r"\{[{%].*?[%}]\}", "", text)


def code() -> Texts:
    """Yield each string in `bot/` that has a space in it and is no docstring."""
    for path in (ROOT / "bot").rglob("*.py"):
        if path.parent.name == "parsing":  # patterns of what people type
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docstrings = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in docstrings:
                continue
            if isinstance(node.value, str) and " " in node.value:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def goldens() -> Texts:
    for path in (ROOT / "tests/golden").rglob("*.json"):
        value = json.loads(path.read_text(encoding="utf-8"))
        yield from ((path.name, text) for text in strings(value))
    yield from golden_openings()


def golden_openings() -> Texts:
    for path in (ROOT / "tests/golden").rglob("openings/*.txt"):
        yield path.name, path.read_text(encoding="utf-8")


@cache
def rendered_scenarios() -> tuple[tuple[str, str], ...]:
    """Return every message of each scenario: opening, thread and what its buttons bring."""
    return tuple(
        (f"{path.stem} {message.part}", visible_text([dict(block) for block in message.blocks]))
        for path in files()
        for message in messages_of(diagnosed(path.stem))
    )


def messages_of(report: Report) -> Iterator[Message]:
    """Yield an answer's opening and thread, and what its buttons bring."""
    answer = RENDERER.answer(report, asked_by="ana")
    yield from (answer.opening, *answer.replies)
    yield from (*RENDERER.recovered(report), *RENDERER.timeline(report))
    yield from (RENDERER.evidence(report), RENDERER.it_note(report), RENDERER.packet(report)[0])


def scenario_messages() -> Texts:
    return iter(rendered_scenarios())


def scenario_openings() -> Texts:
    return (item for item in rendered_scenarios() if item[0].endswith(" opening"))


GROUPS: Mapping[str, tuple[str, Callable[[], Texts]]] = {
    "catalogue": ("everywhere", catalogue),
    "sayings": ("letters", sayings),
    "replies": ("everywhere", reply_texts),
    "letters": ("letters", reply_texts),
    "templates": ("everywhere", templates),
    "code": ("everywhere", code),
    "goldens": ("everywhere", goldens),
    "golden openings": ("opening", golden_openings),
    "scenarios": ("everywhere", scenario_messages),
    "jargon in scenario openings": ("opening", scenario_openings),
}


def banned(name: str, texts: Texts) -> list[str]:
    """Return a line for each banned phrase of that list in the texts."""
    phrases = patterns(name)
    return sorted(
        {
            f"{place}: …{text[max(0, hit.start() - CONTEXT) : hit.end() + CONTEXT]!r}…"
            for place, text in texts
            for pattern in phrases
            for hit in pattern.finditer(text)
        }
    )


@pytest.mark.parametrize("group", GROUPS)
def test_no_text_uses_a_banned_phrase(group: str) -> None:
    name, texts = GROUPS[group]
    assert banned(name, texts()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("everywhere", "1 of 3 people failed for good."),
        ("everywhere", "100ms' servers failed"),
        ("everywhere", "Ended: blocked"),
        ("everywhere", "The page has a wrong setting; its makers need to correct it."),
        ("opening", "359 events, 13 terminal"),
        ("letters", "Your TURN server"),
    ],
)
def test_a_banned_phrase_is_found(name: str, text: str) -> None:
    assert banned(name, iter([("here", text)]))


def test_plain_words_are_left_alone() -> None:
    assert not banned("letters", iter([("here", "Turn off the VPN and join on ice.")]))
    assert not banned("everywhere", iter([("here", "Ann could not join: the role is full.")]))
