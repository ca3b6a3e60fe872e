"""What can be said in Slack, whoever sees to it that it is said once."""

from typing import Protocol

from bot.render.message import File, Message, Picture
from bot.slack.forms import Sent
from bot.slack.post import Poster
from bot.slack.response_url import ResponseUrl


class Posts(Protocol):
    """Every way of saying something in Slack. Failures are told by `Sent`, never raised."""

    @property
    def plain(self) -> Poster:
        """The poster that only posts: for what may be lost, and for forms and Home tabs."""

    async def post(
        self,
        channel: str,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        first: bool = False,
    ) -> Sent:
        """Post in a channel, or under `thread`; `first` for what an asker waits for."""

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> Sent:
        """Put `message` in the place of one of ours."""

    async def remove(self, channel: str, ts: str) -> Sent:
        """Delete one of ours; one that is gone already counts as deleted."""

    async def ephemeral(
        self, channel: str, user: str, message: Message, lookup_id: str, *, thread: str = ""
    ) -> Sent:
        """Show a message to one person; both they and the bot must be in the channel."""

    async def respond(
        self,
        url: ResponseUrl,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        in_channel: bool = False,
    ) -> Sent:
        """Answer at a response_url: to the asker alone, or to all in `thread`."""

    async def upload(self, channel: str, thread: str, files: tuple[File | Picture, ...]) -> Sent:
        """Attach files to a thread; wants files:write and membership."""

    async def later(self, rounds: int) -> bool:
        """Wait before a word that nobody confirmed is said anew; False if that is not to be."""
