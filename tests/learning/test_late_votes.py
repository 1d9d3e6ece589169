"""Votes that come while a decided action runs on an action server: none is wasted, and it runs once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from redis.asyncio import Redis

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.votes import Mark
from slackbot.learning.controls import Control
from slackbot.learning.crowd_statistics import statistics
from slackbot.learning.failures import Remedy
from slackbot.learning.loop import MOST_CONFLICTS, Loop
from slackbot.learning.question import Outcome, PartKind, Remark
from slackbot.learning.voted import voted
from slackbot.store import Commit, Store
from tests.core.action_servers import Json, ScriptedServer, scripted_server, slot
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.learning.failing import OvertakenStore
from tests.learning.lesson import Lesson

PAY, DISH = ("pay", "[]", "action_pay"), ("pay", "[]", "utter_dish")
PAID = ["pay", "action_pay", "dish=None"]


class Till:
    """An action server whose ``action_pay`` takes as long as what people do meanwhile."""

    def __init__(self, server: ScriptedServer, lesson: Lesson) -> None:
        self.server, self.lesson = server, lesson

    async def pay(self, meanwhile: Callable[[], Awaitable[object]], loop: Loop | None = None) -> None:
        """Ben and Cleo agree that it is run; while it runs, something else happens."""

        async def action(_: Json) -> Json:
            await meanwhile()
            return {"events": [slot("dish", None)], "responses": []}

        self.server.actions["action_pay"] = action
        await self.lesson.say("pay")
        await self.lesson.change("ben", "cleo", action="action_pay", go_on=False)
        await (loop or self.lesson.loop).advance(self.lesson.id)

    async def vote(self, person: str, path: tuple[str, ...], mark: Mark = Mark.NONE) -> None:
        assert await self.lesson.store.vote(self.lesson.id, "1", person, path, mark=mark)


@pytest.fixture
async def till(store: Store, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Till]:
    async with scripted_server() as server:
        folder = write_project(tmp_path_factory.mktemp("till"), DOMAIN, DATA)
        core = BuiltinCore.load(folder, ActionServer(server.url))
        yield Till(server, await Lesson.begin(store, core, quorum=2))


class CrowdedStore(Store):
    """The store as a process uses it before each of whose commits that close a question somebody votes."""

    def __init__(self, redis: Redis, voters: list[str]) -> None:
        super().__init__(redis)
        self._voters = voters

    async def commit(self, conversation_id: str, commit: Commit) -> int:
        if commit.closed is not None and self._voters:
            assert await self.vote(conversation_id, "1", self._voters.pop(0), PAY)
        return await super().commit(conversation_id, commit)


async def test_votes_that_come_meanwhile_are_kept_and_counted_and_change_no_decision(till: Till) -> None:
    async def meanwhile() -> None:
        await till.vote("dan", DISH)
        await till.vote("eve", PAY)
        await till.vote("fay", (), Mark.UNSURE)

    await till.pay(meanwhile)
    [closed] = await till.lesson.closed()
    assert closed.votes == {"ben": PAY, "cleo": PAY, "dan": DISH, "eve": PAY, "fay": ()}
    assert closed.remarks == {"fay": Remark(Mark.UNSURE)}
    ran = closed.question.parts[-1]
    assert (ran.decided, ran.people) == ("action_pay", ("ben", "cleo"))
    assert list(ran.given.items()) == [("ben", PAY[2]), ("cleo", PAY[2]), ("dan", DISH[2]), ("eve", PAY[2])]
    assert set(closed.question.parts[0].given) == {"ben", "cleo"}, "its meaning had been agreed on before"
    counted = statistics(one for one in voted(till.lesson.id, closed) if one.kind is PartKind.ACTION)
    assert {person: one.right for person, one in counted.accuracies.items()} == {
        "ben": 1,
        "cleo": 1,
        "dan": 0,
        "eve": 1,
    }
    assert await till.lesson.log() == PAID
    assert till.server.names == ["action_pay"]


async def test_who_decided_it_and_thinks_otherwise_meanwhile_has_decided_it_all_the_same(till: Till) -> None:
    await till.pay(lambda: till.vote("ben", DISH))
    [closed] = await till.lesson.closed()
    assert closed.votes == {"ben": DISH, "cleo": PAY}
    ran = closed.question.parts[-1]
    assert (ran.people, ran.given) == (("ben", "cleo"), {"ben": PAY[2], "cleo": PAY[2]})


@pytest.mark.parametrize("number", [1, 3, MOST_CONFLICTS + 5])
async def test_votes_that_come_while_the_outcome_is_written_make_nothing_run_again(
    till: Till, other_redis: Redis, number: int
) -> None:
    late = [f"late {place}" for place in range(number)]
    store = CrowdedStore(other_redis, list(late))
    await till.pay(lambda: till.vote("dan", DISH), Loop(store, till.lesson.loop.core))
    [closed] = await till.lesson.closed()
    written_down = set(closed.votes) - {"ben", "cleo", "dan"}
    assert written_down == set(late[:MOST_CONFLICTS]), "the outcome doesn't wait for ever"
    assert await till.lesson.log() == PAID
    assert till.server.names == ["action_pay"]


@pytest.mark.parametrize("control", [Control.UNDO, Control.RESTART, Control.ABORT])
async def test_what_ends_the_question_meanwhile_ends_it_with_all_votes(till: Till, control: Control) -> None:
    other = till.lesson.elsewhere(till.lesson.store)

    async def meanwhile() -> None:
        await till.vote("dan", DISH)
        await other.control(control, go_on=False)

    await till.pay(meanwhile)
    [closed] = await till.lesson.closed()
    assert closed.outcome is not Outcome.DECIDED
    assert set(closed.votes) == {"ben", "cleo", "dan"}
    assert "action_pay" not in await till.lesson.log()
    assert till.server.names == ["action_pay"]


async def test_an_edit_meanwhile_loses_neither_the_outcome_nor_a_vote(till: Till) -> None:
    async def meanwhile() -> None:
        await till.vote("dan", DISH)
        await till.lesson.edit("1700000000.000001", "bye", go_on=False)

    await till.pay(meanwhile)
    first, *_ = await till.lesson.closed()
    assert (first.outcome, set(first.votes)) == (Outcome.DECIDED, {"ben", "cleo", "dan"})
    assert (await till.lesson.log())[: len(PAID)] == PAID
    assert (await till.lesson.question()).message.text == "bye", "the edit takes the turn back afterwards"
    assert till.server.names == ["action_pay"]


async def test_a_card_that_shows_what_was_not_agreed_on_takes_no_vote_for_what_runs(till: Till) -> None:
    """*All right* there would be stored as a vote for the action that runs, which is not what its voter saw."""
    revisions = []

    async def meanwhile() -> None:
        revisions.append((await till.lesson.question()).revision)

    await till.pay(meanwhile)
    assert revisions == [1]


async def test_a_vote_that_comes_while_a_failed_action_is_skipped_is_kept(till: Till, other_redis: Redis) -> None:
    lesson = till.lesson
    await lesson.say("pay")
    await lesson.change("ben", "cleo", action="action_pay")
    failed = await lesson.question()
    assert failed.failure is not None, "the server has no such action"
    store = OvertakenStore(other_redis, lambda: till.vote("dan", DISH))
    await Loop(store, lesson.loop.core).remedy(lesson.id, failed, Remedy.SKIP, "ben")
    [closed] = await lesson.closed()
    assert closed.votes == {"ben": PAY, "cleo": PAY, "dan": DISH}
    assert closed.question.parts[-1].given == {"ben": PAY[2], "cleo": PAY[2], "dan": DISH[2]}
