"""Formats the app and device behind an event as one line for a support engineer.

The web SDK writes `os` as `web_<name>` and `device_model` as `<Browser>_<version>`, on phones
`<Vendor>_<mobile|tablet>/<Browser>_<version>` (web SDK source); Android sends the API level as
`os_version` and the model with `_` for spaces.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from bot.domain.events import Agent
from bot.domain.privacy.addresses import mark_version
from bot.domain.text import clean, clip

PLATFORM_WORDS: Mapping[str, str] = {
    "web": "web",
    "android": "Android",
    "ios": "iOS",
    "flutter": "Flutter",
    "react-native": "React Native",
}
"""The platforms that the catalogue may name, with their usual spelling."""

UNKNOWN = "device not reported"
_LONGEST_PART = 60
_OLDEST_API = 21  # the oldest Android the SDK runs on; a smaller number is already a release

# https://developer.android.com/tools/releases/platforms
_ANDROID = {
    21: "5", 22: "5.1", 23: "6", 24: "7", 25: "7.1", 26: "8", 27: "8.1", 28: "9", 29: "10",
    30: "11", 31: "12", 32: "12", 33: "13", 34: "14", 35: "15", 36: "16",
}  # fmt: skip
_FAMILIES = {
    "mac_os": "macOS", "macos": "macOS", "mac": "macOS", "ios": "iOS", "ipados": "iPadOS",
    "android": "Android", "windows": "Windows", "linux": "Linux", "ubuntu": "Ubuntu",
    "chromium_os": "ChromeOS", "chrome_os": "ChromeOS", "nodejs": "Node.js",
}  # fmt: skip
_FRAMEWORKS = {
    "flutter": "Flutter", "react-native": "React Native", "react_native": "React Native",
    "reactnative": "React Native", "react-web": "React", "react": "React",
}  # fmt: skip
_PLATFORM_NAMES = {"web": "web", "android": "Android", "ios": "iOS"}
_BLANK = {"", "undefined", "null", "none", "unknown"}
_BROWSER = re.compile(r"(?:(?P<maker>[^/]*)/)?(?P<name>[^/]*?)_(?P<version>[0-9][0-9.]*)$")


@lru_cache(1024)
def device_line(agent: Agent, domain: str | None) -> str:
    """Return browser or phone, OS, SDK, framework and kind of app; missing parts are left out.

    `domain` is the event's own `HMS`, `CUSTOM` or `LOCAL`; the agent's domain is the fallback.
    """
    parts = [part for part in _parts(agent, domain) if part]
    return " · ".join(parts) if parts else UNKNOWN


@lru_cache(1024)
def platform_of(agent: Agent) -> str:
    """Return `web`, `android`, `ios` or the SDK's other name, in lower case, or `unknown`."""
    sdk = _clean_value(agent.sdk).lower()
    if sdk:
        return sdk
    os = _clean_value(agent.os).lower()
    if os.startswith("web_"):
        return "web"
    return os or "unknown"


def _parts(agent: Agent, domain: str | None) -> Iterator[str]:
    yield device_on_os(agent)
    version = mark_version(_clean_value(agent.sdk_version))
    if version:
        platform = platform_of(agent)
        named = _PLATFORM_NAMES.get(platform, "" if platform == "unknown" else platform)
        yield f"{named} SDK {version}".strip()
    yield _framework(agent)
    if agent.is_prebuilt is not None:
        yield "Prebuilt" if agent.is_prebuilt else "custom app"
    if _clean_value(agent.env).lower() == "debug":
        yield "debug build"
    if _clean_value(domain or agent.domain).upper() == "LOCAL":
        yield "localhost"


@lru_cache(1024)
def device_on_os(agent: Agent) -> str:
    """Return `Firefox 144 on Windows`, or the part that is known; "" if nothing is."""
    device, os = _device(agent), _os(agent)
    return f"{device} on {os}" if device and os else device or os


def _device(agent: Agent) -> str:
    model = _clean_value(agent.device_model)
    if platform_of(agent) != "web":
        return _replace_underscores(mark_version(model))
    match = _BROWSER.fullmatch(model)
    if not match or not match["name"]:
        return _replace_underscores(model.replace("/", " "))
    version = re.sub(r"(?:\.0+)+$", "", match["version"].rstrip("."))
    browser = f"{_replace_underscores(match['name'])} {version}".strip()
    maker = " ".join(
        word for word in (match["maker"] or "").split("_") if word.lower() not in _BLANK
    )
    return f"{browser} ({maker})" if maker else browser


def _os(agent: Agent) -> str:
    """Return the OS family, on native with the version.

    Browsers freeze their OS version, so it would mislead.
    """
    name, version = _clean_value(agent.os), mark_version(_clean_value(agent.os_version))
    if name.lower().startswith("web_"):
        bare = name[4:]
        return "" if bare.lower() in _BLANK else _os_family(bare)
    if not name:
        return ""
    if name.lower() == "android" and version.isdecimal() and len(version) < 4:  # noqa: PLR2004
        return f"Android {_android_release(int(version))}"
    return clean(f"{_os_family(name)} {version}")


def _os_family(name: str) -> str:
    return _FAMILIES.get(name.lower()) or _replace_underscores(name)


def _android_release(level: int) -> str:
    return _ANDROID.get(level) or (f"API {level}" if level >= _OLDEST_API else str(level))


def _framework(agent: Agent) -> str:
    name = _FRAMEWORKS.get(_clean_value(agent.framework).lower(), "")
    version = mark_version(_clean_value(agent.framework_sdk_version))
    return f"{name} SDK {version}" if name and version else name


def _replace_underscores(name: str) -> str:
    return clean(name.replace("_", " "))


def _clean_value(value: str | None) -> str:
    text = clip(clean(value or ""), _LONGEST_PART)
    return "" if text.lower() in _BLANK else text


_WEB_MODEL = re.compile(r"(?:[^/]*/)?(?P<name>[A-Za-z][A-Za-z ]*?)_[0-9]")


@lru_cache(1024)
def browser_of(agent: Agent) -> str | None:
    """Return the browser's name without version; None on native, where the model is a phone's."""
    match = _WEB_MODEL.match(agent.device_model or "")
    is_web = (agent.sdk or "").lower() == "web" or (agent.os or "").lower().startswith("web_")
    return match["name"].lower() if match and is_web else None


@lru_cache(1024)
def os_of(agent: Agent) -> str | None:
    """Return the OS family, the same for browsers and apps; None if unknown."""
    name = "".join(filter(str.isalnum, (agent.os or "").lower().removeprefix("web_")))
    return name if name not in {"", "undefined", "unknown"} else None
