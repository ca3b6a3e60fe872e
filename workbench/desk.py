"""One line typed in the terminal, as what a person does in Slack."""

import asyncio
import contextlib
import shlex
from dataclasses import dataclass

from workbench.bench import Bench
from workbench.pretend_slack.records import Message, NotPossible
from workbench.pretend_slack.traffic import Delivery

PERSON = "U0ALICE"
CHANNEL = "C0ONCALL"
LONGEST_LOOKUP = 300.0
"""Seconds that a look-up may take in the demo."""
HELP = """\
/call-errors storm                 any slash command of the bot
@Call Doctor storm                 a mention
press Show more                    the newest button of that name
thread                             the last answer again, with its thread
shortcut Room sample-join broke    writes that message and uses "Diagnose this call" on it
rooms                              what the pretend 100ms holds
help, quit"""


@dataclass(slots=True)
class Desk:
    """Does what Alice types in #oncall."""

    bench: Bench
    channel: str = CHANNEL

    async def enter(self, line: str) -> Delivery | None:
        """Do what the line says, and wait until the bot is done. Raises NotPossible.

        A look-up counts as done when the bot says so: while it reads and judges thousands of
        events it may call nobody for a while.
        """
        before, calls = await self.bench.lookups_ended(), len(self.bench.hundredms.calls.calls)
        delivery = await self._do(line.strip())
        await self.bench.settled()
        if not line.startswith("press") and len(self.bench.hundredms.calls.calls) > calls:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_LOOKUP):
                    while await self.bench.lookups_ended() <= before:
                        await self.bench.settled()
        return delivery

    async def _do(self, line: str) -> Delivery | None:
        slack = self.bench.slack
        word, _, rest = line.partition(" ")
        if line.startswith("/"):
            return await slack.type_command(self.channel, PERSON, word, rest)
        if line.lower().startswith("@call doctor"):
            return await slack.mention(self.channel, line[len("@call doctor") :].strip())
        if word == "press":
            message, action = self._button(rest)
            return await slack.click(message, action, PERSON)
        if word == "shortcut":
            return await slack.use_message_shortcut(slack.say(self.channel, rest), PERSON)
        raise NotPossible(f"I do not know {shlex.quote(word)}; try help")

    def _button(self, label: str) -> tuple[Message, str]:
        """The newest standing button of that label."""
        for message in reversed(self.bench.slack.team.from_app(self.channel)):
            for block in message.blocks:
                for element in (*block.get("elements", ()), block.get("accessory") or {}):
                    words = element.get("text")
                    if isinstance(words, dict) and words.get("text") == label:
                        return message, element["action_id"]
        raise NotPossible(f"there is no button {label!r}")
