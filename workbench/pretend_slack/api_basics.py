"""auth.test, api.test and apps.connections.open."""

import secrets

from workbench.pretend_slack.asking import Ask, Method, Methods
from workbench.pretend_slack.records import Json


def auth_test(ask: Ask) -> Json:
    """auth.test: who the token belongs to."""
    team, app = ask.team, ask.team.app
    return {
        "url": f"https://{team.domain}.slack.example/",
        "team": team.domain,
        "user": app.name,
        "team_id": team.id,
        "user_id": app.bot_user,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": team.enterprise_id} if team.enterprise_id else {}),
    }


def api_test(ask: Ask) -> Json:
    """api.test: says back what it was told."""
    return {"args": ask.args}


def open_connection(ask: Ask) -> Json:
    """apps.connections.open: the address of a socket, good for one use."""
    ticket = secrets.token_hex(12)
    ask.team.tickets.add(ticket)
    socket = ask.team.base_url.replace("http", "ws", 1)
    return {"url": f"{socket}/link/?ticket={ticket}&app_id={ask.team.app.app_id}"}


METHODS: Methods = {
    "auth.test": Method(auth_test),
    "api.test": Method(api_test, token="none"),
    "apps.connections.open": Method(open_connection, token="app"),
}
