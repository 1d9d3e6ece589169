"""What rules and stories that are there already say in a state, and which actions contradict it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.lessons import spelled_out
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    FollowupAction,
    SlotSet,
    UserUttered,
)
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.stories import linked
from slackbot.dialogue.tracker import Tracker

from .conversations import BISTRO, LISTENS, REAL_PROJECTS, Turn, conversation, did, says, write_project

DOMAIN = """
    intents: [greet, bye, order, affirm, restart]
    slots:
      name: {type: text, mappings: [{type: custom}]}
    responses: {utter_a: [{text: a}], utter_b: [{text: b}], utter_c: [{text: c}]}
    forms:
      order_form: {required_slots: [name]}
    """


async def contradicted(core: BuiltinCore, action: str, *turns: Turn) -> list[str]:
    """What an action contradicts: ``rule 'hello' (data/all.yml:3): utter_a``."""
    prediction = await core.predict(conversation(core.domain, *turns))
    return [
        f"{precedent.title} ({precedent.path}:{precedent.line}): {precedent.action}"
        for precedent in prediction.precedents
        if precedent.contradicts(action)
    ]


def assistant(folder: Path, data: str) -> BuiltinCore:
    return BuiltinCore.load(write_project(folder, DOMAIN, data))


HELLO = """\
    rules:
    - rule: hello
      steps:
      - intent: greet
      - action: utter_a
    """


async def test_an_action_other_than_the_rules_own_contradicts_it_at_its_line(tmp_path: Path) -> None:
    core = assistant(tmp_path, HELLO)
    assert await contradicted(core, "utter_a", says("greet")) == []
    assert await contradicted(core, "utter_b", says("greet")) == ["rule 'hello' (data/all.yml:5): utter_a"]
    assert await contradicted(core, "action_listen", says("greet")) == ["rule 'hello' (data/all.yml:5): utter_a"]


async def test_a_rule_says_too_that_the_assistant_waits_after_it(tmp_path: Path) -> None:
    """Nobody wrote that down; it stands with the rule's last step."""
    core = assistant(tmp_path, HELLO)
    turns: list[Turn] = [says("greet"), did("utter_a")]
    assert await contradicted(core, "action_listen", *turns) == []
    assert await contradicted(core, "utter_b", *turns) == ["rule 'hello' (data/all.yml:5): action_listen"]


async def test_a_rule_says_nothing_where_it_doesnt_apply(tmp_path: Path) -> None:
    """Another intent, other steps so far, or a condition that isn't met."""
    core = assistant(
        tmp_path,
        """
        rules:
        - rule: by name
          condition:
          - slot_was_set: [name: Ann]
          steps: [intent: greet, action: utter_a, action: utter_b]
        """,
    )
    ann = SlotSet("name", "Ann")
    assert len(await contradicted(core, "utter_c", ann, says("greet"))) == 1
    assert await contradicted(core, "utter_c", says("greet")) == []
    assert await contradicted(core, "utter_c", ann, says("bye")) == []
    assert await contradicted(core, "utter_c", ann, says("greet"), did("utter_c")) == []


async def test_a_rule_that_leaves_open_what_is_next_isnt_contradicted_by_it(tmp_path: Path) -> None:
    core = assistant(
        tmp_path, "rules: [{rule: hello, wait_for_user_input: false, steps: [intent: greet, action: utter_a]}]"
    )
    assert len(await contradicted(core, "utter_b", says("greet"))) == 1
    assert await contradicted(core, "utter_b", says("greet"), did("utter_a")) == []


async def test_of_several_rules_the_one_that_decides_counts(tmp_path: Path) -> None:
    """A rule that says more goes before one that says less, as in Rasa: it doesn't contradict it."""
    core = assistant(
        tmp_path,
        """
        rules:
        - {rule: any, steps: [intent: greet, action: utter_a]}
        - rule: by name
          condition: [slot_was_set: [name: Ann]]
          steps: [intent: greet, action: utter_b]
        """,
    )
    turns: list[Turn] = [SlotSet("name", "Ann"), says("greet")]
    assert await contradicted(core, "utter_b", *turns) == []
    assert [text.split(" (")[0] for text in await contradicted(core, "utter_a", *turns)] == ["rule 'by name'"]


async def test_rules_that_contradict_each_other_are_both_named(tmp_path: Path) -> None:
    core = assistant(
        tmp_path,
        """
        rules:
        - {rule: one, steps: [intent: greet, action: utter_a]}
        - {rule: two, steps: [intent: greet, action: utter_b]}
        """,
    )
    assert len(await contradicted(core, "utter_c", says("greet"))) == 2
    assert [text[:10] for text in await contradicted(core, "utter_b", says("greet"))] == ["rule 'one'"]


async def test_waiting_that_a_rule_only_implies_before_its_message_yields_to_stories(tmp_path: Path) -> None:
    """Rasa drops it where a story goes on otherwise; a rule that is nothing but the action stays."""
    core = assistant(
        tmp_path,
        """
        rules:
        - {rule: yes, steps: [action: utter_a, intent: affirm, action: utter_b]}
        - {rule: last word, steps: [action: utter_c]}
        """,
    )
    assert await contradicted(core, "utter_c", says("order"), did("utter_a")) == []
    assert len(await contradicted(core, "utter_a", says("order"), did("utter_c"))) == 1
    assert len(await contradicted(core, "utter_a", says("order"), did("utter_a"), LISTENS, says("affirm"))) == 1


async def test_no_rule_has_a_say_before_the_intents_of_every_assistant(tmp_path: Path) -> None:
    core = assistant(tmp_path, "rules: [{rule: anew, steps: [intent: restart, action: utter_a]}]")
    assert await contradicted(core, "action_restart", says("restart")) == []


STORIES = """\
    stories:
    - story: one
      steps:
      - intent: greet
      - action: utter_a
      - intent: order
      - action: utter_b
    """


async def test_an_action_other_than_in_a_story_with_the_same_history_contradicts_it(tmp_path: Path) -> None:
    core = assistant(tmp_path, STORIES)
    turns: list[Turn] = [says("greet"), did("utter_a"), LISTENS, says("order")]
    assert await contradicted(core, "utter_b", *turns) == []
    assert await contradicted(core, "utter_c", *turns) == ["story 'one' (data/all.yml:7): utter_b"]
    assert await contradicted(core, "utter_c", says("greet"), did("utter_a")) == [
        "story 'one' (data/all.yml:5): action_listen"
    ]


async def test_a_story_with_another_history_says_nothing(tmp_path: Path) -> None:
    """What just ends the same way is no contradiction: stories differ so that assistants may."""
    core = assistant(tmp_path, STORIES)
    assert await contradicted(core, "utter_c", says("order")) == []
    longer: list[Turn] = [says("greet"), did("utter_a"), LISTENS, says("greet"), did("utter_a"), LISTENS, says("order")]
    assert await contradicted(core, "utter_c", *longer) == []


async def test_each_story_that_goes_on_otherwise_is_named_once_for_each_action(tmp_path: Path) -> None:
    """Where stories disagree, following one contradicts the other."""
    core = assistant(
        tmp_path,
        """
        stories:
        - {story: one, steps: [intent: greet, action: utter_a]}
        - {story: two, steps: [intent: greet, action: utter_b]}
        - {story: three, steps: [intent: greet, action: utter_b, intent: bye, action: utter_c]}
        """,
    )
    assert await contradicted(core, "utter_a", says("greet")) == ["story 'two' (data/all.yml:4): utter_b"]
    assert len(await contradicted(core, "utter_c", says("greet"))) == 2


async def test_a_story_that_begins_with_an_action_says_nothing_about_the_beginning(tmp_path: Path) -> None:
    core = assistant(tmp_path, "stories: [{story: middle, steps: [action: utter_a, intent: affirm, action: utter_b]}]")
    prediction = await core.predict(Tracker("c", core.domain))
    assert prediction.precedents == ()


async def test_lines_are_those_of_the_file_that_the_step_stands_in(tmp_path: Path) -> None:
    """A story joined of two files at a checkpoint, the second part at line 6 of its file."""
    folder = write_project(tmp_path, DOMAIN)
    for name, text in (
        ("first", "stories:\n- story: begin\n  steps:\n  - intent: greet\n  - action: utter_a\n  - checkpoint: on\n"),
        ("more/second", "stories:\n- story: end\n  steps:\n  - checkpoint: on\n  - intent: bye\n  - action: utter_b\n"),
    ):
        (folder / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "data" / f"{name}.yml").write_text(textwrap.dedent(text))
    core = BuiltinCore.load(folder)
    turns: list[Turn] = [says("greet"), did("utter_a"), LISTENS, says("bye")]
    assert await contradicted(core, "utter_c", *turns) == ["story 'begin > end' (data/more/second.yml:6): utter_b"]


async def test_an_active_form_may_always_go_on(tmp_path: Path) -> None:
    """Its own turn contradicts neither a rule that would interrupt it nor the story of an interruption."""
    core = assistant(
        tmp_path,
        """
        rules:
        - {rule: hello, steps: [intent: greet, action: utter_a]}
        stories:
        - story: interrupted
          steps:
          - intent: order
          - action: order_form
          - active_loop: order_form
          - intent: bye
          - action: utter_b
          - action: order_form
        """,
    )
    active: list[Event] = [*did("order_form"), ActiveLoop("order_form"), LISTENS]
    asked: list[Turn] = [says("order"), active, says("greet")]
    assert await contradicted(core, "order_form", *asked) == []
    assert await contradicted(core, "utter_a", *asked) == []
    assert [text[:12] for text in await contradicted(core, "utter_b", *asked)] == ["rule 'hello'"]
    rejected: list[Turn] = [*asked, ActionExecutionRejected("order_form"), did("utter_a")]
    assert await contradicted(core, "order_form", *rejected) == [], "the rule listens, and the form goes on after it"
    left: list[Turn] = [says("order"), active, says("bye")]
    assert await contradicted(core, "order_form", *left) == []
    assert [text[:19] for text in await contradicted(core, "utter_c", *left)] == ["story 'interrupted'"]


async def test_an_action_that_is_set_to_come_next_contradicts_nothing(tmp_path: Path) -> None:
    core = assistant(tmp_path, HELLO)
    turns: list[Turn] = [says("greet"), FollowupAction("utter_b")]
    assert await contradicted(core, "utter_b", *turns) == []
    assert len(await contradicted(core, "utter_c", *turns)) == 1


async def own_contradictions(project: Project) -> tuple[list[str], int]:
    """What the steps of a project's stories contradict among its own stories and rules; and how many steps they are."""
    core = BuiltinCore.train(project)
    found: list[str] = []
    number = 0
    for story in linked(project.stories):
        tracker = Tracker(story.name, core.domain)
        steps = spelled_out(story.events, core.domain) if story.kind == "story" else []
        for event in [*steps, LISTENS] if steps and isinstance(steps[-1], ActionExecuted) else steps:
            if isinstance(event, ActionExecuted):
                number += 1
                precedents = (await core.predict(tracker)).precedents
                wrong = [precedent for precedent in precedents if precedent.contradicts(event.action_name or "")]
                found += [f"{story.name}: {event.action_name}, not {precedent}" for precedent in wrong]
            tracker.append(event)
    return found, number


async def test_the_examples_own_stories_contradict_nothing() -> None:
    found, number = await own_contradictions(load_project(BISTRO))
    assert found == []
    assert number > 100


@pytest.mark.skipif(not REAL_PROJECTS.is_dir(), reason="needs ../shared/data/rasa_projects")
@pytest.mark.parametrize(
    "name",
    [
        "financial-demo",
        "how-to-rasa/video-08-actions",
        "how-to-rasa/video-09-1-basic-forms",
        "how-to-rasa/video-09-2-custom-forms",
        pytest.param("rasa-demo", marks=pytest.mark.slow),
    ],
)
async def test_a_real_projects_own_stories_contradict_nothing(name: str) -> None:
    found, number = await own_contradictions(load_project(REAL_PROJECTS / name))
    assert found == []
    assert number > 30


@pytest.mark.skipif(not REAL_PROJECTS.is_dir(), reason="needs ../shared/data/rasa_projects")
async def test_the_contradiction_that_rasa_found_in_a_real_project_is_found_with_its_line() -> None:
    """A story breaks off at the message that a rule answers with a form; Rasa takes it that the assistant waits."""
    project = load_project(REAL_PROJECTS / "how-to-rasa" / "video-09-1-basic-forms")
    broken = [story for story in project.stories if isinstance(story.events[-1], UserUttered)]
    assert [story.name for story in broken] == ["interactive_story_1"]
    core = BuiltinCore.train(project)
    tracker = Tracker("c", core.domain, spelled_out(broken[0].events, core.domain))
    found = [item for item in (await core.predict(tracker)).precedents if item.contradicts("action_listen")]
    rules = [(item.title, item.action, item.path, item.line) for item in found if item.kind == "rule"]
    assert rules == [("rule 'Activate Pizza Form'", "simple_pizza_form", "data/rules.yml", 18)]
