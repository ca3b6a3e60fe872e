"""The same in words, for people who do not see the picture."""

from datetime import UTC

from bot.domain.diagnosis import Outcome
from bot.domain.text import clip
from bot.pictures.scene import Scene
from bot.render.lanes import Lane, label_of
from bot.render.words import what_of

MOST = 1000
"""Characters of alternative text that Slack takes with a file."""
_LANES = 8

ENDS: dict[Outcome, str] = {
    "gave_up": "gave up",
    "blocked": "blocked",
    "left": "left while failing",
    "unknown": "end not known",
    "recovered": "recovered",
}


def alt_of(scene: Scene) -> str:
    """Who failed when and how it ended, worst first."""
    told = [f"Timeline of {scene.heading}: {scene.about}."]
    told += [_told(lane) for lane in scene.lanes[:_LANES]]
    left = len(scene.lanes) - _LANES
    if left > 0:
        told.append(f"{left:,} more people with failures.")
    return clip(" ".join(told), MOST)


def _told(lane: Lane) -> str:
    story = min(lane.stories, key=lambda one: (list(ENDS).index(one.outcome), one.first_at))
    more = f" and {len(lane.stories) - 1:,} more" if len(lane.stories) > 1 else ""
    at = f"{story.first_at.astimezone(UTC):%H:%M:%S}"
    what = what_of(story.type, story.feature)
    return f"{label_of(lane.person)} {what} at {at}, {ENDS[story.outcome]}{more}."
