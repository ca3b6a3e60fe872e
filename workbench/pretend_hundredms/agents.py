"""The ``agent`` object as each platform reports it.

Shapes from the 100ms web SDK's user-agent code and from published Android samples.
"""

from collections.abc import Callable
from typing import Any

Agent = dict[str, Any]


def _with_string(agent: Agent, env: str) -> Agent:
    """Add the comma-joined text; ``env`` occurs there alone."""
    parts: list[str] = []
    for key, value in agent.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        parts.append(f"{key}:{text}")
        if key == "device_model":
            parts.append(f"env:{env}")
    return {**agent, "string": ",".join(parts)}


def web(
    browser: str = "Chrome_141.0.0.0",
    os: str = "web_macOS",
    *,
    domain: str = "HMS",
    version: str = "0.14.7",
) -> Agent:
    """A browser; versions of the operating system are frozen by browsers."""
    versions = {"web_macOS": "10.15.7", "web_Windows": "10", "web_iOS": "18.1"}
    agent: Agent = {
        "os": os,
        "os_version": versions.get(os, ""),
        "sdk": "web",
        "sdk_version": version,
        "device_model": browser,
        "domain": domain,
        "is_prebuilt": domain == "HMS",
        "framework": "react-web",
        "framework_version": "18.3.1",
        "framework_sdk_version": "0.12.7",
    }
    return _with_string(agent, "debug" if domain == "LOCAL" else "prod")


def android(model: str = "SM-A536E", api_level: str = "34") -> Agent:
    """A native Android app: the API level as OS version, neither domain nor framework."""
    agent: Agent = {
        "os": "android",
        "os_version": api_level,
        "sdk": "android",
        "sdk_version": "2.9.78",
        "device_model": model,
        "is_prebuilt": False,
    }
    return _with_string(agent, "prod")


def ios(model: str = "iPhone15,2") -> Agent:
    """A native iOS app."""
    agent: Agent = {
        "os": "ios",
        "os_version": "18.1",
        "sdk": "ios",
        "sdk_version": "1.17.0",
        "device_model": model,
        "is_prebuilt": True,
    }
    return _with_string(agent, "prod")


def flutter(model: str = "Pixel_8") -> Agent:
    """A Flutter app on Android: the engine is Android's."""
    return _with_string(
        {
            **{key: value for key, value in android(model).items() if key != "string"},
            "framework": "flutter",
            "framework_version": "3.9.2",
            "framework_sdk_version": "1.11.0",
        },
        "prod",
    )


EVERY_PLATFORM: dict[str, Callable[[], Agent]] = {
    "web": web,
    "android": android,
    "ios": ios,
    "flutter": flutter,
}
