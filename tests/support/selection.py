"""Selection of the tests that belong to a path: `python -m tests.support.selection PATH…`.

Folders of tests mirror those of `bot/` and `workbench/`. The table in CONTRIBUTING.md, which is
read here, names what belongs to a path besides.
"""

import re
import sys
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
MIRRORING = ("unit", "property", "contract", "integration")


def table(text: str | None = None) -> dict[str, list[str]]:
    """Return CONTRIBUTING's table: what to run besides, by changed path (`*.md`: Markdown)."""
    text = text or (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows: dict[str, list[str]] = {}
    for changed, run in re.findall(r"^\|([^|]+)\|([^|]+)\|$", text, re.MULTILINE):
        if "`" in run:
            for path in re.findall(r"`([^`]+)`", changed):
                rows[path.rstrip("/")] = re.findall(r"`([^`]+)`", run)
    return rows


def select(path: str) -> list[str]:
    """Return tests (and scripts) that belong to `path`, none of them inside another.

    Raises ValueError when none does.
    """
    name, _, _ = path.partition("::")
    inside = (ROOT / name).resolve().relative_to(ROOT).as_posix()
    if inside == "tests" or inside.startswith("tests/"):
        return [path]
    if inside == "bot":
        return ["scripts/evaluate", "tests"]
    found = {*_mirrored(PurePosixPath(inside)), *_from_table(inside)}
    if not found:
        raise ValueError(f"No tests belong to {path}. Without a path scripts/test runs all.")
    return sorted(one for one in found if not any(one.startswith(f"{up}/") for up in found))


def _mirrored(path: PurePosixPath) -> set[str]:
    """Return for each kind of test the folder nearest to that of `path`, and a file's own test."""
    folder = path if (ROOT / path).is_dir() else path.parent
    parts = folder.parts[1:] if folder.parts[:1] == ("bot",) else folder.parts
    found: set[str] = set()
    for kind in MIRRORING:
        base = ROOT / "tests" / kind
        depths = (base.joinpath(*parts[:depth]) for depth in range(len(parts), 0, -1))
        found.update(str(one.relative_to(ROOT)) for one in list(filter(Path.is_dir, depths))[:1])
        own = base.joinpath(*parts, f"test_{path.stem}.py")
        if own.is_file():
            found.add(str(own.relative_to(ROOT)))
    return found


def _from_table(path: str) -> set[str]:
    """Return what the table's most specific row says of `path`, and all rows inside it."""
    rows = table()
    above = [row for row in rows if path == row or path.startswith(f"{row}/")]
    rows_for = [max(above, key=len)] if above else []
    rows_for += [row for row in rows if row.startswith(f"{path}/")]
    if path.endswith(".md"):
        rows_for.append("*.md")
    return {one for row in rows_for for one in rows[row]}


def main(paths: list[str]) -> int:
    """Write what belongs to `paths`, one to a line; return 1 where nothing does."""
    try:
        found = dict.fromkeys(one for path in paths for one in select(path))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"{one}\n" for one in found)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
