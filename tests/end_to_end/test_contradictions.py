"""People who vote for what contradicts a rule or story are warned; everybody sees it once it is agreed.

Where people don't answer blind, the card tells what the votes contradict.
"""

from __future__ import annotations

from slackbot.core.builtin import BuiltinCore
from tests.end_to_end.stage import Scene, Stage, labels, shown, staged

RULE = "contradicts rule 'say goodbye whenever the guest does' (data/rules.yml:7), which says `utter_goodbye` here."


async def test_a_vote_for_an_action_that_contradicts_a_rule_warns_with_file_and_line(stage: Stage) -> None:
    """The warning keeps nobody from voting, and the closed card keeps it."""
    scene = await stage.teach("quorum 2")
    await scene.say("bye")
    card = await scene.card("bye")
    assert ":warning:" not in shown(card)
    await scene.change("ben", action="utter_menu")
    told = await scene.told("ben", f"`utter_menu` {RULE}")
    assert "Your vote is counted: 1 of the 2 people who must agree." in told["text"]
    assert ":warning:" not in shown(scene.message(card["ts"]))
    assert labels(scene.message(card["ts"])) == ["All right", "Change", "Not sure"]
    assert await scene.steps() == []
    await scene.change("cleo", action="utter_menu")
    await scene.shows("Today we have lasagne")
    assert await scene.steps() == ["user:goodbye", "action:utter_menu", "bot"]
    assert f":warning: `utter_menu` {RULE}" in shown(scene.message(card["ts"]))
    await scene.agree("ben", "cleo")
    assert f":warning: `utter_menu` {RULE}" in shown(scene.message(card["ts"]))


async def test_a_vote_that_is_changed_back_takes_the_warning_away(redis_url: str, bistro: BuiltinCore) -> None:
    """The card shows what the votes say now, where people don't answer blind."""
    async with staged(redis_url, bistro, chosen=lambda _, __: {"blind": False}) as stage:
        await _changes_back(await stage.teach("quorum 2"))


async def _changes_back(scene: Scene) -> None:
    await scene.say("bye")
    card = await scene.card("bye")
    await scene.change("ben", action="utter_menu")
    await scene.shows(RULE)
    await scene.press("ben", "All right")
    await scene.until(lambda _: ":warning:" not in shown(scene.message(card["ts"])))


async def test_an_action_after_another_intent_warns_before_two_agree_on_both(stage: Stage) -> None:
    """Who corrects the intent and picks an action at once is told of the rules for the corrected intent."""
    scene = await stage.teach("quorum 2")
    await scene.say("could be worse, I suppose")
    card = await scene.card("could be worse, I suppose")
    await scene.change("ben", intent="goodbye", action="utter_menu")
    await scene.told("ben", f"Understood as *goodbye*, `utter_menu` {RULE}")
    await scene.change("cleo", intent="goodbye", action="utter_menu")
    await scene.shows("Today we have lasagne")
    assert f":warning: `utter_menu` {RULE}" in shown(scene.message(card["ts"]))


async def test_a_story_with_the_same_history_is_named_at_the_line_that_says_otherwise(stage: Stage) -> None:
    """At the beginning of a conversation the stories know the way."""
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    await scene.card("hi")
    await scene.change("ben", action="utter_menu")
    place = "(data/stories.yml:7)"
    story = f"contradicts story 'a guest in a good mood' {place}, which says `utter_greet` here."
    await scene.told("ben", f"`utter_menu` {story}")
