"""The client of the status page against a pretend one over HTTP: hostile, slow and broken pages."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from httpx_aiohttp import HttpxAiohttpClient

from bot.domain.errors import Misconfigured
from bot.domain.status_page import MAX_NAME, Incident, StatusPage
from bot.hundredms.status_page import CACHE_SECONDS, HttpStatusPage, open_status_page
from tests.support.pretend_hundredms import small_world
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.incidents import MOODS, incident
from workbench.pretend_hundredms.incidents import StatusPage as PretendPage
from workbench.pretend_hundredms.serving import running, status_url

DAY = "2026-05-01T10:00:00Z"


@asynccontextmanager
async def pretend_page() -> AsyncIterator[tuple[str, PretendPage]]:
    app = build(small_world())
    async with running(app) as url:
        yield status_url(url), stage(app).status_page


@asynccontextmanager
async def opened(incidents: list[Any] | None = None) -> AsyncIterator[tuple[StatusPage, str]]:
    async with pretend_page() as (url, pretend):
        if incidents is not None:
            pretend.incidents = incidents
        async with open_status_page(url) as page:
            assert page is not None
            yield page, url


async def read(incidents: list[Any]) -> tuple[tuple[Incident, ...] | None, str]:
    async with opened(incidents) as (page, url):
        return await page.incidents(), url


@pytest.mark.parametrize("mood", [mood for mood in MOODS if mood != "well"])
async def test_a_page_that_misbehaves_is_unreadable_and_read_again_once_it_is_well(
    mood: Any,
) -> None:
    async with pretend_page() as (url, pretend), open_status_page(url) as page:
        assert page is not None
        pretend.mood, pretend.seconds = mood, 60
        assert await page.incidents() is None
        pretend.mood = "well"
        found = await page.incidents()
        assert found is not None
        assert len(found) == 3
        assert pretend.reads == 2


async def test_a_page_that_cannot_be_reached_is_unreadable() -> None:
    async with open_status_page("http://127.0.0.1:9/status-page") as page:
        assert page is not None
        assert await page.incidents() is None


async def test_what_was_read_serves_for_a_minute() -> None:
    now = 1_000.0
    timer: Callable[[], float] = lambda: now  # noqa: E731  it reads the variable
    async with pretend_page() as (url, pretend), HttpxAiohttpClient() as http:
        page = HttpStatusPage(url, http, timer)
        await page.incidents()
        now += CACHE_SECONDS - 0.1
        await page.incidents()
        assert pretend.reads == 1
        now += 0.1
        await page.incidents()
        assert pretend.reads == 2


@pytest.mark.parametrize(
    "row",
    [
        None,
        7,
        "text",
        [],
        {},
        {"name": {"x": 1}, "created_at": DAY},
        {"name": "No time"},
        {"name": "A time of another kind", "created_at": 12},
        {"name": "Never", "created_at": "yesterday"},
        {"name": "Updates", "created_at": DAY, "incident_updates": "none"},
    ],
)
async def test_with_an_incident_that_cannot_be_read_the_page_proves_nothing(row: Any) -> None:
    fine = incident("fine", "Fine", created=DAY, resolved=None)
    assert (await read([fine, row]))[0] is None


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://evil.example/stspg.io",
        "https://stspg.io@evil.example/x",
        "https://stspg.io.evil.example/x",
        "https://evil.example\\@stspg.io/x",
        "//evil.example/x",
        "https://stspg.io/x|<!channel>",
        "https://stspg.io/x y",
        "https://stspg.io/" + "x" * 600,
        "https://stspg.io:0/x",
        "http://[::1",
        "",
        7,
        None,
    ],
)
async def test_a_link_that_leads_elsewhere_is_replaced_by_the_pages_own(link: Any) -> None:
    found, url = await read(
        [incident("abc", "Outage", created=DAY, resolved=None) | {"shortlink": link}]
    )
    assert found is not None
    assert found[0].link == f"{url}/incidents/abc"


@pytest.mark.parametrize("link", ["https://stspg.io/abc", "http://127.0.0.1/incidents/abc"])
async def test_a_link_of_statuspage_or_of_the_page_stays(link: str) -> None:
    found, _ = await read([incident("abc", "Outage", created=DAY, resolved=None, link=link)])
    assert found is not None
    assert found[0].link == link


async def test_an_id_of_any_form_makes_no_link() -> None:
    row = incident("../../x?<!here>", "Outage", created=DAY, resolved=None, link="")
    found, url = await read([row])
    assert found is not None
    assert found[0].link == url


async def test_a_name_is_bounded_and_cleaned() -> None:
    row = incident("abc", "Out\u202eage\n of 10.1.2.3 " + "x" * 9_000, created=DAY, resolved=None)
    found, _ = await read([row])
    assert found is not None
    assert len(found[0].name) <= MAX_NAME
    assert not {"\u202e", "\n"} & set(found[0].name)
    assert "10.1.2.3" not in found[0].name


@pytest.mark.parametrize("url", ["ftp://status.example", "status.example", "https://a:b@c.example"])
async def test_an_address_that_is_none_is_told_at_the_start(url: str) -> None:
    with pytest.raises(Misconfigured, match="STATUS_URL"):
        async with open_status_page(url):
            raise AssertionError("it opened")


async def test_an_empty_address_switches_it_off() -> None:
    async with open_status_page("") as page:
        assert page is None
