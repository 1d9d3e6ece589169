"""Correcting what a card suggests: other intents and actions, several people, several quorums."""

from __future__ import annotations

import asyncio

from slackbot.blocks.change import PICK_ACTION, PICK_INTENT
from tests.end_to_end.stage import Stage, chosen, labels, shown


async def test_another_intent_is_found_by_search_and_the_plan_is_predicted_anew(stage: Stage) -> None:
    """Picking another intent closes what was understood; what follows is suggested anew and stays open."""
    scene = await stage.teach()
    await scene.say("could be worse, I suppose")
    card = await scene.card("could be worse, I suppose")
    ben = await scene.open_change("ben")
    options = await ben.options(PICK_INTENT, "MOOD_")
    assert sorted(option["value"] for option in options) == ["mood_bad", "mood_good"]
    await ben.fill(PICK_INTENT, "mood_good")
    assert await ben.submit() == {"response_action": "clear"}
    await scene.shows("I understood *mood_good* :white_check_mark:, without entities.")
    assert "`utter_glad`" in shown(scene.message(card["ts"]))
    assert labels(scene.message(card["ts"])) == ["All right", "Change", "Not sure"]
    assert await scene.steps() == [], "the entities are a part of their own, and still open"
    await scene.agree("ben")
    assert await scene.steps() == ["user:mood_good", "action:utter_glad", "bot", "action:action_listen"]


async def test_another_action_counts_what_comes_before_it_as_right_and_leaves_open_what_comes_after(
    stage: Stage,
) -> None:
    """Who picks another action has agreed with the understanding; what to do after it is suggested anew."""
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    await scene.change("ben", action="utter_iamabot")
    await scene.shows("I am the bistro's assistant")
    assert await scene.steps() == ["user:greet", "action:utter_iamabot", "bot"]
    (card,) = scene.open_cards
    assert "`utter_iamabot`) :white_check_mark:" in shown(card)
    await scene.agree("ben")
    assert await scene.steps() == ["user:greet", "action:utter_iamabot", "bot", "action:action_listen"]


async def test_waiting_can_be_picked_as_the_first_action(stage: Stage) -> None:
    """A turn in which the bot does nothing is over once people agree that it just waits."""
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    await scene.change("ben", action="action_listen")
    await scene.shows("Agreed by")
    assert await scene.steps() == ["user:greet", "action:action_listen"]
    await scene.teach_turn("hello")


async def test_intent_and_action_are_changed_at_once(stage: Stage) -> None:
    """One submission answers several parts: each counts as soon as those before it are decided so."""
    scene = await stage.teach()
    await scene.say("could be worse, I suppose")
    await scene.card("could be worse, I suppose")
    await scene.change("ben", intent="mood_bad", action="utter_menu")
    await scene.shows("Today we have lasagne")
    assert await scene.steps() == ["user:mood_bad", "action:utter_menu", "bot"]
    await scene.agree("ben")
    assert (await scene.steps())[-1] == "action:action_listen"


async def test_pressing_vote_without_a_change_is_all_right(stage: Stage) -> None:
    """A modal submitted as it was opened agrees with all that is suggested."""
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    await scene.change("ben")
    await scene.shows("Agreed by @Ben")
    assert await scene.steps() == ["user:greet", "action:utter_greet", "bot", "action:action_listen"]


async def test_a_second_vote_replaces_the_first(stage: Stage) -> None:
    """Somebody who changes their mind before the question closes has one vote, the latest."""
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    await scene.card("hi")
    await scene.change("ben", intent="goodbye")
    line = await scene.told("ben", "Your vote is counted: 1 of the 2 people")
    assert line["thread_ts"] == scene.ts
    await scene.press("ben", "All right")
    await scene.shows("1 has voted")
    await scene.press("cleo", "All right")
    await scene.shows("Agreed by @Ben and @Cleo")
    assert await scene.steps() == ["user:greet", "action:utter_greet", "bot", "action:action_listen"]


async def test_the_modal_shows_what_its_person_has_voted_for_so_far(stage: Stage) -> None:
    """To change a vote is not to enter everything again; others see the suggestion and not the vote."""
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    await scene.card("hi")
    await scene.change("ben", intent="goodbye", action="utter_menu")
    ben = await scene.open_change("ben")
    assert [chosen(ben, action_id) for action_id in (PICK_INTENT, PICK_ACTION)] == ["goodbye", "utter_menu"]
    await ben.fill(PICK_INTENT, "thank")
    await ben.submit()
    cleo = await scene.open_change("cleo")
    assert [chosen(cleo, action_id) for action_id in (PICK_INTENT, PICK_ACTION)] == ["greet", "utter_greet"]
    await cleo.fill(PICK_INTENT, "thank")
    await cleo.fill(PICK_ACTION, "utter_menu")
    await cleo.submit()
    await scene.shows("Today we have lasagne")
    assert (await scene.steps())[:2] == ["user:thank", "action:utter_menu"]


async def test_a_vote_is_acknowledged_in_the_thread_to_the_voter_alone(stage: Stage) -> None:
    """After *All right* too, the line about the quorum appears in the session's thread."""
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    await scene.card("hi")
    await scene.press("ben", "All right")
    line = await scene.told("ben", "1 of the 2 people")
    assert line["thread_ts"] == scene.ts
    assert not stage.cleo.ephemerals


async def test_with_a_quorum_of_three_a_disagreement_waits_for_a_majority(stage: Stage) -> None:
    """Two against two decide nothing; the third voice for one side does, and the votes for the rest still count."""
    scene = await stage.teach("quorum 3")
    await scene.say("could be worse, I suppose")
    await scene.card("could be worse, I suppose")
    for name, intent in (("ada", "mood_good"), ("ben", "mood_good"), ("cleo", "mood_bad"), ("dan", "mood_bad")):
        await scene.change(name, intent=intent)
    await scene.shows("4 have voted")
    assert await scene.steps() == []
    await scene.change("cleo", intent="mood_good")
    await scene.shows("I understood *mood_good* :white_check_mark:, without entities.")
    await scene.agree("ada", "ben", "dan")
    await scene.shows("Agreed by @Ada, @Ben, @Cleo and @Dan")
    assert await scene.steps() == ["user:mood_good", "action:utter_glad", "bot", "action:action_listen"]


async def test_all_right_after_somebody_elses_change_agrees_with_what_the_card_shows(stage: Stage) -> None:
    """Until a change is agreed the card shows the suggestion, and All right is a vote for that."""
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    await scene.card("hi")
    await scene.change("ben", intent="goodbye")
    await scene.press("cleo", "All right")
    await scene.press("dan", "All right")
    await scene.shows("Agreed by @Cleo and @Dan")
    assert (await scene.steps())[0] == "user:greet"


async def test_a_press_on_a_card_that_was_suggested_anew_since_counts_for_nothing(stage: Stage) -> None:
    """Nobody agrees with something they have not seen."""
    scene = await stage.teach()
    await scene.say("could be worse, I suppose")
    seen = await scene.card("could be worse, I suppose")
    await scene.change("ben", intent="mood_good")
    await scene.shows("I understood *mood_good* :white_check_mark:, without entities.")
    await scene.press_as_seen("cleo", "All right", seen)
    line = await scene.told("cleo", "The card has changed since you saw it")
    assert line["thread_ts"] == scene.ts
    assert await scene.steps() == []
    assert labels(scene.message(seen["ts"])) == ["All right", "Change", "Not sure"]


async def test_a_modal_that_was_opened_before_the_question_closed_says_that_it_came_too_late(stage: Stage) -> None:
    """The late vote is not counted, and its owner is told so where they look."""
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    ben = await scene.open_change("ben")
    await scene.agree("cleo")
    await ben.fill(PICK_INTENT, "goodbye")
    await ben.submit()
    assert ben.view is not None
    assert ben.view["title"]["text"] == "Not counted"
    assert "closed already" in ben.view["blocks"][0]["text"]["text"]
    assert (await scene.steps())[0] == "user:greet"


async def test_a_vote_for_an_answer_that_lost_meanwhile_is_explained(stage: Stage) -> None:
    """Who votes in a modal opened before others agreed on another answer learns that the card asks anew."""
    scene = await stage.teach()
    await scene.say("could be worse, I suppose")
    await scene.card("could be worse, I suppose")
    ben = await scene.open_change("ben")
    await scene.change("cleo", intent="mood_good")
    await scene.shows("*mood_good* :white_check_mark:")
    await ben.fill(PICK_INTENT, "mood_bad")
    await ben.submit()
    await scene.told("ben", "others agreed on another answer")
    await scene.agree("dan")
    assert (await scene.steps())[0] == "user:mood_good"


async def test_people_who_change_at_the_same_moment_leave_one_decision(stage: Stage) -> None:
    """Two corrections submitted together, each a quorum by itself: one of them decides."""
    scene = await stage.teach()
    await scene.say("could be worse, I suppose")
    await scene.card("could be worse, I suppose")
    ben, cleo = await scene.open_change("ben"), await scene.open_change("cleo")
    await ben.fill(PICK_INTENT, "mood_good")
    await cleo.fill(PICK_INTENT, "affirm")
    await asyncio.gather(ben.submit(), cleo.submit())
    await scene.shows(":white_check_mark:")
    await scene.agree("dan")
    users = [step for step in await scene.steps() if step.startswith("user:")]
    assert len(users) == 1
    assert users[0] in {"user:mood_good", "user:affirm"}


async def test_action_search_also_finds_what_the_bot_would_say(stage: Stage) -> None:
    """Somebody who knows the words but not the name of a response finds it."""
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    ben = await scene.open_change("ben")
    (option,) = await ben.options(PICK_ACTION, "noon to ten")
    assert option["value"] == "utter_hours"
    names = [option["value"] for option in await ben.options(PICK_ACTION, "greet")]
    assert names[0] == "utter_greet"
