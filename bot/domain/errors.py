"""Everything that can go wrong, as one tree, split by what the reader can do.

BotError
├── AskedWrongly            ask again
│   ├── UnreadableQuestion  nothing in the text could be recognised
│   ├── NothingFound        nothing by that id in any workspace
│   ├── UnknownCode         a room code that no earlier look-up taught us
│   ├── NotAllowed          the asker belongs to another company, or the click is stale
│   └── SinceForgotten      what is kept of it was removed while the look-up was under way
├── ServiceTrouble          wait, or tell the operator
│   ├── HundredMsUnreachable   100ms does not answer, or not in a way we can read
│   ├── HundredMsBusy          100ms asks us to wait longer than the asker would
│   ├── HundredMsRefused       100ms refuses our credentials
│   ├── StoreUnreachable       our own database
│   ├── SlackTrouble           Slack refused every way of answering
│   ├── TooManyWaiting         more questions than we can take on
│   └── RecordUnusable         a job's record does not fit what runs now
├── Misconfigured           the operator: a setting is missing or wrong
└── Unexpected              a fault of ours; the reference finds the log line

Each error carries a headline, a cause and a next step; the reference is the look-up's own
(`CD-…`), which every log line of that look-up carries too.
"""


class BotError(Exception):
    """A failure in words: `headline`, `cause`, `next_step`. Subclasses set the defaults."""

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
    """The asker can mend it."""

    level = "info"


class UnreadableQuestion(AskedWrongly):
    """Nothing in the text could be recognised."""

    headline = "I found nothing to look up in that"
    cause = "There is no room, session, peer or user in the text that I recognise."
    next_step = (
        "Paste a room id or session id (24 hex digits), a peer id (a UUID), a 100ms link, "
        "a room's name, or `user:<id> in <room>`."
    )


class NothingFound(AskedWrongly):
    """Nothing by that id in any workspace."""

    headline = "I found nothing by that id"
    next_step = "Check the id, or paste the room id, the session id or the join link instead."


class UnknownCode(AskedWrongly):
    """A room code that no earlier look-up taught us."""

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
    """What is kept of it was removed while the look-up was under way."""

    headline = "I ended this look-up"
    cause = (
        "While it was under way, whoever runs Call Doctor had removed what is kept of the person "
        "or room it is about, or of who asked."
    )
    next_step = "Ask again if you still need it."


class ServiceTrouble(BotError):
    """Somebody's service is in trouble; `workspace` is the alias where one of several is."""

    workspace = ""


class HundredMsUnreachable(ServiceTrouble):
    """100ms does not answer, or not in a way we can read."""

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
    """Our own database does not answer."""

    headline = "Call Doctor's own database does not answer"
    next_step = "Ask whoever runs Call Doctor to check DATABASE_URL."
    level = "error"


class SlackTrouble(ServiceTrouble):
    """Slack refused every way of answering."""

    headline = "Slack refused the answer"
    level = "error"


class TooManyWaiting(ServiceTrouble):
    """More questions than we can take on."""

    headline = "Too many look-ups are waiting"
    next_step = "Ask again in a minute; this one was not taken on."


class RecordUnusable(ServiceTrouble):
    """A job's record does not fit what runs now: another release, or other settings."""

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
    """A fault of ours."""

    headline = "Call Doctor failed on this one"
    cause = "That is a fault of ours."
    next_step = "Try again; if it repeats, give the reference to whoever runs Call Doctor."
    level = "error"
