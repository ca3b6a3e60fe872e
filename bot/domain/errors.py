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
    cause = "The reason is not known."
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

    headline = "I found nothing to look up in that"
    cause = "There is no room, session, peer or user in the text that I recognise."
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

    headline = "I do not know that room code yet"
    cause = (
        "100ms offers no safe way from a code to its room, and no earlier look-up showed me "
        "that code."
    )
    next_step = "Paste the room id or the room's name once; I learn its codes from then on."


class NotAllowed(AskedWrongly):
    """The asker belongs to another company, or the click is stale."""

    headline = "I may not answer that"


class SinceForgotten(AskedWrongly):
    """Stored data of the look-up was erased while it was running."""

    headline = "I ended this look-up"
    cause = (
        "While it was under way, whoever runs Call Doctor had removed what is kept of the person "
        "or room it is about, or of who asked."
    )
    next_step = "Ask again if you still need it."


class ServiceTrouble(BotError):
    """A service fails; `workspace` is the alias if one of several workspaces does."""

    workspace = ""


class HundredMsUnreachable(ServiceTrouble):
    """100ms does not respond, or its response cannot be read."""

    headline = "100ms did not answer"
    next_step = "Try again in a minute; if it stays so, look at status.100ms.live."


class HundredMsBusy(ServiceTrouble):
    """100ms asks us to wait longer than the asker would."""

    headline = "100ms asks us to slow down"
    next_step = "Ask again in a few minutes."


class HundredMsRefused(ServiceTrouble):
    """100ms refuses our credentials."""

    headline = "100ms refuses our credentials"
    next_step = (
        "Ask whoever runs Call Doctor to check HMS_ACCESS_KEY and HMS_SECRET (or "
        "HMS_MANAGEMENT_TOKEN) with `call-doctor check`."
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
    next_step = "Ask again in a minute; this one was not taken on."


class RecordUnusable(ServiceTrouble):
    """A job's record does not fit the running release or its settings."""

    headline = "I could not go on with this look-up"
    cause = (
        "Call Doctor was started anew while it was under way, and what was done by then does not "
        "fit what runs now."
    )
    next_step = "Ask again; part of the answer may stand already."
    level = "error"


class Misconfigured(BotError):
    """A setting is missing or wrong."""

    headline = "Call Doctor is not set up"
    next_step = "See .env.example for what each setting means."
    level = "error"


class Unexpected(BotError):
    """A bug of ours."""

    headline = "Call Doctor failed on this one"
    cause = "That is a fault of ours."
    next_step = "Try again; if it repeats, give the reference to whoever runs Call Doctor."
    level = "error"
