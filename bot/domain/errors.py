"""All errors of the bot as one tree, grouped by the reader's next step.

BotError
├── AskedWrongly            ask again
│   ├── UnreadableQuestion  nothing in the text is recognised
│   ├── NothingFound        no workspace knows the id
│   ├── UnknownCode         no earlier look-up stored the room code
│   ├── NotAllowed          the asker belongs to another company, or the click is stale
│   └── SinceForgotten      stored data of the look-up was erased while it was running
├── ServiceTrouble          wait, or tell the operator
│   ├── HundredMsUnreachable   100ms does not respond, or its response cannot be read
│   ├── HundredMsBusy          100ms asks us to wait longer than the asker would
│   ├── HundredMsRefused       100ms refuses our credentials
│   ├── StoreUnreachable       our own database does not respond
│   ├── SlackTrouble           Slack refused every way of answering
│   ├── TooManyWaiting         too many questions are waiting
│   └── RecordUnusable         a job's record does not fit the running release or settings
├── Misconfigured           tell the operator: a setting is missing or wrong
└── Unexpected              a bug of ours; the reference finds the log line

Each error carries a headline, a cause and a next step. The reference (`CD-…`) is that of the
look-up, and every log line of the look-up carries it too.
"""


class BotError(Exception):
    """Base of all errors, with `headline`, `cause` and `next_step`. Subclasses set the defaults."""

    headline = "Something went wrong"
    cause = "I don't know why."
    next_step = "Try again in a minute."
    level = "warning"

    def __init__(
        self,
        cause: str | None = None,
        *,
        headline: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.headline = headline or self.headline
        self.cause = cause or self.cause
        self.next_step = next_step or self.next_step
        super().__init__(self.cause)


class AskedWrongly(BotError):
    """An error that the asker can correct."""

    level = "info"


class UnreadableQuestion(AskedWrongly):
    """Nothing in the text is recognised."""

    headline = "I don't see what to look up"
    cause = "I see no room, session, peer or user in that text."
    next_step = (
        "Paste a room id or session id (24 hex digits), a peer id (a UUID), a 100ms link, "
        "a room's name, or `user:<id> in <room>`."
    )


class NothingFound(AskedWrongly):
    """No workspace knows the id."""

    headline = "I found nothing by that id"
    next_step = "Check the id, or paste the room id, the session id or the join link instead."


class UnknownCode(AskedWrongly):
    """No earlier look-up stored the room code."""

    headline = "I can't open room codes directly yet"
    cause = "This one is new to me, and 100ms has no safe way to turn a code into its room."
    next_step = "Paste the room name or id once and I'll recognise its links from then on."


class NotAllowed(AskedWrongly):
    """The asker belongs to another company, or the click is stale."""

    headline = "I can't answer that here"


class SinceForgotten(AskedWrongly):
    """Stored data of the look-up was erased while it was running."""

    headline = "I stopped this look-up"
    cause = (
        "Data about this person or room, or about whoever asked, was deleted while I was reading."
    )
    next_step = "Ask again if you still need it."


class ServiceTrouble(BotError):
    """A service fails; `workspace` is the alias if one of several workspaces does."""

    workspace = ""


class HundredMsUnreachable(ServiceTrouble):
    """100ms does not respond, or its response cannot be read."""

    headline = "100ms did not answer"
    next_step = "Try again in a minute. If it keeps failing, check status.100ms.live."


class HundredMsBusy(ServiceTrouble):
    """100ms asks us to wait longer than the asker would."""

    headline = "100ms is rate-limiting us"
    next_step = "Ask again in a few minutes."


class HundredMsRefused(ServiceTrouble):
    """100ms refuses our credentials."""

    headline = "100ms refuses our credentials"
    next_step = (
        "Ask whoever runs Call Doctor to check HMS_ACCESS_KEY and HMS_SECRET (or "
        "HMS_MANAGEMENT_TOKEN; dashboard.100ms.live → Developer) with `call-doctor check`."
    )
    level = "error"


class StoreUnreachable(ServiceTrouble):
    """Our own database does not respond."""

    headline = "Call Doctor's own database does not answer"
    next_step = "Ask whoever runs Call Doctor to check DATABASE_URL."
    level = "error"


class SlackTrouble(ServiceTrouble):
    """Slack refused every way of answering."""

    headline = "Slack refused the answer"
    level = "error"


class TooManyWaiting(ServiceTrouble):
    """Too many questions are waiting."""

    headline = "Too many look-ups are waiting"
    next_step = "Ask again in a minute. I have not started this one."


class RecordUnusable(ServiceTrouble):
    """A job's record does not fit the running release or its settings."""

    headline = "Interrupted by a restart"
    cause = (
        "Call Doctor restarted with another version or other settings before this look-up was done."
    )
    next_step = "Ask again. Part of the answer may be posted already."
    level = "error"


class Misconfigured(BotError):
    """A setting is missing or wrong."""

    headline = "A setting is missing or wrong"
    next_step = "`.env.example` says what each setting means and where its value is found."
    level = "error"


class Unexpected(BotError):
    """A bug of ours."""

    headline = "Something went wrong in Call Doctor"
    cause = "This is a bug of ours, not a mistake in your question."
    next_step = "Try again. If it happens again, give the reference to whoever runs Call Doctor."
    level = "error"
