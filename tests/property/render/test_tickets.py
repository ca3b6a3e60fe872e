"""Whatever a report holds, a ticket's URL keeps its form, and names nobody unless it may."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.parsing.ticket_url import MAX_URL, Ticket, TicketUrl, fill_permalink
from bot.domain.privacy.addresses import redact
from bot.domain.report import Report
from bot.render.answer.ticket import TicketSystems
from tests.property.render.test_hidden_names import SESSION, Known, hold_secret, reports
from tests.property.render.test_messages import modest
from tests.support.reports.hostile_reports import ADDRESSES, NASTY, diagnosed

SYSTEM = TicketUrl(
    "X", "https://x.example:8443/a/new?t={title}&b={body}&r={reference}&p={permalink}#f"
)
LINK = "https://acme.slack.example/archives/C1/p1?thread_ts=1.2&cid=C1"
texts = st.sampled_from(NASTY) | st.text(max_size=400) | st.text(st.characters(), max_size=40)


def fields_of(url: str) -> dict[str, str]:
    """Return the fields of a URL of SYSTEM, after checking that nothing else is in it."""
    assert url.isascii()
    assert len(url) <= MAX_URL
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "x.example:8443", "/a/new")
    assert parts.fragment == "f"
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True, errors="strict")
    assert [name for name, _ in pairs] == ["t", "b", "r", "p"]
    return dict(pairs)


@modest
@given(texts, texts, texts)
def test_no_text_leaves_its_place(title: str, body: str, link: str) -> None:
    filled = SYSTEM.fill(Ticket(title, body, "CD-ABCD2345"))
    fields = fields_of(fill_permalink(filled, link))
    assert fields["r"] == "CD-ABCD2345"
    for name, text in (("t", title), ("b", body)):
        sent = text.encode(errors="replace").decode()
        assert fields[name] == sent or sent.startswith(fields[name].removesuffix("…"))


def urls(report: Report, *, names: bool = False) -> list[dict[str, str]]:
    filled = TicketSystems([SYSTEM], names=names).urls(report).values()
    return [fields_of(fill_permalink(url, LINK)) for url in filled]


@modest
@given(reports())
def test_a_ticket_names_nobody(made: tuple[Report, list[Known]]) -> None:
    report, everybody = made
    (fields,) = urls(report)
    hold_secret(fields["t"] + "\n" + fields["b"], everybody)
    assert report.target.room.id in fields["b"]
    assert SESSION in fields["b"]
    assert "58ddb219-e3de-41f6-9511-" in fields["b"]
    assert "CD-ABCD2345" in fields["b"]


@modest
@given(diagnosed())
def test_a_ticket_holds_no_address_with_names_or_without(report: Report) -> None:
    for names in (False, True):
        for fields in urls(report, names=names):
            said = fields["t"] + "\n" + fields["b"]
            assert redact(said) == said
            assert not any(address in said for address in ADDRESSES)
