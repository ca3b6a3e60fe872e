"""The file's own check: what an editor gets wrong is named, entry and field, in plain words."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import load_catalogue
from bot.domain.errors import Misconfigured
from tests.support.examples import examples

TEXTS = """\
    title: "A title"
    meaning: "What it means."
    cause: "Why it happens."
    say: "What to say."
    do: "User: do something."
"""
"""Texts of a file of an earlier release: without a reason, and with one text of what to do."""
UNKNOWN = f"  - key: unknown\n{TEXTS}    owner: app\n"


def entry(body: str = "", *, key: str = "one", texts: str = TEXTS, owner: str = "app") -> str:
    extra = body or "    codes: [1]\n    platforms: [web]\n"
    return f"  - key: {key}\n{texts}    owner: {owner}\n{extra}"


def test_a_file_of_an_earlier_release_still_loads(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("entries:\n" + UNKNOWN, encoding="utf-8")
    (unknown,) = load_catalogue(file).entries
    assert (unknown.reason, unknown.do) == ("a title", ("User: do something.",))


def complaint(tmp_path: Path, text: str) -> Misconfigured:
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured) as raised:
        load_catalogue(file)
    return raised.value


def test_a_good_file_loads(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "entries:\n"
        + entry("    codes: [1]\n    platforms: all\n    terminal: yes\n    names: [Full]\n")
        + entry("    rule: true\n    match: {endpoint: [a, b]}\n", key="two")
        + entry("    code_range: [10, 19]\n    terminal: no\n", key="three")
        + UNKNOWN,
        encoding="utf-8",
    )
    one, two, three, unknown = load_catalogue(file).entries
    assert one.platforms == ("web", "android", "ios", "flutter", "react-native")
    assert (one.codes, one.names, one.terminal) == ((1,), ("Full",), "yes")
    assert (two.rule, two.match) == (True, (("endpoint", "a"), ("endpoint", "b")))
    assert (three.code_range, three.terminal) == ((10, 19), "no")
    assert unknown.terminal == "unknown"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            entry(texts=TEXTS.replace('"User: do something."', "['User: do it.', 'do it.']")),
            "entry `one`: `do`: the step `do it.` does not begin with who takes it",
        ),
        (
            entry(texts=TEXTS.replace('"User: do something."', "['User: a', 'User: b', 'IT: c']")),
            "entry `one`: `do`: there are 3 steps; at most 2 fit",
        ),
        (
            entry(texts=TEXTS.replace('"User: do something."', f"['User: {'x' * 105}']")),
            "entry `one`: `do`: a step has 111 characters; at most 110 fit",
        ),
        (
            entry("    sya: hello\n"),
            "entry `one`: `sya` is not a field of the form (is `say` meant?)",
        ),
        (entry(texts=TEXTS.replace('    do: "User: do something."\n', "")), "`do` is missing"),
        (
            entry(texts=TEXTS.replace("A title", "x" * 61)),
            "entry `one`: `title` has 61 characters; at most 60 fit",
        ),
        (
            entry(texts=TEXTS.replace("What to say.", "x" * 241)),
            "entry `one`: `say` has 241 characters; at most 240 fit",
        ),
        (entry(texts=TEXTS.replace("Why it happens.", " ")), "entry `one`: `cause` is empty"),
        (
            entry(owner="user"),
            "entry `one`: `owner` is `user`: it must be 'user_network', 'user_device'",
        ),
        (
            entry("    codes: [1]\n    platforms: [windows]\n"),
            "entry `one`: `platforms` is `windows`: it must be 'web', 'android'",
        ),
        (
            entry("    codes: [1]\n    platforms: everywhere\n"),
            "entry `one`: `platforms` is `everywhere`: it must be a list in square brackets",
        ),
        (
            entry("    codes: [abc]\n    platforms: [web]\n"),
            "entry `one`: `codes` is `abc`: it must be a whole number",
        ),
        (
            entry("    codes: 1\n    platforms: [web]\n"),
            "entry `one`: `codes` is `1`: it must be a list in square brackets",
        ),
        (
            entry("    rule: maybe\n    match: {endpoint: [a]}\n"),
            "entry `one`: `rule` is `maybe`: it must be true or false",
        ),
        (
            entry("    rule: true\n    match: {endpoint: ['(']}\n"),
            "entry `one`: `match`: the pattern `(` is no regular expression",
        ),
        (
            entry("    rule: true\n    match: {subject: [a]}\n"),
            "entry `one`: `match` is `subject`: it must be 'error_message'",
        ),
        (entry("    rule: true\n"), "entry `one`: an entry with `rule: true` needs `match`"),
        (
            entry("    terminal: perhaps\n"),
            "entry `one`: `terminal` is `perhaps`: it must be 'yes'",
        ),
        (entry("    names: [A]\n"), "entry `one`: it needs `codes`, or `rule: true` with `match`"),
        (entry("    codes: [1]\n"), "entry `one`: an entry with `codes` needs `platforms`"),
        (
            entry("    code_range: [9, 1]\n"),
            "entry `one`: `code_range`: the smaller number comes first",
        ),
        (entry(key="One!"), "entry `One!`: `key` is `One!`: only small letters, digits"),
        (entry(key="12"), "entry number 1 (without a key): `key` is `12`: it must be text"),
        (entry() + entry(), "entry `one`: there are 2 entries with this `key`"),
        (
            entry() + entry(key="two"),
            "entry `two`: `codes` 1 on web already belongs to entry `one`",
        ),
        ("  - just text\n", "entry number 1 (without a key): it is not in the form of an entry"),
    ],
)
def test_slips_are_named(tmp_path: Path, wrong: str, words: str) -> None:
    told = complaint(tmp_path, "entries:\n" + wrong + UNKNOWN)
    assert words in told.cause
    assert told.cause.startswith("mine.yaml: ")
    assert "docs/catalogue.md" in told.next_step


def test_several_slips_are_told_at_once_and_many_are_counted(tmp_path: Path) -> None:
    wrong = "".join(entry(key=f"e{n}", owner="me") for n in range(12))
    told = complaint(tmp_path, "entries:\n" + wrong + UNKNOWN).cause
    assert "entry `e0`" in told
    assert "entry `e9`" in told
    assert "and 2 more" in told


def test_the_last_resort_must_stay(tmp_path: Path) -> None:
    assert "the key `unknown` is missing" in complaint(tmp_path, "entries:\n" + entry()).cause


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "one list named `entries`"),
        ("entries: 7\n", "one list named `entries`"),
        ("- a\n", "one list named `entries`"),
        ('entries:\n  - key: "a\n', "is not valid YAML"),
        ("entries:\n  - key: !!python/object/apply:os.getcwd []\n", "is not valid YAML"),
    ],
)
def test_a_file_that_is_no_catalogue(tmp_path: Path, text: str, words: str) -> None:
    assert words in complaint(tmp_path, text).cause


def test_a_field_written_twice_is_not_silently_dropped(tmp_path: Path) -> None:
    twice = entry() + '    say: "Another."\n'
    told = complaint(tmp_path, "entries:\n" + twice + UNKNOWN)
    assert "`say` stands twice in one entry (line 11)" in told.cause


def test_a_missing_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        load_catalogue(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured, match="cannot be read"):
        load_catalogue(tmp_path / "bytes.yaml")


@examples(100)
@given(st.text(max_size=80))
def test_any_text_loads_or_is_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "any.yaml"
    file.write_text("entries:\n  - key: x\n" + text, encoding="utf-8", errors="replace")
    with pytest.raises(Misconfigured) as raised:
        load_catalogue(file)
    assert raised.value.cause
