"""What a person who teaches in a terminal sees and can do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.project import load_project
from slackbot.learning.loop import Loop
from slackbot.learning.session import Status
from slackbot.shell.branches import Branches
from slackbot.store import Store
from tests.learning.lesson import short
from tests.shell.conftest import Typing
from tests.shell.scripts import CTRL_C


async def log(branches: Branches) -> list[str]:
    """What counts in the current conversation, in short, without the session's start."""
    return [short(event) for event in (await branches.read()).tracker.applied_events()][1:]


def texts(folder: Path) -> dict[Path, str]:
    """Every file of a project."""
    return {path: path.read_text() for path in folder.rglob("*.yml")}


async def test_enter_confirms_what_was_understood_and_what_is_planned(typing: Typing) -> None:
    script, branches = await typing("hi", "")
    assert await log(branches) == ["greet", "utter_greet", "“Hello!”", "listen"]
    assert "intent    greet" in script.output
    assert re.search(r"1 +utter_greet +story 'a meal'.*MemoizationPolicy 1\.00", script.output)
    assert "“Hello!”" in script.output
    assert "Bot> Hello!" in script.output


async def test_an_intent_is_picked_by_its_number_or_its_name(typing: Typing) -> None:
    _, branches = await typing("hi", "i bye", "", "hello", "i", "1", "")
    assert await log(branches) == [
        *["bye", "utter_bye", "“Bye!”", "listen"],
        *["greet", "utter_greet", "“Hello!”", "listen"],
    ]


async def test_a_new_intent_is_made_when_the_person_says_so(typing: Typing) -> None:
    script, branches = await typing("brr", "i weather", "n", "i", "weather", "y", "1 utter_bye", "")
    assert (await branches.read()).session.additions.intents == ("weather",)
    assert (await log(branches))[0] == "weather"
    assert "weather is new. Create this intent?" in script.output


async def test_a_name_that_rasa_could_not_read_is_refused_and_asked_again(typing: Typing) -> None:
    script, branches = await typing("hi", "i two words", "")
    assert "A name has no spaces" in script.output
    assert (await log(branches))[0] == "greet"


async def test_entities_are_marked_in_the_text(typing: Typing) -> None:
    script, branches = await typing("a kraken", "i order", "e a [kraken](dish)", "")
    assert (await log(branches))[:2] == ["order", "dish=kraken"]
    assert "a [kraken](dish)" in script.output


async def test_the_line_to_mark_entities_in_holds_those_that_were_found(typing: Typing) -> None:
    script, branches = await typing("a soup", "i order", "e", "a soup", "")
    assert "a [soup](dish)" in script.defaults
    told = await log(branches)
    assert told[0] == "order"
    assert "dish=soup" not in told


async def test_words_of_the_message_cannot_be_changed_by_marking(typing: Typing) -> None:
    script, _ = await typing("a soup", "e two [soup](dish)")
    assert "leave them as they are: a soup" in script.output


async def test_an_action_is_picked_from_the_likeliest_and_the_rest_is_planned_anew(typing: Typing) -> None:
    script, branches = await typing("hi", "1", "utter_bye", "")
    assert (await log(branches))[:3] == ["greet", "utter_bye", "“Bye!”"]
    assert re.search(r"  1  utter_greet +1\.00", script.output)
    assert "utter_dish" in script.offered[2]
    assert "! utter_bye contradicts story 'a meal'" not in script.output.split("Which action?")[0]


async def test_a_new_response_is_asked_for_its_text_and_said(typing: Typing) -> None:
    script, branches = await typing("hi", "1 utter_ahoy", "y", "Ahoy there!", "")
    assert (await log(branches))[:3] == ["greet", "utter_ahoy", "“Ahoy there!”"]
    assert "Bot> Ahoy there!" in script.output


async def test_a_new_custom_action_is_recorded(typing: Typing) -> None:
    _, branches = await typing("hi", "1 action_wave", "y", "")
    assert (await log(branches))[:2] == ["greet", "action_wave"]


async def test_the_history_shows_turns_intents_confidences_and_slots(typing: Typing) -> None:
    script, _ = await typing("a soup", "", ":history")
    table = script.output.partition(":history")[2]
    assert "a [soup](dish)" in table
    assert re.search(r"intent: order [01]\.\d\d", table)
    assert re.search(r"utter_dish [01]\.\d\d", table)
    assert re.search(r"dish +│ text │ soup", table)


async def test_undo_takes_back_one_decision_after_the_other(typing: Typing) -> None:
    script, branches = await typing("hi", "", "bye", "", ":undo 2", "hello", "")
    assert await log(branches) == ["greet", "utter_greet", "“Hello!”", "listen"] * 2
    assert "Taken back: utter_bye" in script.output
    assert "Taken back: “bye”" in script.output


async def test_redo_brings_back_what_several_undos_took_back_across_a_restart_too(typing: Typing) -> None:
    """What the bot had said is told once."""
    script, branches = await typing("hi", "", ":restart", "bye", "", ":undo 3", ":redo 3", ":redo")
    assert await log(branches) == ["bye", "utter_bye", "“Bye!”", "listen"]
    assert "Taken back: the restart" in script.output
    assert "Done again: the restart" in script.output
    assert "There is nothing to redo" in script.output
    assert script.output.count("Bot> Hello!") == script.output.count("Bot> Bye!") == 1


async def test_undo_with_nothing_to_undo_says_so(typing: Typing) -> None:
    script, _ = await typing(":undo")
    assert "There is nothing to undo." in script.output


async def test_a_fork_goes_on_before_an_earlier_turn_and_the_old_branch_stays(typing: Typing) -> None:
    script, branches = await typing("hi", "", "bye", "", ":fork", "2", "a soup", "", ":switch 1")
    old, new = await branches.all()
    assert [short(event) for event in new.tracker.applied_events()][1:] == [
        *["greet", "utter_greet", "“Hello!”", "listen"],
        *["order", "dish=soup", "utter_dish", "“One soup.”", "listen"],
    ]
    assert branches.current == old.id
    assert re.search(r"│ 2 │ bye +│ bye", script.output)


async def test_a_fork_crosses_a_restart(typing: Typing) -> None:
    _, branches = await typing("hi", "", ":restart", "bye", "", ":fork 1", "a pie", "")
    assert (await log(branches))[0] == "order"


async def test_a_restart_begins_another_story(typing: Typing) -> None:
    script, _ = await typing("hi", "", ":restart", "bye", "", ":story")
    stories = script.output.partition(":story")[2]
    assert stories.count("- story: shell_") == 2


async def test_what_begins_with_two_colons_is_said(typing: Typing) -> None:
    _, branches = await typing("::undo", "i bye", "", ":-)", "i bye", "", ":udno")
    texts = [event.as_dict()["text"] for event in (await branches.read()).tracker.events if event.type_name == "user"]
    assert texts == [":undo", ":-)"]


async def test_an_export_shows_the_difference_and_asks_before_it_writes(
    typing: Typing, project: Path, tmp_path: Path
) -> None:
    mine = Path(shutil.copytree(project, tmp_path / "mine"))
    before = texts(mine)
    script, branches = await typing("bonjour", "i greet", "", ":export", "n", into=mine)
    assert "+" in script.output
    assert texts(mine) == before
    await typing(":export", "y", branches=branches, into=mine)
    assert "bonjour" in [example.text for example in load_project(mine).nlu.examples]


async def test_an_export_leaves_out_the_turn_that_is_not_over(typing: Typing, tmp_path: Path) -> None:
    out = tmp_path / "out"
    await typing("hi", "", "a soup", "i order", f":export files {out}")
    assert "order" not in (out / "stories.yml").read_text()
    assert sorted(path.name for path in out.iterdir()) == ["domain.yml", "nlu.yml", "stories.yml"]


async def test_an_export_to_files_asks_before_it_replaces_what_is_not_its_own(typing: Typing, tmp_path: Path) -> None:
    (tmp_path / "stories.yml").write_text("mine")
    script, _ = await typing("hi", "", f":export files {tmp_path}", "n")
    assert "holds stories.yml. Replace?" in script.output
    assert (tmp_path / "stories.yml").read_text() == "mine"


async def test_all_branches_are_exported(typing: Typing, tmp_path: Path) -> None:
    await typing("hi", "", "bye", "", ":fork 2", "a soup", "", f":export files {tmp_path}")
    stories = (tmp_path / "stories.yml").read_text()
    assert stories.count("- story:") == 2
    assert "utter_bye" in stories
    assert "utter_dish" in stories


async def test_stopping_asks_to_export_continue_keep_or_discard(typing: Typing, tmp_path: Path) -> None:
    script, branches = await typing("hi", "", ":quit", "c", CTRL_C, "e", "n", ":quit", "d", into=tmp_path)
    assert "Stop?" in script.output
    assert (await branches.read()).session.status is Status.ABORTED
    assert script.lines == []


async def test_what_was_exported_is_finished(typing: Typing, project: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(project, tmp_path / "mine"))
    _, branches = await typing("bonjour", "i greet", "", ":quit", "e", "y", into=mine)
    assert (await branches.read()).session.status is Status.FINISHED


async def test_the_end_of_the_input_keeps_everything_for_later(typing: Typing, store: Store, core: BuiltinCore) -> None:
    await typing("hi", "", "a soup", "i order")
    again = await Branches.unfinished(store, Loop(store, core), "tiny")
    assert again is not None
    _, branches = await typing("", branches=again)
    assert (await log(branches))[4:] == ["order", "dish=soup", "utter_dish", "“One soup.”", "listen"]


async def test_only_the_same_assistant_is_resumed(typing: Typing, store: Store, core: BuiltinCore) -> None:
    await typing("hi", "")
    assert await Branches.unfinished(store, Loop(store, core), "another") is None


async def test_nothing_is_resumed_where_nothing_was_said(typing: Typing, store: Store, core: BuiltinCore) -> None:
    await typing(":quit")
    assert await Branches.unfinished(store, Loop(store, core), "tiny") is None
