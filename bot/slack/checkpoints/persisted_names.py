"""Names that are stored outside the process: in jobs, databases and Slack messages.

A refactoring must not change them. A running job, an answer's reference and every button ever
posted are read back by these names. Rename the class or the function instead, or map the stored
name in `bot.slack.checkpoints.serialization`. `docs/persisted-names.md` explains each list.
"""

from collections.abc import Mapping

JOB_KINDS = ("lookup", "press", "workflow_step", "refresh")

_LOOKUP = ("id", "question", "place", "asked_at", "refused", "weighs_audience", "keeps_state")
PAYLOAD_KEYS: Mapping[str, tuple[str, ...]] = {
    "lookup": _LOOKUP,
    "refresh": (*_LOOKUP, "opening", "home"),
    "press": ("button", "reference", "asked_at", "place", "weighs_audience", "view", "body"),
    "workflow_step": (*_LOOKUP, "execution", "refusal"),
}
"""The top-level keys of a job's payload, by kind of job."""

STEPS = (
    "audience",
    "begin",
    "investigate",
    "gist",
    "answer",
    "private",
    "picture",
    "spread",
    "late-look",
    "claim",
    "settle",
    "packet",
    "packet_json",
    "recovered",
    "reply",
    "timeline",
    "more",
    "upload",
    "form",
    "evidence",
    "it_note",
    "details",
    "ticket",
    "standing",
    "opening",
    "newer",
    "surroundings",
    "surroundings-line",
    "weighed",
    "status-again",
    "outputs",
    "permalink",
    "complete",
    "fail",
    "earlier",
    "person",
    "difference",
)
STEP_PREFIXES = ("post:", "update:", "remove:", "ephemeral:", "respond:", "opening:")
"""Before a message's part, the time stamp of a removed message, or a change of an opening."""

STEP_SUFFIXES = (":intent", ":again-", ":after-")

RECORD_KEYS: Mapping[str, tuple[str, ...]] = {
    "a cancelled step": ("since_forgotten",),
    "an error": ("kind", "nothing", "headline", "cause", "next_step"),
    "a sent message, besides `SendResult`": ("used", "dead"),
}

STORED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "bot.domain.query.LookupQuery": (
        "clues",
        "since",
        "until",
        "types",
        "private",
        "help",
        "complaint",
        "public",
        "workspace",
        "usual_since",
        "workspaces",
        "remarks",
        "readings",
        "names",
        "anew",
        "follow_up",
        "held_window",
    ),
    "bot.domain.query.Identifier": ("kind", "value"),
    "bot.slack.payloads.ReplyTarget": (
        *("user", "channel", "thread", "url", "looking", "acked"),
        "user_name",
        "begins_thread",
    ),
    "bot.slack.response_url.ResponseUrl": ("address", "born", "used"),
    "bot.slack.sending.format_fallback.SendResult": (
        "cause",
        "error",
        "channel",
        "ts",
        "thread",
        "wait",
        "detail",
    ),
    "bot.domain.target.Progress": ("target", "fetched", "total", "by_type", "begun", "waits_for"),
    "bot.domain.target.Target": ("kind", "room", "session", "peer_id", "user_id"),
    "bot.domain.target.Choices": ("candidates", "note", "near"),
    "bot.domain.target.Candidate": ("kind", "value", "label", "workspace", "created_at", "name"),
    "bot.domain.rooms.Room": ("id", "workspace", "name", "enabled", "created_at", "region"),
    "bot.domain.rooms.Session": (
        "id",
        "room_id",
        "workspace",
        "active",
        "created_at",
        "ended_at",
        "peers",
        "peers_read",
    ),
    "bot.domain.rooms.Peer": ("id", "name", "user_id", "role", "joined_at", "left_at"),
    "bot.render.message.Message": ("part", "text", "blocks"),
    "bot.render.message.Answer": ("opening", "replies", "files", "more"),
    "bot.render.message.File": ("name", "title", "content"),
    "bot.render.message.Picture": ("name", "title", "alt", "png"),
    "bot.slack.lookup.retry.AnswerSummary": (
        *("handle", "complete", "retry", "facts"),
        *("sentence", "verdict", "confidence"),
    ),
    "bot.domain.answer_log.OpeningState": (
        *("handle", "channel", "ts", "thread", "facts", "asked_by", "asker", "revision"),
        *("taken_by", "taken_user", "note", "edits", "surroundings"),
    ),
    "bot.domain.report.Surroundings": ("as_of", "failure", "others", "status"),
    "bot.domain.diagnosis.other_rooms.FailureTime": ("first", "last", "densest"),
    "bot.domain.diagnosis.other_rooms.OtherRooms": ("hit", "clear", "unread"),
    "bot.domain.status_page.StatusFinding": ("name", "link", "known"),
    "bot.domain.difference.AnswerFacts": (
        *("events", "affected", "verdict", "likely", "unread", "people", "last_call"),
    ),
    "bot.domain.difference.PersonFacts": ("digests", "outcome"),
    "bot.domain.saved_lookup.SavedLookup": (
        "lookup_id",
        "workspace",
        "kind",
        "room_id",
        "as_of",
        "session_id",
        "session_from",
        "session_to",
        "peer_id",
        "user_id",
        "since",
        "until",
        "types",
        "after",
        "shown",
        "private",
        "newest_first",
        "follow_up",
    ),
    "bot.domain.votes.Ballot": ("vote", "reference", "verdict", "confidence", "lookup"),
    "bot.slack.listeners.actions.Choice": (
        "q",
        "private",
        "public",
        "since",
        "until",
        "types",
        "follow_up",
        "thread",
    ),
}
"""Fields by the dotted name of their dataclass. The class may move; its fields keep their names."""

NOT_STORED: Mapping[str, tuple[str, ...]] = {"bot.slack.response_url.ResponseUrl": ("dead", "now")}
"""Fields of these classes that no record holds under their own class."""

STORED_VALUES: Mapping[str, tuple[str, ...]] = {
    "bot.domain.query.IdentifierKind": (
        "object",
        "room",
        "session",
        "uuid",
        "peer",
        "user",
        "name",
        "person",
        "code",
    ),
    "bot.domain.privacy.personal_names.Names": ("full", "short", "none"),
    "bot.domain.metrics.LookupOutcome": (
        "answered",
        "incomplete",
        "choices",
        "asked_wrongly",
        "unavailable",
        "refused",
        "failed",
    ),
    "bot.domain.answer_log.Claim": ("ours", "under_way", "shown"),
    "bot.domain.audit.EntryPoint": (
        "command",
        "mention",
        "direct_message",
        "message_shortcut",
        "shortcut",
        "form",
        "button",
        "workflow_step",
    ),
    "bot.domain.audit.AuditOutcome": (
        "asked",
        "answered",
        "incomplete",
        "choices",
        "nothing_found",
        "not_read",
        "asked_wrongly",
        "refused",
        "too_many_waiting",
        "unavailable",
        "failed",
        "form_opened",
        "help",
        "settings",
        "repeated",
        "voted",
        "accuracy",
        "link",
    ),
    "bot.slack.sending.errors.SlackErrorKind": (
        "busy",
        "unknown",
        "form",
        "long",
        "place",
        "setup",
        "expired",
        "stale",
    ),
}
"""Values by the dotted name of their enumeration."""

ACTION_IDS = (
    "show_more",
    "recovered",
    "timeline",
    "reply",
    "packet",
    "refresh",
    "choose-",
    "ask_again",
    "take",
    "release",
    "post_in_channel",
    "it_note",
    "more",
    "ticket-",
    "reply_person",
    "reply_length",
    "reply_language",
    "reply_text",
    "feedback",
    "feedback_right",
    "feedback_wrong",
    "home_diagnose",
)
"""Of buttons; `choose-` stands before the number of a candidate, `ticket-` before the name of a
ticket system."""

MENU_VALUES = ("timeline", "evidence", "it_note", "recovered", "details:", "ticket:")
"""Of the menu `more`, whose block's id holds the look-up; `details:` stands before a story's id,
`ticket:` before the name of a ticket system."""

CALLBACK_IDS = ("diagnose_form", "diagnose_call", "diagnose_message", "reply_form", "feedback_form")
FORM_KEYS = ("channel", "thread", "ticket", "lookup", "reference", "note", "zone", "ballot")
"""Keys of an open form's `private_metadata`."""

METADATA_TYPE = "call_doctor"
METADATA_KEYS = ("lookup_id", "part")

MESSAGE_PARTS = (
    "opening",
    "reply-",
    "more",
    "more-",
    "more-end-",
    "looking",
    "waiting",
    "error",
    "missing",
    "choices",
    "elsewhere",
    "help",
    "settings",
    "loosened",
    "spread",
    "reply",
    "packet",
    "packet-json",
    "recovered-",
    "timeline-",
    "ended",
    "stays",
    "apart-",
    "detail-",
    "details-",
    "again-",
    "evidence",
    "it-note",
    "reply-copy",
    "vote",
    "accuracy",
    "surroundings",
    "status-later",
    "reply-button",
    "changed-",
    "unchanged-",
    "ticket",
)
"""Parts by which a message is found again in Slack. One that ends with `-` is a prefix."""
