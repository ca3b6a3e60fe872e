"""Examples of questions and commands, for help and the Home tab."""

EXAMPLES = (
    ("/call-errors 65af97002889d74ef8d1e18f", "a room or session by its id"),
    ("/call-errors standup since 2h", "a room by its name, the last two hours"),
    ("/call-errors user:ann@example.com in standup private", "one person; only you see it"),
    ("/call-errors https://example.app.100ms.live/meeting/…", "a join or dashboard link"),
    ("/room-errors standup", "a room or session"),
    ("/peer-errors 58ddb219-e3de-41f6-9511-a0bdf06823ef in standup", "one person's stay"),
    ("@Call Doctor standup", "the same in a thread, where commands cannot be typed"),
    ("/call-errors settings", "where answers go in this channel, and how far back they look"),
    ("⋯ on a message → Diagnose this call", "reads every id and link out of that message"),
    ("⚡ → Diagnose a call", "a form, from anywhere"),
)
WORDS = ("since 2h", "yesterday", "14:00-15:00 IST", "type join", "private", "public", "help")
KINDS = ("room", "session", "peer", "user", "code")
