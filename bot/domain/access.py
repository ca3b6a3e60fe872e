"""Rules on which people and channels may ask, and about which 100ms workspaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

Ids = frozenset[str]


@dataclass(frozen=True, slots=True)
class AccessRules:
    """Slack ids that may ask; None where no list is set. Each set list must allow the asker.

    `workspace_channels` lists, by the alias of a 100ms workspace, the channels that may ask about
    it; a workspace without a list is open to every channel. `teams` are other Slack workspaces
    whose people count as our own. `guests` says whether guests may ask, and `workflows` whether
    steps of workflows may where people are listed.
    """

    channels: Ids | None = None
    users: Ids | None = None
    workspace_channels: Mapping[str, Ids] = field(default_factory=dict)
    teams: Ids = frozenset()
    guests: bool = False
    workflows: bool = False

    def allows(self, user: str, channel: str) -> bool:
        """Return whether that person may ask in that channel; `channel` is "" outside channels."""
        if self.users is not None and user not in self.users:
            return False
        return self.channels is None or self._is_listed(self.channels, channel)

    def workspaces_for(self, aliases: Iterable[str], channel: str) -> tuple[str, ...]:
        """Return the aliases of the 100ms workspaces that may be asked about in that channel."""
        lists = self.workspace_channels
        return tuple(
            alias
            for alias in aliases
            if alias not in lists or self._is_listed(lists[alias], channel)
        )

    def for_workflows(self) -> "AccessRules | None":
        """Return the rules for a step of a workflow; None if no step may ask.

        The event of a step names no person. Outside channels no list can allow it.
        """
        if self.users is not None and not self.workflows:
            return None
        return replace(self, users=None)

    def _is_listed(self, channels: Ids, channel: str) -> bool:
        """Return whether the channel is listed.

        Outside channels the list of users decides; without such a list the answer is False.
        """
        return channel in channels if channel else self.users is not None


def channel_in(conversation: str) -> str:
    """Return the conversation's id if it is a channel; "" for a direct message or a person.

    Slack's ids begin with C or G for channels and group messages, with D for direct messages, with
    U or W for people. https://docs.slack.dev/reference/objects/conversation-object
    """
    return "" if conversation[:1] in ("D", "U", "W") else conversation
