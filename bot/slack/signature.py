"""Slack's signature, checked on the bytes as they came.

slack_sdk's own verifier decodes the body first, and fails on bytes that are no UTF-8.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

TOLERANCE_SECONDS = 5 * 60
_STAMP = re.compile(r"[0-9]{1,12}", re.ASCII)


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether Slack signed this body with our secret within the last five minutes."""
    stamp = headers.get("x-slack-request-timestamp", "")
    given = headers.get("x-slack-signature", "")
    if not secret or not _STAMP.fullmatch(stamp) or not given.isascii():
        return False
    if abs(now - int(stamp)) > TOLERANCE_SECONDS:
        return False
    base = b"v0:" + stamp.encode() + b":" + body
    made = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made, given)
