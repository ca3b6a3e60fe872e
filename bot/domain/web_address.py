"""Checks addresses of services in the settings, because secrets are sent to them."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bot.domain.errors import Misconfigured


def check_address(setting: str, address: str, *, local: bool = False) -> None:
    """Raise Misconfigured unless a secret may be sent to the address.

    The error names the setting and repeats nothing of the address. Plain http is allowed for this
    machine only (`local` says that nothing leaves it); a user name or password, a query and a
    fragment are not allowed.
    """
    try:
        parts = urlsplit(address.strip())
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise Misconfigured(f"{setting} is no URL.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine:
        raise Misconfigured(f"{setting} must start with https:// and a host.")
    if "@" in parts.netloc:
        raise Misconfigured(f"{setting} must not hold a user name or a password.")
    if "?" in address or "#" in address:
        raise Misconfigured(f"{setting} must not have a query or a fragment.")
    if parts.scheme == "http" and not (local or is_loopback(parts)):
        raise Misconfigured(
            f"{setting} must start with https://: secrets are sent there. http:// is for this "
            "machine only."
        )


def is_loopback(parts: SplitResult) -> bool:
    """Return whether the address is this machine."""
    host = parts.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
