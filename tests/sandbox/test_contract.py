"""The sandbox against Slack's own data: the rules of its methods and the bodies as it sends them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox
from slackbot.sandbox.api import METHODS
from slackbot.sandbox.api.registry import Tier

from .apps import JSON, MODAL

SLACK = Path(__file__).parents[3] / "shared" / "slack"
SOURCES = Path(__file__).parents[2] / "slackbot" / "sandbox"
pytestmark = pytest.mark.skipif(not SLACK.exists(), reason="Slack's own data (../shared/slack) is not here")

#: Errors that any method may answer.
GENERAL = {
    "not_authed", "invalid_auth", "not_allowed_token_type", "missing_scope", "ratelimited", "unknown_method",
    "invalid_arguments", "invalid_json", "json_not_object",
}  # fmt: skip
#: Errors that Slack answers without listing them, and why they are in use here.
UNLISTED = {
    "invalid_attachments": "chat.postMessage: attachments that are no list",
    "invalid_limit": "every paged method",
    "invalid_types": "every method with types",
    "message_not_found": "the response URL of a message that is gone, and reactions",
    "channel_not_found": "every method that names a channel",
    "not_found": "views.push without a modal",
    "view_too_large": "every method that takes a view",
    "duplicate_external_id": "every method that takes a view",
}


def known_methods() -> JSON:
    found: JSON = json.loads((SLACK / "methods.json").read_text()) if SLACK.exists() else {}
    return found


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_methods_tier_scopes_and_required_arguments_are_slacks(name: str) -> None:
    rules, method = known_methods()[name], METHODS[name]
    tiers = {"t2": Tier.T2, "t3": Tier.T3, "t4": Tier.T4, "t5": Tier.SPECIAL, None: Tier.SPECIAL}
    assert method.tier is tiers[rules["rate"]]
    assert set(method.scopes) == set(rules["scope"].get("bot", ())) or name == "conversations.join"
    required = set(rules["required"] or ()) - {"token"}
    assert set(method.required) == required
    assert set(method.required) <= set(rules["args"])


def test_every_error_name_in_use_is_one_of_slacks() -> None:
    listed = {error for rules in known_methods().values() for error in rules["errors"]}
    used = {error for path in SOURCES.rglob("*.py") for error in re.findall(r'ApiError\("(\w+)"', path.read_text())}
    assert len(used) > 40
    assert used - listed - GENERAL - set(UNLISTED) == {"no_service"} & used


# --- bodies ---------------------------------------------------------------------------------------------------


def body_of(name: str) -> Any:
    """A body as Slack sent it, without what only organisations of several workspaces have."""
    body = json.loads((SLACK / "payloads" / f"{name}.json").read_text())
    if isinstance(body, str):
        body = dict(parse_qsl(body))
    return _without_enterprise(body)


def _without_enterprise(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_enterprise(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_enterprise(item) for key, item in value.items() if not key.startswith("enterprise")}
    return value


#: Keys of old bodies that Slack no longer sends, or sends only for what is not here.
DATED = {"authed_users", "bot_profile.icons"}
#: Maps whose keys are data.
DATA = {"values"}


def absent(expected: Any, actual: Any, path: str = "") -> set[str]:
    """The paths of keys in one body that the other lacks; the first item stands for all of a list."""
    if isinstance(expected, list):
        return absent(expected[0], actual[0], path) if expected and actual else set()
    if not isinstance(expected, dict):
        return set()
    found = set()
    for key, value in expected.items():
        here = f"{path}.{key}" if path else key
        if not isinstance(actual, dict) or key not in actual:
            found.add(here)
        elif key not in DATA:
            found |= absent(value, actual[key], here)
    return found - DATED


@pytest.fixture
async def deliveries(
    slack: Sandbox, app: AsyncApp, on_socket: AsyncApp, client: AsyncWebClient, ada: Person, channel: str
) -> dict[str, JSON]:  # fmt: skip
    """One body of each kind, as the sandbox sends it."""
    button = {"type": "button", "action_id": "other", "text": {"type": "plain_text", "text": "x"}, "value": "v"}
    blocks: list[JSON] = [{"type": "actions", "elements": [button]}]
    ts = await ada.say(channel, "hey @storythread")
    await ada.edit(channel, ts, "hey you")
    await ada.react(channel, ts, "eyes")
    await ada.message_action("help", channel, ts)
    await ada.shortcut("help")
    await ada.command("/modal", "now", channel)
    await ada.submit()
    await ada.command("/modal", "now", channel)
    await ada.close_view()
    card = str((await client.chat_postMessage(channel=channel, text="?", blocks=blocks))["ts"])
    await ada.press(channel, card, "other")
    await ada.delete(channel, ts)
    lookup = {"type": "external_select", "action_id": "lookup"}
    search = {"type": "input", "label": {"type": "plain_text", "text": "x"}, "element": lookup}
    view = {**MODAL, "blocks": [search]}
    trigger = slack.deliveries[-2].payload["trigger_id"]
    await client.views_open(trigger_id=trigger, view=view)
    await ada.options("lookup", "g")
    await client.files_upload_v2(channel=channel, filename="a.png", content="x", initial_comment="look")
    bob = slack.add_person("bob")
    await bob.join(channel)
    await slack.idle()
    return {_kind(delivery.payload): delivery.payload for delivery in slack.deliveries}


def _kind(payload: JSON) -> str:
    event = payload.get("event", {})
    author = "bot " if event.get("bot_id") else ""
    return author + str(event.get("subtype") or event.get("type") or payload.get("type") or "command")


#: the sandbox's body -> the file with Slack's, and the keys of the latter that this situation does not have
SAME_KEYS: dict[str, tuple[str, set[str]]] = {
    "command": ("slash_command.slash_command_body", set()),
    "block_actions": ("block_actions.body", set()),
    "block_suggestion": ("block_suggestion.body", {"view.blocks.element.placeholder"}),
    "view_submission": ("view_submission.body", set()),
    "view_closed": ("view_closed.body", set()),
    "shortcut": ("shortcut.global_shortcut_body", set()),
    "message_action": ("shortcut.message_shortcut_body", {"message.blocks.elements.elements.user_id"}),
    "message": ("message_bot.user_message_event_payload", set()),
    "bot message": ("message_bot.bot_message_event_payload", {"event.bot_profile.icons.image_36",
                    "event.bot_profile.icons.image_48", "event.bot_profile.icons.image_72"}),
    "app_mention": ("app.app_mention_event_body", set()),
    "message_changed": ("message_changed.event_payload", set()),
    "message_deleted": ("message_deleted.event_payload", set()),
    "bot file_share": ("message_file_share.event_payload", {"event.client_msg_id"}),
    "reaction_added": ("events.reaction_added_body", set()),
    "member_joined_channel": ("events.join_event_body", {"event.inviter"}),
}  # fmt: skip


async def test_bodies_have_the_keys_that_slacks_have(deliveries: dict[str, JSON]) -> None:
    for kind, (file, situational) in SAME_KEYS.items():
        missing = absent(body_of(file), deliveries[kind])
        missing = {path for path in missing if not re.search(r"files\.(thumb_|original_|media_display)", path)}
        assert missing <= situational, (kind, missing - situational)


#: Keys that Slack sends and the older of its bodies here don't show.
NEWER = {"is_enterprise_install", "enterprise", "view.id", "message", "state", "channel.id"}


async def test_bodies_have_no_key_that_slacks_lack(deliveries: dict[str, JSON]) -> None:
    recent = {
        "block_suggestion": "block_suggestion.body",
        "view_submission": "view_submission.body",
        "message": "message_bot.user_message_event_payload",
        "message_changed": "message_changed.event_payload",
        "message_deleted": "message_deleted.event_payload",
    }
    for kind, file in recent.items():
        extra = absent(_without_enterprise(deliveries[kind]), body_of(file)) - NEWER
        extra = {path for path in extra if not path.endswith((".emoji", ".dispatch_action"))}
        allowed = {"event.message.ts", "event.message.client_msg_id", "event.previous_message.client_msg_id",
                   "event.previous_message.edited", "event.previous_message.blocks", "event.previous_message.reactions",
                   "view.blocks.element.initial_value"}  # fmt: skip
        assert extra <= allowed, (kind, extra - allowed)
