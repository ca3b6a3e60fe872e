"""Words for failures beside the call itself: a screen share, a headset, an effect (R17a)."""

from collections import Counter

from bot.domain.diagnosis import Diagnosis, Story
from bot.domain.diagnosis.wording import people_words


def side_failures(diagnosis: Diagnosis) -> list[Story]:
    """Return the causes that count, if each is of a side feature; else none of them."""
    causes = [
        story for story in diagnosis.stories if story.id in diagnosis.classes and not story.bot
    ]
    return causes if all(story.feature for story in causes) else []


def side_words(diagnosis: Diagnosis) -> str:
    """Return `the screen share failed for 1 person`; "" if the call failed for anybody."""
    people: Counter[str] = Counter(
        feature
        for feature, _ in {
            (story.feature or "", story.person.key) for story in side_failures(diagnosis)
        }
    )
    parts = [f"{feature} failed for {people_words(n)}" for feature, n in people.most_common()]
    return " and ".join(parts)


def side_problem(feature: str) -> str:
    """Return the problem as a person saw it, to begin a sentence."""
    return f"{feature[0].upper()}{feature[1:]} did not work"


def side_label(diagnosis: Diagnosis) -> str:
    """Return a label if all failures are certain and of side features; "" otherwise."""
    side = side_failures(diagnosis)
    is_certain = bool(side) and not any(story.doubt for story in side)
    return "missed a side feature only" if is_certain else ""
