"""Does what a person does on the page, and can repeat the last of it."""

from dataclasses import dataclass, field

from workbench.page.typed import deed_of
from workbench.pretend_slack.control import Control
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.records import Json, Message, NotPossible

# What a bot answers to, so what is worth doing again when its templates change.
_ASKING = {
    "command",
    "mention",
    "message_shortcut",
    "global_shortcut",
    "click",
    "home",
    "direct",
    "step",
}
_OTHERS = {"say", "submit", "view_action", "close_view"}
# https://slack.com/help/articles/201374536-Slash-commands-in-Slack
_NO_COMMAND = (
    "{command} is not a valid command. In Slack, all messages that start with the “/” character "
    "are interpreted as commands. If you want to send a message and not run a command, try "
    "preceding the “/” with an empty space."
)
_PARTS = ("text", "blocks", "attachments", "edited", "deleted")


@dataclass(slots=True)
class Deed:
    """Something done: its name and arguments, and how all looked before."""

    name: str
    args: Json
    messages: int
    looked: dict[str, tuple[object, ...]]


@dataclass(slots=True)
class Deeds:
    """Does what Alice does. Names and arguments are those of the pretend Slack's control.

    `commands` are the slash commands of the app.
    """

    slack: PretendSlack
    commands: frozenset[str] = frozenset()
    last: Deed | None = None
    _control: Control = field(init=False)

    _before: int = field(init=False)

    def __post_init__(self) -> None:
        self._control = Control(self.slack)
        self._before = len(self.slack.team.messages)

    async def write(self, args: Json) -> Json:
        """{channel, text, thread_ts?, broadcast?}: what was typed into a message box.

        Raises NotPossible.

        Slack answers an unknown command itself, and no app is told.
        """
        team, channel = self.slack.team, args["channel"]
        bot = team.app.bot_user
        name, deed = deed_of(args["text"], channel, args.get("thread_ts"), bot)
        if name != "command" and team.is_direct(channel):
            words = f"<@{bot}> {deed['text']}" if name == "mention" else deed["text"]
            name, deed = "direct", {**deed, "text": words, "broadcast": bool(args.get("broadcast"))}
            del deed["channel"]
        if name == "command" and deed["command"] not in self.commands:
            words = _NO_COMMAND.format(command=deed["command"])
            self.slack.team.slackbot_says(deed["user"], deed["channel"], words)
            return {}
        return await self.do(name, deed)

    async def do(self, name: str, args: Json) -> Json:
        """Do it. Raises NotPossible where a person could not."""
        if name == "clear":
            return self._clear(args["channel"])
        if name not in _ASKING | _OTHERS:
            raise NotPossible(f"there is no deed {name!r}")
        if name in _ASKING:
            self.last = self._deed(name, args)
        done: Json = await getattr(self._control, name)(dict(args))
        return done

    def _clear(self, channel: str) -> Json:
        """Delete the messages of a channel that came since the start."""
        for message in self.slack.team.messages[self._before :]:
            message.deleted |= message.channel == channel
        self.last = None
        return {}

    async def again(self) -> None:
        """Take away what the last deed brought, and do it once more."""
        last = self.last
        if last is None:
            return
        team = self.slack.team
        brought = team.messages[last.messages :]
        for place, message in enumerate(brought):
            own = last.name in ("mention", "direct") and place == 0
            message.deleted |= own or message.bot_id == team.app.bot_id
        for message in team.messages[: last.messages]:
            _restore(message, last.looked)
        for view in team.views.values():
            if view.kind == "modal":
                view.is_open = False
        await self.do(last.name, last.args)

    def _deed(self, name: str, args: Json) -> Deed:
        messages = self.slack.team.messages
        looked = {each.ts: tuple(getattr(each, part) for part in _PARTS) for each in messages}
        return Deed(name, dict(args), len(messages), looked)


def _restore(message: Message, looked: dict[str, tuple[object, ...]]) -> None:
    """Undo what the answer changed in a message that stood before, such as a used-up button."""
    before = looked[message.ts]
    if tuple(getattr(message, part) for part in _PARTS) != before:
        message.edits.append(message.public())
        for part, value in zip(_PARTS, before, strict=True):
            setattr(message, part, value)
