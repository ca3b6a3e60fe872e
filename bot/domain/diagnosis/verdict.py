"""The verdict: class, confidence, lines of evidence, support and doubt."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from bot.domain.catalogue import OWNER_WORDS
from bot.domain.device import PLATFORM_WORDS, browser_of, os_of
from bot.domain.diagnosis.classify import Tally, common_factor
from bot.domain.diagnosis.confidence import (
    confidence_of,
    may_hide_token,
)
from bot.domain.diagnosis.input import DiagnosisInput
from bot.domain.diagnosis.intervals import format_duration
from bot.domain.diagnosis.model import (
    BY_NUMBERS,
    Impact,
    Story,
    Verdict,
    VerdictClass,
)
from bot.domain.diagnosis.network import patterns_of
from bot.domain.diagnosis.next_steps import (
    MOST_STEPS,
    cause_noun,
    count_people,
    is_native_app,
    people_by_class,
    steps_of,
)
from bot.domain.diagnosis.sdk.text import (
    ICE_CODES,
    REPORTS_BOTH_PATHS,
    SUBSCRIBE,
    is_orderly_close,
    is_web_before,
    responder_of,
)
from bot.domain.diagnosis.thresholds import BURST, FEW_PEOPLE, SHARED_LEAST
from bot.domain.diagnosis.wording import (
    ASK_AGAIN,
    OUTCOMES,
    VERDICTS,
    advice_fits,
    join_words,
    of_room,
    people_words,
)

_MOST_CODES = 3


def evidence_lines(
    cls: VerdictClass,
    supporting: list[Story],
    stories: Iterable[Story],
    impact: Impact,
    networks: dict[str, set[str]],
) -> tuple[str, ...]:
    """Return at least two lines with figures; `supporting` are the stories behind the verdict."""
    cited = supporting or list(stories)
    rows = [_people_line(cited, impact), _codes_line(cited), _outcomes_line(cited)]
    told = sum(story.by_webhook for story in cited)
    if told:
        rows.append(f"Only webhooks of 100ms told of {_failures(told)} of these.")
    if cls in BY_NUMBERS and supporting:
        rows.append(_network_line(cls, supporting, networks))
    return tuple(row for row in rows if row)


def _people_line(stories: list[Story], impact: Impact) -> str:
    keys = {story.person.key for story in stories}
    times = [story.first_at for story in stories if story.timed]
    systems = {os_of(agent) for story in stories for agent in story.agents} - {None}
    browsers = {browser_of(agent) for story in stories for agent in story.agents} - {None}
    parts = [of_room(len(keys), impact)]
    if stories[0].bot:
        parts = ["Recorders only, no people"]
    parts += [f"{len(systems)} operating system{'s' * (len(systems) > 1)}"] if systems else []
    parts += [f"{len(browsers)} browser{'s' * (len(browsers) > 1)}"] if browsers else []
    if len(stories) > 1 and times:
        parts.append(f"within {format_duration(max(times) - min(times))}")
    line = ", ".join(parts)
    return f"{line[0].upper()}{line[1:]}."


def _codes_line(stories: list[Story]) -> str:
    counts: Counter[str] = Counter()
    for story in stories:
        code = story.error_code or story.error_name or "no code"
        counts[f"{code} on {story.type}"] += story.events
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST_CODES]
    remaining = len(counts) - len(top)
    more = f" and {remaining:,} more" if remaining else ""
    events = sum(counts.values())
    codes = ", ".join(f"{name} ({count:,})" for name, count in top)
    return f"{events:,} event{'s' * (events != 1)} in {_failures(len(stories))}: {codes}{more}."


def _failures(count: int) -> str:
    return "1 failure" if count == 1 else f"{count:,} failures"


def _outcomes_line(stories: list[Story]) -> str:
    counts = Counter(story.outcome for story in stories)
    parts = [f"{counts[end]:,} {words}" for end, words in OUTCOMES.items() if counts[end]]
    return f"How {'it' if len(stories) == 1 else 'they'} ended: {', '.join(parts)}."


def _network_line(cls: VerdictClass, supporting: list[Story], networks: dict[str, set[str]]) -> str:
    patterns: dict[str, set[str]] = {}
    for story in supporting:
        for pattern in patterns_of(story):
            patterns.setdefault(pattern, set()).add(story.person.key)
    parts = list(_address_parts(cls, supporting, networks))
    for pattern, sharing in sorted(patterns.items()):
        parts.append(f"{people_words(len(sharing))} with {_pattern_words(pattern)}")
    return "; ".join(parts) + "." if parts else ""


def _address_parts(
    cls: VerdictClass, supporting: list[Story], networks: dict[str, set[str]]
) -> Iterator[str]:
    """Yield the addresses that support the class: one for a shared line, many for the service."""
    keys = {story.person.key for story in supporting}
    addresses = [networks[key] for key in keys if networks.get(key)]
    same = most_at_one_address(supporting, networks)
    if cls != "service" and same > 1:
        yield f"{same:,} of {people_words(len(keys))} with one IP address"
    elif cls != "shared_network" and len(addresses) > 1 and same == 1:
        yield f"{people_words(len(addresses))} on different IP addresses"


def _pattern_words(pattern: str) -> str:
    names = {"no_candidates": "no route for media", "relay_tcp": "only a relay over TCP"}
    return names.get(pattern, f"error {pattern.removeprefix('connect ')} while connecting")


def most_at_one_address(stories: Iterable[Story], networks: Mapping[str, set[str]]) -> int:
    """Return the largest number of these people who had the same public address."""
    keys = {story.person.key for story in stories}
    counts = Counter(network for key in keys for network in networks.get(key, ()))
    return max(counts.values(), default=0)


def build_verdict(  # noqa: PLR0913  what was found, each of another kind
    case: DiagnosisInput,
    stories: tuple[Story, ...],
    tally: Tally,
    classes: Mapping[str, VerdictClass],
    impact: Impact,
    networks: dict[str, set[str]],
    *,
    repeats: bool = False,
) -> Verdict:
    """Return the verdict of a look-up with stories; `repeats` says that earlier calls failed."""
    cls: VerdictClass = tally.cls or "none"
    supporting = _supporting_stories(cls, stories, tally, classes)
    unread = case.unread.words(proof=doubts_of(stories), around=cls in BY_NUMBERS)
    steps = (
        ()
        if all(story.bot for story in stories)
        else steps_of(cls, supporting, classes, repeats=repeats or _is_repeated(supporting))
    )
    return Verdict(
        cls=cls,
        confidence=confidence_of(tally, supporting, stories, impact.seen, complete=case.complete),
        evidence=evidence_lines(cls, supporting, stories, impact, networks),
        next_steps=((ASK_AGAIN,) if unread else steps)[:MOST_STEPS],
        why=tuple(_why(cls, supporting, classes, networks)),
        doubt=_doubt(cls, supporting, impact, networks),
        unread=unread,
    )


def _is_repeated(stories: Iterable[Story]) -> bool:
    """Return whether failures that passed deserve attention: of three people, or three of one."""
    times = Counter(story.person.key for story in stories)
    return len(times) >= FEW_PEOPLE or max(times.values(), default=0) >= FEW_PEOPLE


def _why(
    cls: VerdictClass,
    supporting: list[Story],
    classes: Mapping[str, VerdictClass],
    networks: Mapping[str, set[str]],
) -> Iterator[str]:
    """Yield at most one sentence that supports the verdict beyond the first sentence."""
    people = count_people(supporting)
    if cls == "mixed":
        groups = people_by_class(supporting, classes)
        if len(groups) > MOST_STEPS:
            yield _causes_line(groups)
    elif cls == "shared_network":
        yield _sharing_words(supporting, networks)
    elif people > 1 and cls in BY_NUMBERS:
        yield _spread_words(cls, supporting, networks)
    elif factor := common_factor(cls, supporting):
        yield _other_values(factor, supporting)


def _causes_line(groups: list[tuple[VerdictClass, list[Story]]]) -> str:
    """Return causes with owners, as in `app (2 people) → app team; own network (1) → users`."""
    parts = []
    for cls, stories in groups:
        owner = stories[0].explanation.entry.owner
        fits = advice_fits(cls, owner) and cls != "shared_network"
        words = OWNER_WORDS[owner] if fits else VERDICTS[cls].owner
        parts.append(f"{cause_noun(cls, stories)} ({count_people(stories):,}) → {words}")
    return f"{'; '.join(parts)}."


def _sharing_words(supporting: list[Story], networks: Mapping[str, set[str]]) -> str:
    same, people = most_at_one_address(supporting, networks), count_people(supporting)
    if same == people:
        return "All of them share one IP address."
    if same > 1:
        return f"{same:,} of these {people_words(people)} share one IP address."
    patterns = Counter(pattern for story in supporting for pattern in patterns_of(story))
    pattern = min(patterns, key=lambda name: (-patterns[name], name), default="")
    return {
        "": "The same filter answered all of them.",
        "no_candidates": "None of them found any path for audio and video.",
        "relay_tcp": "All of them could only use a relay over TCP, as behind a firewall.",
    }.get(pattern, f"All of them got the same error ({pattern.removeprefix('connect ')}).")


def _spread_words(
    cls: VerdictClass, supporting: list[Story], networks: Mapping[str, set[str]]
) -> str:
    """Return how close in time the failures were, and whether the networks differ."""
    times = [story.first_at for story in supporting if story.timed]
    between = max(times) - min(times) if len(times) > 1 else timedelta(0)
    span = (
        format_duration(between)
        if len(times) > 1 and (cls == "service" or between >= BURST)
        else ""
    )
    known = [networks[key] for key in {s.person.key for s in supporting} if networks.get(key)]
    differ = len(known) > 1 and most_at_one_address(supporting, networks) == 1
    platforms = sorted(
        {PLATFORM_WORDS.get(s.platform, s.platform) for s in supporting} - {"unknown"}
    )
    if cls != "service":
        parts = [f"{span} apart"] * bool(span) + ["each on a different network"] * differ
        return f"They failed {' and '.join(parts)}: a shared cause is unlikely." if parts else ""
    parts = [f"within {span}"] * bool(span) + ["each on a different network"] * differ
    parts += [f"on {join_words(platforms)}"] * (len(platforms) > 1)
    return f"They failed {', '.join(parts)}." if parts else ""


def _other_values(factor: str, supporting: list[Story]) -> str:
    """Return what else these people use, as a common factor counts only if the rest differs."""
    agents = {agent for story in supporting for agent in story.agents}
    browsers = {browser_of(agent) for agent in agents} - {None}
    systems = {os_of(agent) for agent in agents} - {None}
    parts = [f"{len(browsers)} browsers"] * (len(browsers) > 1)
    parts += [f"{len(systems)} operating systems"] * (len(systems) > 1)
    return f"They have {factor} in common, but {join_words(parts)}." if parts else ""


TOO_FEW = "Too few people were in the call to tell their network from a 100ms problem."
ATTENDANCE_UNKNOWN = (
    "Who else was in the call could not be read, so it may be their network or 100ms."
)


def _doubt(
    cls: VerdictClass, supporting: list[Story], impact: Impact, networks: Mapping[str, set[str]]
) -> str:
    """Return the one thing that speaks against the verdict; "" if nothing does."""
    if cls in BY_NUMBERS and impact.in_room is None:
        return ATTENDANCE_UNKNOWN
    if cls == "user_network" and any(map(may_hide_token, supporting)):
        return "An expired token looks the same in this SDK; ask the app team how long tokens last."
    if cls in BY_NUMBERS and (impact.in_room or 0) < FEW_PEOPLE:
        return TOO_FEW
    sharing = most_at_one_address(supporting, networks)
    if cls == "service" and sharing >= SHARED_LEAST:
        return (
            f"{sharing:,} of them share one IP address. If that is one office, check its "
            "internet first."
        )
    return _doubt_of_texts(cls, supporting)


def _doubt_of_texts(cls: VerdictClass, supporting: list[Story]) -> str:
    failures = {facts for story in supporting for facts in story.failures}
    received = (s for s in supporting if s.type == SUBSCRIBE and s.code in ICE_CODES)
    if cls == "user_network" and any(is_web_before(s, REPORTS_BOTH_PATHS) for s in received):
        return "This SDK may not report failed sending: others may not have seen or heard them."
    if cls == "user_network" and any(map(is_orderly_close, failures)):
        return "The event does not say which side closed the connection."
    if any(responder_of(facts, "web") == "gateway" for facts in failures):
        return "The error page may come from a proxy, not from 100ms."
    refused = all(story.explanation.entry.key == "capture-denied" for story in supporting)
    if refused and count_people(supporting) > 1 and not any(map(is_native_app, supporting)):
        return "If camera and microphone work on other sites, the app has a problem."
    return ""


def doubts_of(stories: Iterable[Story]) -> frozenset[str]:
    """Return every unread source on which the outcome of some story depends."""
    return frozenset[str]().union(*(story.doubt for story in stories))


def _supporting_stories(
    cls: VerdictClass,
    stories: tuple[Story, ...],
    tally: Tally,
    classes: Mapping[str, VerdictClass],
) -> list[Story]:
    """Return the stories behind the verdict; for `mixed` all stories that have weight."""
    leading = set(tally.people) if cls == "mixed" else {cls}
    return [
        story
        for story in stories
        if classes.get(story.id) in leading
        and story.person.key in tally.people.get(classes[story.id], ())
    ]
