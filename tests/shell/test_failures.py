"""What a person in a terminal sees and can do where the assistant or one of its actions fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import CoreFailed
from slackbot.learning.loop import Loop
from slackbot.shell.branches import Branches
from slackbot.store import Store
from tests.learning.lesson import short
from tests.shell.conftest import Typing

NOBODY = "http://127.0.0.1:9/webhook"


@pytest.fixture
async def unserved(store: Store, project: Path, core: BuiltinCore) -> Branches:
    """A conversation with the tiny assistant while its action server is down."""
    lonely = BuiltinCore.load(project, ActionServer(NOBODY, timeout=5))
    return await Branches.begin(store, Loop(store, lonely), "tiny")


async def log(branches: Branches) -> list[str]:
    return [short(event) for event in (await branches.read()).tracker.applied_events()][1:]


async def test_a_failed_action_can_be_tried_again_then_skipped(typing: Typing, unserved: Branches) -> None:
    script, _ = await typing("pay", "i pay", "1 action_pay", "r", "s", branches=unserved)
    assert script.output.count("action_pay failed: ") == 2
    assert (await log(unserved))[:2] == ["pay", "action_pay"]


async def test_events_can_be_given_in_the_place_of_a_failed_action(typing: Typing, unserved: Branches) -> None:
    wrong = '[{"event": "slot", "name": "colour", "value": "red"}]'
    right = '[{"event": "slot", "name": "dish", "value": "pie"}]'
    script, _ = await typing("pay", "i pay", "1 action_pay", "e", wrong, f"e {right}", branches=unserved)
    assert "the assistant has no slot 'colour'" in script.output
    assert (await log(unserved))[:3] == ["pay", "action_pay", "dish=pie"]


class Stumbling(BuiltinCore):
    """Fails to parse once."""

    stumbles = 1

    async def parse(self, text: str, tracker: Tracker) -> dict[str, Any]:
        if self.stumbles:
            self.stumbles -= 1
            raise CoreFailed("the server is away")
        return await super().parse(text, tracker)


async def test_where_the_assistant_fails_nothing_is_lost_and_enter_tries_again(
    typing: Typing, store: Store, project: Path
) -> None:
    branches = await Branches.begin(store, Loop(store, Stumbling.load(project)), "tiny")
    script, _ = await typing("hi", "", "", branches=branches)
    assert "The assistant failed: the server is away" in script.output
    assert (await log(branches))[0] == "greet"
