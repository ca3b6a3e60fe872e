"""Every threshold of the diagnosis, with its reason."""

from datetime import timedelta
from fractions import Fraction

STORY_GAP = timedelta(seconds=120)
"""Longest gap between two events of one story.

It is twice the SDK's retry window of 60 s, for late stamps.
"""

SYMPTOM_WITHIN = timedelta(seconds=15)
"""Longest time from a lost signal to its symptoms.

Measured 9 to 12 s (5 to notice, 5 of waiting).
"""

STAMPED_EARLY = timedelta(seconds=2)
"""Longest time by which a symptom may be stamped before its cause.

Stamps are times of arrival.
"""

FOLLOWED_WITHIN = timedelta(seconds=60)
"""Longest time from a failure to the terminal one that ends its run.

It is the SDK's retry window (web source).
"""

LEFT_WITHIN = timedelta(seconds=60)
"""Longest time from the last failure to leaving, while the SDK was still retrying."""

STAYED_BEYOND = timedelta(seconds=60)
"""A stay longer than this proves a recovery: giving up would have been reported by then."""

LISTED_BEYOND = timedelta(seconds=120)
"""A peer listed for longer than this was connected: 100ms removes a silent peer after 60 s."""

FAILS_ON = timedelta(seconds=60)
"""A media path or socket that fails repeatedly for longer than this keeps a person out."""

ADD_HOLDS = timedelta(seconds=30)
"""A track announced less than this before the path fails again never carried media."""

SUBSCRIBE_RETRY = timedelta(seconds=60)
"""Time for which the web SDK retries to receive; up to 0.14.0 it does not report sending then."""

FIRST_PATH = timedelta(seconds=20)
"""Longest time from joining to the report that no path was found.

Before a later report, media had flowed.
"""

SAME_CALL = timedelta(minutes=10)
"""Longest time from a failure to a join of the same call.

A later join is another call and proves nothing about the failure.
"""

BURST = timedelta(minutes=1)
"""Failures of many people within this have one cause: the retry window of one outage."""

BURST_SHARE = Fraction(1, 2)
"""Most people of a call means strictly more than this share."""

BURST_LEAST = 2
"""One person alone cannot tell a service from a line."""

SHARED_LEAST = 3
"""Two people may fail alike by chance; three with one address or pattern share a network."""

PATTERN_SPAN = timedelta(minutes=1)
"""A pattern that lasts longer than this is a lasting block, not a passing outage."""

COMMON_FACTOR_LEAST = 3
"""Least people with the same negotiation failure before one browser or version is blamed."""

VERDICT_SHARE = Fraction(2, 3)
"""Share of the weight for a class to be the verdict instead of `mixed`."""

FEW_PEOPLE = 3
"""With fewer people in the room or with a server error, a line and the service look alike."""

AROUND = timedelta(minutes=5)
"""Time before and after the densest minute of a failure in which other rooms are compared.

Stamps are times of arrival, and an outage does not reach all rooms in the same second.
"""

OTHER_ROOMS_LEAST = 3
"""With fewer rooms to compare, chance decides; the verdict stays."""

ELSEWHERE_LEAST = 2
"""One other room may fail by itself in the same minutes."""

ELSEWHERE_SHARE = Fraction(1, 3)
"""From this share of other rooms on, 100ms has a problem: an outage of a part of its servers does
not reach every room."""

SURE = 0.7
"""A verdict at or above this claims to be right; below it, the verdict says what is missing."""
