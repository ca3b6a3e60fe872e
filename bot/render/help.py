"""Examples of questions and commands, for help and the Home tab."""

EXAMPLES = (
    ("/call-errors 65af97002889d74ef8d1e18f", "a room or session by its id"),
    ("/call-errors standup since 2h", "a room by its name, the last two hours"),
    ("/call-errors user:ann@example.com in standup private", "one person; only you see it"),
    ("/call-errors https://example.app.100ms.live/meeting/…", "a join or dashboard link"),
    ("/room-errors standup", "a room or session"),
    (
        "/peer-errors 58ddb219-e3de-41f6-9511-a0bdf06823ef in standup",
        "one participant in one session",
    ),
    ("@Call Doctor standup", "the same inside a thread, where Slack allows no commands"),
    ("/call-errors settings", "this channel's defaults: where answers go, how far back they look"),
    ("⋯ on a message → Diagnose this call", "finds every id and link in that message"),
    ("⚡ → Diagnose a call", "a form, from anywhere"),
)
WORDS = ("since 2h", "yesterday", "14:00-15:00 IST", "type join", "private", "public", "help")
KINDS = ("room", "session", "peer", "user", "code")
