"""Text objects.

https://docs.slack.dev/reference/block-kit/composition-objects/text-object
"""

from collections.abc import Collection

from workbench.pretend_slack.limits.findings import (
    Check,
    Findings,
    boolean,
    escaped_length,
)

_EXTRA_KEY = {"plain_text": "emoji", "mrkdwn": "verbatim"}


def text(most: int = 3000, kinds: Collection[str] = ("plain_text", "mrkdwn")) -> Check:
    """A text object of at most so many characters after escaping."""

    def check(value: object, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add(pointer, "must be a text object")
            return
        kind = value.get("type")
        if not isinstance(kind, str) or kind not in kinds:
            found.add(f"{pointer}/type", f"must be {' or '.join(kinds)}")
            return
        _content(value.get("text"), f"{pointer}/text", found, most, markup=kind == "mrkdwn")
        for key in value.keys() - {"type", "text"}:
            if key == _EXTRA_KEY[kind]:
                boolean(value[key], f"{pointer}/{key}", found)
            else:
                found.add(f"{pointer}/{key}", f"{key} isn't allowed on {kind}")

    return check


def plain(most: int = 3000) -> Check:
    """A plain_text object."""
    return text(most, ("plain_text",))


def _content(value: object, pointer: str, found: Findings, most: int, *, markup: bool) -> None:
    if not isinstance(value, str):
        found.add(pointer, "must be a string")
    elif not value.strip():
        found.add(pointer, "must be more than 0 characters")
    elif escaped_length(value, markup=markup) > most:
        found.add(pointer, f"must be less than {most + 1} characters")
