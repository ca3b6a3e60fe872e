"""What is said when 100ms turns us away."""


def paused(alias: str) -> str:
    """Why a call was not made."""
    return (
        f"It failed again and again a moment ago in the workspace `{alias}`, so I did not wait for "
        "it once more."
    )


def too_busy(seconds: float | None) -> str:
    """Why we give up on a 100ms that asks to be left alone, for `seconds` if it said so."""
    if seconds is None:
        return "100ms keeps answering that we ask too much."
    return f"100ms wants us to wait {round(seconds)} s more, longer than I keep you waiting."


def why_refused(alias: str, message: str, *, renewable: bool) -> str:
    """Why 100ms may refuse our credentials, likeliest first; names the workspace, never a key."""
    if not renewable:
        return (
            f"100ms refuses the ready-made token of the workspace `{alias}` ({message}). "
            "Likely reasons: it has expired, it is of another workspace, or it is an app token, "
            "which only lets a client join, instead of a management token."
        )
    return (
        f"100ms refuses the credentials of the workspace `{alias}` ({message}), also with "
        "a new token. Likely reasons, in this order: this machine's clock is wrong; key and "
        "secret belong to different workspaces; the secret was changed."
    )
