"""What listeners read out of Slack's payloads, of whatever shape they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slackbot.blocks.change import Fields
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.listeners.parsing import place_of, team_of
from slackbot.missed import is_spoken
from slackbot.teaching import Place

PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "slack" / "payloads"


@pytest.mark.parametrize(
    ("container", "message", "thread_ts"),
    [
        ({"message_ts": "2.0", "thread_ts": "1.0"}, {"ts": "2.0", "thread_ts": "1.0"}, "1.0"),
        ({"message_ts": "2.0"}, {"ts": "2.0", "thread_ts": "1.0"}, "1.0"),
        ({"message_ts": "1.0"}, {"ts": "1.0"}, "1.0"),
        ({"message_ts": "1.0"}, {}, "1.0"),
        ({"message_ts": "3.0", "is_ephemeral": True, "thread_ts": "1.0"}, {}, "1.0"),
        ({"message_ts": "3.0", "is_ephemeral": True}, {}, None),
    ],
)
def test_a_press_is_placed_in_its_thread(container: Any, message: Any, thread_ts: str | None) -> None:
    """A parent's thread is its own; Slack need not say in which thread an ephemeral message is shown."""
    body = {"team": {"id": "T"}, "container": {"channel_id": "C", **container}, "message": message}
    assert place_of(body) == Place("T", "C", thread_ts)


@pytest.mark.parametrize("body", [{"team": {"id": "T"}}, {"team_id": "T"}, {"team": None, "team_id": "T"}])
def test_the_workspace_is_found(body: Any) -> None:
    assert team_of(body) == "T"


SAID = {"type": "message", "user": "U", "text": "hi", "ts": "1.0"}


@pytest.mark.parametrize(
    ("more", "spoken"),
    [
        ({}, True),
        ({"subtype": "thread_broadcast"}, True),
        ({"subtype": "file_share"}, True),
        ({"subtype": "me_message"}, True),
        ({"subtype": "channel_join"}, False),
        ({"subtype": "bot_message", "bot_id": "B"}, False),
        ({"bot_id": "B"}, False),
        ({"text": ""}, False),
        ({"subtype": "file_share", "text": ""}, False),
        ({"user": None}, False),
    ],
)
def test_only_what_people_write_is_spoken(more: dict[str, Any], spoken: bool) -> None:
    assert is_spoken({**SAID, **more}) is spoken


def test_fields_are_read_by_name_however_often_they_were_drawn() -> None:
    """A modal that could not be drawn anew still says what was picked in it."""
    option = {"text": {"type": "plain_text", "text": "x"}, "value": "greet"}
    fields = Fields(
        {
            "part0:3": {"pick_intent": {"type": "external_select", "selected_option": option}},
            "words:1": {"pick_words": {"type": "multi_static_select", "selected_options": [option]}},
            "type:1": {"pick_type": {"type": "external_select", "selected_option": None}},
            "markup": {"mark_up": {"type": "plain_text_input", "value": "hi"}},
            "empty": {"mark_up": {"type": "plain_text_input", "value": None}},
            "odd": {},
        }
    )
    values = [fields[name] for name in ("part0", "words", "type", "markup", "empty", "odd", "nowhere")]
    assert values == ["greet", ["greet"], None, "hi", None, None, None]
    assert fields.block_id("words") == "words:1"
    assert fields.block_id("nowhere") == "part0:3"


def test_every_press_that_slack_documents_has_a_place() -> None:
    """Bodies as Slack sends them, of whatever kind, are read without a fault."""
    if not PAYLOADS.exists():
        pytest.skip("the collection of Slack's request bodies is not beside this repository")
    read = 0
    for path in sorted(PAYLOADS.rglob("*.json")):
        body = parse_yaml(path.read_text(), path)
        if isinstance(body, dict) and body.get("type") == "block_actions":
            assert isinstance(place_of(body), Place)
            read += 1
    assert read
