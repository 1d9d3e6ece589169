"""What the app was installed with: scopes, subscriptions, commands and shortcuts, as its manifest says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Installation:
    """None stands for everything: no limit is known."""

    scopes: frozenset[str] | None = None
    #: Events by their names in subscriptions, such as ``message.channels``.
    events: frozenset[str] | None = None
    #: command -> whether mentions in its text come as ids (``should_escape``)
    commands: Mapping[str, bool] | None = None
    #: Callback ids of global shortcuts and of those in a message's menu.
    shortcuts: frozenset[str] | None = None
    message_shortcuts: frozenset[str] | None = None
    #: Whether the app has a home tab, and one where people and the app write to each other.
    home_tab: bool = True
    messages_tab: bool = True
    messages_tab_is_read_only: bool = False
    bot_name: str = "storythread"
    #: Commands and shortcuts as the manifest describes them.
    described: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def grants(self, scope: str) -> bool:
        """Whether the app was given this scope."""
        return self.scopes is None or scope in self.scopes

    def sends(self, event: str) -> bool:
        """Whether the app subscribed to this event."""
        return self.events is None or event in self.events

    def has_command(self, command: str) -> bool:
        """Whether Slack's client knows this command."""
        return self.grants("commands") and (self.commands is None or command in self.commands)

    def has_shortcut(self, callback_id: str, *, in_message: bool) -> bool:
        """Whether Slack's client offers this shortcut, everywhere or in a message's menu."""
        known = self.message_shortcuts if in_message else self.shortcuts
        return known is None or callback_id in known

    def escapes(self, command: str) -> bool:
        """Whether mentions in a command's text come as ids; Slack's default is that they don't."""
        return bool(self.commands and self.commands.get(command))


def installation_of(manifest: Mapping[str, Any]) -> Installation:
    """What a manifest, read from YAML or JSON, asks for. What it doesn't mention the app doesn't have."""
    features = manifest.get("features", {})
    tabs = features.get("app_home", {})
    shortcuts = features.get("shortcuts", [])
    subscriptions = manifest.get("settings", {}).get("event_subscriptions", {})
    return Installation(
        scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        events=frozenset(subscriptions.get("bot_events", [])),
        commands={one["command"]: one.get("should_escape", False) for one in features.get("slash_commands", [])},
        shortcuts=frozenset(one["callback_id"] for one in shortcuts if one["type"] == "global"),
        message_shortcuts=frozenset(one["callback_id"] for one in shortcuts if one["type"] == "message"),
        home_tab=tabs.get("home_tab_enabled", False),
        messages_tab=tabs.get("messages_tab_enabled", True),
        messages_tab_is_read_only=tabs.get("messages_tab_read_only_enabled", False),
        bot_name=features.get("bot_user", {}).get("display_name", Installation.bot_name),
        described={"commands": features.get("slash_commands", []), "shortcuts": shortcuts},
    )
