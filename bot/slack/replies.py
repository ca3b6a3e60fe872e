"""An acknowledgement that says something to the one who typed a command."""

from slack_bolt import BoltResponse

from bot.render.message import Message


def said_to_asker(message: Message) -> BoltResponse:
    """Errors are 200 too: anything else shows Slack's own, unhelpful words.

    https://docs.slack.dev/interactivity/implementing-slash-commands
    """
    blocks = [dict(block) for block in message.blocks]
    body = {"response_type": "ephemeral", "text": message.text, "blocks": blocks}
    return BoltResponse(status=200, body=body)
