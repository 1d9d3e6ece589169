"""Gold questions: what people are certain of is asked of others, in private; who errs too often is not counted."""

from __future__ import annotations

from typing import Any

from slackbot.blocks.gold import CHECK
from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.quorum import Skill
from slackbot.learning.question import How
from slackbot.store.skills import Skills
from tests.end_to_end.stage import Scene, Stage, shown, staged

Json = dict[str, Any]


async def made_gold(stage: Stage, *texts: str) -> Scene:
    """Three people agree on what each text means."""
    scene = await stage.teach("3")
    for text in texts:
        await scene.teach_turn(text, "ben", "cleo", "dan")
    team = (await stage.conversation(scene)).session.team

    async with stage.waiting():
        while len((await stage.teaching.checks.known(team)).gold) < len(texts):
            await stage.breath()
    await scene.settled()
    return scene


async def check(stage: Stage, who: str, answer: str) -> str:
    """Somebody answers the gold question that is before them; what they are told."""
    person = stage.people[who]
    await person.fill("pick_intent", answer)
    answered = await person.submit()
    assert answered is not None
    assert answered["response_action"] == "update"
    return shown(answered["view"])


async def test_what_three_people_agree_on_is_asked_of_a_fourth_alone(redis_url: str, bistro: BuiltinCore) -> None:
    """And leaves no trace in the conversation."""
    async with staged(redis_url, bistro, chosen=lambda _, __: {"gold_share": 1.0}) as stage:
        scene = await made_gold(stage, "hi")
        before = await scene.steps()
        other = await stage.teach("1")
        await other.say("bye")
        await other.card("bye")
        await other.press("ada", "All right")
        asked = await other.told("ada", "A short check")
        await stage.ada.press_ephemeral(asked, CHECK)
        assert stage.ada.view is not None
        assert "“hi”" in shown(stage.ada.view)
        assert "greet" not in str(stage.ada.view)
        assert await check(stage, "ada", "greet") == "*Right.* “hi” means *greet*."
        await stage.ada.press_ephemeral(asked, CHECK)
        assert "There is nothing to ask you just now." in str(stage.ada.view)
        assert await scene.steps() == before
        assert not any("A short check" in str(stage.people[name].ephemerals) for name in ("ben", "cleo", "dan"))


async def test_before_the_first_vote_gold_questions_are_asked(redis_url: str, bistro: BuiltinCore) -> None:
    """Once there are any. Those who made them need not answer them. A wrong answer can be made good."""
    async with staged(redis_url, bistro, chosen=lambda _, __: {"qualification": 2}) as stage:
        await made_gold(stage, "hi", "bye", "thanks")
        scene = await stage.teach("1")
        await scene.say("hello")
        await scene.card("hello")
        await scene.press("ada", "All right")
        told = await scene.told("ada", "Before your votes count, 2 short questions are asked")
        assert "Decided" not in scene.text
        await stage.ada.press_ephemeral(told, CHECK)
        right = {"“hi”": "greet", "“bye”": "goodbye", "“thanks”": "thank"}
        for answers in range(1, 4):
            assert stage.ada.view is not None
            message = shown(stage.ada.view)
            answer = next(intent for text, intent in right.items() if text in message)
            said = await check(stage, "ada", "book_table" if answers == 1 else answer)
            assert ("*Right.*" in said) is (answers > 1)
            if answers < 3:
                await scene.press("ada", "All right")
                assert await scene.steps() == []
                await stage.ada.view_press(CHECK)
        await scene.press("ada", "All right")
        await scene.shows("Hey! How are you?")


async def test_a_ruling_makes_gold_that_is_none_any_more_when_it_is_asked_again(stage: Stage) -> None:
    scene = await stage.teach("first 2 of 2")
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.press("ben", "All right")
    await scene.change("cleo", intent="goodbye")
    await scene.press("ada", "Decide…")
    await stage.ada.fill("pick_intent", "greet")
    await stage.ada.fill("reason", "hi is hi")
    await stage.ada.submit()
    await scene.agree("ben", "cleo")
    conversation = await stage.conversation(scene)
    record = await stage.teaching.store.closed_question(conversation.id, "1")
    assert record is not None
    assert record["parts"][0]["how"] == How.RULING
    team = conversation.session.team
    async with stage.waiting():
        while not (known := await stage.teaching.checks.known(team)).gold:
            await stage.breath()
    assert [(one.text, one.intent) for one in known.gold] == [("hi", "greet")]
    await stage.ada.message_action("reopen_question", scene.channel, card["ts"])
    await scene.told("ada", "It is asked again")
    assert not (await stage.teaching.checks.known(team)).gold


async def test_who_errs_too_often_is_warned_once_then_quietly_not_counted(redis_url: str, bistro: BuiltinCore) -> None:
    """Their votes are stored and acknowledged all the same; administrators see it."""
    async with staged(redis_url, bistro, chosen=lambda people, _: {"administrators": (people["ada"].id,)}) as stage:
        skills = Skills(stage.teaching.store._redis)
        scene = await stage.teach("2")
        team = (await stage.conversation(scene)).session.team
        await skills.save(team, {stage.dan.id: Skill(2, 12), stage.ben.id: Skill(20, 2)}, 10)
        await scene.say("hi")
        await scene.card("hi")
        await scene.press("dan", "All right")
        await scene.told("dan", "Several of your answers differ")
        await scene.agree("ben")
        await skills.save(team, {stage.dan.id: Skill(3, 30), stage.ben.id: Skill(20, 2)}, 10)
        await scene.say("bye")
        card = await scene.card("bye")
        await scene.press("dan", "All right", ts=card["ts"])
        await scene.press("ben", "All right", ts=card["ts"])
        await scene.until(lambda _: "2 have voted." in shown(scene.message(card["ts"])))
        assert str(stage.dan.ephemerals).count("Several of your answers") == 1
        assert "Agreed by" not in shown(scene.message(card["ts"]))
        await scene.press("cleo", "All right", ts=card["ts"])
        agreed = f"Agreed by <@{stage.ben.id}> and <@{stage.cleo.id}>"
        await scene.until(lambda _: agreed in shown(scene.message(card["ts"])))
        said = await stage.command("crowd")
        assert f"• <@{stage.dan.id}>: excluded, 9% of 33 answers right" in said
        assert f"• <@{stage.ben.id}>: reliable, 91% of 22 answers right" in said
        assert "warned below 60% right" in said
        assert f"Only <@{stage.ada.id}> may administer this." in await stage.command("crowd", by="ben")
