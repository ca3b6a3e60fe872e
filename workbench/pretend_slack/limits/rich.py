"""Rich text: leaves, sections, lists, quotes and preformatted text.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from workbench.pretend_slack.limits.findings import (
    Check,
    Shape,
    anything,
    array,
    boolean,
    by_type,
    integer,
    string,
    word,
)

_ENDLESS = 1_000_000

STYLE = Shape(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "unlink"),
        boolean,
    ),
)
_STYLED: dict[str, Check] = {"style": STYLE}
_TEXT = string(_ENDLESS)
_ID = string(255)

LEAVES: dict[str, Check] = {
    "text": Shape({"text": _TEXT}, _STYLED),
    "link": Shape({"url": string(3000)}, _STYLED | {"text": _TEXT, "unsafe": boolean}),
    "user": Shape({"user_id": _ID}, _STYLED),
    "usergroup": Shape({"usergroup_id": _ID}, _STYLED),
    "team": Shape({"team_id": _ID}, _STYLED),
    "channel": Shape({"channel_id": _ID}, _STYLED),
    "emoji": Shape({"name": _ID}, _STYLED | {"unicode": _TEXT, "skin_tone": integer(1, 6)}),
    "broadcast": Shape({"range": word("here", "channel", "everyone")}, _STYLED),
    "color": Shape({"value": string(20)}, _STYLED),
    "date": Shape(
        {"timestamp": integer(0, 100_000_000_000), "format": string(300)},
        _STYLED | {"url": string(3000), "fallback": string(300)},
    ),
    "tag": anything,
    "citation": anything,
    "message_mention": anything,
}

_ANY_LEAF = by_type(LEAVES)
_RAW_LEAF = by_type(LEAVES, {"text", "link"})
_BORDER: dict[str, Check] = {"border": integer(0, 1)}

_SECTION = Shape({"elements": array(_ANY_LEAF, _ENDLESS, 0)})
_PARTS: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_list": Shape(
        {
            "style": word("bullet", "ordered"),
            "elements": array(by_type({"rich_text_section": _SECTION}), _ENDLESS),
        },
        _BORDER | {"indent": integer(0, 8), "offset": integer(0, _ENDLESS)},
    ),
    "rich_text_quote": Shape({"elements": array(_ANY_LEAF, _ENDLESS, 0)}, _BORDER),
    "rich_text_preformatted": Shape(
        {"elements": array(_RAW_LEAF, _ENDLESS, 0)}, _BORDER | {"language": string(50)}
    ),
}

RICH_ELEMENTS = array(by_type(_PARTS), _ENDLESS)
RICH_TEXT = Shape({"elements": RICH_ELEMENTS}, {"block_id": string(255)})
