"""The opening of an answer, held to its limit."""

from bot.domain.catalogue import Catalogue
from bot.domain.report import Report
from bot.render.compose import Composer
from bot.render.limits import OPENING_MOST, shorten, visible
from bot.render.message import Message
from bot.render.sizes import SIZES
from bot.render.summary import Summary, summarise
from bot.render.words import free

NOTE = 60
"""Characters of a note beside a tight opening."""


REMARKS = 400
"""Characters of what is said before anything else."""


def remarks_of(report: Report) -> str:
    """What of the question was not understood, as one paragraph; "" if all was."""
    return shorten(free(" ".join(report.remarks)), REMARKS)


class Openings:
    """Puts reports into openings."""

    def __init__(self, composer: Composer, catalogue: Catalogue, dashboard: str) -> None:
        self._composer = composer
        self._catalogue = catalogue
        self._dashboard = dashboard

    def opening(self, report: Report, note: str, *, below: str, private: bool) -> Message:
        """The roomiest opening that keeps within its limit."""
        for sizes in SIZES:
            summary = summarise(report, self._catalogue, self._dashboard, sizes, private=private)
            told = shorten(free(note), sizes.note + NOTE)
            remarks = remarks_of(report)
            first = " ".join(filter(None, (remarks, told)))
            facts = {"s": summary, "below": below, "note": first, "remarks": remarks}
            message = self._composer.message("opening", "opening", **facts)
            if visible(message.blocks) <= OPENING_MOST:
                break
        return message

    def tight(self, report: Report) -> Summary:
        """The facts of the shortest private opening."""
        return summarise(report, self._catalogue, self._dashboard, SIZES[-1], private=True)
