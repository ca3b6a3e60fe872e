"""The openings of all scenarios, their sizes, and the limits that hold for them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bot.domain.report import Report
from bot.render.renderer import Renderer
from tests.support.reports.golden_diagnoses import CATALOGUE, diagnosed
from tests.support.reports.plain_text import first_sentence, plain_text, words_of
from tests.support.scenarios.case import files

GOLDEN = Path(__file__).parents[2] / "golden" / "openings"
LIMITS = {
    "median words": 90,
    "words": 140,
    "words where nobody failed": 75,
    "words of a first sentence": 22,
    "lines where nobody failed": 4,
    "blocks": 8,
    "different first sentences (%)": 60,
    "scenarios with one first sentence (%)": 8.3,
}
RENDERER = Renderer(CATALOGUE)


@dataclass(frozen=True, slots=True)
class Sample:
    """The opening of one scenario. `pattern` is its first sentence without names and numbers."""

    name: str
    text: str
    lead: str
    pattern: str
    blocks: int
    quiet: bool

    @property
    def words(self) -> int:
        """Words of everything that is visible, numbers, ids and labels of buttons included."""
        return len(words_of(self.text))

    @property
    def lead_words(self) -> int:
        """Words of the first sentence."""
        return len(words_of(self.lead))

    @property
    def lines(self) -> int:
        """Lines of text, without the row of buttons."""
        return sum(not line.startswith("[") for line in self.text.splitlines())


def samples(names: Sequence[str] = ()) -> list[Sample]:
    """The openings of these scenarios, or of all."""
    return [sample(path.stem) for path in files() if not names or path.stem in names]


def sample(name: str) -> Sample:
    """The opening of a scenario, with everything read."""
    report = diagnosed(name)
    blocks = RENDERER.answer(report).opening.blocks
    lead = first_sentence(blocks)
    return Sample(
        name, plain_text(blocks), lead, pattern_of(report, lead), len(blocks), is_quiet(report)
    )


def is_quiet(report: Report) -> bool:
    """Whether nobody failed for good, or nothing was found."""
    assert report.diagnosis
    return not report.diagnosis.focus.people.failed_for_good


def pattern_of(report: Report, lead: str) -> str:
    """The sentence without the names of people and without numbers."""
    assert report.diagnosis
    names = {name for person in report.diagnosis.persons for name in person.names}
    names |= {person.user_id for person in report.diagnosis.persons if person.user_id}
    for name in sorted(names, key=len, reverse=True):
        lead = lead.replace(name, "N")
    return re.sub(r"\d[\d,.]*", "#", lead)


def faults(found: Sequence[Sample]) -> list[str]:
    """The limits that are passed, and where."""
    most = {
        "words": {one.name: one.words for one in found},
        "words where nobody failed": {one.name: one.words for one in found if one.quiet},
        "words of a first sentence": {one.name: one.lead_words for one in found},
        "lines where nobody failed": {one.name: one.lines for one in found if one.quiet},
        "blocks": {one.name: one.blocks for one in found},
    }
    wrong = [
        f"{limit}: {value} in {name}, at most {LIMITS[limit]}"
        for limit, values in most.items()
        for name, value in values.items()
        if value > LIMITS[limit]
    ]
    patterns = Counter(one.pattern for one in found)
    share = 100 * len(patterns) / len(found)
    pattern, number = patterns.most_common(1)[0]
    middle = median(one.words for one in found)
    if middle > LIMITS["median words"]:
        wrong.append(f"median words: {middle}")
    if share < LIMITS["different first sentences (%)"]:
        wrong.append(f"different first sentences: {share:.1f} %")
    if 100 * number / len(found) > LIMITS["scenarios with one first sentence (%)"]:
        wrong.append(f"{number} scenarios begin with {pattern!r}")
    return wrong
