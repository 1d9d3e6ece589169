"""views.*: modals and the home tab."""

from __future__ import annotations

from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.block_kit import view_definition
from slackbot.sandbox.errors import ApiError, invalid_arguments
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.views import View


@method("views.open", Tier.T4, required=("view",))
def open_view(backend: Backend, arguments: Arguments) -> JSON:
    """Open a modal for the person whose interaction made the trigger."""
    definition = _definition(arguments, "modal")
    trigger = backend.triggers.exchange(arguments.text("trigger_id"))
    return _answer(backend, backend.views.open(trigger.user_id, definition))


@method("views.push", Tier.T4, required=("view",))
def push_view(backend: Backend, arguments: Arguments) -> JSON:
    """Lay a modal over the one whose interaction made the trigger."""
    definition = _definition(arguments, "modal")
    trigger = backend.triggers.exchange(arguments.text("trigger_id"))
    if trigger.view_id is None:
        raise ApiError("not_found")
    return _answer(backend, backend.views.push(trigger.user_id, definition))


@method("views.update", Tier.T4, required=("view",))
def update_view(backend: Backend, arguments: Arguments) -> JSON:
    """Change an open view, found by its id or its external id."""
    if not ("view_id" in arguments or "external_id" in arguments):
        raise invalid_arguments("missing required field: view_id")
    view = backend.views.find(arguments.text("view_id"), arguments.text("external_id"))
    definition = _definition(arguments, view.definition["type"])
    return _answer(backend, backend.views.update(view, definition, arguments.text("hash")))


@method("views.publish", Tier.T4, required=("user_id", "view"))
def publish_view(backend: Backend, arguments: Arguments) -> JSON:
    """Show a view on a person's home tab."""
    if not backend.installation.home_tab:
        raise ApiError("not_enabled")
    definition = _definition(arguments, "home")
    user_id = arguments.text("user_id")
    if user_id not in backend.workspace.accounts:
        raise invalid_arguments("invalid `user_id`")
    return _answer(backend, backend.views.publish_home(user_id, definition, arguments.text("hash")))


def _definition(arguments: Arguments, kind: str) -> JSON:
    return view_definition(arguments.object("view", "invalid_arguments"), (kind,))


def _answer(backend: Backend, view: View) -> JSON:
    return {"view": {**backend.views.as_dict(view), "state": {"values": {}}}}
