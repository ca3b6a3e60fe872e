"""An operator's own templates: what no longer fits is named, and what is missing is ours."""

import shutil
from pathlib import Path

import pytest

from bot.render.own_templates import find_template_faults
from bot.render.templates import MessageTemplates, find_templates


def test_a_copy_of_this_versions_templates_fits(tmp_path: Path) -> None:
    shutil.copytree(find_templates(), tmp_path, dirs_exist_ok=True)
    assert find_template_faults(tmp_path) == ()


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("old.json.j2", "{}", "old.json.j2: no message uses a template of this name."),
        ("error.json.j2", "{% if %}", "error.json.j2: it cannot be read"),
        ("error.json.j2", "{{ gone_value }}", "has no value gone_value."),
        ("error.json.j2", "{{ error.gone_field }}", "has no field gone_field."),
        ("error.json.j2", "{{ error.headline | gone }}", "has no filter gone."),
        ("error.json.j2", '{% import "gone.j2" as g %}', "has no import gone.j2."),
        ("replies/app.j2", "Hello", "app.j2: no message uses a template of this name."),
        ("replies/en/letter.j2", "{{ gone }}", "letter.j2: this version has no value gone."),
        ("replies/en/texts.yaml", "gone: words", "en/texts.yaml: no reply uses a text gone."),
        ("replies/en/texts.yaml", "[", "en/texts.yaml cannot be read"),
        ("replies/fr/texts.yaml", "sorry: Pardon", "replies/fr/texts.yaml lacks closing"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, name: str, text: str, fault: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert fault in " ".join(find_template_faults(tmp_path))


def test_a_template_that_is_missing_is_taken_from_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.json.j2").write_text('{"text": "mine", "blocks": []}')
    composer = MessageTemplates(tmp_path)
    assert composer.render_json("elsewhere")["text"] == "mine"
    assert composer.render_json("looking", clues=(), reference="CD-ABCDEFGH", private=False)[
        "blocks"
    ]
