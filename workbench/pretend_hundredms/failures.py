"""The error part of an event's ``data``, one function per kind of failure.

Names, texts and extra fields follow the web SDK source and the documentation's samples.
Addresses are from the documentation ranges of RFC 5737 and RFC 3849.
"""

from typing import Any, Literal

Data = dict[str, Any]
Route = Literal["relay", "relay-tls", "host", "prflx", "tcp", "v6", "undefined"]

# `{home}` is the public address of the person's router, `{turn}` the relay's. How a relay is
# reached stands in the first byte of the priority: 2 is UDP, 0 is TLS.
_LOCAL = {
    "relay": "1267094175 1 udp 41886207 {turn} 52563 typ relay raddr {home} rport 53039",
    "relay-tls": "1267094175 1 udp 8331263 {turn} 52563 typ relay raddr {home} rport 53039",
    "host": "842163049 1 udp 2122260223 192.0.2.17 55107 typ host",
    "prflx": "163216046 1 udp 1853628159 {home} 41528 typ prflx raddr 192.0.2.24 rport 57274",
    "tcp": "1568058436 1 tcp 1686052607 {home} 9 typ srflx raddr 192.0.2.17 rport 9",
    "v6": "3724683490 1 udp 2122194687 2001:db8::{home_v6}:0:0:0:7334 50021 typ host",
}
_TURN = "203.0.113.250"
_REMOTE = "2560537185 1 udp 2130706431 203.0.113.80 26058 typ prflx"
_TAIL = "generation 0 ufrag QuAb network-id 1 network-cost 10"

BLANK_MEDIA: Data = {
    "audio": {"maxBitrate": 0, "deviceId": "", "volume": 0, "codec": ""},
    "devices": {"videoInput": [], "audioInput": [], "audioOutput": []},
    "video": {
        "deviceId": "",
        "maxFramerate": 0,
        "maxBitrate": 0,
        "codec": "",
        "height": 0,
        "width": 0,
    },
}


def failure(
    code: int,
    name: str,
    message: str,
    action: str,
    *,
    description: str | None = None,
    terminal: bool = False,
) -> Data:
    """The fields that all five types share."""
    return {
        "error_code": code,
        "error_name": name,
        "error_message": message,
        "error_description": message if description is None else description,
        "is_terminal": terminal,
        "action": action,
    }


def ice_text(route: Route, home: int = 9) -> str:
    """The candidate pair as the SDK describes it; ``undefined`` when none was ever chosen.

    People with the same ``home`` sit behind one router.
    """
    if route == "undefined":
        return "local candidate - undefined; remote candidate - undefined"
    address, v6 = f"198.51.100.{home % 250 + 1}", f"{0x7300 + home:x}"
    local = _LOCAL[route].format(home=address, home_v6=v6, turn=_TURN)
    return (
        f"local candidate - candidate:{local} {_TAIL}; "
        f"remote candidate - candidate:{_REMOTE} {_TAIL}"
    )


def media_path(
    side: Literal["PUBLISH", "SUBSCRIBE"], route: Route, *, lost: bool, home: int = 9
) -> Data:
    """An ICE failure (``lost``) or a mere disconnection; the publish side has zero-filled media.

    ``home`` tells one person's network from another's.
    """
    code, name, state = (4005, "ICEFailure", "FAILED") if lost else (4006, "ICEDisconnected", "DIS")
    state = "DISCONNECTED" if state == "DIS" else state
    data = failure(
        code,
        name,
        f"[{side}]: Ice connection state {state}",
        side,
        description=ice_text(route, home),
    )
    return {**data, **BLANK_MEDIA, "domain": "HMS"} if side == "PUBLISH" else data


def signal_lost(reason: str = "ping pong failure", state: str = "Joined") -> Data:
    """The signalling connection dropped; the message ends in a space, as in the docs."""
    data = failure(
        1003,
        "WebSocketConnectionLost",
        "Network connection lost ",
        "RECONNECT_SIGNAL",
        description=reason,
    )
    return {**data, "transport_state": state}


def unreachable(state: str = "Connecting") -> Data:
    """The init call could not be made."""
    data = failure(
        2003,
        "EndpointUnreachable",
        "Endpoint is not reachable - Failed to fetch",
        "INIT",
        description="Failed to fetch",
    )
    return {**data, "transport_state": state, "endpoint": ""}


def socket_refused(state: str = "Connecting") -> Data:
    """The socket could not be opened."""
    text = "[WS]: Error opening websocket connection"
    data = failure(1000, "WebsocketFailedToConnect", text, "JOIN")
    return {**data, "transport_state": state, "endpoint": "https://prod-init.100ms.live"}


def refused_at_init(status: int, message: str) -> Data:
    """The init call was answered with an error status, which is terminal from birth."""
    data = failure(status, "ServerErrors", message, "INIT", terminal=True)
    endpoint = "https://prod-init.100ms.live/init"
    return {**data, "transport_state": "Connecting", "endpoint": endpoint}


def join_refused(status: int, message: str, retries: int = 0, *, terminal: bool = False) -> Data:
    """The join message was refused."""
    data = failure(status, "ServerErrors", message, "JOIN", terminal=terminal)
    return {**data, "domain": "HMS", "retries_join": retries}


def gave_up(data: Data, category: str, milliseconds: int = 60_012) -> Data:
    """The same error again as the retry scheduler reports it when it gives up."""
    suffix = f". [{category}] Could not recover after {milliseconds} milliseconds"
    text = data["error_description"] + suffix
    over = {**data, "error_description": text, "is_terminal": True}
    if over.get("transport_state") == "Joined":
        over["transport_state"] = "Reconnecting"
    return over
