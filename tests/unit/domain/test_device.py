"""The device line, from agents as each SDK sends them."""

import pytest

from bot.domain.device import device_line, platform_of
from bot.domain.events import Agent

CHROME = Agent(
    sdk="web",
    sdk_version="0.12.15",
    os="web_Mac_OS",
    os_version="10.15.7",
    device_model="Chrome_125.0.0.0",
    framework="react-web",
    framework_version="18.2.0",
    framework_sdk_version="0.10.15",
    is_prebuilt=True,
    domain="HMS",
    env="debug",
)


@pytest.mark.parametrize(
    ("agent", "domain", "expected"),
    [
        (Agent(), None, "device not reported"),
        (Agent(sdk="web", os="web_undefined"), None, "device not reported"),
        (
            CHROME,
            "HMS",
            "Chrome 125 on macOS · web SDK 0.12.15 · React SDK 0.10.15 · Prebuilt · debug build",
        ),
        (
            Agent(sdk="web", os="web_Android", device_model="Samsung_mobile/Chrome_124.0.0.0"),
            "LOCAL",
            "Chrome 124 (Samsung mobile) on Android · localhost",
        ),
        (
            Agent(sdk="web", os="web_iOS", device_model="iPhone_mobile/Mobile_Safari_17.4.1"),
            None,
            "Mobile Safari 17.4.1 (iPhone mobile) on iOS",
        ),
        (
            Agent(
                sdk="android",
                sdk_version="2.9.55",
                os="android",
                os_version="33",
                device_model="sdk_gphone64_arm64",
                env="prod",
                is_prebuilt=False,
            ),
            None,
            "sdk gphone64 arm64 on Android 13 · Android SDK 2.9.55 · custom app",
        ),
        (
            Agent(sdk="android", os="android", os_version="34", framework="flutter",
                  framework_sdk_version="1.11.0"),
            None,
            "Android 14 · Flutter SDK 1.11.0",
        ),
        (
            Agent(sdk="ios", sdk_version="1.17.0", os="iOS", os_version="17.4",
                  device_model="iPhone14,5", framework="react-native"),
            None,
            "iPhone14,5 on iOS 17.4 · iOS SDK 1.17.0 · React Native",
        ),
        (Agent(os="android", os_version="41"), None, "Android API 41"),
        (Agent(device_model="a\u202eb\n*c*"), None, "ab *c*"),
    ],
)  # fmt: skip
def test_device_line(agent: Agent, domain: str | None, expected: str) -> None:
    assert device_line(agent, domain) == expected


@pytest.mark.parametrize(
    ("level", "release"),
    [("29", "10"), ("30", "11"), ("31", "12"), ("32", "12"), ("33", "13"), ("34", "14"),
     ("35", "15"), ("36", "16")],
)  # fmt: skip
def test_android_tells_its_release(level: str, release: str) -> None:
    assert device_line(Agent(os="android", os_version=level), None) == f"Android {release}"


@pytest.mark.parametrize(
    ("agent", "platform"),
    [
        (CHROME, "web"),
        (Agent(sdk="Android"), "android"),
        (Agent(os="web_macOS"), "web"),
        (Agent(os="iOS"), "ios"),
        (Agent(), "unknown"),
    ],
)
def test_platform(agent: Agent, platform: str) -> None:
    assert platform_of(agent) == platform
