"""Opens the form: at once, since a trigger lives three seconds, and filled in when we know more.

https://docs.slack.dev/interactivity/handling-user-interaction#modal_responses
"""

import structlog

from bot.domain.errors import BotError, NotAllowed, SlackTrouble
from bot.domain.question import Clue
from bot.domain.target import Choices
from bot.slack.desk import Desk
from bot.slack.errors import Cause
from bot.slack.explain import Explained, in_words
from bot.slack.place import Place

TOO_LATE = NotAllowed(
    "Slack gives three seconds to open a form, and they were over.",
    headline="The form could not be opened",
    next_step="Use the shortcut once more.",
)

SEVERAL = "I found several ids in this message; one moment, I look up what each is."
CLOSED = "not_found"
"""What Slack says of a view that is gone.

https://docs.slack.dev/reference/methods/views.update
"""


async def ask(
    desk: Desk,
    place: Place,
    trigger_id: str,
    reference: str,
    clues: tuple[Clue, ...] = (),
    *,
    why: str = "",
) -> None:
    """Open the form; with several clues, change it into a choice among them.

    `why` says what was not found in the message, or left out.
    """
    async with Explained(desk, place, reference):
        note = f"{SEVERAL} {why}".strip() if clues else why
        kept = desk.modals.note(place)
        view = desk.tools.renderer.modal(
            None, private_metadata=kept, note=note, conversation=not place.channel
        )
        opened = await desk.poster.plain.open_view(trigger_id, view)
        if opened.cause is Cause.EXPIRED:
            raise TOO_LATE
        if not opened.ok:
            raise SlackTrouble(f"Slack would not open the form ({opened.error}).")
        if clues:
            await _choose(desk, place, clues, opened.ts, kept, why)


async def _choose(
    desk: Desk,
    place: Place,
    clues: tuple[Clue, ...],
    view_id: str,
    kept: str,
    why: str,
) -> None:
    """Put the choice into the open form. One that was closed meanwhile is nobody's loss."""
    choices: Choices | None = None
    try:
        async with desk.crew.bounds.turn(place.user, _say_nothing):
            workspaces = desk.workspaces_at(place.channel)
            choices = await desk.tools.investigator.describe(clues, workspaces)
    except BotError as error:
        said = in_words(error, structlog.get_logger("call_doctor"))
        note = f"{said.headline}. {said.cause} {said.next_step}"
    else:
        note = f"{choices.note} {why}".strip()
    view = desk.tools.renderer.modal(choices, private_metadata=kept, note=note, conversation=False)
    changed = await desk.poster.plain.change_view(view_id, view)
    if not changed.ok and changed.error != CLOSED:
        raise SlackTrouble(
            f"Slack would not change the form ({changed.error}): what the ids are does not show.",
            headline="The form could not be filled in",
            next_step="Type the one id you mean into the form.",
        )


async def _say_nothing(_: str) -> None:
    """Leave the form as it is while its ids wait for the asker's other look-ups."""
