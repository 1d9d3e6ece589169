"""Undo of several turns, and redo, in a thread."""

from __future__ import annotations

from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.learning.export import export_files
from slackbot.learning.turns import turns_of
from tests.end_to_end.menu import choose, pick_turn
from tests.end_to_end.stage import Stage, shown
from tests.end_to_end.test_controls import GREETED, undo


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


async def test_several_turns_are_taken_back_at_once_across_a_restart_and_brought_back(stage: Stage) -> None:
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.teach_turn("I'm doing great")
    await scene.settled()
    await scene.press("ada", "Restart")
    await scene.teach_turn("bye")
    await scene.say("are you human?")
    await scene.card("are you human?")
    person = await pick_turn(scene, "ada", "Undo several turns…", "“I'm doing great”")
    answer = await person.submit()
    assert answer is not None
    sure = "\n".join(block["text"]["text"] for block in answer["view"]["blocks"] if block["type"] == "section")
    assert sure == "*3 turns* will be taken back:\n• “I'm doing great”\n• “bye”\n• “are you human?”"
    assert await person.submit() == {"response_action": "clear"}
    await scene.told("ada", "Taken back: 3 turns, from “I'm doing great” on. *Redo*")
    await scene.settled()
    assert scene.open_cards == []
    conversation = await stage.conversation(scene)
    files = export_files(conversation.tracker, conversation.session.additions, stage.teaching.loop.core.domain, "s")
    (story,) = parse_yaml(files["stories.yml"], stage.settings.data)["stories"]
    assert [dict(step) for step in story["steps"]] == [{"intent": "greet"}, {"action": "utter_greet"}]
    await scene.teach_turn("hi")
    await undo(scene)
    await undo(scene)
    await choose(scene, "ada", "Redo")
    await choose(scene, "ada", "Redo")
    await scene.settled()
    assert [turn.message.text for turn in turns_of((await stage.conversation(scene)).tracker)] == ["hi", "hi"]


async def test_redo_after_undo_of_several_turns_asks_again_about_the_one_that_was_open(stage: Stage) -> None:
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.say("bye")
    await scene.card("bye")
    person = await pick_turn(scene, "ada", "Undo several turns…", "“hi”")
    await person.submit()
    await person.submit()
    await scene.settled()
    await choose(scene, "ada", "Redo")
    await scene.told("ada", "Done again: “hi” and 1 more")
    await scene.card("bye")
    assert [turn.message.text for turn in turns_of((await stage.conversation(scene)).tracker)] == ["hi"]


async def test_what_has_moved_on_or_may_not_be_is_not_taken_back(stage: Stage) -> None:
    scene = await stage.teach()
    await choose(scene, "ada", "Undo several turns…")
    await scene.told("ada", "There is nothing to undo.")
    await scene.teach_turn("hi")
    await choose(scene, "ben", "Undo several turns…")
    await scene.told("ben", f"Only <@{stage.ada.id}> may do this.")
    person = await pick_turn(scene, "ada", "Undo several turns…", "“hi”")
    await scene.teach_turn("bye")
    answer = await person.submit()
    assert answer is not None
    assert "has moved on meanwhile" in str(answer["view"])
    assert len(turns_of((await stage.conversation(scene)).tracker)) == 2
