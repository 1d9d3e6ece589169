"""manifest.yml is what Slack takes, and what the app relies on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from slackbot.settings import bundled

SHARED = Path(__file__).resolve().parents[2] / "shared"
SCHEMA = SHARED / "slack" / "manifest.schema.2.0.0.json"
METHODS = SHARED / "slack" / "methods.json"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(bundled("manifest.yml"))
    return loaded


@pytest.fixture(scope="module")
def bot_scopes(manifest: dict[str, Any]) -> set[str]:
    return set(manifest["oauth_config"]["scopes"]["bot"])


@pytest.mark.skipif(not SCHEMA.exists(), reason="../shared, where Slack's manifest schema is, is absent")
def test_slack_takes_it(manifest: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    kind = jsonschema.validators.validator_for(schema)
    assert [error.message for error in kind(schema).iter_errors(manifest)] == []


@pytest.mark.skipif(not METHODS.exists(), reason="../shared, where Slack's methods are, is absent")
@pytest.mark.parametrize(
    "method",
    [
        "chat.postMessage",
        "chat.postEphemeral",
        "chat.update",
        "conversations.history",
        "conversations.members",
        "conversations.replies",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "users.info",
    ],
)
def test_it_asks_for_a_scope_of_each_method_that_the_app_calls(bot_scopes: set[str], method: str) -> None:
    allowing = json.loads(METHODS.read_text())[method]["scope"]["bot"]
    assert bot_scopes.intersection(allowing), f"{method} needs one of {allowing}"


def test_it_works_without_a_public_address(manifest: dict[str, Any]) -> None:
    assert manifest["settings"]["socket_mode_enabled"]
    assert manifest["settings"]["interactivity"] == {"is_enabled": True}


def test_messages_come_from_public_and_private_channels_and_the_scopes_allow_it(
    manifest: dict[str, Any], bot_scopes: set[str]
) -> None:
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {"message.channels", "message.groups", "app_home_opened"} <= set(events)
    assert {"channels:history", "groups:history"} <= bot_scopes


def test_people_named_after_the_command_come_as_their_ids(manifest: dict[str, Any]) -> None:
    (command,) = manifest["features"]["slash_commands"]
    assert command["command"] == "/teach"
    assert command["should_escape"]
