"""Turns in the loop: what is asked, what a decision writes, and what happens when somebody decides otherwise."""

from __future__ import annotations

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.events import ActionExecuted
from slackbot.learning.loop import Loop
from slackbot.learning.question import Outcome
from slackbot.store import Store
from tests.learning.lesson import Lesson

SOUP = '[{"end":6,"entity":"dish","start":2,"value":"soup"}]'


async def test_a_question_covers_the_whole_turn_and_one_press_closes_it(lesson: Lesson) -> None:
    await lesson.say("hi")
    assert await lesson.asks() == ["greet", "[]", "utter_greet", "action_listen"]
    assert await lesson.log() == []
    await lesson.accept("ben")
    assert await lesson.log() == ["greet", "utter_greet", "“Hello!”", "listen"]
    [closed] = await lesson.closed()
    assert closed.outcome is Outcome.DECIDED
    assert [part.people for part in closed.question.parts] == [("ben",)] * 4
    assert (await lesson.state()).question is None


async def test_every_event_has_a_time_and_the_question_that_decided_it(lesson: Lesson) -> None:
    await lesson.say("a soup")
    await lesson.accept("ben")
    await lesson.say("hi")
    await lesson.accept("ben")
    events = (await lesson.state()).tracker.events[3:]
    assert all(event.timestamp for event in events)
    assert [event.metadata["question"] for event in events] == ["1"] * 5 + ["2"] * 4


async def test_entities_fill_slots_before_the_actions_that_need_them(lesson: Lesson) -> None:
    await lesson.say("a soup")
    assert await lesson.asks() == ["order", SOUP, "utter_dish", "action_listen"]
    await lesson.accept("ben")
    assert await lesson.log() == ["order", "dish=soup", "utter_dish", "“One soup.”", "listen"]


async def test_an_agreed_message_keeps_all_that_the_core_said_of_it(lesson: Lesson) -> None:
    await lesson.say("a soup")
    parse_data = (await lesson.question()).parse_data
    await lesson.accept("ben")
    latest = (await lesson.state()).tracker.latest_message
    assert latest is not None
    assert latest.parse_data.items() >= parse_data.items()
    assert (latest.text, latest.message_id) == ("a soup", "1700000000.000001")


async def test_a_quorum_needs_distinct_people(store: Store, core: BuiltinCore) -> None:
    lesson = await Lesson.begin(store, core, quorum=3)
    await lesson.say("hi")
    await lesson.accept("ben", "ben", "cleo", "ben")
    assert await lesson.log() == []
    await lesson.accept("dan")
    assert await lesson.log() == ["greet", "utter_greet", "“Hello!”", "listen"]
    [closed] = await lesson.closed()
    assert closed.question.parts[0].people == ("ben", "cleo", "dan")
    assert set(closed.votes) == {"ben", "cleo", "dan"}


async def test_another_intent_makes_the_rest_be_planned_anew(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", intent="bye")
    assert await lesson.asks() == ["bye ✓", "[]", "utter_bye", "action_listen"]
    assert (await lesson.question()).revision == 1
    assert await lesson.log() == []  # the intent alone is no event
    await lesson.accept("cleo")
    assert await lesson.log() == ["bye", "utter_bye", "“Bye!”", "listen"]


async def test_a_corrected_message_says_what_people_said_and_nothing_of_the_core(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", intent="bye")
    await lesson.accept("ben")
    latest = (await lesson.state()).tracker.latest_message
    assert latest is not None
    said = {"text": "hi", "intent": {"name": "bye", "confidence": 1.0}, "entities": []}
    assert latest.parse_data == {**said, "message_id": latest.message_id, "metadata": {}}


async def test_other_entities_set_other_slots(lesson: Lesson) -> None:
    await lesson.say("a soup")
    await lesson.change("ben", entities="[]")
    assert await lesson.log() == ["order"]
    assert (await lesson.asks())[:2] == ["order ✓", "[] ✓"]
    assert (await lesson.state()).tracker.slots["dish"] is None


async def test_another_action_is_done_and_what_follows_is_planned_anew(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", action="utter_bye")
    assert await lesson.log() == ["greet", "utter_bye", "“Bye!”"]
    question = await lesson.question()
    assert question.appended == 3
    assert (await lesson.asks())[:3] == ["greet ✓", "[] ✓", "utter_bye ✓"]
    await lesson.change("ben", action="action_listen")
    assert await lesson.log() == ["greet", "utter_bye", "“Bye!”", "listen"]
    assert (await lesson.state()).question is None


async def test_an_action_names_the_policy_that_predicted_it_and_none_where_people_chose_it(lesson: Lesson) -> None:
    await lesson.say("hi")
    predicted = (await lesson.question()).parts[2]
    await lesson.accept("ben")
    await lesson.say("a soup")
    await lesson.change("ben", action="utter_bye")
    done = {e.action_name: e for e in (await lesson.state()).tracker.events if isinstance(e, ActionExecuted)}
    assert (done["utter_greet"].policy, done["utter_greet"].confidence) == (predicted.policy, predicted.confidence)
    assert (done["utter_bye"].policy, done["utter_bye"].confidence) == (None, 0.0)


async def test_listening_instead_of_an_action_ends_the_turn(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", action="action_listen")
    assert await lesson.log() == ["greet", "listen"]
    assert (await lesson.state()).question is None


async def test_parts_close_in_order_each_at_its_own_quorum(store: Store, core: BuiltinCore) -> None:
    lesson = await Lesson.begin(store, core, quorum=2)
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.change("cleo", action="utter_bye")
    assert await lesson.asks() == ["greet ✓", "[] ✓", "utter_greet", "action_listen"]
    assert await lesson.log() == ["greet"]
    assert [part.people for part in (await lesson.question()).parts[:2]] == [("ben", "cleo")] * 2
    await lesson.change("dan", action="utter_bye")
    assert await lesson.log() == ["greet", "utter_bye", "“Bye!”"]
    question = await lesson.question()
    assert question.parts[2].people == ("cleo", "dan")


async def test_votes_that_took_another_way_do_not_count_for_what_follows(store: Store, core: BuiltinCore) -> None:
    """Ben and Cleo said all was right; when the others agreed on another intent, their later answers are void."""
    lesson = await Lesson.begin(store, core, quorum=2)
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.change("cleo", "dan", intent="bye")
    assert await lesson.asks() == ["bye ✓", "[]", "utter_bye", "action_listen"]
    await lesson.accept("eve")
    assert await lesson.log() == []
    await lesson.accept("ben")
    assert await lesson.log() == ["bye", "utter_bye", "“Bye!”", "listen"]


async def test_a_plan_stops_at_an_action_that_runs_elsewhere_and_goes_on_once_it_ran(lesson: Lesson) -> None:
    for text in ("hi", "a soup", "pay"):
        await lesson.say(text)
        if text != "pay":
            await lesson.accept("ben")
    assert await lesson.asks() == ["pay", "[]", "action_pay"]
    assert (await lesson.question()).parts[2].runs_elsewhere
    await lesson.accept("ben")
    assert (await lesson.log())[-2:] == ["pay", "action_pay"]
    assert await lesson.asks() == ["utter_bye", "action_listen"]  # nobody has agreed on that yet
    assert (await lesson.question()).message.text == "pay"
    await lesson.accept("ben")
    assert (await lesson.log())[-5:] == ["pay", "action_pay", "utter_bye", "“Bye!”", "listen"]


async def test_an_action_that_runs_elsewhere_may_be_chosen_too(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", action="action_pay")
    assert await lesson.log() == ["greet", "action_pay"]
    assert (await lesson.question()).id == "2"


async def test_messages_wait_their_turn_in_order(lesson: Lesson) -> None:
    for text in ("hi", "a soup", "bye"):
        await lesson.say(text)
    assert [message.text for message in (await lesson.state()).waiting] == ["a soup", "bye"]
    for text in ("hi", "a soup", "bye"):
        assert (await lesson.question()).message.text == text
        await lesson.accept("ben")
    assert [name for name in await lesson.log() if name in {"greet", "order", "bye"}] == ["greet", "order", "bye"]


async def test_what_a_session_adds_can_be_agreed_on_at_once(lesson: Lesson) -> None:
    await lesson.say("what?")
    await lesson.add(intents=("ask",), responses={"utter_what": "I said *hello*."})
    await lesson.change("ben", intent="ask", go_on=False)
    await lesson.loop.advance(lesson.id)
    await lesson.change("ben", action="utter_what")
    assert (await lesson.log())[:3] == ["ask", "utter_what", "“I said *hello*.”"]


async def test_a_stored_message_and_a_stored_vote_are_enough_for_another_process_to_go_on(
    lesson: Lesson, core: BuiltinCore
) -> None:
    """The process that took them died before it took a step: the conversation is due."""
    other = Lesson(lesson.store, Loop(lesson.store, core), lesson.id)
    await lesson.say("hi", go_on=False)
    assert await lesson.store.due(0) == [lesson.id]
    await other.loop.advance(lesson.id)
    assert await lesson.asks() == ["greet", "[]", "utter_greet", "action_listen"]
    assert await lesson.store.due(0) == []
    await lesson.accept("ben", go_on=False)
    assert await lesson.store.due(0) == [lesson.id]
    await other.loop.advance(lesson.id)
    assert await lesson.log() == ["greet", "utter_greet", "“Hello!”", "listen"]
    assert await lesson.store.due(0) == []
