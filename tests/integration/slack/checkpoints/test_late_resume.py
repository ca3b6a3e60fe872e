"""A job that goes on half an hour later, when its response_url is too old, or in other hands."""

import contextlib
import re
from collections.abc import Iterator

from sqlalchemy import Connection, create_engine, text

from bot.storage import jobs_url
from tests.support.slack.edge_harness import Bench, check_all, open_bench
from tests.support.slack.fakes import ROOM

ONCALL, ALICE = "C0ONCALL", "U0ALICE"
HALF_AN_HOUR = 1800
BORN = re.compile(r'(?<="born":)\s*[\d.]+')


async def stopped_at(bench: Bench, words: str, part: str) -> None:
    """Ask; the process ends while Slack keeps it waiting for that part."""
    waiting = bench.team.faults.add("response_url", "timeout", part=part, times=1)
    await bench.slack.type_command(ONCALL, ALICE, "/call-errors", words)
    await bench.slack.until(lambda: waiting.hits > 0, 10)
    await bench.life.aclose()


@contextlib.contextmanager
def record(bench: Bench) -> Iterator[Connection]:
    """What is recorded of jobs."""
    engine = create_engine(jobs_url(bench.database_url))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def age(bench: Bench) -> int:
    """The addresses that jobs were given are half an hour older; returns how many there are."""
    with record(bench) as connection:
        (given,) = connection.execute(text("SELECT inputs FROM workflow_input")).scalars()
        older, number = BORN.subn(lambda born: str(float(born[0]) - HALF_AN_HOUR), given)
        connection.execute(text("UPDATE workflow_input SET inputs = :older"), {"older": older})
    return number


async def test_half_an_hour_later_a_private_answer_still_comes_to_its_end() -> None:
    async with open_bench(drain_seconds=0.1, call_seconds=60) as bench:
        await stopped_at(bench, f"{ROOM} private", "reply-1")
        assert age(bench) == 1
        await bench.begin(bench.life)
        word = await bench.until_said("confirm 1 message (reply-1)")
        assert word.ephemeral_to == ALICE
        check_all(bench)


async def test_half_an_hour_later_a_private_answer_not_begun_takes_another_way() -> None:
    async with open_bench(drain_seconds=0.1, call_seconds=60) as bench:
        bench.investigator.seconds = 60
        await bench.slack.type_command(ONCALL, ALICE, "/call-errors", f"{ROOM} private")
        await bench.slack.until(lambda: bool(bench.investigator.asked), 10)
        await bench.life.aclose()
        assert age(bench) == 1
        bench.investigator.seconds = 0
        await bench.begin(bench.life)
        await bench.slack.until(lambda: bench.parts() == ["opening", "reply-1"], 10)
        assert {one.ephemeral_to for one in bench.said() if one.metadata} == {ALICE}
        assert not [call for call in bench.team.calls if call.method == "response_url"]
        check_all(bench)


async def test_what_another_release_recorded_and_does_not_fit_is_said_plainly() -> None:
    async with open_bench(drain_seconds=0.1, call_seconds=60) as bench:
        await stopped_at(bench, f"{ROOM} private", "reply-1")
        with record(bench) as connection:
            renamed = connection.execute(
                text(
                    "UPDATE operation_outputs SET function_name = 'of-another-release' "
                    "WHERE function_name = 'respond:opening'"
                )
            )
            assert renamed.rowcount == 1
        await bench.begin(bench.life)
        word = await bench.until_said("Interrupted by a restart")
        assert word.ephemeral_to == ALICE
        await bench.settled()
        assert bench.parts() == ["opening", "error"]
        check_all(bench)
