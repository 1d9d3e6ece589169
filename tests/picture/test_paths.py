"""What the picture of a real conversation shows: what was corrected, taken back, forked, and is still asked."""

from __future__ import annotations

from pathlib import Path as Folder

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.project import load_project
from slackbot.dialogue.stories import Story
from slackbot.learning.controls import Control
from slackbot.learning.loop import Loop
from slackbot.learning.turns import fork, turns_of
from slackbot.picture.graph import Path, Role
from slackbot.picture.layout import laid_out
from slackbot.picture.neighbours import neighbourhood
from slackbot.picture.png import png_of
from slackbot.picture.steps import State
from slackbot.picture.surroundings import paths_around, story_paths
from slackbot.picture.words import described, title_of
from slackbot.store import Store
from tests.learning.lesson import Lesson


async def paths_of(lesson: Lesson, stories: tuple[Story, ...] = ()) -> list[Path]:
    conversation = await lesson.state()
    return await paths_around(lesson.store, conversation, story_paths(stories, conversation.tracker.domain))


def short(path: Path) -> list[str]:
    """Labels, with ``?`` before what is open and ``x`` before what was taken back."""
    signs = {State.AGREED: "", State.OPEN: "?", State.TAKEN_BACK: "x"}
    return [signs[step.state] + step.label for step in path.steps]


def only(paths: list[Path], role: Role) -> list[list[str]]:
    return [short(path) for path in paths if path.role is role]


async def taught(lesson: Lesson, text: str) -> None:
    await lesson.say(text)
    await lesson.accept("ben", "cleo")


async def test_what_is_asked_is_open_and_shows_nothing_of_the_votes(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.say("bye")
    before = await paths_of(lesson)
    assert only(before, Role.CURRENT) == [["greet", "utter_greet", "?bye", "?utter_bye"]]
    await lesson.change("ben", intent="order")
    after = await paths_of(lesson)
    assert repr(after) == repr(before)
    assert not any(person in repr(after) for person in ("ben", "cleo"))


async def test_what_is_decided_says_how_the_vote_went_without_names(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("dan", intent="bye")
    await lesson.accept("ben", "cleo")
    [current] = [path for path in await paths_of(lesson) if path.role is Role.CURRENT]
    assert [step.tally for step in current.steps] == ["agreed by 2, 1 answered otherwise", "agreed by 2"]


async def test_a_correction_names_what_had_been_suggested(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", "cleo", intent="bye", action="utter_dish")
    await lesson.accept("ben", "cleo")
    paths = await paths_of(lesson)
    [current] = [path for path in paths if path.role is Role.CURRENT]
    assert (current.steps[0].label, current.steps[0].instead_of) == ("bye", "greet")
    assert title_of(paths).startswith("1 turn, 2 corrections")
    assert "bye (instead of greet)" in described(paths)


async def test_turns_that_were_taken_back_are_wrong_turns(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await taught(lesson, "bye")
    for _ in range(2):  # what was done, then the message
        await lesson.control(Control.UNDO)
    assert only(await paths_of(lesson), Role.TAKEN_BACK) == [["greet", "utter_greet", "xbye", "xutter_bye"]]
    await lesson.say("a soup")
    paths = await paths_of(lesson)
    assert only(paths, Role.CURRENT) == [["greet", "utter_greet", "?order", "?utter_dish"]]
    assert "1 wrong turn" in title_of(paths)


async def test_what_is_said_again_in_the_same_way_is_no_wrong_turn(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    for _ in range(2):
        await lesson.control(Control.UNDO)
    assert only(await paths_of(lesson), Role.TAKEN_BACK) == [["xgreet", "xutter_greet"]]
    await taught(lesson, "hi")
    assert only(await paths_of(lesson), Role.TAKEN_BACK) == []


async def test_a_restart_begins_another_path(lesson: Lesson) -> None:
    await taught(lesson, "hi")
    await lesson.control(Control.RESTART)
    paths = await paths_of(lesson)
    assert (only(paths, Role.CURRENT), only(paths, Role.EARLIER)) == ([[]], [["greet", "utter_greet"]])


async def test_a_fork_is_a_branch_of_both_and_its_corrections_are_known(
    lesson: Lesson, store: Store, core: BuiltinCore
) -> None:
    await lesson.say("hi")
    await lesson.change("ben", "cleo", intent="bye")
    await lesson.accept("ben", "cleo")
    await taught(lesson, "a soup")
    conversation = await lesson.state()
    assert await fork(store, conversation, turns_of(conversation.tracker)[1], "forked", now=0.0)
    branch = Lesson(store, lesson.loop, "forked")
    paths = await paths_of(branch)
    assert only(paths, Role.BRANCH) == [["bye", "utter_bye", "order", "utter_dish"]]
    [current] = [path for path in paths if path.role is Role.CURRENT]
    assert current.steps[0].instead_of == "greet"
    assert len(only(await paths_of(lesson), Role.BRANCH)) == 1


async def test_conversations_that_merely_begin_at_the_same_moment_are_no_branches_of_each_other(
    lesson: Lesson, store: Store, core: BuiltinCore
) -> None:
    """As imported ones may, whose messages have neither ids nor times. A branch's own branch is in the family."""
    loop = Loop(store, core, clock=lambda: 1_700_000_000.0)
    for one in (lesson, await Lesson.begin(store, core, "other", quorum=2)):
        one.loop = loop
        for text in ("hi", "a soup", "bye"):
            await taught(one, text)
    for origin, branch, turn in ((lesson.id, "branch", 2), ("branch", "twig", 1)):
        conversation = await Lesson(store, loop, origin).state()
        assert await fork(store, conversation, turns_of(conversation.tracker)[turn], branch, now=0.0)
    shown = {one: await paths_of(Lesson(store, loop, one)) for one in (lesson.id, "branch", "twig", "other")}
    assert {one: len(only(paths, Role.BRANCH)) for one, paths in shown.items()} == {
        lesson.id: 2, "branch": 2, "twig": 2, "other": 0
    }  # fmt: skip


async def test_other_sessions_are_stories_without_what_was_said(
    lesson: Lesson, store: Store, core: BuiltinCore
) -> None:
    other = await Lesson.begin(store, core, "other", channel="C2")
    await other.say("hello")
    await other.accept("ben")
    [path] = [path for path in await paths_of(lesson) if path.role is Role.TAUGHT]
    assert (short(path), path.name) == (["greet", "utter_greet"], "another session")
    assert "hello" not in repr(path)


async def test_the_projects_stories_and_rules_are_around_it(lesson: Lesson, folder: Folder) -> None:
    await taught(lesson, "hi")
    await lesson.say("bye")
    stories = load_project(folder).stories
    paths = await paths_of(lesson, stories)
    assert only(paths, Role.STORY) == [
        ["greet", "utter_greet", "order", "utter_dish", "pay", "action_pay", "utter_bye"]
    ]
    assert only(paths, Role.RULE) == [["anywhere", "bye", "utter_bye"]]
    assert [path.name for path in paths if path.role is Role.RULE] == ["say bye whenever the guest does (all.yml:32)"]
    near = neighbourhood(paths)
    assert png_of(laid_out(near.graph), title_of(paths), near.left_out).startswith(b"\x89PNG")
