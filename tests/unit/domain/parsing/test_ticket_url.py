"""URL templates of ticket systems: documented forms get each text back, wrong ones are refused."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.domain.errors import Misconfigured
from bot.domain.parsing.ticket_url import (
    MAX_FIXED,
    MAX_URL,
    PERMALINK,
    Ticket,
    TicketUrl,
    fill_permalink,
    parse_ticket_urls,
)

TICKET = Ticket(
    "Ann & Ben #2 could not join: 100 %? (role=full)",
    "Why: “voller Raum” + more\n\nNext step: Support: a=b&c=d; <https://x.example/?q={title}>",
    "CD-ABCD2345",
)
LINK = "https://acme.slack.com/archives/C1/p17953361?thread_ts=17953361.1&cid=C1"

DOCUMENTED = {
    # https://confluence.atlassian.com/jirakb/how-to-create-issues-using-direct-html-links-in-jira-server-159474.html
    "JIRA": (
        (
            "https://acme.atlassian.net/secure/CreateIssueDetails!init.jspa?pid=10000&issuetype=1"
            "&summary={title}&description={body}%0A{permalink}"
        ),
        {"pid": "10000", "issuetype": "1"},
        ("summary", "description"),
    ),
    # https://linear.app/docs/creating-issues#create-issues-using-urls
    "LINEAR": (
        "https://linear.app/team/OPS/new?title={title}&description={body}&links={permalink}",
        {"links": LINK},
        ("title", "description"),
    ),
    # https://docs.github.com/en/issues/tracking-your-work-with-issues/creating-issues/creating-an-issue#creating-an-issue-from-a-url-query
    "GITHUB": (
        "https://github.com/acme/calls/issues/new?labels=calls%2C{reference}&title={title}&body={body}",
        {"labels": "calls,CD-ABCD2345"},
        ("title", "body"),
    ),
    # https://support.zendesk.com/hc/en-us/articles/4408839114522
    "ZENDESK": (
        (
            "https://acme.zendesk.com/hc/en-us/requests/new?ticket_form_id=123&tf_subject={title}"
            "&tf_description={body}&tf_360001234={reference}#new"
        ),
        {"ticket_form_id": "123", "tf_360001234": "CD-ABCD2345"},
        ("tf_subject", "tf_description"),
    ),
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_the_documented_forms_get_each_text_back(name: str) -> None:
    template, others, (title, body) = DOCUMENTED[name]
    (system,) = parse_ticket_urls({name: template})
    url = fill_permalink(system.fill(TICKET), LINK)
    fields = parse_qs(urlsplit(url).query, keep_blank_values=True, strict_parsing=True)
    assert {key: [value] for key, value in others.items()}.items() <= fields.items()
    assert fields[title] == [TICKET.title]
    assert fields[body] == [TICKET.body + ("\n" + LINK) * (name == "JIRA")]
    assert len(fields) == len(others) + 2
    assert url.split("?")[0] == template.split("?")[0]


@pytest.mark.parametrize("end", ["", "{permalink}" * 5, "{title}" * 9, "{body}{body}"])
def test_the_longest_templates_keep_within_the_limit(end: str) -> None:
    room = MAX_FIXED - 300 * end.count("{permalink}")
    template = ("https://x.example/?t={title}&b={body}&x=" + "y" * MAX_FIXED)[: room + 13] + end
    (system,) = parse_ticket_urls({"X": template})
    url = fill_permalink(system.fill(Ticket("é" * 500, "ü" * 9_000, "CD-ABCD2345")), "é" * 50)
    assert len(url) <= MAX_URL


def test_an_answer_without_permalink_leaves_the_place_empty() -> None:
    url = TicketUrl("X", "https://x.example/?l={permalink}&r={reference}").fill(TICKET)
    assert url == f"https://x.example/?l={PERMALINK}&r=CD-ABCD2345"
    assert fill_permalink(url, "") == "https://x.example/?l=&r=CD-ABCD2345"
    assert fill_permalink(url, "https://" + "a" * 400) == fill_permalink(url, "")


@pytest.mark.parametrize("letter", ["x", " ", "é", "€", "😀", "%", "\n", "👩‍👩‍👧"])
def test_the_body_is_cut_between_characters(letter: str) -> None:
    system = TicketUrl("X", "https://x.example/?t={title}&b={body}&l={permalink}&b2={body}")
    url = fill_permalink(system.fill(Ticket("A title", f"{letter}a" * 4_500, "CD-1")), LINK)
    assert MAX_URL - 400 < len(url) <= MAX_URL
    fields = parse_qs(urlsplit(url).query, errors="strict")
    assert fields["t"] == ["A title"]
    assert unquote(fields["b"][0], errors="strict").endswith("…")
    assert fields["b"] == fields["b2"]
    assert fields["l"] == [LINK]


@pytest.mark.parametrize(
    ("name", "label", "key"),
    [
        ("JIRA", "Jira", "jira"),
        ("GITHUB", "Github", "github"),
        ("GitHub", "GitHub", "github"),
        ("LINEAR_APP", "Linear App", "linear_app"),
        ("Help_Center", "Help Center", "help_center"),
        ("jira", "jira", "jira"),
        ("T2", "T2", "t2"),
    ],
)
def test_names_in_capitals_become_words(name: str, label: str, key: str) -> None:
    (system,) = parse_ticket_urls({name: "https://x.example/{reference}"})
    assert (system.button, system.key) == (f"Create {label} ticket", key)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("", "must start with https://"),
        ("ftp://x.example/{title}", "must start with https://"),
        ("javascript:alert(1)", "must start with https://"),
        ("//x.example/new", "must start with https://"),
        ("https:///new?t={title}", "must start with https://"),
        ("https://{title}/new", "must start with https://"),
        ("https://x{reference}.example/new", "before the path"),
        ("https://user:secret@x.example/new", "user name"),
        ("https://x.example:99999/", "no address"),
        ("https://x.example/?t={titel}", "{titel}"),
        ("https://x.example/?t={}", "{}"),
        ("https://x.example/?t={title}}", "brace"),
        ("https://x.example/?t={title", "brace"),
        ("https://x.example/ ?t={title}", "character"),
        ("https://x.example/<b>", "character"),
        ("https://x.example/?t={title}&x=" + "y" * 3_000, "too long"),
        ("https://x.example/?" + "{permalink}" * 9, "too long"),
        ("https://x.example/?" + "{reference}" * 250, "too long"),
    ],
)
def test_a_wrong_template_is_refused_in_words(template: str, words: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        parse_ticket_urls({"JIRA": template})
    assert refused.value.cause.startswith("TICKET_URL_JIRA ")
    assert words in refused.value.cause
    assert "secret" not in refused.value.cause


@pytest.mark.parametrize("name", ["", "_JIRA", "A__B", "A-B", "É", "X" * 41])
def test_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(Misconfigured, match=f"TICKET_URL_{name} "):
        parse_ticket_urls({name: "https://x.example/"})


def test_two_spellings_of_one_name_are_refused() -> None:
    with pytest.raises(Misconfigured, match="two spellings"):
        parse_ticket_urls({"JIRA": "https://a.example", "Jira": "https://b.example"})
