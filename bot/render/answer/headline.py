"""The first sentence of an answer: who, what happened, how it ended, and the reason.

It holds at most 22 words. It names up to three people where names are shown, counts them otherwise,
and speaks of the latest call with failures; earlier ones get one clause.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bot.domain.diagnosis import Diagnosis, NoErrorsFound, Story
from bot.domain.diagnosis.outcomes import STAYED, UNSEEN
from bot.domain.diagnosis.thresholds import SURE
from bot.domain.diagnosis.wording import VERDICTS, join_words, people_words
from bot.domain.events import ERROR_TYPES
from bot.domain.privacy.addresses import redact_for_output
from bot.domain.privacy.personal_names import Names
from bot.domain.privacy.report_names import hide_names_in
from bot.domain.report import Report, Window
from bot.domain.text import clip
from bot.render.answer.people import People, counted_people, people_of, subject_words
from bot.render.answer.reasons import (
    HERE_ONLY,
    causes_of,
    experience_of,
    is_outage,
    main_stories,
    nouns_of_causes,
    outage_words,
    reason_of,
    retry_words,
    specific_reason,
    times_words,
)
from bot.render.filters import count
from bot.render.phrases import TYPE_NAMES

MOST_WORDS = 22
UNKNOWN_ID = "100ms does not know this id, so nothing can be said about the call."

_MINUTES_OUT = re.compile(r"joined again \d+ (?:min|h) later")
_JOINED_LATER = re.compile(r"joined(?: again)? .+ later")


@dataclass(frozen=True, slots=True)
class Lead:
    """The first sentence, and the sentences after it in normal weight."""

    sentence: str
    rest: str = ""


def headline_of(report: Report, diagnosis: Diagnosis) -> str:
    """Return the first sentence of an answer."""
    return lead_of(report, diagnosis).sentence


_SENTENCE = 300


def nameless_sentence(report: Report) -> str:
    """Return the first sentence as it is where names are hidden; "" without a diagnosis."""
    if report.diagnosis is None:
        return ""
    sentence = headline_of(replace(report, names=Names.NONE), report.diagnosis)
    return clip(redact_for_output(hide_names_in(report, sentence)), _SENTENCE)


def nameless_subject(report: Report) -> str:
    """Return what a report is about, such as `Room storm`, as it is where names are hidden."""
    words = redact_for_output(
        hide_names_in(report, subject_words(replace(report, hides_user=True)))
    )
    return clip(f"{words[:1].upper()}{words[1:]}", _SENTENCE)


def unread_nouns(report: Report, diagnosis: Diagnosis) -> tuple[str, ...]:
    """Return nouns for data that could not be read and might change the statement."""
    unread = diagnosis.verdict.unread
    return unread if unread or report.completeness.complete else ("error events",)


def is_unsure(diagnosis: Diagnosis) -> bool:
    """Return whether the cause is a guess, which an answer marks as "Likely"."""
    verdict = diagnosis.focus.verdict
    return verdict.confidence < SURE and not (diagnosis.nothing and verdict.cls == "unknown")


def lead_of(report: Report, diagnosis: Diagnosis) -> Lead:
    """Return the first sentence and what follows it.

    If data that matters could not be read, the sentence says so first.
    """
    unread = unread_nouns(report, diagnosis)
    if diagnosis.nothing:
        return _without_errors(report, diagnosis.nothing, partial=bool(unread))
    return _Writer(report, diagnosis, partial=bool(unread)).lead()


def _finished(text: str, *, partial: bool, proper: bool = False) -> str:
    """Return the text as a sentence; a name keeps its first letter."""
    if partial:
        return f"Partial answer: {text}."
    return f"{text if proper else text[0].upper() + text[1:]}."


class _Writer:
    """Writes the first sentence of a look-up that found failures."""

    def __init__(self, report: Report, diagnosis: Diagnosis, *, partial: bool) -> None:
        self._report, self._partial = report, partial
        self._focus, self._history = diagnosis.focus, diagnosis.history
        self._main = main_stories(self._focus)

    def lead(self) -> Lead:
        """Return the sentence and what follows it; it says so if nobody has to act."""
        if not self._focus.people.affected:
            return self._recorders_only()
        lead = self._people_lead()
        verdict, settled = self._focus.verdict, not self._focus.people.failed_for_good
        settled = settled and (self._is_over or verdict.cls == "none")
        if self._partial or verdict.next_steps or verdict.doubt or not settled:
            return lead
        return Lead(lead.sentence, f"{lead.rest} No action needed.".strip())

    def _people_lead(self) -> Lead:
        if self._focus.people.failed_for_good:
            return self._failed()
        if self._focus.verdict.cls == "none":
            return self._no_fault()
        if all(story.feature for story in self._main):
            return self._side_features()
        return self._passed()

    @cached_property
    def _is_over(self) -> bool:
        return all(story.outcome == "recovered" for story in self._main)

    @cached_property
    def _people(self) -> People:
        return people_of(self._report, self._focus, (story.person for story in self._main))

    @cached_property
    def _counted(self) -> People:
        return counted_people(self._report, self._focus, self._people.number)

    def _lead(
        self, candidates: Iterable[str], rest: Iterable[str] = (), *, brief: str = ""
    ) -> Lead:
        """Return the first candidate that has few enough words, with the history if it fits.

        `brief` is for the history alone.
        """
        history = self._history_words()
        texts = [self._limit(text) for text in candidates if text]
        whole = [text for text in (*texts, brief) if ": " in text and self._people.text in text]
        with_history = [f"{text}; {history}" for text in whole if history]
        most = MOST_WORDS - 2 * self._partial
        fitting = (text for text in (*with_history, *texts) if len(text.split()) <= most)
        text = next(fitting, texts[-1])
        after = [*rest, *([history] if history and not text.endswith(history) else [])]
        proper = self._people.named and text.startswith(self._people.text)
        words = " ".join(f"{part[0].upper()}{part[1:]}." for part in after if part)
        return Lead(_finished(text, partial=self._partial, proper=proper), words)

    def _limit(self, text: str) -> str:
        """Return the text, with the limit of a failure that other rooms did not have."""
        if not self._focus.verdict.here_only or HERE_ONLY in text:
            return text
        return f"{HERE_ONLY}, {text}"

    def _history_words(self) -> str:
        """Return `problems in 9 of 9 calls in 28 days` if it happened before."""
        history = self._history
        if history is None or history.failed < 2:  # noqa: PLR2004  once is no history
            return ""
        calls = f"problems in {history.failed:,} of {count(history.calls, 'call', 'calls')}"
        return f"{calls} in {history.days:,} days" if history.days > 1 else calls

    def _failed(self) -> Lead:
        open_end = any(story.doubt for story in self._main)
        rest = ["whether they recovered could not be read"] * open_end
        rest += self._others()
        if self._focus.verdict.cls == "mixed":
            return self._mixed("failed", rest)
        short = full = experience_of(self._focus, self._main)
        if full == "was disconnected" and not open_end:
            full += self._stayed_out_words()
        full += retry_words(self._main)
        reason = reason_of(self._focus, self._main)
        if is_outage(self._focus):
            begin = outage_words(self._focus)
            texts = [f"{begin}: {self._people.did(way)}" for way in (full, short)]
            return self._lead((*texts, f"{self._counted.did(short)}: {reason}"), rest)
        texts = [f"{self._people.did(way)}: {reason}" for way in (full, short)]
        counted = self._counted.did(short)
        return self._lead((*texts, f"{counted}: {reason}", counted), rest)

    def _stayed_out_words(self) -> str:
        """Return ` and did not get back in`, or when the one person joined later."""
        joined = [found[0] for s in self._main if (found := _JOINED_LATER.search(s.evidence))]
        if not joined:
            return " and did not get back in"
        return f" but {joined[-1]}" if self._people.number == 1 else ""

    def _others(self) -> Iterator[str]:
        """Yield sentences on the people whom the first sentence does not count."""
        impact = self._focus.people
        told = {story.person.key for story in self._main}
        if impact.failed_for_good:
            others = [s for s in causes_of(self._focus) if s.person.key not in told]
            failed = [story for story in others if story.failed_for_good]
            number = len({story.person.key for story in failed})
            if number:
                nouns = join_words(nouns_of_causes(self._focus, failed))
                yield f"{number:,} more failed for another reason: {nouns}{self._owner(failed)}"
            if impact.recovered:
                yield f"{impact.recovered:,} more recovered"
            if impact.unclear:
                yield f"{impact.unclear:,} more {_unclear_words(others)}"
        else:
            more = impact.affected - self._people.number
            if more > 0:
                yield f"{more:,} more had trouble"
        quiet = (impact.in_room or 0) - impact.affected
        if quiet > 0 and not self._partial and self._covers_room:
            yield f"the other {f'{quiet:,}' if quiet > 1 else 'person'} had no errors"

    @property
    def _covers_room(self) -> bool:
        """Whether the errors of everybody were asked for: neither one person's nor some types'."""
        target = self._report.target
        one_person = target.peer_id is not None or target.user_id is not None
        return not one_person and set(self._report.types) >= set(ERROR_TYPES)

    def _owner(self, stories: Iterable[Story]) -> str:
        """Return ` (the app team)`, if all these stories are for the same people to solve."""
        owners = {VERDICTS[self._focus.classes[story.id]].owner for story in stories}
        return f" ({owners.pop()})" if len(owners) == 1 else ""

    def _mixed(self, verb: str, rest: Iterable[str], ending: str = "") -> Lead:
        nouns = nouns_of_causes(self._focus, self._main)
        reasons = f"for {len(nouns):,} unrelated reasons{ending}: {join_words(nouns)}"
        texts = (f"{people.text} {verb} {reasons}" for people in (self._people, self._counted))
        return self._lead(texts, rest)

    def _recorders_only(self) -> Lead:
        if self._partial:
            return Lead("Partial answer: only recorders reported errors in what could be read.")
        reason = specific_reason(self._main[:1])
        reason = reason.replace("their ", "its ")
        return Lead(
            f"Only the recorder had trouble, no participant: {reason}.",
            "The recording may be incomplete.",
        )

    def _no_fault(self) -> Lead:
        story = self._main[-1]
        scope = " in what could be read" * self._partial
        people = self._people.text.removeprefix("at least ")
        everybody = people.startswith("all ")
        people = "anybody" if everybody else people
        full = f"nothing failed for {people}{scope}: {specific_reason([story])}"
        proved = len(self._main) == 1 and story.outcome == "recovered"
        return self._lead((f"{full}, and they {story.evidence}" * proved, full))

    def _side_features(self) -> Lead:
        features = join_words(sorted({story.feature or "" for story in self._main}))
        reason = reason_of(self._focus, self._main)
        texts = (
            f"{features} failed for {people.text}{' at first' * self._is_over}: {reason}"
            for people in (self._people, self._counted)
        )
        return self._lead(texts, self._others())

    def _passed(self) -> Lead:
        """Return the sentence of a look-up in which nobody is known to have failed for good."""
        experience = experience_of(self._focus, self._main)
        endings = list(self._endings(experience))
        if self._focus.verdict.cls == "mixed":
            return self._mixed("had trouble", self._others(), endings[-1])
        if any(_MINUTES_OUT.match(story.evidence) for story in self._main):
            experience = experience.removeprefix("briefly ")
        experience += times_words(self._main)
        reason = reason_of(self._focus, self._main)
        begin = f"{outage_words(self._focus)}: " * is_outage(self._focus)
        reason = "" if begin else f": {reason}"
        texts = [f"{begin}{self._people.did(experience)}{end}{reason}" for end in endings]
        texts.append(f"{begin}{self._counted.did(experience)}{endings[-1]}{reason}")
        brief = f"{self._people.did(experience)}{reason}" if self._is_over else ""
        return self._lead(texts, self._others(), brief=brief)

    def _endings(self, experience: str) -> Iterator[str]:
        """Yield how it ended, from exact to short."""
        impact, unclear = self._focus.people, [s for s in self._main if s.outcome != "recovered"]
        if any(story.doubt for story in unclear):
            yield ", and how it ended could not be read"
        elif not unclear and self._people.number == 1:
            yield f" but {self._main[-1].evidence}"
            yield " but recovered"
        elif not unclear:
            joined = all(story.evidence.startswith("joined") for story in self._main)
            yield " but got in later" if joined else " but recovered"
        elif self._people.number == 1:
            yield _unclear_ending(unclear[-1], experience)
        else:
            recovered = f"{impact.recovered:,} recovered, " if impact.recovered else ""
            yield f"; {recovered}{impact.unclear:,} {_unclear_words(unclear)}"


def _unclear_words(stories: Sequence[Story]) -> str:
    if any(story.doubt for story in stories if story.outcome == "unknown"):
        return "had an end that could not be read"
    if any(story.outcome == "unknown" and story.evidence != UNSEEN for story in stories):
        return "left or had no known end"
    return "left or not seen again"


def _unclear_ending(story: Story, experience: str) -> str:
    if not story.timed:
        return ", and how it ended is not known"
    if story.outcome == "left" and story.evidence.startswith("removed from the call"):
        return " and removed from the call" if experience.startswith("was ") else " and was removed"
    if story.outcome == "left" and story.evidence.startswith("room ended"):
        return " until the room ended"
    if story.evidence == STAYED or _JOINED_LATER.match(story.evidence):
        return f" but {story.evidence}"
    gone = " and not seen again" if experience.startswith("was ") else " and was not seen again"
    return f" and {story.evidence}" if story.outcome == "left" else gone


def _without_errors(report: Report, nothing: NoErrorsFound, *, partial: bool) -> Lead:
    scope = " in what could be read" * partial
    kind = "errors"
    if len(report.types) < len(TYPE_NAMES):
        kind = f"{join_words(TYPE_NAMES.get(name, 'other') for name in report.types)} errors"
    person = " for this participant" * (report.target.kind in {"peer", "user"})
    reported = f"no {kind} reported{person}{scope}"
    least = "at least " * nothing.least
    span = " in the last 30 days" * (report.window == Window() and not report.target.session)
    text = {
        "healthy": f"{reported}: {least}{count(nothing.sessions, 'call', 'calls')}, "
        f"{least}{people_words(nothing.people)}{span}",
        "no_session": f"{reported}: nobody was in this room in that period",
        "not_seen": f"{reported}: they were not seen in any call here",
        "unread": f"{reported}, and whether anybody was in the call is not known",
        "too_old": "this call is older than 30 days, so its errors can no longer be read",
        "unknown_id": UNKNOWN_ID.removesuffix("."),
        "room_disabled": "the room is disabled: nobody can join until it is enabled",
    }[nothing.reason]
    return Lead(_finished(text, partial=partial), " ".join(nothing.facts))
