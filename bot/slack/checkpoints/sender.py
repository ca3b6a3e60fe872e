"""The poster of a job: each message is a step, sent once however often the job begins again."""

from collections.abc import Awaitable, Callable

from bot.jobs.ports import Json, Steps
from bot.render.message import File, Message, Picture
from bot.slack.checkpoints.serialization import sent_from_json, sent_to_json
from bot.slack.payloads import ResponseUrl
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import FILE_UNCONFIRMED, SendResult
from bot.slack.sending.reconcile import Reconciler
from bot.slack.sending.sender import SlackSender

UNCONFIRMED = SendResult(SlackErrorKind.UNKNOWN, "unconfirmed")
"""It may have been sent before a crash, and nobody can tell."""

MAX_WAIT_SECONDS = 15 * 60.0
MAX_WAITS = 3
"""How long, in seconds, and how often Slack may put off a reply before the asker gets it alone."""

OUTAGE_PAUSES = (1.0, 3.0, 10.0, 30.0, 60.0, 120.0, 300.0)
"""Seconds between the attempts while Slack cannot be reached at all: no other way is better then,
and the answer would be lost."""

RETRY_PAUSES = (30.0, 120.0, 600.0)
"""Seconds until the last words to an asker are tried again, when no way to them was confirmed."""


class CheckpointedSender:
    """As `bot.slack.post.Poster`, whose posts an earlier life of the job may have made."""

    def __init__(self, sender: SlackSender, steps: Steps, reconciler: Reconciler) -> None:
        self.plain = sender
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
    ) -> SendResult:
        """Post in a channel, or under `thread`, unless it stands there already.

        A long 429 is waited for where a thread would else break off; a restart takes up the rest
        of the wait. For a first message it is told at once: another way is sooner.
        """

        async def send() -> SendResult:
            return await self.plain.post(channel, message, lookup_id, thread=thread, first=first)

        async def find() -> SendResult | None:
            return await self._reconciler.find(channel, thread, lookup_id, message.part)

        async def act(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            sent = UNCONFIRMED if again else await send()
            if sent.cause is SlackErrorKind.UNKNOWN and sent.error != FILE_UNCONFIRMED:
                posted = await find()
                sent = sent if posted is None else posted if posted.ts else await send()
            return sent_to_json(sent)

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.once(name, act))

        name = f"post:{message.part}"
        sent = await self._until_reachable(name, attempt)
        for number in range(MAX_WAITS):
            if first or not 0 < sent.wait <= MAX_WAIT_SECONDS:
                break
            await self._steps.pause(sent.wait)
            sent = await self._until_reachable(f"{name}:after-{number + 1}", attempt)
        return sent

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> SendResult:
        """Change one of ours; to do so again changes nothing."""

        async def act() -> Json:
            return sent_to_json(await self.plain.update(channel, ts, message, lookup_id))

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.run(name, act))

        sent = await self._until_reachable(f"update:{message.part}", attempt)
        if sent.ok:
            self.changed.add(ts)
        return sent

    async def remove(self, channel: str, ts: str) -> SendResult:
        """Delete one of ours; to do so again changes nothing."""

        async def act() -> Json:
            return sent_to_json(await self.plain.remove(channel, ts))

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.run(name, act))

        sent = await self._until_reachable(f"remove:{ts}", attempt)
        if sent.ok:
            self.changed.add(ts)
        return sent

    async def ephemeral(
        self, channel: str, user: str, message: Message, lookup_id: str, *, thread: str = ""
    ) -> SendResult:
        """Show a message to one person; nobody can look whether they saw it."""

        async def send() -> SendResult:
            return await self.plain.ephemeral(channel, user, message, lookup_id, thread=thread)

        return await self._at_most_once(f"ephemeral:{message.part}", send)

    async def respond(
        self,
        url: ResponseUrl,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        in_channel: bool = False,
    ) -> SendResult:
        """Answer at a response_url, as `ephemeral`."""

        async def send() -> SendResult:
            return await self.plain.respond(
                url, message, lookup_id, thread=thread, in_channel=in_channel
            )

        return await self._at_most_once(f"respond:{message.part}", send, url)

    async def upload(
        self, channel: str, thread: str, files: tuple[File | Picture, ...]
    ) -> SendResult:
        """Attach files; an upload carries no mark to find it by."""

        async def send() -> SendResult:
            return await self.plain.upload(channel, thread, files)

        return await self._at_most_once("upload", send)

    async def wait_and_retry(self, rounds: int) -> bool:
        """Wait for a while, a few times; a restart takes up the rest of the wait."""
        if rounds >= len(RETRY_PAUSES):
            return False
        await self._steps.pause(RETRY_PAUSES[rounds])
        return True

    async def _at_most_once(
        self, name: str, send: Callable[[], Awaitable[SendResult]], url: ResponseUrl | None = None
    ) -> SendResult:
        async def act(again: bool) -> Json:  # noqa: FBT001  as Steps.once calls it
            if again and url is not None:
                url.used += 1
            sent = UNCONFIRMED if again else await send()
            return sent_to_json(sent, url)

        async def attempt(name: str) -> SendResult:
            return sent_from_json(await self._steps.once(name, act), url)

        return await self._until_reachable(name, attempt)

    async def _until_reachable(
        self, name: str, attempt: Callable[[str], Awaitable[SendResult]]
    ) -> SendResult:
        """Wait out an outage of the way to Slack; each attempt is a step of its own."""
        sent = await attempt(name)
        for number, pause in enumerate(OUTAGE_PAUSES, 1):
            if not sent.offline:
                break
            await self._steps.pause(pause)
            sent = await attempt(f"{name}:again-{number}")
        return sent
