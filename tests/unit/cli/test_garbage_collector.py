"""What stands after the start is left alone by the collector, and what comes later is not."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.cli.runtime_tuning import freeze_gc, gc_paused


class Ring:
    """Something that only the collector can remove."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    numbers = gc.get_threshold()
    yield
    gc.set_threshold(*numbers)
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_while_loading_and_what_was_loaded_stays() -> None:
    with gc_paused():
        assert not gc.isenabled()
        seen = weakref.ref(Ring())
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    gc.collect()
    assert seen() is not None


def test_what_comes_later_is_collected() -> None:
    freeze_gc()
    seen = weakref.ref(Ring())
    gc.collect()
    assert seen() is None


def test_a_command_that_cannot_be_loaded_leaves_the_collector_at_work() -> None:
    with pytest.raises(ModuleNotFoundError), gc_paused():
        raise ModuleNotFoundError("none")
    assert gc.isenabled()
