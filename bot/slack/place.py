"""Where an answer belongs, as a payload tells it."""

from dataclasses import dataclass

from bot.slack.response_url import ResponseUrl


@dataclass(frozen=True, slots=True)
class Place:
    """Who asked, and where.

    `channel` is empty when the answer goes by direct message, `thread` when there is none yet.
    `looking` is the time stamp of our own public "Looking…", to be turned into the answer.
    `acked` tells that "Looking…" was already said in the acknowledgement.
    """

    user: str
    channel: str = ""
    thread: str = ""
    url: ResponseUrl | None = None
    looking: str = ""
    acked: bool = False

    @property
    def answers_left(self) -> int:
        """Answers that the response_url still takes."""
        return self.url.left if self.url else 0
