"""The command: one address, and nothing left when it is told to end."""

import asyncio
import signal
from pathlib import Path

import httpx
import pytest

from tests.support.browser import Demo, running_demo

pytestmark = pytest.mark.asyncio(loop_scope="session")


def children_of(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text("ascii")
    return [int(each) for each in listed.split()]


def alive(process: int) -> bool:
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text("utf-8").rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_everything(tmp_path: Path, end: signal.Signals) -> None:
    async with running_demo(tmp_path) as demo:
        bot = children_of(demo.process.pid)
        assert len(bot) == 1
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.get(demo.url)).status_code == httpx.codes.OK
        demo.process.send_signal(end)
        code = await asyncio.wait_for(demo.process.wait(), 30)
        assert code == (0 if end is signal.SIGTERM else 130)
        assert not any(alive(each) for each in bot)


async def test_another_page_in_the_same_browser_can_do_nothing(demo: Demo) -> None:
    async with httpx.AsyncClient(base_url=demo.url, trust_env=False) as client:
        form = await client.post("/do/write", data={"channel": "C0ONCALL", "text": "hello"})
        other = await client.get("/facts", headers={"Host": "evil.example"})
        policy = (await client.get("/")).headers["content-security-policy"]
    assert form.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE
    assert other.status_code == httpx.codes.BAD_REQUEST
    assert policy.startswith("default-src 'self'")
