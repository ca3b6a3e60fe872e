"""Many questions at once, in Slack: whoever must wait reads so, what is full says so at once."""

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from tests.support.slack.edge_harness import Bench, open_bench, shown
from tests.support.slack.fakes import ROOM
from tests.support.slack.whole_bot import open_whole


async def ask(bench: Bench, user: str = "U0ALICE", room: str = ROOM) -> str:
    delivery = await bench.slack.type_command("C0ONCALL", user, "/call-errors", room)
    assert delivery.acked
    return shown(bench.said()[-1])


async def test_a_full_queue_is_told_in_the_acknowledgement() -> None:
    async with open_bench(per_asker=1, most_waiting=1) as bench:
        bench.investigator.seconds = 2.0
        assert "Looking up" in await ask(bench)
        assert "Looking up" in await ask(bench)
        await bench.until_said("Waiting for your other look-ups")
        refusal = await ask(bench)
        assert "Too many look-ups are waiting" in refusal
        assert "have not started this one" in refusal
        assert "CD-" in refusal
        await bench.slack.until(lambda: bench.parts().count("opening") == 2, 20)
        assert "Looking up" in await ask(bench)
        await bench.slack.until(lambda: bench.parts().count("opening") == 3, 20)
        assert len(bench.investigator.asked) == 3


async def test_one_who_asks_much_is_told_and_holds_nobody_up() -> None:
    async with open_bench(per_asker=1) as bench:
        bench.investigator.seconds = 0.5
        await ask(bench)
        await ask(bench)
        await bench.until_said("Waiting for your other look-ups")
        await ask(bench, "U0BOB")
        await bench.slack.until(lambda: bench.parts().count("opening") == 3, 20)
        assert len(bench.investigator.asked) == 3


async def test_one_persons_flood_is_refused_to_them_alone_and_delays_nobody() -> None:
    async with open_bench(most_waiting_per_asker=4) as bench:
        bench.investigator.seconds = 3.0
        said = [await ask(bench, room=f"{number:024x}") for number in range(500)]
        refused = [words for words in said if "You have too many look-ups waiting" in words]
        assert len(refused) >= 400
        assert all("have not started this one" in words and "CD-" in words for words in refused)
        assert "Looking up" in await ask(bench, "U0BOB", "f" * 24)
        await bench.slack.until(lambda: "f" * 24 in str(bench.investigator.asked), 20)
        waiting = len(said) - len(refused) + 1 - len(bench.investigator.asked)
        assert waiting > 0, "Bob's question was asked although others still wait"


async def test_a_refusal_is_counted(tmp_path: Path) -> None:
    async with open_whole(tmp_path, large=6000, per_asker=1, most_waiting=1) as bench:
        for room in ("large", "one-bad-user"):
            await ask(bench, room=room)
        await bench.until_said("Waiting for your other look-ups")
        assert "Too many look-ups" in await ask(bench)
        _, text = await bench.get("/metrics")
        refused = [
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.labels.get("outcome") == "refused"
        ]
        assert refused == [1]
