"""Fills in what a scenario leaves out: devices named in a word, and the texts of codes.

https://www.100ms.live/docs/javascript/v2/how-to-guides/debugging/error-handling and the
sources of the web SDK; only a scenario's short hand, no catalogue.
"""

from dataclasses import dataclass
from typing import Any

TYPES = {
    "publish": "client.publish.failed",
    "subscribe": "client.subscribe.failed",
    "join": "client.join.failed",
    "disconnected": "client.disconnected",
    "connect": "client.connect.failed",
}
ACTIONS = {
    "publish": "PUBLISH",
    "subscribe": "SUBSCRIBE",
    "join": "JOIN",
    "disconnected": "RECONNECT_SIGNAL",
    "connect": "INIT",
}
RETRIES = {
    "publish": "PublishIceConnectionFailed",
    "subscribe": "SubscribeIceConnectionFailed",
    "join": "JoinWSMessageFailed",
    "disconnected": "SignalDisconnect",
    "connect": "ConnectFailed",
}


@dataclass(frozen=True, slots=True)
class Usual:
    """The texts of a code; `kind` is set if only one type of event has it."""

    name: str = ""
    message: str = ""
    description: str = ""
    kind: str | None = None
    action: str | None = None


def _server(text: str, kind: str | None = None, action: str | None = None) -> Usual:
    return Usual("ServerErrors", text, text, kind, action)


def _device(name: str, message: str, description: str = "") -> Usual:
    return Usual(name, message, description, "publish", "TRACK")


CODES: dict[int, Usual] = {
    400: _server("bad request"),
    401: _server("token is invalid", action="INIT"),
    403: _server("room is not active", action="INIT"),
    404: _server("not found", "connect", "INIT"),
    410: _server("peer is gone", "join", "JOIN"),
    421: _server("migration in progress", "publish", "PUBLISH"),
    429: _server("too many requests"),
    500: _server("sfu join failed"),
    501: _server("not implemented"),
    502: _server("bad gateway"),
    503: _server("service unavailable"),
    504: _server("gateway timeout"),
    1000: Usual(
        "WebsocketFailedToConnect", "Failed to connect to websocket", "", "connect", "JOIN"
    ),
    1003: Usual("WebSocketConnectionLost", "Network connection lost ", "ping pong failure"),
    1006: Usual("WebSocketAbnormalClose", "Websocket closed abnormally", "", "connect", "JOIN"),
    2003: Usual(
        "EndpointUnreachable",
        "Endpoint is not reachable - Failed to fetch",
        "Failed to fetch",
        action="INIT",
    ),
    2004: Usual("InvalidTokenFormat", "Token is not in proper JWT format", "", "connect", "INIT"),
    3000: _device("GenericTrack", "[TRACK]: failed to get the device"),
    3001: _device(
        "CantAccessCaptureDevice",
        "User denied permission to access capture device",
        "Permission denied",
    ),
    3002: _device("DeviceNotAvailable", "Capture device is not available"),
    3003: _device("DeviceInUse", "Capture device is in use"),
    3004: _device("DeviceLostMidway", "Lost access to capture device"),
    3008: _device("audiovideoSubsystemFailure", "Media services were reset"),
    3011: _device("SystemDeniedPermission", "Operating System denied permission"),
    3015: _device("Track does not have any data", "Track does not have any data"),
    4001: Usual("CreateOfferFailed", "Failed to create offer", "", "publish", "PUBLISH"),
    4002: Usual("CreateAnswerFailed", "Failed to create answer", "", "subscribe", "SUBSCRIBE"),
    4003: Usual("SetLocalDescriptionFailed", "Failed to set local description"),
    4004: Usual("SetRemoteDescriptionFailed", "Failed to set remote description"),
    4005: Usual("ICEFailure", "Ice connection state FAILED"),
    4006: Usual("ICEDisconnected", "Ice connection state DISCONNECTED"),
    4007: Usual("StatsFailed", "Failed to get stats"),
    5001: Usual("AlreadyJoined", "Already joined", "Already joined", "join", "JOIN"),
    6002: Usual("Unknown", "Unknown exception"),
    6008: Usual("InvalidRole", "Invalid role", "Invalid role", "join", "VALIDATION"),
    6010: Usual("MissingMediaDevices", "navigator.mediaDevices is undefined", "", "join", "JOIN"),
    6011: Usual("MissingRTCPeerConnection", "RTCPeerConnection is not present", "", "join", "JOIN"),
    6012: Usual("LocalStorageAccessDenied", "Local storage access denied", "", "join", "NONE"),
    6013: Usual("ValidationFailed", "leave called before join could complete", action="VALIDATION"),
}

_REACT = {
    "framework": "react-web",
    "framework_version": "18.2.0",
    "framework_sdk_version": "0.10.25",
}
_FLUTTER = {
    "framework": "flutter",
    "framework_version": "3.22.0",
    "framework_sdk_version": "1.10.3",
}
_REACT_NATIVE = {
    "framework": "react-native",
    "framework_version": "0.73.0",
    "framework_sdk_version": "1.10.6",
}


def _browser(os: str, version: str, model: str) -> dict[str, Any]:
    system = {"os": f"web_{os}", "os_version": version, "device_model": model}
    return {**system, "sdk": "web", "sdk_version": "0.12.25", "domain": "CUSTOM", **_REACT}


def _android(model: str, framework: dict[str, Any]) -> dict[str, Any]:
    system = {"os": "android", "os_version": "33", "device_model": model}
    return {**system, "sdk": "android", "sdk_version": "2.9.78", **framework}


def _ios(model: str, framework: dict[str, Any]) -> dict[str, Any]:
    system = {"os": "ios", "os_version": "17.5", "device_model": model}
    return {**system, "sdk": "ios", "sdk_version": "1.17.0", **framework}


DEVICES: dict[str, dict[str, Any]] = {
    "chrome-mac": _browser("macOS", "10.15.7", "Chrome_125.0.0.0"),
    "chrome-windows": _browser("Windows", "10", "Chrome_125.0.0.0"),
    "edge-windows": _browser("Windows", "10", "Edge_125.0.0.0"),
    "firefox-windows": _browser("Windows", "10", "Firefox_126.0"),
    "safari-mac": _browser("macOS", "10.15.7", "Safari_17.4"),
    "safari-iphone": _browser("iOS", "17.5", "Apple_mobile/Mobile Safari_17.5"),
    "chrome-android": _browser("Android", "14", "Samsung_mobile/Chrome_125.0.0.0"),
    "android": _android("SM-A536E", {}),
    "iphone": _ios("iPhone15,2", {}),
    "flutter-android": _android("Pixel_7", _FLUTTER),
    "flutter-iphone": _ios("iPhone14,5", _FLUTTER),
    "rn-android": _android("Pixel_7", _REACT_NATIVE),
    "rn-iphone": _ios("iPhone14,5", _REACT_NATIVE),
}
