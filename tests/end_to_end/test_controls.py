"""The buttons of a session: undo, restart, abort, finish."""

from __future__ import annotations

import asyncio

from slackbot.dialogue.yamlfile import parse_yaml
from tests.end_to_end.stage import Scene, Stage, labels, shown

GREETED = ["user:greet", "action:utter_greet", "bot", "action:action_listen"]


async def undo(scene: Scene, by: str = "ada") -> None:
    """Presses a fresh *Undo*, and waits for what comes of it."""
    await scene.settled()
    await scene.press(by, "Undo", ts=scene.ts)
    await scene.settled()


async def test_undo_takes_back_the_plan_then_the_message_then_the_turn_before(stage: Stage) -> None:
    """Each press goes one step back; what the bot had said is struck out; and the speaker goes on from there."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.teach_turn("I'm doing great")
    await undo(scene)
    await scene.told("ada", "Taken back: utter_glad")
    assert scene.text.count("Taken back.") == 1
    (card,) = scene.open_cards
    assert shown(card).startswith(f"After <@{stage.ada.id}>: “I'm doing great”\nI would say ")
    await undo(scene)
    await scene.told("ada", "Taken back: “I'm doing great”")
    assert scene.open_cards == []
    await undo(scene)
    await scene.told("ada", "Taken back: utter_greet")
    assert "~Hey! How are you?~" in scene.text
    await undo(scene)
    await scene.told("ada", "Taken back: “hi”")
    await undo(scene)
    await scene.told("ada", "There is nothing to undo.")
    await scene.teach_turn("hi")
    assert (await scene.steps())[-4:] == GREETED


async def test_undo_of_an_open_card_takes_its_message_back_and_the_next_one_has_its_turn(stage: Stage) -> None:
    """The card says who took it back, and has no buttons any more."""
    scene = await stage.teach()
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.say("bye")
    await undo(scene)
    assert labels(scene.message(card["ts"])) == []
    assert f"Taken back by <@{stage.ada.id}>." in shown(scene.message(card["ts"]))
    await scene.card("bye")
    assert await scene.steps() == ["undo", "action:action_listen"]


async def test_a_double_press_on_undo_undoes_once(stage: Stage) -> None:
    """The second press is asked about, to its person alone; nothing else is lost."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.say("bye")
    await scene.card("bye")
    await scene.settled()
    await scene.press("ada", "Undo", ts=scene.ts, times=2)
    await scene.told("ada", "Taken back: “bye”")
    await scene.told("ada", "The conversation has moved on")
    await scene.settled()
    assert await scene.steps() == [*GREETED, "undo", "action:action_listen"]


async def test_the_buttons_learn_of_an_undo_after_the_thread_shows_what_it_took_back(stage: Stage) -> None:
    """Otherwise who presses Undo again, not seeing that it was done, would take back one more step unasked."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.settled()
    [said] = [message["ts"] for message in scene.messages if ":robot_face:" in shown(message)]
    before = len(stage.slack.calls)
    await undo(scene)
    await scene.settled()
    updated = [call.args["ts"] for call in stage.slack.calls[before:] if call.method == "chat.update"]
    assert updated.index(said) < updated.index(scene.ts)


async def test_a_stale_undo_asks_again_privately_and_its_button_undoes(stage: Stage) -> None:
    """What the button would do by now is said in words, before it is done."""
    scene = await stage.teach()
    await scene.settled()
    stale = scene.parent
    await scene.teach_turn("<!channel> *hi*")
    await scene.press_as_seen("ada", "Undo", stale)
    asked = await scene.told("ada", "Next, this would be taken back: utter_greet.")
    assert asked["thread_ts"] == scene.ts
    assert labels(asked) == ["Undo it"]
    assert len(await scene.steps()) == 4
    await stage.ada.press_ephemeral(asked, "Undo it")
    await scene.told("ada", "Taken back: utter_greet")
    await scene.press_as_seen("ada", "Undo", stale)
    asked = await scene.told("ada", "Next, this would be taken back: “&lt;")
    assert "<!channel>" not in asked["text"]
    await stage.ada.press_ephemeral(asked, "Undo it")
    await scene.told("ada", "Taken back: “&lt;")
    await scene.press_as_seen("ada", "Undo", stale)
    await scene.told("ada", "There is nothing to undo.")


async def test_restart_splits_the_export_into_two_stories(stage: Stage) -> None:
    """What came before stays a story of its own; an open card is given up."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.say("bye")
    card = await scene.card("bye")
    await scene.settled()
    await scene.press("ada", "Restart")
    await scene.told("ada", "The conversation starts anew.")
    await scene.shows("Given up when @Ada restarted the conversation.")
    assert labels(scene.message(card["ts"])) == []
    assert "~" not in scene.text
    await scene.teach_turn("bye")
    async with stage.worker():
        await scene.press("ada", "Finish")
        files = await scene.files()
    first, second = parse_yaml(files["stories.yml"], stage.settings.data)["stories"]
    assert [dict(step) for step in first["steps"]] == [{"intent": "greet"}, {"action": "utter_greet"}]
    assert [dict(step) for step in second["steps"]] == [{"intent": "goodbye"}, {"action": "utter_goodbye"}]


async def test_abort_leaves_no_files_and_no_buttons(stage: Stage) -> None:
    """Late presses on what people still see get a friendly line; late words are talk."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.say("bye")
    card = await scene.card("bye")
    parent = scene.parent
    await scene.press("ada", "Abort")
    await scene.told("ada", "The session is aborted. Nothing is exported.")
    await scene.shows("Aborted by @Ada; nothing was exported.")
    await scene.settled()
    assert [labels(message) for message in scene.messages if labels(message)] == []
    assert "Not decided when @Ada ended the session." in scene.text
    await scene.press_as_seen("ben", "All right", card)
    await scene.told("ben", "This question is closed already")
    await scene.press_as_seen("cleo", "Change", card)
    await scene.told("cleo", "This question is closed already")
    known = len(stage.ada.ephemerals)
    for control in ("Undo", "Restart", "Abort", "Finish"):
        await scene.press_as_seen("ada", control, parent)
    await stage.slack.wait_for(lambda: len(stage.ada.ephemerals) == known + 4)
    lines = {message["text"] for message in stage.ada.ephemerals[known:]}
    assert lines == {"This session is aborted: nothing in it can be changed."}
    count = len(scene.messages)
    await scene.say("hello?")
    await scene.settled()
    assert len(scene.messages) == count + 1
    assert stage.slack.files == []


async def test_finish_with_an_open_card_exports_what_was_agreed(stage: Stage) -> None:
    """The open question is closed undecided, and nothing of it is in the files. A second press changes nothing."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.say("bye")
    card = await scene.card("bye")
    async with stage.worker():
        await scene.press("ada", "Finish", times=2)
        files = await scene.files()
    assert labels(scene.message(card["ts"])) == []
    assert sorted(files) == ["domain.yml", "nlu.yml", "stories.yml", "story.png"]
    assert "goodbye" not in files["stories.yml"]
    assert "bye" not in files["nlu.yml"]
    assert len(stage.slack.files) == 4
    assert sum("What was said and agreed here" in message["text"] for message in scene.messages) == 1


async def test_only_the_owner_and_the_speaker_may_use_the_buttons(stage: Stage) -> None:
    """Everybody else is told who may; the speaker may, though another started the session."""
    scene = await stage.teach("@ben")
    await scene.say("hi", by="ben")
    await scene.card("hi")
    await scene.settled()
    for control in ("Undo", "Restart", "Abort", "Finish"):
        await scene.press("cleo", control, ts=scene.ts)
    await scene.told("cleo", f"Only <@{stage.ada.id}> and <@{stage.ben.id}> may do this.")
    assert len(stage.cleo.ephemerals) == 4
    assert len(scene.open_cards) == 1
    await undo(scene, by="ben")
    await scene.told("ben", "Taken back: “hi”")


async def test_a_custom_action_takes_a_card_before_it_and_a_card_after_it(stage: Stage) -> None:
    """What follows a custom action is planned once it has run; undo goes back to before it."""
    scene = await stage.teach()
    await scene.teach_turn("a table for 4 people tonight, please")
    await scene.say("yes please")
    card = await scene.card("yes please")
    assert "I would run `action_book_table`" in shown(card)
    assert "wait for" not in shown(card)
    await scene.agree("ben")
    after = await scene.until(lambda _: next(iter(scene.open_cards), None))
    assert shown(after).startswith(f"After <@{stage.ada.id}>: “yes please”\nI would wait for <@{stage.ada.id}>")
    await undo(scene)
    await scene.told("ada", "Taken back: action_book_table")
    (card,) = scene.open_cards
    assert "I would run `action_book_table`" in shown(card)
    await scene.agree("ben")
    await scene.until(lambda _: scene.open_cards)
    await scene.agree("ben")
    assert (await scene.steps())[-2:] == ["action:action_book_table", "action:action_listen"]


async def test_two_controls_at_the_same_moment_leave_one_outcome(stage: Stage) -> None:
    """Abort and finish pressed together: the session ended in one way, and the other person is told so."""
    scene = await stage.teach("@ben")
    await scene.settled()
    await asyncio.gather(
        scene.press("ada", "Abort", ts=scene.ts), scene.press("ben", "Finish", ts=scene.ts), return_exceptions=True
    )
    await scene.shows(" by @")
    lines = [stage.ada.ephemerals[-1]["text"], stage.ben.ephemerals[-1]["text"]]
    assert sum("nothing in it can be changed" in line for line in lines) == 1
