"""Checks the parts of elements: options, their groups, and confirmation dialogs.

https://docs.slack.dev/reference/block-kit/composition-objects
"""

from collections.abc import Mapping

from workbench.pretend_slack.limits.findings import Check, Shape, array, string, word
from workbench.pretend_slack.limits.texts import plain, text

URL = string(3000)
ID = string(255)

CONFIRM = Shape(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": word("primary", "danger")},
)


def option(*, with_url: bool = False) -> Shape:
    """An option object; only overflow menus take a url."""
    extra: Mapping[str, Check] = {"url": URL} if with_url else {}
    return Shape({"text": text(75), "value": string(150)}, {"description": text(75), **extra})


OPTION = option()
GROUP = Shape({"label": plain(75), "options": array(OPTION, 100)})
