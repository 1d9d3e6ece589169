"""What is noted of reminding people: by one process at a time, and gone with the vote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from slackbot.crowd.digest import Digest, Mentioned
from slackbot.crowd.nudges import Told
from slackbot.errors import SlackRefused
from slackbot.store import Commit, Store, keys
from slackbot.store.directory import Directory, Profile
from slackbot.store.keys import Keys
from slackbot.store.nudges import REMINDED, SINCE, NudgeStore, Reminded
from slackbot.store.overview import Overview

QUESTION = {"id": "1"}
DIGEST = Digest("d", "ben", "D1", 5.0, (Mentioned("c1", "1", "hi", "in C", None),), ts="1.1")


async def asked(store: Store, conversation: str) -> str:
    """Opens a question; the conversation's input_revision."""
    await store.commit(conversation, Commit(question=QUESTION))
    snapshot = await store.read(conversation)
    assert snapshot is not None
    return snapshot.input_revision


async def waiting_since(store: Store, conversation: str) -> float | None:
    snapshot = await store.read(conversation)
    assert snapshot is not None
    return snapshot.waiting_since


async def test_of_all_who_would_send_somebody_a_digest_one_may(redis: Redis) -> None:
    one, other = NudgeStore(redis), NudgeStore(redis)
    claimed = await one.put("ben", Reminded(), Reminded(sending=DIGEST))
    assert claimed is not None
    assert await other.put("ben", Reminded(), Reminded(sending=DIGEST)) is None
    assert (await other.people())["ben"] == claimed
    assert await one.sent("ben", claimed, DIGEST, 7.0)
    assert await one.sent("ben", claimed, DIGEST, 8.0) is None
    assert replace((await one.people())["ben"], stored=None) == Reminded(Told(7.0, frozenset({"c1\n1"})))
    assert await one.digests() == [DIGEST]
    assert await one.questions() == {"c1\n1": {REMINDED: 7.0}}


async def test_the_first_who_was_reminded_counts_until_it_begins_anew(redis: Redis) -> None:
    store = NudgeStore(redis)
    await store.sent("ben", Reminded(), DIGEST, 7.0)
    await store.sent("cleo", Reminded(), replace(DIGEST, id="e"), 9.0)
    noted = await store.questions()
    assert noted == {"c1\n1": {REMINDED: 7.0}}
    await store.begin("c1\n1", 10.0, noted["c1\n1"])
    assert await store.questions() == {"c1\n1": {SINCE: 10.0}}
    await store.forget(await store.questions())
    assert await store.questions() == {}


async def test_a_mark_goes_with_the_vote_and_both_are_drawn(redis: Redis, store: Store, opened: str) -> None:
    nudges, revision = NudgeStore(redis), await asked(store, opened)
    assert await nudges.mark(opened, "1", revision, 5.0)
    assert await waiting_since(store, opened) == 5.0
    assert (await Overview(redis).open_questions())[0].marked
    assert "parent" in [one.name for one in await store.redraws(opened)]
    await redis.delete(Keys(opened).redraw, Keys(opened).later)
    assert await store.vote(opened, "1", "ben", ["greet"])
    assert await waiting_since(store, opened) is None
    assert "parent" in [one.name for one in await store.redraws(opened)]


async def test_nothing_is_marked_after_a_vote_that_came_meanwhile(redis: Redis, store: Store, opened: str) -> None:
    revision = await asked(store, opened)
    await store.vote(opened, "1", "ben", ["greet"])
    assert not await NudgeStore(redis).mark(opened, "1", revision, 5.0)
    assert not await NudgeStore(redis).mark(opened, "2", revision, 5.0)
    assert await waiting_since(store, opened) is None
    assert not await redis.exists(keys.NUDGED_QUESTIONS)


async def test_a_mark_goes_with_its_question(redis: Redis, store: Store, opened: str) -> None:
    await NudgeStore(redis).mark(opened, "1", await asked(store, opened), 5.0)
    await store.commit(opened, Commit(question="none"))
    assert await waiting_since(store, opened) is None


async def test_slack_is_asked_about_somebody_once_a_day(redis: Redis) -> None:
    calls: list[str] = []

    async def user(person: str) -> dict[str, Any]:
        calls.append(person)
        if person == "gone":
            raise SlackRefused("users.info", "user_not_found")
        return {"tz": "Asia/Kathmandu", "is_bot": person == "bot", "deleted": person == "left"}

    async def members(channel: str) -> set[str]:
        calls.append(channel)
        return {"ada", "bot"}

    for _ in range(3):
        directory = Directory(redis, user, members)
        assert await directory.members("C") == {"ada", "bot"}
        assert await directory.humans(["ada", "bot", "gone", "left"]) == {"ada"}
        assert (await directory.profiles(["ada"]))["ada"] == Profile("Asia/Kathmandu", is_person=True)
    assert sorted(calls) == ["C", "ada", "bot", "gone", "left"]
    assert 86_000 < await redis.ttl(keys.profile("ada")) <= 86_400
