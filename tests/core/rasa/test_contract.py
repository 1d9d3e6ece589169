"""The small Rasa server of these tests against what a real Rasa 3.6.21 with the same assistant answered (recorded)."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa.mirror import essence
from slackbot.dialogue.events import events_from_dicts
from tests.core.rasa.rasa_server import TOKEN, RasaServer

Json = dict[str, Any]
EXCHANGES = [json.loads(line) for line in (Path(__file__).parent / "traffic.jsonl").read_text("utf-8").splitlines()]
#: What only a real Rasa says, and nothing here depends on.
_DETAILS = {
    "text_tokens",
    "response_selector",
    "metadata",
    "extractor",
    "model_id",
    "assistant_id",
    "version",
    "help",
    "reason",
}


@pytest.fixture
async def answers(tiny: BuiltinCore) -> AsyncIterator[dict[str, tuple[int, Any]]]:
    """What the small server answers to the recorded requests, in their order."""
    async with RasaServer(tiny).running() as server, aiohttp.ClientSession() as http:
        found: dict[str, tuple[int, Any]] = {}
        for each in EXCHANGES:
            params = {"token": TOKEN, **each["params"]}
            url, headers = server.url + each["path"], {"Accept": "application/json"}
            async with http.request(each["method"], url, json=each["body"], params=params, headers=headers) as response:
                found[each["name"]] = response.status, await response.json()
        yield found


def events_in(answer: Any) -> list[str]:
    tracker = answer.get("tracker") or answer
    return [essence(row) for row in tracker.get("events") or []]


async def test_statuses_are_rasas(answers: dict[str, tuple[int, Any]]) -> None:
    assert {name: status for name, (status, _) in answers.items()} == {
        each["name"]: each["status"] for each in EXCHANGES
    }


async def test_answers_have_rasas_keys(answers: dict[str, tuple[int, Any]]) -> None:
    for each in EXCHANGES:
        if each["name"] == "domain":
            continue  # a domain has what is in it
        ours = answers[each["name"]][1]
        assert set(ours) - _DETAILS == set(each["answer"]) - _DETAILS


@pytest.mark.parametrize("each", EXCHANGES, ids=[each["name"] for each in EXCHANGES])
async def test_conversations_hold_the_same_events(answers: dict[str, tuple[int, Any]], each: Json) -> None:
    assert events_in(answers[each["name"]][1]) == events_in(each["answer"])


def test_the_action_that_ran_is_not_in_the_answer_but_in_the_conversation() -> None:
    """Why the core reads the conversation again after each action."""
    named = {each["name"]: each["answer"] for each in EXCHANGES}
    assert not any("utter_greet" in text for text in events_in(named["execute"]))
    assert any("utter_greet" in text for text in events_in(named["listen"]))


def test_every_recorded_event_is_read_and_written_as_it_was() -> None:
    for each in EXCHANGES:
        tracker = each["answer"].get("tracker") or each["answer"]
        rows = tracker.get("events") or []
        assert [event.as_dict() for event in events_from_dicts(rows)] == rows
