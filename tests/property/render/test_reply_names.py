"""Whatever people call themselves, the form of a reply is valid and mentions nobody."""

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.render.replies.facts import drafts_of
from bot.render.replies.form import ReplyForm, new_form
from tests.support.reports.diagnosed_reports import RENDERER, diagnosed
from tests.support.reports.plain_reports import NOON, failure, report
from workbench.pretend_slack.limits import check_view

HOSTILE = st.one_of(
    st.text(max_size=90),
    st.sampled_from(
        ["<!channel>", "<@U0ALICE>", "*bold* _x_", "</script>", "{{ name }}", "\u202eevil", '"\\']
        * 2
    ),
)


@given(st.lists(HOSTILE, min_size=1, max_size=9), HOSTILE)
def test_any_name_makes_a_valid_form(names: list[str], ticket: str) -> None:
    events = [
        failure(number, user_id=f"u{number}", user_name=name) for number, name in enumerate(names)
    ]
    found = diagnosed(report(*events))
    form = new_form(found, ticket, "Europe/Berlin")
    assert len(drafts_of(found)) == len(form.drafts) >= 1
    for chosen in range(len(form.drafts)):
        chosen_form = ReplyForm(form.drafts, chosen, "de", "short", zone=form.zone)
        view = RENDERER.reply_forms.view(chosen_form, NOON, ZoneInfo("Europe/Berlin"), "{}")
        assert check_view(view) == []
        letter = view["blocks"][-1]["element"]["initial_value"]
        assert "<!" not in letter
        assert "<@" not in letter
