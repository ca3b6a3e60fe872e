"""Applies an acknowledgement: a message to the person, or the next step of a modal."""

import json
from typing import Any

from workbench.pretend_slack.api_views import change_view, new_view, refuse_deep_stack
from workbench.pretend_slack.asking import message_problems
from workbench.pretend_slack.limits import check_view
from workbench.pretend_slack.records import Json, Refused, ResponseUrl, View
from workbench.pretend_slack.responses import answer_message
from workbench.pretend_slack.state import Team
from workbench.pretend_slack.traffic import Delivery


def show_command_ack(team: Team, delivery: Delivery, url: ResponseUrl) -> None:
    """Show the ack's text, or Slack's own words about a command that failed."""
    if delivery.user_error:
        command = delivery.payload["command"]
        words = f'{command} failed with the error "{delivery.user_error}"'
        team.slackbot_says(url.user, url.channel, words)
        return
    args = _as_message(delivery.body)
    if not args:
        return
    problems = [each for each in message_problems(team, args) if each.code != "no_text"]
    if problems:
        delivery.user_error = problems[0].code
        return
    url.original = answer_message(team, url.channel, url.user, args, "ack")


def apply_submission_ack(team: Team, delivery: Delivery, view: View) -> None:
    """Close, change or stack modals as the ack of a view_submission says."""
    if delivery.user_error:
        view.errors = {"": "We had some trouble connecting. Try again?"}
        return
    body = delivery.body if isinstance(delivery.body, dict) else {}
    action = body.get("response_action")
    try:
        _ACTIONS.get(str(action), _close)(team, view, body)
    except Refused as refused:
        delivery.user_error = refused.error
        view.errors = {"": f"{refused.error}"}


def _close(team: Team, view: View, body: Json) -> None:
    del team, body
    view.is_open = False


def _clear(team: Team, view: View, body: Json) -> None:
    del body
    for other in team.views.values():
        if other.root == view.root:
            other.is_open = False


def _errors(team: Team, view: View, body: Json) -> None:
    del team
    known = {block.get("block_id") for block in view.content["blocks"] if block["type"] == "input"}
    if not set(body.get("errors", {})) & known:
        raise Refused("invalid_errors")
    view.errors = body["errors"]


def _update(team: Team, view: View, body: Json) -> None:
    del team
    change_view(view, _checked(body.get("view")))


def _push(team: Team, view: View, body: Json) -> None:
    content = _checked(body.get("view"))
    refuse_deep_stack(team, view)
    new_view(team, view.user, content, view)


_ACTIONS = {"clear": _clear, "errors": _errors, "update": _update, "push": _push}


def _checked(content: Any) -> Json:  # noqa: ANN401
    problems = check_view(content)
    if problems:
        raise Refused(problems[0].code)
    return dict(content)


def _as_message(body: Any) -> Json:  # noqa: ANN401
    """An ack's body as the args of a message; a plain text is the text."""
    if isinstance(body, str) and body.strip():
        try:
            read = json.loads(body)
        except ValueError:
            return {"text": body}
        return read if isinstance(read, dict) else {"text": body}
    return body if isinstance(body, dict) else {}
