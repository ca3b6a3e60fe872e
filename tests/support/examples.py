"""Number of Hypothesis examples: in full for a whole run, a share for `scripts/test --quick`."""

from typing import Any

from hypothesis import HealthCheck, settings

FULL = 100


def register_profiles() -> None:
    """Load the profile of a whole run, and register `quick` with a twentieth of its examples.

    Neither has a deadline: no test judges a time.
    """
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    settings.register_profile("whole", max_examples=FULL, deadline=None, suppress_health_check=slow)
    settings.load_profile("whole")
    settings.register_profile("quick", max_examples=FULL // 20)


def examples(count: int, **more: Any) -> settings:
    """Return settings with `count` examples in a whole run, and the profile's share in another."""
    share = settings().max_examples / FULL
    return settings(max_examples=max(2, round(count * share)), **more)
