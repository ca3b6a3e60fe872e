"""Texts are cut where nothing breaks, and by no more than needed."""

from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.canvas import fit_text, font
from bot.render.filters import notification_text
from bot.render.limits import brief, fit, shorten, shorten_escaped

ESCAPED = st.text("ab &<>").map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
)


@given(st.text(), st.integers(40, 80))
def test_shorten_marks_a_cut(text: str, most: int) -> None:
    short = shorten(text * 5, most)
    assert len(short) <= most
    if short != text * 5:
        kept, _, mark = short.rpartition("…")
        assert mark == (" (shortened)" if most >= 60 else "")
        assert (text * 5).startswith(kept)


def test_b18_a_cut_falls_between_words_and_counts_no_characters() -> None:
    assert shorten("4006 on client.connect.failed in the app", 20) == "4006 on client.conn…"
    assert shorten("so I did not wait for it once more", 28) == "so I did not wait for it…"


@given(ESCAPED, st.integers(1, 60))
def test_no_entity_is_cut_in_half(text: str, most: int) -> None:
    short = shorten_escaped(text, most)
    assert len(short) <= max(most, 1)
    bare = short.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in bare


@given(st.text("ab&<>😀"), st.integers(2, 60))
def test_fit_counts_what_escaping_adds(text: str, most: int) -> None:
    short = fit(text, most)
    grown = short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert len(grown) <= most


def test_brief_keeps_whole_sentences() -> None:
    assert brief("One two. Three four. Five six.", 22) == "One two. Three four."
    assert brief("One two three four", 12) == "One two…"
    assert brief("Short.", 12) == "Short."


def test_a_long_heading_is_fitted_as_one_that_is_cut_first() -> None:
    assert fit_text("A" * 1_000_000, 20, 300) == fit_text("A" * 200, 20, 300)
    whole = fit_text("A room of its own", 20, 300)
    assert whole == "A room of its own"
    cut = fit_text("A room of its own " * 20, 20, 300)
    assert cut.endswith("…")
    assert font(20).getlength(cut) <= 300 < font(20).getlength(cut[:-1] + "of…")


def test_a_gist_has_no_live_address_and_stays_readable() -> None:
    assert str(notification_text("see https://a.example/x and ftp:/b, c:d")) == (
        "see https: a.example/x and ftp: b, c:d"
    )
    assert len(notification_text("a." * 100_000)) == 200_000
