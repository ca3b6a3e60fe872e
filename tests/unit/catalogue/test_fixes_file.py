"""The list of SDK fixes: a mistake in it is named when the bot starts."""

from pathlib import Path

import pytest

from bot.catalogue import load_fixes
from bot.domain.errors import Misconfigured

GOOD = """\
fixes:
  - sdk: web
    fixed_in: "0.14.1"
    released: 2026-05-13
    codes: [4005]
    types: [client.publish.failed]
    words: "something"
releases:
  web:
    "0.14.1": 2026-05-13
"""


def test_a_good_file_loads(tmp_path: Path) -> None:
    file = tmp_path / "fixes.yaml"
    file.write_text(GOOD, encoding="utf-8")
    (fix,) = load_fixes(file).fixes
    assert (fix.sdk, fix.fixed_in, fix.codes) == ("web", "0.14.1", (4005,))


@pytest.mark.parametrize(
    ("right", "wrong", "place"),
    [
        ("sdk: web", "sdk: roku", "fixes.0.sdk"),
        ('fixed_in: "0.14.1"', "fixed_in: newest", "fixes.0.fixed_in"),
        ("codes: [4005]", "codes: []", "fixes.0.codes"),
        ("released: 2026-05-13", "released: soon", "fixes.0.released"),
        ("types: [client.publish.failed]", "types: [publish]", "fixes.0.types.0"),
        ('words: "something"', f'words: "{"x" * 91}"', "fixes.0.words"),
        ('words: "something"', 'wrods: "something"', "fixes.0.w"),
        ("fixes:", "fixs:", "fixes"),
        ("codes: [4005]", "codes: [4005", "YAML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, right: str, wrong: str, place: str) -> None:
    file = tmp_path / "fixes.yaml"
    file.write_text(GOOD.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(Misconfigured) as raised:
        load_fixes(file)
    assert place in str(raised.value)
