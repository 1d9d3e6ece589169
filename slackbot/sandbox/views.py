"""Views: modals in their stack of up to three, and each person's home tab, with the state of their inputs."""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbot.sandbox.elements import State, merged_state
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.ids import new_id, new_secret
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Workspace

STACK_LIMIT = 3


@dataclass
class View:
    """One view before one person. `definition` is what the app gave, with every block id assigned."""

    id: str
    user_id: str
    definition: JSON
    root_view_id: str
    previous_view_id: str | None = None
    hash: str = ""
    state: State = field(default_factory=dict)
    #: block_id -> what Slack shows under the input after a refused submission
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[JSON]:
        """The view's blocks."""
        return list(self.definition["blocks"])


@dataclass
class Views:
    """Every view that is open, and the changes of stacks that apps and people make."""

    workspace: Workspace
    _open: dict[str, View] = field(default_factory=dict)
    _stacks: dict[str, list[View]] = field(default_factory=dict)
    _homes: dict[str, View] = field(default_factory=dict)

    def stack(self, user_id: str) -> list[View]:
        """A person's open modals, the top one last."""
        return list(self._stacks.get(user_id, ()))

    def home(self, user_id: str) -> View | None:
        """What was published to a person's home tab."""
        return self._homes.get(user_id)

    def open(self, user_id: str, definition: JSON) -> View:
        """Show a modal in the place of whatever modals were open."""
        self._check_external_id(definition, None)
        for old in self._stacks.pop(user_id, []):
            self._open.pop(old.id, None)
        return self._show(user_id, definition)

    def push(self, user_id: str, definition: JSON) -> View:
        """Show a modal on top of the open ones. ApiError ``push_limit_reached``, ``not_found``."""
        stack = self._stacks.get(user_id)
        if not stack:
            raise ApiError("not_found")
        if len(stack) >= STACK_LIMIT:
            raise ApiError("push_limit_reached")
        self._check_external_id(definition, None)
        return self._show(user_id, definition)

    def find(self, view_id: str | None, external_id: str | None = None) -> View:
        """An open view by its id or by its external id. ApiError ``not_found``."""
        for view in self._open.values():
            if (view_id and view.id == view_id) or (external_id and view.definition.get("external_id") == external_id):
                return view
        raise ApiError("not_found")

    def update(self, view: View, definition: JSON, expected_hash: str | None = None) -> View:
        """Put other contents in a view. Inputs keep their state if block id and action id are as before."""
        if expected_hash and expected_hash != view.hash:
            raise ApiError("hash_conflict")
        self._check_external_id(definition, view)
        view.definition, view.errors = definition, {}
        view.state = merged_state(view.blocks, view.state)
        self._renew(view, "updated")
        return view

    def publish_home(self, user_id: str, definition: JSON, expected_hash: str | None = None) -> View:
        """Put a view on a person's home tab. ApiError ``hash_conflict``."""
        view = self._homes.get(user_id)
        if view is not None:
            return self.update(view, definition, expected_hash)
        self._check_external_id(definition, None)
        view_id = new_id("V")
        view = self._homes[user_id] = self._open[view_id] = View(view_id, user_id, definition, view_id)
        view.state = merged_state(view.blocks, {})
        self._renew(view, "published")
        return view

    def restore_home(self, view: View) -> None:
        """Put a home tab back as it was, without a word to anybody."""
        self._homes[view.user_id] = self._open[view.id] = view

    def set_state(self, view: View, block_id: str, action_id: str, value: JSON) -> None:
        """Note what a person put into an input."""
        view.state.setdefault(block_id, {})[action_id] = value
        self._publish(view, "filled")

    def refuse(self, view: View, errors: dict[str, str]) -> None:
        """Show errors under a view's inputs."""
        view.errors = dict(errors)
        self._publish(view, "errors")

    def close(self, view: View) -> None:
        """Close one modal; what lies below it is there again."""
        stack = self._stacks.get(view.user_id, [])
        if view in stack:
            stack.remove(view)
            self._open.pop(view.id, None)
            self._publish(view, "closed")

    def close_all(self, user_id: str) -> list[View]:
        """Close every modal of a person; answers them, the top one first."""
        closed = self.stack(user_id)[::-1]
        for view in closed:
            self.close(view)
        return closed

    def as_dict(self, view: View) -> JSON:
        """The view as interactions carry it, with its state."""
        given, app = view.definition, self.workspace.app
        return {
            "id": view.id,
            "team_id": self.workspace.team.id,
            "type": given["type"],
            "blocks": given["blocks"],
            "private_metadata": given.get("private_metadata", ""),
            "callback_id": given.get("callback_id", ""),
            "state": {"values": {block_id: dict(actions) for block_id, actions in view.state.items()}},
            "hash": view.hash,
            "title": given.get("title"),
            "clear_on_close": given.get("clear_on_close", False),
            "notify_on_close": given.get("notify_on_close", False),
            "close": given.get("close"),
            "submit": given.get("submit"),
            "previous_view_id": view.previous_view_id,
            "root_view_id": view.root_view_id,
            "app_id": app.id,
            "external_id": given.get("external_id", ""),
            "app_installed_team_id": self.workspace.team.id,
            "bot_id": app.bot_id,
        }

    def _show(self, user_id: str, definition: JSON) -> View:
        stack = self._stacks.setdefault(user_id, [])
        view_id = new_id("V")
        root, previous = (stack[0].id, stack[-1].id) if stack else (view_id, None)
        view = self._open[view_id] = View(view_id, user_id, definition, root, previous)
        view.state = merged_state(view.blocks, {})
        stack.append(view)
        self._renew(view, "pushed" if previous else "opened")
        return view

    def _renew(self, view: View, action: str) -> None:
        view.hash = f"{int(self.workspace.clock.now())}.{new_secret()[:8]}"
        self._publish(view, action)

    def _publish(self, view: View, action: str) -> None:
        self.workspace.changes.publish(
            "view", action=action, user=view.user_id, view=self.as_dict(view), errors=dict(view.errors)
        )

    def _check_external_id(self, definition: JSON, own: View | None) -> None:
        external_id = definition.get("external_id")
        holders = [v for v in self._open.values() if external_id and v.definition.get("external_id") == external_id]
        if any(holder is not own for holder in holders):
            raise ApiError("duplicate_external_id")
