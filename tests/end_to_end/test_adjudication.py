"""Where votes come to nothing, an adjudicator decides, with a reason that everybody reads."""

from __future__ import annotations

from typing import Any

from slackbot.core.builtin import BuiltinCore
from slackbot.listeners.shortcuts import REOPEN
from tests.end_to_end.stage import Scene, Stage, chosen, labels, shown, staged

Json = dict[str, Any]


async def disputed(stage: Stage) -> tuple[Scene, Json]:
    """Three people, three answers; the card."""
    scene = await stage.teach("first 2 of 3")
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.press("ben", "All right")
    await scene.change("cleo", intent="goodbye")
    await scene.change("dan", intent="thank")
    await scene.until(lambda _: "Decide…" in labels(scene.message(card["ts"])))
    return scene, card


async def test_the_owner_decides_and_the_thread_shows_why(stage: Stage) -> None:
    scene, card = await disputed(stage)
    await scene.press("ben", "Decide…")
    await scene.told("ben", f"Only <@{stage.ada.id}> may decide this.")
    await scene.press("ada", "Decide…")
    assert stage.ada.view is not None
    told = shown(stage.ada.view)
    for person, answer in ((stage.ben, "greet"), (stage.cleo, "goodbye"), (stage.dan, "thank")):
        assert f"• *{answer}*: <@{person.id}>" in told
    assert chosen(stage.ada, "pick_intent") in {"greet", "goodbye", "thank"}
    await stage.ada.fill("pick_intent", "goodbye")
    assert "errors" in str(await stage.ada.submit())
    await stage.ada.fill("reason", "they <leave>")
    assert await stage.ada.submit() == {"response_action": "clear"}
    ruled = f":scales: Decided by <@{stage.ada.id}>: “they &lt;leave&gt;”"
    await scene.until(lambda _: ruled in shown(scene.message(card["ts"])))
    assert "I understood *goodbye* :white_check_mark:" in shown(scene.message(card["ts"]))
    await scene.agree("cleo", "dan")
    ending = shown(scene.message(card["ts"]))
    assert f"Agreed by <@{stage.cleo.id}> and <@{stage.dan.id}>. Decided by <@{stage.ada.id}>: “they" in ending
    assert (await scene.steps())[0] == "user:goodbye"


async def test_adjudicators_have_a_channel_of_their_own(redis_url: str, bistro: BuiltinCore) -> None:
    """Which holds the votes, the comments and the button; a stranger there may not press it."""
    places: dict[str, str] = {}

    def settings(people: Json, slack: Any) -> Json:
        places["court"] = slack.add_channel("court")
        slack.join(places["court"], people["dan"], people["ben"])
        return {"adjudicators": (people["dan"].id,), "adjudication_channel": places["court"]}

    async with staged(redis_url, bistro, chosen=settings) as stage:
        scene, card = await disputed(stage)
        [case] = await stage.slack.wait_for(lambda: stage.slack.messages(places["court"]))
        assert "No agreement on “hi”. <https://" in shown(case)
        assert f"• *thank*: <@{stage.dan.id}>" in shown(case)
        await stage.ben.press(places["court"], case["ts"], "Decide…")
        await scene.told("ben", f"Only <@{stage.dan.id}> may decide this.")
        await scene.press("ada", "Decide…", ts=card["ts"])
        await scene.told("ada", f"Only <@{stage.dan.id}> may decide this.")
        await stage.dan.press(places["court"], case["ts"], "Decide…")
        await stage.dan.fill("pick_intent", "greet")
        await stage.dan.fill("reason", "hi is hi")
        await stage.dan.submit()

        def settled() -> bool:
            [now] = stage.slack.messages(places["court"])
            return f"<@{stage.dan.id}> decided: “hi is hi”" in shown(now) and not labels(now)

        await stage.slack.wait_for(settled)


async def test_a_vote_that_is_changed_may_still_decide(stage: Stage) -> None:
    """Who then presses Decide… is told so."""
    scene, card = await disputed(stage)
    seen = scene.message(card["ts"])
    await scene.press("dan", "All right")
    await scene.until(lambda _: "Agreed by" in shown(scene.message(card["ts"])))
    await scene.press_as_seen("ada", "Decide…", seen)
    await scene.told("ada", "This has been decided meanwhile")


async def test_a_decided_question_is_asked_again_and_its_card_says_so(stage: Stage) -> None:
    scene = await stage.teach("quorum 2")
    await scene.teach_turn("hi", "ben", "cleo")
    [card] = [message for message in scene.messages if "Agreed by" in shown(message)]
    await stage.ben.message_action(REOPEN, scene.channel, card["ts"])
    await scene.told("ben", f"Only <@{stage.ada.id}> may decide this.")
    await stage.ada.message_action(REOPEN, scene.channel, scene.ts)
    await scene.told("ada", "This is not the card of a question.")
    await stage.ada.message_action(REOPEN, scene.channel, card["ts"])
    await scene.told("ada", "It is asked again")
    await scene.until(
        lambda _: f"Asked again by <@{stage.ada.id}>; its votes are kept." in shown(scene.message(card["ts"]))
    )
    again = await scene.card("hi")
    assert again["ts"] != card["ts"]
    await scene.change("ben", intent="goodbye")
    await scene.change("cleo", intent="goodbye")
    await scene.agree("ben", "cleo")
    assert "user:goodbye" in await scene.steps()
