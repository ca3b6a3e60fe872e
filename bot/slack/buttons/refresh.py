"""*Ask again*: edits a standing opening in place, and tells the difference in its thread.

One job of kind `refresh` does so for the button, for the word `again` in a thread, and for Home.
Only one runs at a time for each answer. If nothing changed, only the person who asked is told.
"""

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from functools import partial

from bot.domain.answer_log import Claim, OpeningState, PostedAnswer
from bot.domain.audit import AuditOutcome, Ending
from bot.domain.difference import AnswerFacts, Difference, compare, facts_of
from bot.domain.errors import BotError, SinceForgotten, SlackTrouble
from bot.domain.report import Report
from bot.domain.saved_lookup import SavedLookup, query_of
from bot.jobs.ports import JobHandler, Json, Steps
from bot.render.answer.standing import UNDER_WAY, unchanged_words, with_later_call
from bot.render.message import Answer, Message
from bot.slack.audit import end_job_row, mark_job_recorded, wait_until_recorded
from bot.slack.buttons.press import PressClaim
from bot.slack.checkpoints.serialization import from_json, to_json
from bot.slack.context import BotContext, Lookup
from bot.slack.dedupe import digest_of
from bot.slack.delivery.opening_edits import (
    Content,
    change_state,
    edit_opening,
    find_opening,
    remember_state,
)
from bot.slack.delivery.routes import Delivery, deliver, deliver_thread
from bot.slack.delivery.unconfirmed import refusal_text, report_unconfirmed
from bot.slack.error_boundary import notify_user
from bot.slack.home import refresh_home
from bot.slack.job import admit_lookup
from bot.slack.lookup.channel_defaults import apply_channel_defaults, restrict_to_audience
from bot.slack.lookup.choices import post_choices
from bot.slack.lookup.job import LookupJob, lookup_from_json, lookup_to_json
from bot.slack.lookup.retry import (
    AnswerSummary,
    log_answer,
    retry_note,
    summarise,
)
from bot.slack.lookup.surroundings import LookAround, finish_answer, look_around, place_of
from bot.slack.payloads import ReplyTarget
from bot.slack.sending.calls import PostMessage
from bot.slack.sending.errors import SlackErrorKind
from bot.slack.sending.format_fallback import SendResult

REFRESH_KIND = "refresh"


async def start_refresh(
    ctx: BotContext,
    target: ReplyTarget,
    answer: PostedAnswer,
    delivery: str,
    *,
    home: bool = False,
) -> None:
    """Record the refresh of a posted answer as a job, for the person of `target`.

    `delivery` is Slack's id of the request. With `home`, the person pressed in their Home and is
    told there if nothing changed. Raises TooManyWaiting and StoreUnreachable.
    """
    handle = answer.handle
    if not handle.private:
        target = replace(target, channel=answer.channel)
    with admit_lookup(ctx, target.user):
        lookup = Lookup(handle.lookup_id, query_of(handle), target)
        lookup = await apply_channel_defaults(ctx, lookup)
        query = replace(
            lookup.query,
            workspace=handle.workspace,
            workspaces=ctx.workspaces_at(target.channel),
            usual_since=None,
            anew=True,
        )
        place = OpeningState(handle, answer.channel, answer.ts, answer.thread or answer.ts)
        payload = {
            **lookup_to_json(replace(lookup, query=query)),
            "opening": to_json(OpeningState, place),
            "home": home,
        }
        await wait_until_recorded()
        is_new = await ctx.jobs.submit(REFRESH_KIND, f"{REFRESH_KIND}:{delivery}", payload)
    mark_job_recorded()
    if not is_new:
        ctx.metrics.duplicate_suppressed()


def refresh_handler(ctx: BotContext) -> JobHandler:
    """Return the function that runs each refresh."""

    def handle(payload: Json, steps: Steps) -> Awaitable[None]:
        return RefreshJob(ctx, payload, steps).run_admitted()

    return handle


class RefreshJob(LookupJob):
    """Asks the question of one standing answer again, and shows what changed."""

    def __init__(self, ctx: BotContext, payload: Json, steps: Steps) -> None:
        super().__init__(ctx, lookup_from_json(payload), steps)
        self._place: OpeningState = from_json(OpeningState, payload["opening"])
        self._is_home: bool = payload["home"]
        self._summary: AnswerSummary | None = None
        self._claim = PressClaim(ctx.post_claims, self.steps, (REFRESH_KIND, self.lookup.id))

    async def run(self) -> None:
        """Refresh the answer, unless another job does so at this moment."""
        delivery = None
        async with self.boundary:
            if await self._claim.acquire() is Claim.ACQUIRED:
                async with self.progress:
                    delivery = await self._refresh()
            else:
                self.ctx.metrics.duplicate_suppressed()
                await self._tell(UNDER_WAY)
        self.result.close()
        self._count()
        await end_job_row(self.ctx, self.steps.job_id, self._ending())
        await self._claim.finish(failed=True)  # released, so that anybody may ask again
        if delivery is not None and self._summary is not None:
            await self._finish(self._summary, delivery)

    async def _finish(self, summary: AnswerSummary, delivery: Delivery) -> None:
        """Do what follows the answer."""
        place, around = place_of(self, delivery), LookAround()
        with suppress(SinceForgotten):
            around = await look_around(self, self.result, summary, place, "surroundings")
        await finish_answer(self, summary, delivery, around)

    async def _refresh(self) -> Delivery | None:
        """Return the delivery of a partial answer, which is to be tried again; None otherwise."""
        await restrict_to_audience(self)
        self.boundary.names = self.result.names
        standing = await find_opening(self, self.lookup.id) or self._place
        choices = await self.result.choices()
        if choices is not None:
            await post_choices(self, choices)
            return None
        summary = await summarise(self, self.result)
        self._summary = summary
        self._outcome, self._saved_lookup = summary.outcome, summary.handle
        before = standing.facts or await self._facts_of(standing.handle)
        difference = compare(before, summary.facts) if before and summary.facts else None
        answers_anew = self._is_home and self.lookup.query.private
        if difference and difference.tells_nothing and not answers_anew:
            await self._tell(unchanged_words(difference, summary.handle.as_of))
        elif self.lookup.query.private:
            await self._answer_privately(standing, summary)
        else:
            return await self._edit(replace(standing, facts=before), summary, difference)
        return None

    async def _edit(
        self, standing: OpeningState, summary: AnswerSummary, difference: Difference | None
    ) -> Delivery | None:
        """Edit the opening, and tell the difference in its thread."""
        await remember_state(self, standing)
        self.note = retry_note(self, summary)
        self.opening_state = replace(
            standing, handle=summary.handle, facts=summary.facts, note=self.note
        )
        answer: Answer = await self.result.render("answer", Answer, partial(self._answer, standing))
        content = Content(answer.opening, summary.handle.as_of)
        edit = await edit_opening(
            self, standing, "refresh", partial(_refresh_state, self.opening_state), content
        )
        if not edit.applied:
            await self._tell(UNDER_WAY)
            return None
        await self._tell_difference(standing, difference, with_sentence=not edit.sent.ok)
        opening = SendResult(channel=standing.channel, ts=standing.ts, thread=standing.thread)
        await log_answer(self, summary, opening)
        return Delivery(self, opening, answer) if edit.sent.ok else None

    def _answer(self, standing: OpeningState, report: Report) -> Answer:
        note = with_later_call(report, self.note)
        return self.ctx.renderer.answer(report, note=note, asked_by=standing.asker)

    async def _tell_difference(
        self, standing: OpeningState, difference: Difference | None, *, with_sentence: bool
    ) -> None:
        """Post one line in the thread; the person who asked gets it if Slack refuses it there."""
        render = partial(
            self.ctx.renderer.difference,
            difference=difference,
            since=standing.handle.as_of,
            with_sentence=with_sentence,
        )
        line: Message = await self.result.render("difference", Message, render)
        call = PostMessage(standing.channel, line, self.lookup.id, standing.thread)
        sent = await self.sender.send(call)
        if sent.cause is SlackErrorKind.UNKNOWN:
            await report_unconfirmed(
                self, [line.part], channel=standing.channel, thread=standing.thread
            )
        elif not sent.ok and not await notify_user(
            self.sender, self.lookup.target, line, self.lookup.id
        ):
            raise SlackTrouble(f"Every way of answering was refused: {refusal_text(sent)}.")

    async def _answer_privately(self, standing: OpeningState, summary: AnswerSummary) -> None:
        """Answer the person alone: in place of the pressed message, if that is possible."""
        target = self.lookup.target
        if target.url is not None and not self._place.ts:
            self.lookup = self.lookup.with_target(replace(target, acked=True))
        delivery = await deliver_thread(await deliver(self))
        if standing.handle.private:
            await log_answer(self, summary, delivery.sent)
            news = replace(standing, handle=summary.handle, facts=summary.facts)
            await change_state(self, standing, "refresh", partial(_refresh_state, news))

    async def _facts_of(self, handle: SavedLookup) -> AnswerFacts | None:
        """Return what an answer said whose facts are not stored; None if it cannot be reopened."""

        async def act() -> Json:
            try:
                report = await self.reopen_answer(handle)
            except BotError:  # 100ms does not keep its events any more, or does not answer
                return None
            return to_json(AnswerFacts, facts_of(report))

        facts: AnswerFacts | None = from_json(
            AnswerFacts | None, await self.steps.step("earlier", act)
        )
        return facts

    async def _tell(self, words: str) -> None:
        """Tell the person who asked one line, which nobody else sees; in Home it stands there."""
        if self._is_home and self.lookup.target.user in self.ctx.homes.readers:
            refresh_home(self.ctx, self.lookup.target.user, words)
            return
        part = f"unchanged-{digest_of((self.steps.job_id,)).hex()[:8]}"
        message = self.ctx.renderer.line(part, words)
        await notify_user(self.sender, self.lookup.target, message, self.lookup.id)

    def _ending(self) -> Ending:
        if self._claim.claim is not Claim.ACQUIRED and self.boundary.error is None:
            return Ending(AuditOutcome.REPEATED, self.lookup.id)
        return super()._ending()


def _refresh_state(news: OpeningState, state: OpeningState) -> OpeningState | None:
    """Return the state with newer content; None if it has content as new."""
    if state.handle.as_of >= news.handle.as_of:
        return None
    return replace(state, handle=news.handle, facts=news.facts, note=news.note)
