"""Who we are in Slack, as auth.test tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlackIdentity:
    """Our workspace and bot. `scopes` is empty when Slack did not tell them."""

    team_id: str
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str] = frozenset()
    enterprise_id: str = ""

    @property
    def may_upload(self) -> bool:
        """Whether files may be attached."""
        return "files:write" in self.scopes
