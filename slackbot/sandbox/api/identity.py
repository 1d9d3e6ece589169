"""Who the caller is: auth.test, team.info, bots.info, and where its sockets go: apps.connections.open."""

from __future__ import annotations

from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.shapes import JSON


@method("auth.test", Tier.SPECIAL)
def test(backend: Backend, arguments: Arguments) -> JSON:  # noqa: ARG001  every handler has this shape
    """Whose token it is."""
    team, app = backend.workspace.team, backend.workspace.app
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": app.name,
        "team_id": team.id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


@method("team.info", Tier.T3, scopes=("team:read",))
def team_info(backend: Backend, arguments: Arguments) -> JSON:
    """The workspace."""
    team = backend.workspace.team
    if arguments.text("team", team.id) != team.id:
        raise ApiError("team_not_found")
    icon = {"image_default": True}
    about = {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": icon}
    return {"team": {**about, "url": f"https://{team.domain}.slack.com/"}}


@method("bots.info", Tier.T3, scopes=("users:read",))
def bots_info(backend: Backend, arguments: Arguments) -> JSON:
    """The app's bot."""
    app = backend.workspace.app
    if arguments.text("bot", app.bot_id) != app.bot_id:
        raise ApiError("bot_not_found")
    about = {"id": app.bot_id, "deleted": False, "name": app.name, "updated": 0}
    return {"bot": {**about, "app_id": app.id, "user_id": app.bot_user_id, "icons": {}}}


@method("apps.connections.open", Tier.T3, caller="app")
def open_connection(backend: Backend, arguments: Arguments) -> JSON:  # noqa: ARG001  as above
    """A web socket address, good for one connection."""
    host = backend.base_url.replace("http", "ws", 1)
    return {"url": f"{host}/link/?ticket={backend.sockets.new_ticket()}&app_id={backend.workspace.app.id}"}
