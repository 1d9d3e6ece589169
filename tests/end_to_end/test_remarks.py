"""Saying something of a question beside answers: not sure, skip, something is wrong."""

from __future__ import annotations

import pytest

from slackbot.blocks.remarks import MORE
from slackbot.core.builtin import BuiltinCore
from slackbot.learning.question import ClosedQuestion
from tests.end_to_end.stage import Scene, Stage, field, shown, staged


async def more(scene: Scene, by: str, option: str, ts: str) -> None:
    """Somebody picks something of the menu behind the three dots."""
    await scene.stage.people[by].choose(scene.channel, ts, MORE, option)


async def closed(scene: Scene) -> ClosedQuestion:
    """The record of the first question."""
    conversation = await scene.stage.conversation(scene)
    record = await scene.stage.teaching.store.closed_question(conversation.id, "1")
    assert record is not None
    return ClosedQuestion.from_dict(record)


async def test_who_is_not_sure_takes_part_without_an_answer(stage: Stage) -> None:
    """And may answer after all, as long as the question is open."""
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.press("ben", "All right")
    await scene.press("ben", "Not sure")
    await scene.told("ben", "Noted: you are not sure.")
    await scene.until(lambda _: "agree. 1 person is not sure." in shown(scene.message(card["ts"])))
    await scene.press("cleo", "All right")
    assert await scene.steps() == []
    await scene.press("ben", "All right")
    await scene.shows("Agreed by")
    assert (await closed(scene)).remarks == {}


async def test_who_skips_is_not_counted(stage: Stage) -> None:
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    card = await scene.card("hi")
    await more(scene, "ben", "Skip", card["ts"])
    await scene.told("ben", "Skipped")
    assert shown(scene.message(card["ts"])).endswith("2 people must agree.")


async def test_a_flag_stays_with_its_comment_whatever_its_person_answers(stage: Stage) -> None:
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    card = await scene.card("hi")
    await more(scene, "ben", "Something is wrong…", card["ts"])
    await stage.ben.fill("comment", "is this <@U1> a *greeting*?")
    assert await stage.ben.submit() == {"response_action": "clear"}
    await scene.told("ben", "Flagged, with your comment.")
    await scene.until(lambda _: "1 flagged it" in shown(scene.message(card["ts"])))
    assert "a *greeting*?" not in scene.text
    await scene.agree("ben", "cleo")
    ending = shown(scene.message(card["ts"]))
    assert f":triangular_flag_on_post: <@{stage.ben.id}>: “`is this &lt;@U1&gt; a *greeting*?`”" in ending
    assert (await closed(scene)).votes.keys() == {stage.ben.id, stage.cleo.id}


async def test_a_flag_does_not_take_an_answer_back(stage: Stage) -> None:
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.press("ben", "All right")
    await more(scene, "ben", "Something is wrong…", card["ts"])
    await stage.ben.fill("comment", "hm")
    await stage.ben.submit()
    await scene.told("ben", "Flagged")
    await scene.change("ben", intent="goodbye")
    assert "Flagged" not in (await scene.told("ben", "Your vote is counted"))["text"]
    await scene.press("ben", "All right")
    await scene.press("cleo", "All right")
    await scene.shows("Agreed by")


async def test_what_comes_too_late_is_refused(stage: Stage) -> None:
    """A remark on a question that is decided meanwhile."""
    scene = await stage.teach()
    await scene.say("hi")
    seen = await scene.card("hi")
    await more(scene, "ben", "Something is wrong…", seen["ts"])
    await stage.ben.fill("comment", "hm")
    await scene.agree("cleo")
    answer = await stage.ben.submit()
    assert "came too late" in str(answer)
    await scene.press_as_seen("dan", "Not sure", seen)
    await scene.told("dan", "came too late")


async def test_nobody_sees_what_others_answered_before_answering(stage: Stage) -> None:
    """The card says how many voted; who has voted is told how the answers stand."""
    scene = await stage.teach("quorum 3")
    await scene.say("could be worse, I suppose")
    card = await scene.card("could be worse, I suppose")
    await scene.change("ben", intent="mood_good")
    await scene.change("cleo", intent="goodbye")
    await scene.until(lambda _: "2 have voted." in shown(scene.message(card["ts"])))
    assert "mood_good" not in scene.text
    told = await scene.told("cleo", "Your vote is counted: 1 of the 3")
    assert "So far *mood_good* 1, *goodbye* 1." in told["text"]
    with pytest.raises(TimeoutError):
        await stage.slack.wait_for(lambda: "So far" in str(stage.dan.ephemerals), timeout=0.2)


async def test_in_another_order_nothing_is_chosen_beforehand(redis_url: str, bistro: BuiltinCore) -> None:
    """The intents come in alphabetical order, or in an order of each person's own."""
    async with staged(redis_url, bistro, chosen=lambda _, __: {"order": "random"}) as stage:
        scene = await stage.teach()
        await scene.say("hi")
        await scene.card("hi")
        orders = []
        for name in ("ben", "cleo", "ben"):
            person = await scene.open_change(name)
            assert field(person, "pick_intent")["selected_option"] is None
            assert "errors" in str(await person.submit())
            orders.append([option["value"] for option in await person.options("pick_intent", "")])
            await person.close_view()
        assert orders[0] == orders[2] != orders[1]
        assert sorted(orders[0]) == sorted(orders[1])
