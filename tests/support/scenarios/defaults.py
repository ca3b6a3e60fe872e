"""Fields that SDKs usually report with a code, and agents of devices.

Written from 100ms' public error pages and the web SDK's source; only a scenario's short hand.
"""

from typing import Any

_CHROME = {"sdk": "web", "sdk_version": "0.12.25", "framework": "react-web"}
_WEB = {**_CHROME, "framework_version": "18.2.0", "framework_sdk_version": "0.10.25"}
_ANDROID = {"sdk": "android", "os": "android", "sdk_version": "2.9.78", "os_version": "33"}
_IOS = {"sdk": "ios", "os": "ios", "sdk_version": "1.17.0", "os_version": "17.5"}


def _web(os: str, version: str, model: str) -> dict[str, Any]:
    return {**_WEB, "os": os, "os_version": version, "device_model": model, "domain": "CUSTOM"}


DEVICES: dict[str, dict[str, Any]] = {
    "chrome-mac": _web("web_macOS", "10.15.7", "Chrome_125.0.0.0"),
    "chrome-windows": _web("web_Windows", "10", "Chrome_125.0.0.0"),
    "edge-windows": _web("web_Windows", "10", "Edge_125.0.0.0"),
    "firefox-windows": _web("web_Windows", "10", "Firefox_126.0"),
    "safari-mac": _web("web_macOS", "10.15.7", "Safari_17.4"),
    "safari-iphone": _web("web_iOS", "17.5", "Apple_mobile/Mobile Safari_17.5"),
    "chrome-android": _web("web_Android", "14", "Samsung_mobile/Chrome_125.0.0.0"),
    "android": {**_ANDROID, "device_model": "SM-A536E"},
    "iphone": {**_IOS, "device_model": "iPhone15,2"},
    "flutter-android": {
        **_ANDROID, "device_model": "Pixel_7", "framework": "flutter",
        "framework_version": "3.22.0", "framework_sdk_version": "1.10.3",
    },
    "flutter-iphone": {
        **_IOS, "device_model": "iPhone14,5", "framework": "flutter",
        "framework_version": "3.22.0", "framework_sdk_version": "1.10.3",
    },
    "rn-android": {
        **_ANDROID, "device_model": "Pixel_7", "framework": "react-native",
        "framework_version": "0.73.0", "framework_sdk_version": "1.10.6",
    },
    "rn-iphone": {
        **_IOS, "device_model": "iPhone14,5", "framework": "react-native",
        "framework_version": "0.73.0", "framework_sdk_version": "1.10.6",
    },
}  # fmt: skip

ACTIONS = {
    "client.connect.failed": "INIT",
    "client.join.failed": "JOIN",
    "client.disconnected": "RECONNECT_SIGNAL",
    "client.publish.failed": "PUBLISH",
    "client.subscribe.failed": "SUBSCRIBE",
}

_PUBLISH, _CONNECT, _JOIN = "publish", "connect", "join"

# code: (name, only type or None, message, description, action or None)
CODES: dict[int, tuple[str, str | None, str, str, str | None]] = {
    400: ("ServerErrors", None, "bad request", "bad request", None),
    401: ("ServerErrors", None, "token is invalid", "token is invalid", "INIT"),
    403: ("ServerErrors", None, "room is not active", "room is not active", "INIT"),
    404: ("ServerErrors", _CONNECT, "not found", "not found", "INIT"),
    410: ("ServerErrors", _JOIN, "peer is gone", "peer is gone", "JOIN"),
    421: ("ServerErrors", _PUBLISH, "migration in progress", "migration in progress", "PUBLISH"),
    429: ("ServerErrors", None, "too many requests", "too many requests", None),
    500: ("ServerErrors", None, "sfu join failed", "sfu join failed", None),
    501: ("ServerErrors", None, "not implemented", "not implemented", None),
    502: ("ServerErrors", None, "bad gateway", "bad gateway", None),
    503: ("ServerErrors", None, "service unavailable", "service unavailable", None),
    504: ("ServerErrors", None, "gateway timeout", "gateway timeout", None),
    1000: ("WebsocketFailedToConnect", _CONNECT, "Failed to connect to websocket", "", "JOIN"),
    1003: ("WebSocketConnectionLost", None, "Network connection lost ", "ping pong failure", None),
    1006: ("WebSocketAbnormalClose", _CONNECT, "Websocket closed abnormally", "", "JOIN"),
    2003: (
        "EndpointUnreachable", None, "Endpoint is not reachable - Failed to fetch",
        "Failed to fetch", "INIT",
    ),
    2004: ("InvalidTokenFormat", _CONNECT, "Token is not in proper JWT format", "", "INIT"),
    3000: ("GenericTrack", _PUBLISH, "[TRACK]: failed to get the device", "", "TRACK"),
    3001: (
        "CantAccessCaptureDevice", _PUBLISH,
        "User denied permission to access capture device", "Permission denied", "TRACK",
    ),
    3002: ("DeviceNotAvailable", _PUBLISH, "Capture device is not available", "", "TRACK"),
    3003: ("DeviceInUse", _PUBLISH, "Capture device is in use", "", "TRACK"),
    3004: ("DeviceLostMidway", _PUBLISH, "Lost access to capture device", "", "TRACK"),
    3008: ("audiovideoSubsystemFailure", _PUBLISH, "Media services were reset", "", "TRACK"),
    3011: ("SystemDeniedPermission", _PUBLISH, "Operating System denied permission", "", "TRACK"),
    3015: ("Track does not have any data", _PUBLISH, "Track does not have any data", "", "TRACK"),
    4001: ("CreateOfferFailed", _PUBLISH, "Failed to create offer", "", "PUBLISH"),
    4002: ("CreateAnswerFailed", "subscribe", "Failed to create answer", "", "SUBSCRIBE"),
    4003: ("SetLocalDescriptionFailed", None, "Failed to set local description", "", None),
    4004: ("SetRemoteDescriptionFailed", None, "Failed to set remote description", "", None),
    4005: ("ICEFailure", None, "Ice connection state FAILED", "", None),
    4006: ("ICEDisconnected", None, "Ice connection state DISCONNECTED", "", None),
    4007: ("StatsFailed", None, "Failed to get stats", "", None),
    5001: ("AlreadyJoined", _JOIN, "Already joined", "Already joined", "JOIN"),
    6002: ("Unknown", None, "Unknown exception", "", None),
    6008: ("InvalidRole", _JOIN, "Invalid role", "Invalid role", "VALIDATION"),
    6010: ("MissingMediaDevices", _JOIN, "navigator.mediaDevices is undefined", "", "JOIN"),
    6011: ("MissingRTCPeerConnection", _JOIN, "RTCPeerConnection is not present", "", "JOIN"),
    6012: ("LocalStorageAccessDenied", _JOIN, "Local storage access denied", "", "NONE"),
    6013: (
        "ValidationFailed", None, "leave called before join could complete", "", "VALIDATION",
    ),
}  # fmt: skip
