"""The API against what a real Rasa 3.6.21 with the same assistant answered to the same requests (recorded)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa.mirror import essence
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.settings import Settings
from tests.api.conftest import TOKEN, Api, running

Json = dict[str, Any]
_RECORDED = Path(__file__).parent / "recorded_rasa.jsonl"
EXCHANGES = {row["name"]: row for row in map(json.loads, _RECORDED.read_text("utf-8").splitlines())}

#: What is answered otherwise on purpose: our status, and why.
OTHERWISE = {
    "parse nothing": (400, "a wrong body gets 400"),
    "parse no json": (400, "a wrong body gets 400"),
}
#: Errors whose words are our own: Rasa tells what its parser says, or the address of a function.
OWN_WORDS = {"train no json", "trigger an unknown intent"}
#: No handler of Rasa's answers these, but its web framework.
UNROUTED = {"an unknown path", "another method"}
#: The tracker beside these is Rasa's from before the action.
STALE = {"execute", "listen"}
_TOLD = ("slots", "paused", "followup_action", "active_loop", "latest_action", "latest_action_name")


class Answer:
    """What came back."""

    def __init__(self, status: int, kind: str, body: Any) -> None:
        self.status, self.kind, self.body = status, kind, body

    @property
    def tracker(self) -> Json | None:
        tracker: Any = self.body.get("tracker", self.body) if isinstance(self.body, dict) else None
        return tracker if tracker and "sender_id" in tracker else None

    @property
    def events(self) -> list[str] | None:
        """Their essence, without what Rasa's policies note for themselves; None where none are shown."""
        rows = (self.tracker or {}).get("events")
        return None if rows is None else [essence(row) for row in rows if row["event"] != "user_featurization"]


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


@pytest.fixture(scope="module")
def recorded() -> dict[str, Answer]:
    return {name: Answer(row["status"], row["type"], row["answer"]) for name, row in EXCHANGES.items()}


@pytest.fixture
async def answers(tiny: BuiltinCore, redis_url: str, redis: Redis) -> dict[str, Answer]:
    """What we answer to the recorded requests, in their order."""
    settings = Settings(api_port=0, api_token=TOKEN)
    found: dict[str, Answer] = {}
    async with running(tiny, redis_url, settings) as api, aiohttp.ClientSession() as http:
        for name, row in EXCHANGES.items():
            body = {"data": row["raw"]} if "raw" in row else {"json": row["body"]}
            params = {"token": TOKEN, **row["params"]}
            if "until" in params:  # the time of the same event here
                params["until"] = str(found["tracker, ALL"].body["events"][3]["timestamp"])
            headers = {"Accept": row.get("accept", "application/json")}
            url = api.url + row["path"]
            async with http.request(row["method"], url, params=params, headers=headers, **body) as answer:
                found[name] = Answer(answer.status, answer.content_type, parsed(await answer.text()))
    return found


async def test_every_path_may_end_with_a_slash(api: Api) -> None:
    for path in ("/status", "/domain", "/version", "/health", "/conversations/a/b/tracker"):
        assert (path, (await api.ask("GET", f"{path}/"))[0]) == (path, 200)
    status, tracker = await api.ask("POST", "/conversations/a/messages/", {"sender": "user", "text": "hi"})
    assert (status, tracker["sender_id"]) == (200, "a")
    api.token = ""
    assert (await api.ask("GET", "/version/"))[0] == 200
    assert (await api.ask("GET", "/status/"))[0] == 401


def test_every_endpoint_is_recorded() -> None:
    asked = {(row["method"], row["path"].rpartition("/")[2]) for row in EXCHANGES.values()}
    wanted = {
        ("GET", "tracker"), ("POST", "events"), ("PUT", "events"), ("POST", "messages"), ("POST", "predict"),
        ("POST", "execute"), ("POST", "trigger_intent"), ("GET", "story"), ("GET", "domain"), ("GET", "status"),
        ("GET", "version"), ("POST", "parse"), ("POST", "train"),
    }  # fmt: skip
    assert wanted <= asked
    assert any(row["path"] == "/model/predict" for row in EXCHANGES.values())


async def test_the_answers_are_rasas(answers: dict[str, Answer], recorded: dict[str, Answer]) -> None:
    """Statuses, types, what trackers tell, and which events they hold; save what is answered otherwise on purpose."""
    for name, theirs in recorded.items():
        ours = answers[name]
        expected = OTHERWISE.get(name, (theirs.status,))[0]
        assert (name, ours.status) == (name, expected)
        if name in OTHERWISE:
            continue
        assert (name, ours.kind) == (name, theirs.kind)
        check_tracker(name, ours, theirs)


def check_tracker(name: str, ours: Answer, theirs: Answer) -> None:
    if ours.tracker is None or theirs.tracker is None:
        assert (name, ours.tracker is None) == (name, theirs.tracker is None)
        return
    assert (name, list(ours.tracker)) == (name, list(theirs.tracker))
    if name in STALE:
        assert theirs.events is not None
        assert ours.events is not None
        assert (name, ours.events[: len(theirs.events)]) == (name, theirs.events)
        return
    assert (name, ours.events) == (name, theirs.events)
    assert (name, told(ours.tracker)) == (name, told(theirs.tracker))


def told(tracker: Mapping[str, Any]) -> Json:
    message = tracker["latest_message"]
    said = [message.get("text"), (message.get("intent") or {}).get("name"), len(message["entities"])]
    return {**{key: tracker[key] for key in _TOLD}, "said": said}


async def test_errors_have_rasas_body(answers: dict[str, Answer], recorded: dict[str, Answer]) -> None:
    failed = [name for name, theirs in recorded.items() if theirs.status >= 400]
    assert len(failed) > 15
    for name in failed:
        ours, theirs = answers[name].body, recorded[name].body
        if name in UNROUTED:
            assert ours["code"] == theirs["status"]
            continue
        assert (name, list(ours)) == (name, list(theirs))
        if name in OTHERWISE:
            continue
        for key in ("version", "status", "reason", "details"):
            assert (name, key, ours[key]) == (name, key, theirs[key])
        if name not in OWN_WORDS:
            assert (name, ours["help"]) == (name, theirs["help"])
            assert (name, _before_the_cause(ours["message"])) == (name, _before_the_cause(theirs["message"]))


def _before_the_cause(message: str) -> str:
    """Rasa's error without what its parts said of it: a whole schema, a list of all actions."""
    return message.split(" Error: ", maxsplit=1)[0]


async def test_events_have_rasas_keys(answers: dict[str, Answer], recorded: dict[str, Answer]) -> None:
    def keys(row: Json) -> list[str]:
        return sorted({*row} - {"metadata"})

    for name, theirs in recorded.items():
        rows = (answers[name].tracker or {}).get("events") or []
        for ours, their in zip(rows, (theirs.tracker or {}).get("events") or [], strict=False):
            if ours["event"] == their["event"]:
                assert (name, keys(ours)) == (name, keys(their))


async def test_predictions_messages_and_the_model_are_told_as_rasa_does(
    answers: dict[str, Answer], recorded: dict[str, Answer]
) -> None:
    for name in ("predict", "model predict", "model predict with events"):
        ours, theirs = answers[name].body, recorded[name].body
        assert list(ours) == list(theirs)
        assert {row["action"] for row in ours["scores"]} == {row["action"] for row in theirs["scores"]}
        assert max(ours["scores"], key=_score)["action"] == max(theirs["scores"], key=_score)["action"]
    for name in ("model predict", "model predict with events"):
        ours, theirs = answers[name].body, recorded[name].body
        assert [row["action"] for row in ours["scores"]] == [row["action"] for row in theirs["scores"]]
    for name in ("execute", "trigger an intent", "trigger with entities"):
        assert answers[name].body["messages"] == recorded[name].body["messages"]
    for name in ("version", "status"):
        assert list(answers[name].body) == list(recorded[name].body)
    for name in ("parse", "parse an intent"):
        ours, theirs = answers[name].body, recorded[name].body
        assert set(theirs) <= set(ours)
        assert ours["intent"]["name"] == theirs["intent"]["name"]
        assert [(one["entity"], one["value"]) for one in ours["entities"]] == [
            (one["entity"], one["value"]) for one in theirs["entities"]
        ]


def _score(row: Mapping[str, Any]) -> float:
    return float(row["score"])


async def test_story_and_domain_say_the_same(answers: dict[str, Answer], recorded: dict[str, Answer]) -> None:
    place = Path("answer.yml")
    assert parse_yaml(answers["story"].body, place) == parse_yaml(recorded["story"].body, place)
    ours, theirs = answers["domain"].body, recorded["domain"].body
    assert {*theirs} == {*ours}
    for key in ours:
        if key != "responses":
            assert ours[key] == theirs[key]
