"""The addresses of services that our settings name: secrets are sent there."""

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bot.domain.errors import Misconfigured


def check_address(setting: str, address: str, *, local: bool = False) -> None:
    """Nothing, for an address that a secret may be sent to.

    Raises Misconfigured, which names the setting and repeats nothing of the address. Plain http is
    for this machine only (`local` says that nothing leaves it); a user's name or password, a query
    and a fragment have no place in it.
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
    """True for this very machine."""
    host = parts.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
