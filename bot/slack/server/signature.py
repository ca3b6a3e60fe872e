"""Checks Slack's signature on the raw bytes of a request.

slack_sdk's own verifier decodes the body first, and fails on bytes that are not UTF-8.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

TOLERANCE_SECONDS = 5 * 60
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


def may_be_signed(headers: Mapping[str, str], now: float) -> bool:
    """Return whether a head alone can belong to a request that Slack signed.

    The body is not needed.
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    signature = headers.get("x-slack-signature", "")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return False
    return abs(now - int(timestamp)) <= TOLERANCE_SECONDS


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Return whether Slack signed this body with our secret within the last five minutes."""
    if not secret or not may_be_signed(headers, now):
        return False
    base = b"v0:" + headers["x-slack-request-timestamp"].encode() + b":" + body
    expected = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, headers["x-slack-signature"])
