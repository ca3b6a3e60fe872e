"""Hypothesis: the number of examples (in `scripts/test --quick` a share), and JSON values."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FULL = 100
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
"""Any JSON value."""


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
