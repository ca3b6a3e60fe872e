"""A port that is taken: it is said, and no socket is left for a later test to stumble over."""

import gc

import pytest

from workbench.pretend_hundredms.serving import listen
from workbench.pretend_slack.server import serve


def test_a_taken_port_leaves_no_socket_open(recwarn: pytest.WarningsRecorder) -> None:
    with listen() as taken:
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            listen(taken.getsockname()[1])
    gc.collect()
    assert [str(one.message) for one in recwarn if one.category is ResourceWarning] == []


async def test_a_pretend_slack_on_a_taken_port_leaves_none_either(
    recwarn: pytest.WarningsRecorder,
) -> None:
    with listen() as taken:
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            async with serve(None, port=taken.getsockname()[1]):
                raise AssertionError
    gc.collect()
    assert [str(one.message) for one in recwarn if one.category is ResourceWarning] == []
