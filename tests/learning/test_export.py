"""The exported files, read again: all that was said and agreed, and nothing else."""

from __future__ import annotations

from pathlib import Path

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.nlu import read_nlu
from slackbot.dialogue.project import load_project
from slackbot.dialogue.stories import read_stories, story_steps
from slackbot.learning.controls import Control
from slackbot.store import Store
from tests.learning.exported import exported, short_steps, steps, stories_of, write
from tests.learning.lesson import Lesson

SOUP = {"intent": "order", "entities": [{"dish": "soup"}]}


async def taught(lesson: Lesson, *texts: str) -> None:
    """Turns that were right as suggested."""
    for text in texts:
        await lesson.say(text)
        while (await lesson.state()).question is not None:
            await lesson.accept("ben")


async def test_the_files_read_again_tell_the_session(lesson: Lesson, tmp_path: Path) -> None:
    await taught(lesson, "hi", "a soup", "pay")
    files = write(tmp_path, await exported(lesson))
    domain = Domain.load(files / "domain.yml")
    stories = read_stories(files / "stories.yml", domain)
    assert [story.name for story in stories] == ["lesson"]
    assert steps(stories) == [
        [
            {"intent": "greet"},
            {"action": "utter_greet"},
            SOUP,
            {"slot_was_set": [{"dish": "soup"}]},
            {"action": "utter_dish"},
            {"intent": "pay"},
            {"action": "action_pay"},
            {"action": "utter_bye"},
        ]
    ]
    examples = read_nlu(files / "nlu.yml").examples
    assert [(example.text, example.intent) for example in examples] == [
        ("hi", "greet"),
        ("a soup", "order"),
        ("pay", "pay"),
    ]
    [entity] = examples[1].entities
    assert {key: entity[key] for key in ("start", "end", "entity", "value")} == {
        "start": 2,
        "end": 6,
        "entity": "dish",
        "value": "soup",
    }
    assert (domain.intents, domain.actions) == (lesson.loop.core.domain.intents, lesson.loop.core.domain.actions)


async def test_the_files_are_a_project_that_can_be_learnt(lesson: Lesson, tmp_path: Path) -> None:
    await taught(lesson, "hi", "a soup", "pay", "bye")
    files = await exported(lesson)
    (tmp_path / "data").mkdir()
    for name, text in files.items():
        (tmp_path / ("" if name == "domain.yml" else "data") / name).write_text(text, encoding="utf-8")
    learnt = BuiltinCore.train(load_project(tmp_path))
    parsed = await learnt.parse("a soup", (await lesson.state()).tracker)
    assert parsed["intent"]["name"] == "order"


async def test_corrections_are_exported_and_what_was_suggested_is_not(lesson: Lesson, tmp_path: Path) -> None:
    await lesson.say("a soup")
    await lesson.change("ben", intent="greet", entities="[]")
    await lesson.change("ben", action="utter_bye")
    await lesson.change("ben", action="action_listen")
    assert await stories_of(lesson, tmp_path) == [["greet", "utter_bye"]]
    [example] = read_nlu(tmp_path / "nlu.yml").examples
    assert (example.text, example.intent, example.entities) == ("a soup", "greet", ())


async def test_suggestions_that_nobody_confirmed_and_messages_that_wait_are_left_out(
    store: Store, core: BuiltinCore, tmp_path: Path
) -> None:
    lesson = await Lesson.begin(store, core, quorum=2)
    await lesson.say("hi")
    await lesson.accept("ben", "cleo")
    await lesson.say("a soup")
    await lesson.accept("ben")
    await lesson.say("bye")
    assert await stories_of(lesson, tmp_path) == [["greet", "utter_greet"]]
    assert [example.text for example in read_nlu(tmp_path / "nlu.yml").examples] == ["hi"]


async def test_a_turn_that_is_decided_in_part_is_exported_as_far_as_it_is_decided(
    store: Store, core: BuiltinCore, tmp_path: Path
) -> None:
    lesson = await Lesson.begin(store, core, quorum=2)
    await lesson.say("hi")
    await lesson.accept("ben")
    await lesson.change("cleo", action="utter_bye")
    await lesson.control(Control.FINISH)
    assert await stories_of(lesson, tmp_path) == [["greet"]]


async def test_undone_and_withdrawn_turns_are_left_out(lesson: Lesson, tmp_path: Path) -> None:
    await taught(lesson, "hi", "a soup")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    ts = await lesson.say("pay")
    await lesson.change("ben", action="utter_greet")
    await lesson.edit(ts, "bye")
    await lesson.accept("ben")
    assert await stories_of(lesson, tmp_path) == [["greet", "utter_greet", "bye", "utter_bye"]]
    assert [example.text for example in read_nlu(tmp_path / "nlu.yml").examples] == ["hi", "bye"]


async def test_restarts_split_stories(lesson: Lesson, tmp_path: Path) -> None:
    await lesson.control(Control.RESTART)
    await taught(lesson, "hi")
    await lesson.control(Control.RESTART)
    await lesson.control(Control.RESTART)
    await taught(lesson, "bye")
    assert await stories_of(lesson, tmp_path) == [["greet", "utter_greet"], ["bye", "utter_bye"]]
    names = [story.name for story in read_stories(tmp_path / "stories.yml")]
    assert names == ["lesson", "lesson_2"]


async def test_an_undo_does_not_reach_behind_a_restart(lesson: Lesson, tmp_path: Path) -> None:
    await taught(lesson, "hi")
    await lesson.control(Control.RESTART)
    await taught(lesson, "bye")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    assert await stories_of(lesson, tmp_path) == [["greet", "utter_greet"]]


async def test_additions_that_are_used_are_in_the_domain_and_others_are_not(lesson: Lesson, tmp_path: Path) -> None:
    await lesson.say("what?")
    await lesson.add(
        intents=("ask", "never"),
        actions=("action_ask", "action_never"),
        responses={"utter_what": "What *now*?", "utter_never": "Never."},
    )
    await lesson.change("ben", intent="ask")
    await lesson.change("ben", action="utter_what")
    await lesson.change("ben", action="action_ask")
    domain = Domain.load(write(tmp_path, await exported(lesson)) / "domain.yml")
    base = lesson.loop.core.domain
    assert set(domain.intents) - set(base.intents) == {"ask"}
    assert set(domain.actions) - set(base.actions) == {"utter_what", "action_ask"}
    assert domain.responses["utter_what"] == [{"text": "What *now*?"}]
    assert set(domain.custom_actions) - set(base.custom_actions) == {"action_ask"}


async def test_an_addition_whose_use_was_undone_is_not_used(lesson: Lesson, tmp_path: Path) -> None:
    await taught(lesson, "hi")
    await lesson.say("what?")
    await lesson.add(intents=("ask",))
    await lesson.change("ben", intent="ask")
    await lesson.change("ben", action="action_listen")
    assert "ask" in Domain.load(write(tmp_path, await exported(lesson))).intents
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    assert "ask" not in Domain.load(write(tmp_path, await exported(lesson))).intents


async def test_new_entities_are_in_the_domain(lesson: Lesson, tmp_path: Path) -> None:
    await lesson.say("hi Ann")
    await lesson.change("ben", entities='[{"end":6,"entity":"name","role":"guest","start":3,"value":"Ann"}]')
    files = write(tmp_path, await exported(lesson))
    domain = Domain.load(files / "domain.yml")
    assert domain.entities == ("dish", "name")
    [story] = read_stories(files / "stories.yml", domain)
    assert story_steps(story.events)[0]["entities"] == [{"name": "Ann", "role": "guest"}]
    assert read_nlu(files / "nlu.yml").examples[0].entities[0]["role"] == "guest"


async def test_what_was_taught_before_a_session_began_anew_keeps_its_additions(lesson: Lesson, tmp_path: Path) -> None:
    """Stories are split there too, so the domain must know what they use."""
    await lesson.say("what?")
    await lesson.add(intents=("ask",), responses={"utter_what": "What?"})
    await lesson.change("ben", intent="ask")
    await lesson.change("ben", action="utter_what")
    await lesson.change("ben", action="action_session_start")
    await taught(lesson, "bye")
    files = write(tmp_path, await exported(lesson))
    domain = Domain.load(files / "domain.yml")
    assert short_steps(read_stories(files / "stories.yml", domain)) == [["ask", "utter_what"], ["bye", "utter_bye"]]
    assert "ask" in domain.intents
    assert "utter_what" in domain.actions


async def test_a_session_in_which_nothing_was_agreed_exports_the_domain_alone(lesson: Lesson) -> None:
    assert list(await exported(lesson)) == ["domain.yml"]
    await lesson.say("hi")
    assert list(await exported(lesson)) == ["domain.yml"]


async def test_the_assistant_s_own_domain_stays_as_it_is(lesson: Lesson, core: BuiltinCore) -> None:
    before = core.domain.as_yaml()
    await lesson.add(intents=("ask",), responses={"utter_what": "What?"})
    await lesson.say("what?")
    await lesson.change("ben", intent="ask")
    await lesson.accept("ben")
    await exported(lesson)
    assert core.domain.as_yaml() == before
