"""/metrics tells what an operator wants to know, in Prometheus' form, in both modes."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.slack.edge_harness import Bench
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack import Message

MODES = pytest.mark.parametrize("mode", ["http", "socket"])
COUNTERS = {
    "lookups",
    "hms_requests",
    "slack_requests",
    "duplicates_suppressed",
    "reconciliations",
    "incomplete_answers",
    "webhooks",
    "watches_late_looks",
}
HISTOGRAMS = {"ack_seconds", "first_answer_seconds", "completion_seconds"}
GAUGES = {"queue_depth", "hms_circuit_state", "watches_running"}

Page = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def page_of(bench: Bench) -> Page:
    status, text = await bench.get("/metrics")
    assert status == 200
    return {
        (sample.name.removeprefix("call_doctor_"), tuple(sorted(sample.labels.items()))): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(page: Page, name: str, **labels: str) -> float:
    return page.get((name, tuple(sorted(labels.items()))), 0.0)


async def counted(bench: Bench, name: str, wanted: float, **labels: str) -> Page:
    """The page once a look-up that ended was counted."""
    page: Page = {}
    for _ in range(100):
        page = await page_of(bench)
        if value(page, name, **labels) >= wanted:
            break
        await bench.settled(0.05)
    assert value(page, name, **labels) == wanted
    return page


async def ask(bench: Bench, what: str) -> None:
    delivery = await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", what)
    assert delivery.acked


async def test_the_names_and_kinds_are_those_of_the_manual(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        _, text = await bench.get("/metrics")
        kinds = {
            family.name.removeprefix("call_doctor_"): family.type
            for family in text_string_to_metric_families(text)
        }
    assert kinds == (
        dict.fromkeys(COUNTERS, "counter")
        | dict.fromkeys(HISTOGRAMS, "histogram")
        | dict.fromkeys(GAUGES, "gauge")
    )
    assert "process_" not in text


@MODES
async def test_an_answer_is_counted_and_timed(tmp_path: Path, mode: str) -> None:
    async with open_whole(tmp_path, mode, large=100) as bench:
        await ask(bench, "one-bad-user")
        page = await counted(bench, "lookups_total", 1, outcome="answered")
    for name in HISTOGRAMS:
        assert value(page, f"{name}_count") == 1
    assert value(page, "hms_requests_total", status="200") > 5
    assert value(page, "slack_requests_total", method="chat.postMessage", status="ok") > 0
    assert value(page, "queue_depth") == 0
    assert value(page, "incomplete_answers_total") == 0


async def test_what_was_asked_wrongly_is_told_apart(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        await ask(bench, "nothing-like-it")
        page = await counted(bench, "lookups_total", 1, outcome="asked_wrongly")
    assert value(page, "lookups_total", outcome="answered") == 0
    assert value(page, "first_answer_seconds_count") == 0


async def test_a_repeated_delivery_is_counted_as_suppressed(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        delivery = await bench.slack.type_command(
            "C0ONCALL", "U0ALICE", "/call-errors", "one-bad-user"
        )
        await bench.slack.redeliver(delivery)
        page = await counted(bench, "duplicates_suppressed_total", 1)
        await counted(bench, "lookups_total", 1, outcome="answered")
    assert value(page, "ack_seconds_count") == 2


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("ratelimited", "http_429"),
        ("not_in_channel", "not_in_channel"),
        ("a_word_of_tomorrow", "other"),
        ("http_503", "http_503"),
        ("html", "other"),
        ("reset_before", "no_answer"),
    ],
)
async def test_each_attempt_to_call_slack_is_counted(
    tmp_path: Path, kind: str, status: str
) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        bench.team.faults.add("chat.postMessage", kind)
        await ask(bench, "one-bad-user")
        await counted(bench, "slack_requests_total", 1, method="chat.postMessage", status=status)


async def test_no_label_holds_what_a_person_wrote(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=100) as bench:
        await ask(bench, "one-bad-user")
        await counted(bench, "lookups_total", 1, outcome="answered")
        labels: Mapping[str, set[str]] = _labels(await page_of(bench))
    # A workspace goes by the alias that the operator gave it.
    assert set(labels) == {"outcome", "status", "method", "result", "le", "workspace"}
    words = {word for name in labels for word in labels[name]}
    shown = {m.channel for m in bench.said()} | {_ts(m) for m in bench.said()}
    assert not words & (shown | {"one-bad-user", "U0ALICE"})


def _labels(page: Page) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for _, pairs in page:
        for name, word in pairs:
            found.setdefault(name, set()).add(word)
    return found


def _ts(message: Message) -> str:
    return message.ts
