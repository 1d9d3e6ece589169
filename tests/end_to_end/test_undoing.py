"""Undo of several turns, and redo, in a thread."""

from __future__ import annotations

from tests.end_to_end.stage import Stage, shown
from tests.end_to_end.test_controls import GREETED, undo
from tests.end_to_end.test_pausing import choose


async def test_what_was_undone_is_brought_back_by_redo_step_by_step(stage: Stage) -> None:
    """What the bot had said is struck out and shown again, and so is the card that says who agreed on it."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    card = next(message for message in scene.messages if "Agreed by" in shown(message))
    await undo(scene)
    await undo(scene)
    await scene.told("ada", "Taken back: “hi”")
    await scene.settled()
    assert "~Hey! How are you?~" in scene.text
    assert "Taken back afterwards." in shown(scene.message(card["ts"]))
    await choose(scene, "ada", "Redo")
    await scene.told("ada", "Done again: “hi”")
    await scene.settled()
    (asked,) = scene.open_cards
    assert shown(asked).startswith("After")
    await choose(scene, "ada", "Redo")
    await scene.told("ada", "Done again: utter_greet")
    await scene.settled()
    assert "~" not in scene.text
    assert "Taken back afterwards." not in shown(scene.message(card["ts"]))
    assert scene.open_cards == []
    counting = (await stage.conversation(scene)).tracker.applied_events()
    assert [event.type_name for event in counting][-4:] == ["user", "action", "bot", "action"]
    assert (await scene.steps())[:4] == GREETED
    await choose(scene, "ada", "Redo")
    await scene.told("ada", "There is nothing to redo")


async def test_a_message_that_was_taken_back_before_it_was_decided_is_asked_about_again(stage: Stage) -> None:
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    await undo(scene)
    assert scene.open_cards == []
    await choose(scene, "ada", "Redo")
    await scene.told("ada", "Done again: “hi”")
    await scene.agree("ben")
    await choose(scene, "ada", "Redo")
    await scene.told("ada", "There is nothing to redo: nothing was undone, or something new was taught since.")
