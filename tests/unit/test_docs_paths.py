"""Every path of this repository that a Markdown file names exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "tests", "workbench", "bot", "scripts", "benchmarks")
HISTORY = {"CHANGELOG.md"}
"""Pages about past releases: they may name what is gone."""

NAMED_PATH = re.compile(
    r"(?<![\w/.-])(?:bot|templates|tests|scripts|docs|workbench|benchmarks)/[\w./<>*-]*[\w>*]"
)
PLACEHOLDER = re.compile(r"<[a-z]+>")
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")


def pages() -> Iterator[Path]:
    yield from (page for page in ROOT.glob("*.md") if page.name not in HISTORY)
    for folder in FOLDERS:
        yield from (
            page for page in (ROOT / folder).rglob("*.md") if "node_modules" not in page.parts
        )


def missing_paths(page: Path) -> set[str]:
    """Return the paths and link targets in `page` that do not exist; `<name>` matches any name."""
    text = page.read_text()
    named = {
        path for path in NAMED_PATH.findall(text) if not any(ROOT.glob(PLACEHOLDER.sub("*", path)))
    }
    linked = {target for target in LINK.findall(text) if not (page.parent / target).exists()}
    return named | linked


@pytest.mark.parametrize("page", sorted(pages()), ids=lambda page: str(page.relative_to(ROOT)))
def test_each_path_that_a_page_names_exists(page: Path) -> None:
    assert not missing_paths(page)


def test_a_path_that_is_gone_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`bot/gone.py`, `bot/wiring.py`, `templates/<name>.json.j2`, [x](gone.md)")
    assert missing_paths(page) == {"bot/gone.py", "gone.md"}
