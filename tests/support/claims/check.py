"""Compares the claims of an answer with those of an answer for which everything was read."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.catalogue import load_catalogue
from bot.domain.diagnosis.model import FAILED_FOR_GOOD
from bot.domain.errors import BotError, NothingFound
from bot.domain.report import Report
from bot.render.json_document import document
from bot.render.renderer import Renderer
from workbench.pretend_slack.limits import visible_text

RENDERER = Renderer(load_catalogue())
SURE = 0.7
DOUBT = re.compile(r"could not be read|not known|cannot be told", re.IGNORECASE)

CLAIMS = (
    r"[Aa]ll [\d,]+ people",
    r"[Nn]one of the [\d,]+ people",
    r"[Bb]oth people",
    r"[Tt]he only participant",
    r"Only the recorder had trouble",
    r"[Nn]obody was in this room",
    r"they were not seen in any call",
    r"[Tt]his call is older",
    r"[Nn]o [\w ]*errors reported(?:(?!in what could be read)[\w ])*: [^.\n]*",
    r"[Nn]othing failed for [^:\n]*?(?<!in what could be read): ",
    r"did not get back in",
    r"[\d,]+ more (?:failed|left or not seen again)",
    r"[Tt]he other (?:[\d,]+|person) had no errors",
    r"[Pp]roblems in [\d,]+ of [\d,]+ calls?[\w ]*",
    r"(?:was|and) not seen again",
    r"each on a different network",
    r"0 error events; [\d,]+ people",
    r"[\d,]+ (?:person|people) in the room without (?:errors|failures)",
    r"final; not seen again",
    r"as far as we can see; 100ms never marks this one as final",
    r"\(not seen again\)",
    r"left [\d.]+ \w+ later",
    r"failed for good",
    r"left or (?:was|were) not seen again",
    r"Too few people were in the call",
    r"We found nothing that stood in the way",
    r"your (?:own )?device (?:and network are|is) fine",
    r"and then it worked|came back by itself|all got over it",
    r"others in the call had the same",
    r"Several people (?:on the same network|had trouble)",
)
"""Phrases with numbers about several events: each must be in the whole answer too."""
_CLAIMS = [re.compile(one) for one in CLAIMS]


def texts(report: Report) -> Iterator[str]:
    """Yield every text that is rendered of an answer."""
    answer = RENDERER.answer(report)
    messages = [answer.opening, *answer.replies, *([answer.more] if answer.more else ())]
    for most in (1, 3):
        messages += RENDERER.private(report, messages=most, note="Only you see this.")
    packet, file = RENDERER.packet(report)
    spread = RENDERER.error_chart(report)
    messages += [RENDERER.reply(report), packet, RENDERER.packet_json(report)]
    messages += [*RENDERER.recovered(report), *RENDERER.timeline(report)]
    messages += [spread] if spread else []
    for message in messages:
        yield message.text
        yield visible_text([dict(block) for block in message.blocks])
    yield file.content
    yield from (one.content for one in answer.files)
    yield json.dumps(document(report), ensure_ascii=False)


def claims(report: Report) -> set[str]:
    """Return the claims of every text, word for word."""
    whole = "\n".join(texts(report))
    return {found[0].lower() for claim in _CLAIMS for found in claim.finditer(whole)}


_SHARE = re.compile(
    r"(at least )?([\d,]+) of ([\d,]+) (?:people|person|in the room)", re.IGNORECASE
)


def _shares(report: Report, true: dict[str, Any], source: str) -> Iterator[str]:
    """Check `3 of 10 people`: ten must be true, and without all events three is a minimum."""
    known = {true["in_room"], *range(true["affected"] + 1)}
    for text in texts(report):
        for least, some, everybody in _SHARE.findall(text):
            if int(everybody.replace(",", "")) not in known:
                yield f"{some} of {everybody}, where {true['in_room']} were in the room"
            if int(some.replace(",", "")) > true["affected"]:
                yield f"{some} of {everybody}, where {true['affected']} were affected"
            if source.startswith("client.") and not least and int(everybody) == true["in_room"]:
                yield f"{some} of {everybody}, and not `at least`"


def lead(report: Report) -> str:
    assert report.diagnosis
    return RENDERER.answer(report).opening.text


def complaints(found: Report | BotError, whole: Report, source: str, failure: str) -> list[str]:
    """Return claims of an answer with one source unread that are false or have no evidence."""
    if (source, failure) == ("peer-stats", "404"):
        return []  # that there are none is the truth then
    if isinstance(found, BotError):
        unknown = isinstance(found, NothingFound) and failure != "404"
        return [f"says that nothing is there: {found.cause}"] if unknown else []
    told, true = document(found), document(whole)
    known = claims(whole)
    if not true["people"]["in_room"]:
        known.add("nobody was in this room")
    if true["people"]["in_room"] == 1:
        known.add("the only participant")
    wrong = [f"claims {one!r}" for one in sorted(claims(found) - known)]
    wrong += _shares(found, true["people"], source)
    wrong += _people(told["people"], true["people"])
    wrong += _outcomes(told, true)
    wrong += _verdict(told, true, source)
    wrong += _completeness(told, source)
    if _differs(told, true) and not lead(found).startswith("Partial answer: "):
        wrong.append(f"differs, and does not say so first: {lead(found)!r}")
    return wrong


def _people(told: dict[str, Any], true: dict[str, Any]) -> Iterator[str]:
    if told["in_room"] not in {None, true["in_room"]}:
        yield f"{told['in_room']} in the room, which were {true['in_room']}"
    totals = {one["label"]: one["total"] for one in true["by_role"]}
    for one in told["by_role"]:
        if one["total"] is not None and one["total"] != totals.get(one["label"]):
            yield f"role {one}, where {totals}"
        if one["total"] is not None and told["in_room"] is None:
            yield f"a role's total, but not the room's: {one}"
    calls = {str(one) for one in true["failed_calls"]}
    yield from (f"calls {one}" for one in told["failed_calls"] if str(one) not in calls)


def _outcomes(told: dict[str, Any], true: dict[str, Any]) -> Iterator[str]:
    ends = {one["id"]: one["outcome"] for one in true["stories"]}
    for one in told["stories"]:
        end, seen = ends.get(one["id"]), one["outcome"]
        if seen in {end, "unknown"}:
            continue
        doubtful = one["terminal"] or seen == "gave_up"
        if not (doubtful and seen in FAILED_FOR_GOOD and DOUBT.search(one["evidence"])):
            yield f"{one['type']} {one['error_code']} {seen} ({one['evidence']}), was {end}"


def _verdict(told: dict[str, Any], true: dict[str, Any], source: str) -> Iterator[str]:
    verdict = told["verdict"]
    sure = verdict["confidence"] >= SURE
    if sure and verdict["class"] != true["verdict"]["class"]:
        yield f"is sure of {verdict['class']}, which is {true['verdict']['class']}"
    if source.startswith("client.") and verdict["class"] == "none" and sure:
        yield "nobody's fault, with a type unread"


def _completeness(told: dict[str, Any], source: str) -> Iterator[str]:
    seen = told["completeness"]
    if seen["complete"] == source.startswith("client."):
        yield f"complete is {seen['complete']}"
    if source.startswith("client.") and not seen["notes"]:
        yield "no note"


def _differs(told: dict[str, Any], true: dict[str, Any]) -> bool:
    """Return whether the missing source could change what people do."""

    def facts(one: dict[str, Any]) -> object:
        people = {key: one["people"][key] for key in ("affected", "failed_for_good", "recovered")}
        ends = sorted((story["id"], story["outcome"]) for story in one["stories"])
        return one["verdict"]["class"], people, ends

    return facts(told) != facts(true)
