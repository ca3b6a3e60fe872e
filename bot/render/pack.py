"""Groups of blocks packed, whole and in order, into as few messages as the limits allow."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from bot.render.limits import BLOCKS_MOST, JSON_MOST, REPLY_MOST


@dataclass(frozen=True, slots=True)
class Group:
    """The blocks of one failure: their JSON without the outer brackets, and how big they are."""

    event_id: str
    json: Markup
    blocks: int
    visible: int
    size: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """What a message has room for: blocks, visible characters, characters of JSON."""

    blocks: int
    visible: int
    size: int

    def without(self, blocks: int, visible: int, size: int) -> "Space":
        """What is left beside so much else."""
        return Space(self.blocks - blocks, self.visible - visible, self.size - size)


WHOLE = Space(BLOCKS_MOST, REPLY_MOST, JSON_MOST)


def fill(groups: Iterable[Group], space: Space) -> Iterator[Sequence[Group]]:
    """Messages' worth of groups, made as they are asked for.

    A group too big for an empty message still gets one of its own: nothing is dropped here.
    """
    page: list[Group] = []
    left = space
    for group in groups:
        rest = left.without(group.blocks, group.visible, group.size)
        if page and min(rest.blocks, rest.visible, rest.size) < 0:
            yield page
            page, rest = [], space.without(group.blocks, group.visible, group.size)
        page.append(group)
        left = rest
    if page:
        yield page
