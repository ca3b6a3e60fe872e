"""Examples of questions and commands, for help and the Home tab."""

EXAMPLES = (
    ("/call-errors 66ac5e989b41849dde50f549", "a room or session by its id"),
    ("/call-errors daily-standup since 7d", "a room by its name, the last seven days"),
    ("/call-errors marta in one-bad-user private", "one person in a room; only you see it"),
    ("/call-errors https://example.app.100ms.live/meeting/…", "a join or dashboard link"),
    ("/room-errors daily-standup", "a room or session"),
    (
        "/peer-errors 58ddb219-e3de-41f6-9511-a0bdf06823ef in sample-join",
        "one participant in one session",
    ),
    ("@Call Doctor daily-standup", "the same inside a thread, where Slack allows no commands"),
    ("/call-errors settings", "this channel's defaults: where answers go, how far back they look"),
    ("⋯ on a message → Diagnose this call", "finds every id and link in that message"),
    ("⚡ → Diagnose a call", "a form, from anywhere"),
)
WORDS = ("since 2h", "yesterday", "14:00-15:00 IST", "type join", "private", "public", "help")
KINDS = ("room", "session", "peer", "user", "code")
