"""What happens while a decision is being worked out: it is worked out anew, or it came too late and changes nothing."""

from __future__ import annotations

import asyncio

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Additions
from slackbot.errors import Conflict
from slackbot.learning.controls import Control
from slackbot.learning.loop import Loop
from slackbot.learning.question import Outcome
from slackbot.store import Store
from tests.learning.failing import InterruptedCore, OvertakenStore
from tests.learning.invariants import Known, check_at_rest
from tests.learning.lesson import Lesson
from tests.learning.rehearsal import Act, Rehearsal

#: Acts that lead to a moment at which the loop has something to work out.
MOMENTS: dict[str, list[Act]] = {
    "asking": [("say", "hi")],
    "closing while another waits": [("say", "hi"), ("say", "bye"), ("accept", "all")],
    "closing": [("say", "hi"), ("accept", "all")],
    "closing with another intent": [("say", "hi"), ("change", "all", 0, 1)],
    "closing with another action": [("say", "hi"), ("change", "all", 2, 1)],
    "closing with an action elsewhere": [("say", "hi"), ("change", "all", 2, 2)],
}
#: What happens meanwhile, through another process.
MEANWHILE: list[Act] = [
    ("say", "pay"),
    ("edit", 0, "bye"),
    ("edit", 0, None),
    ("accept", "dan"),
    ("change", "dan", 2, 1),
    ("change", "all", 0, 2),
    ("undo",),
    ("restart",),
    ("abort",),
]
MOST_CALLS = 12


@pytest.mark.parametrize("meanwhile", MEANWHILE, ids=str)
@pytest.mark.parametrize("moment", MOMENTS)
async def test_whatever_happens_during_whichever_call_of_the_core(
    store: Store, core: BuiltinCore, other_redis: Redis, moment: str, meanwhile: Act
) -> None:
    for calls in range(MOST_CALLS):
        lesson = await Lesson.begin(store, core, f"race-{calls}", quorum=2)
        rehearsal = Rehearsal(lesson, core, other_redis)
        *before, last = MOMENTS[moment]
        for act in before:
            await rehearsal.play(act, ("goes on",))
        await rehearsal.do(last)
        interrupted = await rehearsal.interrupt(calls, meanwhile)
        await check_at_rest(lesson, rehearsal.known)
        if not interrupted:
            assert calls > 0
            return
    pytest.fail("the core is called more often than expected")


async def test_two_processes_that_go_on_at_once_leave_one_decision(
    store: Store, core: BuiltinCore, other_redis: Redis
) -> None:
    lesson = await Lesson.begin(store, core)
    loops = [lesson.loop, Loop(Store(other_redis), core)]
    for text in ("hi", "a soup", "pay", "bye"):
        await lesson.say(text, go_on=False)
        while (await lesson.state()).snapshot.due:
            await asyncio.gather(*(loop.advance(lesson.id) for loop in loops))
        while (await lesson.state()).question is not None:
            await lesson.accept("ben", go_on=False)
            await asyncio.gather(*(loop.advance(lesson.id) for loop in loops))
    log = await lesson.log()
    assert [name for name in log if name in {"greet", "order", "pay", "bye"}] == ["greet", "order", "pay", "bye"]
    assert [name for name in log if name.startswith(("utter_", "action_"))] == [
        "utter_greet",
        "utter_dish",
        "action_pay",
        "utter_bye",
        "utter_bye",
    ]
    questions = [closed.question.id for closed in await lesson.closed()]
    assert questions == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("control", [Control.UNDO, Control.RESTART])
@pytest.mark.parametrize("open_card", [True, False], ids=["open card", "closed card"])
async def test_two_processes_that_get_the_same_press_do_one_thing(
    store: Store, core: BuiltinCore, other_redis: Redis, control: Control, open_card: bool
) -> None:
    lesson = await Lesson.begin(store, core)
    for text in ("hi", "a soup"):
        await lesson.say(text)
        await lesson.accept("ben")
    if open_card:
        await lesson.say("bye")
    state = await lesson.state()
    written = 2

    async def press(loop: Loop) -> str:
        return await loop.control(lesson.id, control, "owner", version=state.version)

    with pytest.raises(Conflict):
        await press(Loop(OvertakenStore(other_redis, lambda: press(lesson.loop)), core))
    assert len(await lesson.log()) == state.snapshot.version - 3 + written


@pytest.mark.parametrize("control", [Control.UNDO, Control.RESTART, Control.ABORT, Control.FINISH])
async def test_a_vote_that_was_taken_is_in_the_record_of_the_question_however_it_ends(
    store: Store, core: BuiltinCore, other_redis: Redis, control: Control
) -> None:
    lesson = await Lesson.begin(store, core, quorum=3)
    await lesson.say("hi")
    await lesson.accept("ben")
    loop = Loop(OvertakenStore(other_redis, lambda: lesson.accept("cleo", go_on=False)), core)
    await loop.control(lesson.id, control, "owner", version=(await lesson.state()).version)
    [closed] = await lesson.closed()
    assert set(closed.votes) == {"ben", "cleo"}


async def test_a_vote_that_was_taken_is_in_the_record_of_a_question_that_is_withdrawn(
    store: Store, core: BuiltinCore, other_redis: Redis
) -> None:
    lesson = await Lesson.begin(store, core, quorum=3)
    ts = await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.edit(ts, "bye", go_on=False)
    await Loop(OvertakenStore(other_redis, lambda: lesson.accept("cleo", go_on=False)), core).advance(lesson.id)
    [closed] = await lesson.closed()
    assert (closed.outcome, set(closed.votes)) == (Outcome.MESSAGE_CHANGED, {"ben", "cleo"})


async def test_what_a_session_adds_while_a_decision_is_worked_out_is_not_lost(
    store: Store, core: BuiltinCore, other_redis: Redis
) -> None:
    lesson = await Lesson.begin(store, core)
    await lesson.say("hi", go_on=False)
    slow = InterruptedCore(core, 1, lambda: lesson.add(intents=("ask",)))
    await Loop(Store(other_redis), slow).advance(lesson.id)
    assert slow.happened
    assert (await lesson.state()).session.additions == Additions(intents=("ask",))
    assert "ask" in (await lesson.state()).tracker.domain.intents
    await check_at_rest(lesson, Known(messages={"1700000000.000001": "hi"}))
