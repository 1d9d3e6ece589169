"""The index of reminders says the same as the log, after any events, and costs what changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import event_from_dict
from slackbot.dialogue.reminders import due_at, known_as, pending, put
from slackbot.dialogue.tracker import Tracker
from slackbot.store import Commit, Store, keys
from slackbot.store.alarms import Alarm, Alarms
from slackbot.store.keys import Keys

from .looking import FIRST, SESSION, read

Json = dict[str, Any]
NAMES = st.sampled_from(["a", "b", "a b", "ä\n"])
INTENTS = st.sampled_from(["greet", "greet2", "bye"])
ENTITIES = st.sampled_from([None, [], [{"entity": "x", "value": 1}], {"x": 1}, {"x": "1"}])
TIMES = st.sampled_from(["2030-01-01T12:00:00", "2030-01-01T12:00:00.250000+02:00", "2031-01-01"])
EVENTS: st.SearchStrategy[Json] = st.one_of(
    st.fixed_dictionaries(
        {
            "event": st.just("reminder"),
            "name": NAMES | st.none(),
            "intent": INTENTS,
            "entities": ENTITIES,
            "date_time": TIMES,
            "kill_on_user_msg": st.booleans(),
        }
    ),
    st.fixed_dictionaries(
        {
            "event": st.just("cancel_reminder"),
            "name": NAMES | st.sampled_from([None, ""]),
            "intent": INTENTS | st.sampled_from([None, ""]),
            "entities": ENTITIES,
        }
    ),
    st.fixed_dictionaries(
        {
            "event": st.just("user"),
            "text": st.sampled_from(["hi", None]),
            "parse_data": st.just({}),
            "metadata": st.just({}) | st.fixed_dictionaries({"reminder": NAMES}),
        }
    ),
    st.sampled_from([{"event": name} for name in ("restart", "session_started", "undo", "rewind", "pause")]),
    st.just({"event": "action", "name": "action_listen"}),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(EVENTS, max_size=4), max_size=6), st.randoms())
async def test_the_index_says_what_the_log_says(redis: Redis, commits: list[list[Json]], random: Any) -> None:
    """Where something was taken back the index says that it must be made anew, and then agrees again."""
    await redis.flushall()
    store = Store(redis)
    await store.create("c", SESSION, FIRST, "parent")
    log = list(FIRST)
    for events in commits:
        await store.commit("c", Commit(events=events))
        log += events
        expected = pending(Tracker("c", Domain.from_dict({}), map(event_from_dict, log)))
        if (await read(store, "c")).reminders_indexed:
            assert await _indexed(redis) == {known_as(one): due_at(one) for one in expected}
        elif random.random() < 0.7:
            assert await store.index_reminders("c", len(log), [put(one) for one in expected])
    await store.commit("c", Commit(over=True))
    assert await _indexed(redis) == {}
    assert await redis.zcard(Keys("c").criteria) == 0


async def _indexed(redis: Redis) -> dict[str, float]:
    """What the index holds; every part of it says the same."""
    found: Any = await redis.zrange(Keys("c").alarms, 0, -1, withscores=True)
    alarms: dict[str, float] = dict(found)
    everywhere = {one.name: one.due for one in await Alarms(redis).due(1e12, 1000)}
    assert everywhere == alarms
    assert set(await redis.hkeys(Keys("c").reminders)) == set(alarms)
    return alarms


def _reminder(name: str) -> Json:
    return {"event": "reminder", "name": name, "intent": "greet", "date_time": "2030-01-01T12:00:00+00:00"}


async def test_the_same_name_elsewhere_is_another_reminder(redis: Redis, store: Store) -> None:
    for conversation_id in ("al", "alice"):
        await store.create(conversation_id, SESSION, FIRST, "parent")
        await store.commit(conversation_id, Commit(events=[_reminder("r")]))
    await store.commit("al", Commit(events=[{"event": "cancel_reminder", "name": "r"}]))
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC).timestamp()
    assert await Alarms(redis).due(noon, 10) == [Alarm("alice", "r", noon)]
    assert await Alarms(redis).due(noon - 1, 10) == []


async def test_what_is_held_back_does_not_ring_and_is_forgotten_with_its_reminder(redis: Redis, store: Store) -> None:
    alarms = Alarms(redis)
    await store.create("c", SESSION, FIRST, "parent")
    await store.commit("c", Commit(events=[_reminder("r")]))
    [alarm] = await alarms.due(1e12, 10)
    await alarms.hold(alarm)
    assert await alarms.counts() == (0, 1)
    assert await alarms.held(10) == [alarm]
    assert (await read(store, "c")).alarm == ("r", alarm.due)
    await store.commit("c", Commit(events=[{"event": "cancel_reminder"}]))
    assert await alarms.counts() == (0, 0)


async def test_what_one_process_took_others_get_only_when_it_has_had_its_time(redis: Redis, store: Store) -> None:
    alarms = Alarms(redis)
    await store.create("c", SESSION, FIRST, "parent")
    await store.commit("c", Commit(events=[_reminder("r")]))
    noon = datetime(2030, 1, 1, 12, tzinfo=UTC).timestamp()
    assert await alarms.take(noon - 1, noon + 9, 5) == []
    assert await alarms.take(noon, noon + 10, 5) == [Alarm("c", "r", noon)]
    assert await alarms.take(noon + 9, noon + 20, 5) == []
    assert [one.name for one in await alarms.take(noon + 10, noon + 20, 5)] == ["r"]
    assert (await read(store, "c")).alarm == ("r", noon)


async def test_an_index_is_not_made_of_a_log_that_has_grown(store: Store) -> None:
    await store.create("c", SESSION, FIRST, "parent")
    assert not await store.index_reminders("c", 0, [])


async def test_a_conversation_that_begins_with_reminders_is_yet_to_be_indexed(redis: Redis, store: Store) -> None:
    """As a fork does, whose log brings the reminders of the conversation that it branches off from."""
    await store.create("c", SESSION, [*FIRST, _reminder("r")], "parent")
    assert not (await read(store, "c")).reminders_indexed
    assert await redis.zcard(keys.REMINDERS) == 0
