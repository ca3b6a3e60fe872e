"""The rules that the code cites by number are explained in docs/diagnosis.md."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs" / "diagnosis.md").read_text()
RULE = re.compile(r"\bR(?:[12]\d|[1-9])[ab]?\b")


def test_each_rule_that_the_code_cites_is_on_the_page() -> None:
    explained = set(re.findall(r"^\*\*(R\d+[ab]?) ", PAGE, re.MULTILINE))
    code = ROOT / "bot" / "domain" / "diagnosis"
    cited = {rule for file in code.rglob("*.py") for rule in RULE.findall(file.read_text())}
    assert explained == {
        *(f"R{number}" for number in range(1, 25)),
        "R14a",
        "R14b",
        "R17a",
    }
    assert cited <= explained


def test_each_module_that_a_rule_names_exists() -> None:
    modules = re.findall(r"`([\w/]+\.py)`", PAGE)
    folder = ROOT / "bot" / "domain" / "diagnosis"
    assert modules
    assert [
        name for name in modules if not any((base / name).exists() for base in (ROOT, folder))
    ] == []
