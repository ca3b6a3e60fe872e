"""The recording of a question goes before the steps of jobs under way, but not for ever."""

import asyncio

import pytest

from bot.jobs import inbox
from bot.jobs.inbox import SubmitPriority


async def test_a_step_waits_for_every_recording() -> None:
    order, log = SubmitPriority(), list[str]()

    async def step() -> None:
        await order.wait_for_submits()
        log.append("step")

    with order.recording():
        with order.recording():
            waiting = asyncio.create_task(step())
            await asyncio.sleep(0)
            log.append("one recorded")
        await asyncio.sleep(0)
        log.append("all recorded")
    await waiting
    assert log == ["one recorded", "all recorded", "step"]


async def test_a_question_that_was_just_read_goes_before_a_step() -> None:
    order, log = SubmitPriority(), list[str]()

    async def question() -> None:
        await asyncio.sleep(0)  # read, and looked at by one layer after another
        await asyncio.sleep(0)
        with order.recording():
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        log.append("acknowledged")

    async def step() -> None:
        await order.wait_for_submits()
        log.append("step")

    await asyncio.gather(step(), question())
    assert log == ["acknowledged", "step"]


async def test_a_recording_that_fails_holds_nothing_up() -> None:
    order = SubmitPriority()
    with pytest.raises(OSError, match="lost"), order.recording():
        raise OSError("lost")
    await asyncio.wait_for(order.wait_for_submits(), 10)


async def test_questions_without_end_do_not_stop_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PATIENCE_SECONDS", 0.01)
    order = SubmitPriority()
    with order.recording():
        await asyncio.wait_for(order.wait_for_submits(), 10)
