"""``storythread import`` puts conversations that were held elsewhere into the store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis as SyncRedis
from redis.asyncio import Redis

from slackbot import import_command
from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.merge import Conversation, plan
from slackbot.errors import FileError
from slackbot.export_command import conversations_from_file, conversations_in_redis
from slackbot.import_command import import_logs
from slackbot.learning.agreed import agreed
from slackbot.settings import Settings
from slackbot.store import Store
from slackbot.store import keys as names
from slackbot.store.imports import Imports
from tests.api.conftest import running
from tests.dialogue.logs import logs
from tests.dialogue.merge.folders import usual
from tests.dialogue.merge.test_survival import talks
from tests.learning.assistant import tiny_assistant

Json = dict[str, Any]
LISTEN: Json = {"event": "action", "name": "action_listen", "timestamp": 1.0}
HI: Json = {
    "event": "user", "text": "good day", "timestamp": 2.0,
    "parse_data": {"text": "good day", "intent": {"name": "greet", "confidence": 0.9}, "entities": []},
}  # fmt: skip
GREET: Json = {"event": "action", "name": "utter_greet", "timestamp": 3.0}
TURN = [LISTEN, HI, GREET, {**LISTEN, "timestamp": 4.0}]
AGAIN = [*TURN, {**HI, "timestamp": 5.0}, {**GREET, "timestamp": 6.0}, {**LISTEN, "timestamp": 7.0}]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return tiny_assistant(tmp_path_factory.mktemp("tiny"))


class Importer:
    def __init__(self, folder: Path, redis_url: str) -> None:
        self.path, self._url = folder / "trackers.json", redis_url
        self.warned: list[str] = []

    async def __call__(self, *trackers: Json | str, confirmed: bool = False) -> str:
        """What was shown."""
        lines = [tracker if isinstance(tracker, str) else json.dumps(tracker) for tracker in trackers]
        self.path.write_text("\n".join(lines), encoding="utf-8")
        shown: list[str] = []
        self.warned.clear()
        await import_logs(self.path, self._url, confirmed=confirmed, show=shown.append, warn=self.warned.append)
        return "\n".join(shown)


@pytest.fixture
def put(tmp_path: Path, redis_url: str) -> Importer:
    return Importer(tmp_path, redis_url)


def tracker(name: str, events: list[Json]) -> Json:
    """As ``GET tracker`` answers."""
    return {"sender_id": name, "slots": {}, "events": events, "paused": False}


async def learned(redis: Redis, core: BuiltinCore) -> tuple[int, int]:
    """Examples and stories that a training would have."""
    taught = (await agreed(Store(redis), core.domain)).taught
    return len(taught.examples), len(taught.stories)


async def wanted(redis: Redis) -> str | None:
    """How often training was wanted."""
    return await cast("Awaitable[str | None]", redis.hget(names.TRAINING, "wanted"))


async def test_what_nobody_confirmed_can_be_read_and_is_not_learned_from(
    put: Importer, redis: Redis, redis_url: str, tiny: BuiltinCore
) -> None:
    assert await put(tracker("me", TURN)) == "1 conversation: 1 new"
    async with running(tiny, redis_url, Settings(api_port=0, api_token="sesame")) as api:
        _, found = await api.ask("GET", "/conversations/me/tracker", include_events="ALL")
    assert [event["event"] for event in found["events"]] == ["action", "user", "action", "action"]
    assert found["latest_message"]["text"] == "good day"
    assert await learned(redis, tiny) == (0, 0)
    assert await conversations_in_redis(redis_url) == []
    assert await wanted(redis) is None


async def test_what_was_confirmed_is_learned_from_and_exported(
    put: Importer, redis: Redis, redis_url: str, tiny: BuiltinCore
) -> None:
    assert await put(tracker("me", TURN), confirmed=True) == "1 conversation: 1 new"
    assert await learned(redis, tiny) == (1, 1)
    [conversation] = await conversations_in_redis(redis_url)
    assert conversation.name == "slack_me"
    assert await wanted(redis) == "1"
    store = Store(redis)
    assert await store.active() == await store.due(0) == await store.undrawn(0) == []


async def test_the_same_again_changes_nothing_and_a_longer_one_goes_on(put: Importer, redis: Redis) -> None:
    first, longer = tracker("me", TURN), tracker("me", AGAIN)
    assert await put(first) == "1 conversation: 1 new"
    assert await put(first) == "1 conversation: 1 there already"
    assert await put(longer) == "1 conversation: 1 gone on"
    assert await put(longer, confirmed=True) == "1 conversation: 1 confirmed now"
    assert await put(longer, confirmed=True) == "1 conversation: 1 there already"
    assert len((await Imports(redis).find("me")).events) == len(AGAIN)


async def test_a_conversation_of_the_api_is_confirmed_in_its_place(
    put: Importer, redis: Redis, redis_url: str, tiny: BuiltinCore
) -> None:
    async with running(tiny, redis_url, Settings(api_port=0, api_token="sesame")) as api:
        await api.ask("POST", "/conversations/me/messages", {"text": "hi", "sender": "user"})
        await api.ask("POST", "/conversations/me/execute", {"name": "utter_greet"})
        _, found = await api.ask("POST", "/conversations/me/execute", {"name": "action_listen"})
        assert await put(found["tracker"], confirmed=True) == "1 conversation: 1 confirmed now"
    assert (await learned(redis, tiny))[1] == 1


async def test_what_differs_is_left_alone_and_named(put: Importer, redis: Redis) -> None:
    await put(tracker("me", TURN), tracker("you", TURN), confirmed=True)
    before = await Imports(redis).find("me")
    other = [LISTEN, {**HI, "text": "something else"}]
    assert (
        await put(tracker("me", other), tracker("she", TURN), confirmed=True)
        == "2 conversations: 1 new, 1 not imported"
    )
    assert put.warned == ["me: the conversation of that id here is another one; it was not imported"]
    assert await put(tracker("you", AGAIN)) == "1 conversation: 1 not imported"
    assert "say --confirmed" in put.warned[0]
    assert await Imports(redis).find("me") == before


async def test_what_is_less_than_what_is_here_or_nothing_is_left_out_and_named(put: Importer, redis: Redis) -> None:
    await put(tracker("me", AGAIN))
    assert await put(tracker("me", TURN), tracker("you", []), confirmed=True) == "2 conversations: 2 not imported"
    assert put.warned == [
        "me: the conversation of that id here has gone on since; it was not imported",
        "you: it has no events; it was not imported",
    ]
    assert not (await Imports(redis).find("you")).session


async def test_an_import_says_how_far_it_has_come(put: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[object, ...]] = []
    monkeypatch.setattr(import_command, "reached", lambda *said: heard.append(said))
    await put(tracker("me", TURN), tracker("you", TURN))
    assert heard == [("Importing conversations", 0, 2), ("Importing conversations", 1, 2), ("",)]


async def test_of_two_that_import_the_same_at_once_one_wins_and_nothing_is_twice(put: Importer, redis: Redis) -> None:
    one = tracker("me", TURN)
    await asyncio.gather(*(put(one) for _ in range(4)), return_exceptions=True)
    assert len((await Imports(redis).find("me")).events) == len(TURN)


@pytest.mark.parametrize(
    "written",
    [json.dumps([tracker("a", TURN), {"name": "b", "events": TURN}], indent=1), json.dumps(tracker("a", TURN))],
)
async def test_a_file_may_be_one_list_or_one_tracker(put: Importer, written: str) -> None:
    assert await put(written) in {"1 conversation: 1 new", "2 conversations: 2 new"}


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([tracker("me", TURN), tracker("me", AGAIN)], ":2: there are two conversations me"),
        ([tracker("me", TURN), {"events": []}], ":2: the conversation has no id"),
        ([tracker("me", [LISTEN, {"event": "nonsense"}])], ":1: event 2 of conversation 'me': .*nonsense"),
        ([tracker("x" * 300, TURN)], ":1: 'x+' is no id"),
        ([], "trackers.json: there is no conversation in this file; write one"),
        (["[]"], "trackers.json: there is no conversation in this file"),
        ([json.dumps(tracker("me", TURN), indent=1)[:-20]], ":33: this is not JSON"),
        ([tracker("me", [{**HI, "text": "\ud800"}])], ":1: half of a surrogate pair"),
        ([tracker("me", [LISTEN]), tracker("you", [{**LISTEN, "confidence": float("nan")}])], ":2: NaN is no number"),
        ([tracker("me", TURN), "{"], ":2: this is not JSON"),
    ],
)
async def test_of_a_file_with_a_fault_nothing_is_imported(
    put: Importer, redis: Redis, lines: list[Json], problem: str
) -> None:
    with pytest.raises(FileError, match=problem):
        await put(*lines)
    assert await redis.keys("*conversation*") == []


ROWS = (
    st.one_of(
        logs(20).map(lambda log: [event for event in log if all("entity" in each for each in _entities_of(event))]),
        talks().map(lambda one: list(one.events)),
    )
    .filter(len)
    .map(lambda log: [event.as_dict() for event in log])
)


def _entities_of(event: object) -> list[Any]:
    return [each for each in getattr(event, "entities", None) or () if isinstance(each, dict)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=3), st.lists(st.integers(0, 20), min_size=3, max_size=3))
async def test_what_was_imported_exports_what_its_file_would(
    put: Importer, redis_url: str, tmp_path: Path, found: list[list[Json]], cuts: list[int]
) -> None:
    """In two parts, the second confirmed: nothing is lost on the way through the store, and nothing is told twice."""
    with SyncRedis.from_url(redis_url) as client:
        client.flushall()
    whole = [tracker(f"c{number}", rows) for number, rows in enumerate(found)]
    await put(*({**each, "events": each["events"][:cut]} for each, cut in zip(whole, cuts, strict=False)))
    await put(*whole, confirmed=True)
    assert put.warned == []
    assert (await put(*whole, confirmed=True)).endswith("there already")
    stored = sorted(await conversations_in_redis(redis_url), key=lambda one: one.name)
    named = [Conversation(one.name.removeprefix("slack_"), one.events, one.responses) for one in stored]
    folder = usual(tmp_path / "project")
    plans = [plan(folder, conversations) for conversations in (conversations_from_file(put.path), named)]
    assert plans[0] == plans[1]
