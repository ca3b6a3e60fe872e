"""Templates print nothing unsafe, whatever they are given."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from bot.catalogue import load_catalogue
from bot.render.renderer import Renderer
from bot.render.templates import find_templates, open_environment
from tests.support.reports.plain_reports import CATALOGUE


def rendered(source: str, **facts: object) -> str:
    return open_environment(find_templates()).from_string(source).render(facts)


def test_markup_is_escaped_once_and_quotes_stay_json() -> None:
    text = rendered('{"text": "{{ name }}"}', name='<!here> & "you"\\')
    assert json.loads(text) == {"text": '&lt;!here&gt; &amp; "you"\\'}


def test_plain_text_has_no_entities_and_no_live_sequence() -> None:
    text = rendered('{"text": "{{ name | plain }}"}', name="a&b<c> <!here> <@U1>")
    assert json.loads(text) == {"text": "a&b<c> \u2039!here> \u2039@U1>"}


def test_plain_text_is_never_empty() -> None:
    assert rendered("{{ name | plain }}", name=" \u200b\n") == "\u2013"


def test_macros_are_not_escaped_twice() -> None:
    source = "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(name) }}"
    assert rendered(source, name="<") == "&lt;"


def test_none_is_refused() -> None:
    with pytest.raises(TypeError, match="None reached a template"):
        rendered("{{ name }}", name=None)


def test_missing_names_are_refused() -> None:
    with pytest.raises(UndefinedError):
        rendered("{{ nmae }}", name="x")


def test_data_is_no_template() -> None:
    assert rendered("{{ name }}", name="{{ 7 * 7 }}") == "{{ 7 * 7 }}"


def test_links_cannot_be_broken_out_of() -> None:
    text = rendered("{{ link(url, label) }}", url="https://a.example/|x>y", label="a|b<!here>")
    assert text == "<https://a.example/%7Cx%3Ey|a/b&lt;!here&gt;>"


def test_links_are_web_addresses() -> None:
    with pytest.raises(ValueError, match="not a web address"):
        rendered("{{ link(url, 'x') }}", url="javascript:alert(1)")


def test_dates_read_in_the_readers_zone_and_fall_back_to_utc() -> None:
    at = datetime(2026, 11, 22, 8, 26, 40, 117_900, tzinfo=UTC)
    fallback = "2026-11-22 08:26:40 UTC"
    form = "{date_short_pretty} {time_secs}"
    assert rendered("{{ at | local }}", at=at) == f"<!date^1795336000^{form}|{fallback}>"
    assert rendered("{{ at | exact }}", at=at) == "2026-11-22 08:26:40.117 UTC"


def test_back_ticks_become_code_and_odd_ones_stay() -> None:
    source = "{% for run, marked in words | coded %}[{{ run }}:{{ marked }}]{% endfor %}"
    assert rendered(source, words="type `help` now") == "[type :False][help:True][ now:False]"
    assert rendered(source, words="it`s") == "[it`s:False]"


def test_every_template_of_another_folder_is_used(tmp_path: Path) -> None:
    shutil.copytree(find_templates(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "elsewhere.json.j2").write_text('{"text": "mine", "blocks": []}')
    assert Renderer(CATALOGUE, tmp_path).note("x").text == "mine"


def test_our_own_catalogue_reads_well_in_every_template() -> None:
    for entry in load_catalogue().entries:
        for words in (entry.title, entry.meaning, entry.advice):
            assert json.loads(f'"{rendered("{{ words | plain }}", words=words)}"') == words
