"""Turns the text of the message box into an action in Slack."""

import re

from workbench.pretend_slack.records import Json, NotPossible

_URL = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)\]'\"]")
_BOT = re.compile(r"@call doctor\b", re.IGNORECASE)


def deed_of(text: str, channel: str, thread_ts: str | None, bot_user: str) -> tuple[str, Json]:
    """The deed's name and arguments: a command, a mention or a message.

    Raises NotPossible for a slash command in a thread, as Slack refuses it.
    """
    words = text.strip()
    place: Json = {"channel": channel, "user": "U0ALICE"}
    if words.startswith("/"):
        command, _, rest = words.partition(" ")
        if thread_ts:
            raise NotPossible(f"{command} is not supported in threads. Sorry!")
        return "command", place | {"command": command, "text": rest.strip()}
    if thread_ts:
        place["thread_ts"] = thread_ts
    if _BOT.search(words):
        return "mention", place | {"text": _stored(_BOT.sub("", words, count=1).strip(), bot_user)}
    return "say", place | {"text": _stored(words, bot_user)}


def _stored(text: str, bot_user: str) -> str:
    """As Slack stores it: three characters escaped, links and mentions in angle brackets.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    linked = _URL.sub(lambda found: f"<{found[0]}>", escaped)
    return _BOT.sub(f"<@{bot_user}>", linked)
