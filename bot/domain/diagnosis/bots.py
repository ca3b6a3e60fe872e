"""Which peers are recorders, not people."""

_ROLES = frozenset({"recorder", "recorderbot", "recordingbot", "beam", "beambot", "hlsbot"})


def is_bot_role(role: str | None) -> bool:
    """True for the roles 100ms' recorders join with (`__internal_recorder` and the like).

    https://www.100ms.live/docs/server-side/v2/how-to-guides/recordings/overview
    """
    name = (role or "").strip().lower()
    return name.startswith("__internal") or "".join(filter(str.isalnum, name)) in _ROLES
