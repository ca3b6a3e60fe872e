"""The poster of a job: each message is a step, sent once however often the job begins again."""

from collections.abc import Awaitable, Callable

from bot.jobs.ports import Json, Steps
from bot.render.message import File, Message, Picture
from bot.slack.checkpoints.serialization import keep_sent, restore_sent
from bot.slack.payloads import ResponseUrl
from bot.slack.sending.errors import Cause
from bot.slack.sending.format_fallback import FILE_UNCONFIRMED, Sent
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import Poster

UNCONFIRMED = Sent(Cause.UNKNOWN, "unconfirmed")
"""It may have been sent before a crash, and nobody can tell."""

LONGEST_WAIT = 15 * 60.0
WAITS = 3
"""How long, in seconds, and how often Slack may put off a reply before the asker gets it alone."""

OUTAGE = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds between the attempts while Slack cannot be reached at all: no other way is better then,
and the answer would be lost."""

LATER = (30.0, 120.0, 600.0)
"""Seconds until the last words to an asker are tried again, when no way to them was confirmed."""


class DurablePoster:
    """As `bot.slack.post.Poster`, whose posts an earlier life of the job may have made."""

    def __init__(self, poster: Poster, steps: Steps, reconciler: Reconciler) -> None:
        self.plain = poster
        self._steps = steps
        self._reconciler = reconciler
        self.changed: set[str] = set()
        """Time stamps of what was changed, which is: ended."""

    async def post(
        self,
        channel: str,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        first: bool = False,
    ) -> Sent:
        """Post in a channel, or under `thread`, unless it stands there already.

        A long 429 is waited for where a thread would else break off; a restart takes up the rest
        of the wait. For a first message it is told at once: another way is sooner.
        """

        async def send() -> Sent:
            return await self.plain.post(channel, message, lookup_id, thread=thread, first=first)

        async def find() -> Sent | None:
            return await self._reconciler.find(channel, thread, lookup_id, message.part)

        async def act(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            sent = UNCONFIRMED if again else await send()
            if sent.cause is Cause.UNKNOWN and sent.error != FILE_UNCONFIRMED:
                found = await find()
                sent = sent if found is None else found if found.ts else await send()
            return keep_sent(sent)

        async def attempt(name: str) -> Sent:
            return restore_sent(await self._steps.once(name, act))

        name = f"post:{message.part}"
        sent = await self._reaching(name, attempt)
        for number in range(WAITS):
            if first or not 0 < sent.wait <= LONGEST_WAIT:
                break
            await self._steps.pause(sent.wait)
            sent = await self._reaching(f"{name}:after-{number + 1}", attempt)
        return sent

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> Sent:
        """Change one of ours; to do so again changes nothing."""

        async def act() -> Json:
            return keep_sent(await self.plain.update(channel, ts, message, lookup_id))

        async def attempt(name: str) -> Sent:
            return restore_sent(await self._steps.run(name, act))

        sent = await self._reaching(f"update:{message.part}", attempt)
        if sent.ok:
            self.changed.add(ts)
        return sent

    async def remove(self, channel: str, ts: str) -> Sent:
        """Delete one of ours; to do so again changes nothing."""

        async def act() -> Json:
            return keep_sent(await self.plain.remove(channel, ts))

        async def attempt(name: str) -> Sent:
            return restore_sent(await self._steps.run(name, act))

        sent = await self._reaching(f"remove:{ts}", attempt)
        if sent.ok:
            self.changed.add(ts)
        return sent

    async def ephemeral(
        self, channel: str, user: str, message: Message, lookup_id: str, *, thread: str = ""
    ) -> Sent:
        """Show a message to one person; nobody can look whether they saw it."""

        async def send() -> Sent:
            return await self.plain.ephemeral(channel, user, message, lookup_id, thread=thread)

        return await self._unless_again(f"ephemeral:{message.part}", send)

    async def respond(
        self,
        url: ResponseUrl,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        in_channel: bool = False,
    ) -> Sent:
        """Answer at a response_url, as `ephemeral`."""

        async def send() -> Sent:
            return await self.plain.respond(
                url, message, lookup_id, thread=thread, in_channel=in_channel
            )

        return await self._unless_again(f"respond:{message.part}", send, url)

    async def upload(self, channel: str, thread: str, files: tuple[File | Picture, ...]) -> Sent:
        """Attach files; an upload carries no mark to find it by."""

        async def send() -> Sent:
            return await self.plain.upload(channel, thread, files)

        return await self._unless_again("upload", send)

    async def later(self, rounds: int) -> bool:
        """Wait for a while, a few times; a restart takes up the rest of the wait."""
        if rounds >= len(LATER):
            return False
        await self._steps.pause(LATER[rounds])
        return True

    async def _unless_again(
        self, name: str, send: Callable[[], Awaitable[Sent]], url: ResponseUrl | None = None
    ) -> Sent:
        async def act(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            if again and url is not None:
                url.used += 1
            sent = UNCONFIRMED if again else await send()
            return keep_sent(sent, url)

        async def attempt(name: str) -> Sent:
            return restore_sent(await self._steps.once(name, act), url)

        return await self._reaching(name, attempt)

    async def _reaching(self, name: str, attempt: Callable[[str], Awaitable[Sent]]) -> Sent:
        """Wait out an outage of the way to Slack; each attempt is a step of its own."""
        sent = await attempt(name)
        for number, pause in enumerate(OUTAGE, 1):
            if not sent.offline:
                break
            await self._steps.pause(pause)
            sent = await attempt(f"{name}:again-{number}")
        return sent
