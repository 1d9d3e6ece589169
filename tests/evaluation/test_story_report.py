"""``storythread evaluate stories``, and what counts as right in a story."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from slackbot.cli import main
from slackbot.core.builtin.policies import Policies
from slackbot.core.protocol import ActionScore, Prediction
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.tracker import Tracker
from slackbot.evaluation.decisions import play, tally
from slackbot.evaluation.held_out import leaving_stories_out, story_groups
from slackbot.evaluation.own_tests import own_tests
from tests.core.conversations import write_project

DOMAIN = """
    intents: [greet, bye, order, thank]
    entities: [dish]
    slots:
      dish: {type: text, mappings: [{type: from_entity, entity: dish}]}
    forms: {order_form: {required_slots: [dish]}}
    responses:
      utter_hi: [{text: hi}]
      utter_bye: [{text: bye}]
      utter_ok: [{text: ok}]
    """

DATA = """
    stories:
    - story: hello
      steps: [intent: greet, action: utter_hi, intent: thank, action: utter_ok]
    - story: hello again
      steps: [intent: greet, action: utter_hi, intent: thank, action: utter_ok]
    - story: order
      steps:
      - or: [intent: order, intent: greet]
      - action: utter_ok
      - checkpoint: ordered
    - story: ordered
      steps: [checkpoint: ordered, intent: thank, action: utter_ok]
    rules:
    - rule: say bye
      steps: [intent: bye, action: utter_bye]
    """

TESTS = """
    stories:
    - story: a right one
      steps:
      - user: |
          hello there
        intent: greet
      - action: utter_hi
    - story: a wrong one
      steps:
      - user: |
          I want [soup](dish)
        intent: order
      - action: utter_ok
      - intent: bye
        user: bye
      - action: utter_hi
    """


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project", DOMAIN, DATA)
    write_tests(folder, TESTS)
    return folder


def write_tests(folder: Path, text: str, name: str = "test_stories.yml") -> None:
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / name).write_text(textwrap.dedent(text))


def evaluate(folder: Path, *what: str) -> Result:
    return CliRunner().invoke(main, ["evaluate", *what, "--project", str(folder), "--out", str(folder / "out")])


def no_progress(words: str) -> None:
    del words


class Always:
    """Predicts one action, whatever was before, and keeps the conversations that it was asked about."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.asked: list[Tracker] = []

    def predict(self, tracker: Tracker) -> Prediction:
        self.asked.append(tracker.with_events([]))
        return Prediction((ActionScore(self.action, 1.0),), "RulePolicy", 1.0)


def test_mistakes_are_told_with_place_and_reason(folder: Path) -> None:
    done = evaluate(folder, "stories")
    assert done.exit_code == 0, done.output
    own = done.stdout.split("The project's own tests:\n")[1].splitlines()
    assert own[:3] == [
        "  5 of 6 (83.3%) actions are right",
        "  2 of 3 (66.7%) without action_listen",
        "  1 of 2 (50.0%) conversations are right from beginning to end",
    ]
    assert own[4:7] == [
        " wrong     of  action",
        "     1      2  utter_hi",
        "                 tests/test_stories.yml:17, story 'a wrong one'",
    ]
    assert own[7].strip() == "utter_bye instead (RulePolicy 1.00: rule 'say bye', all.yml:16)"


def test_without_an_argument_both_are_evaluated(folder: Path) -> None:
    nlu = {"greet": ["hi", "hello", "hello hi"], "bye": ["bye", "good bye", "bye bye"]}
    examples = "".join(
        f"- intent: {name}\n  examples: |\n" + "".join(f"    - {text}\n" for text in texts)
        for name, texts in nlu.items()
    )
    (folder / "data" / "nlu.yml").write_text(f"nlu:\n{examples}")
    done = evaluate(folder)
    assert done.exit_code == 0, done.output
    assert "of 6 examples held out are told right" in done.stdout
    assert "Stories left out of training" in done.stdout


def test_a_project_without_stories_and_tests_gives_one_line(tmp_path: Path) -> None:
    done = evaluate(write_project(tmp_path, DOMAIN), "stories")
    assert done.exit_code == 1
    assert "there are too few stories to leave any out; add stories" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_there_is_too_little_of_is_passed_over_where_both_are_evaluated(tmp_path: Path) -> None:
    """Stories here, then intents; with too little of both there is nothing to say."""
    nlu = "nlu:\n" + "".join(
        f"- intent: {name}\n  examples: |\n    - {name} one\n    - {name} two\n" for name in ("greet", "bye")
    )
    done = evaluate(write_project(tmp_path / "nlu", DOMAIN, nlu))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "Stories: there are too few stories to leave any out."
    done = evaluate(write_project(tmp_path / "stories", DOMAIN, DATA))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == "Intents: there are too few examples to hold any out."
    assert "Stories left out of training" in done.stdout
    assert evaluate(write_project(tmp_path / "neither", DOMAIN)).exit_code == 1


def test_a_project_without_tests_is_told_so(tmp_path: Path) -> None:
    done = evaluate(write_project(tmp_path, DOMAIN, DATA), "stories")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "The project has no tests of its own."


def test_what_belongs_together_is_left_out_together(folder: Path) -> None:
    groups = story_groups(load_project(folder).stories)
    assert [[story.name for story in group] for group in groups] == [
        ["hello"],
        ["hello again"],
        ["order", "order", "ordered"],
    ]


def test_every_story_is_left_out_once_and_known_to_nobody_then(folder: Path) -> None:
    played = leaving_stories_out(load_project(folder), no_progress)
    assert sorted(story.name for story in played) == ["hello", "hello again", "order > ordered", "order > ordered"]
    reasons = {
        (story.name, decision.predicted.reason.partition(",")[0]) for story in played for decision in story.decisions
    }
    assert ("hello", "story 'hello again'") in reasons
    assert not any(name == "hello" and "'hello'" in reason for name, reason in reasons)


def test_actions_are_predicted_from_what_the_story_says_whatever_was_predicted(folder: Path) -> None:
    project = load_project(folder)
    always = Always("utter_ok")
    (hello, *_) = play(always, project.stories, project.domain)
    assert [decision.wanted for decision in hello.decisions] == [
        "utter_hi",
        "action_listen",
        "utter_ok",
        "action_listen",
    ]
    assert [decision.is_right for decision in hello.decisions] == [False, False, True, False]
    assert [tracker.latest_action_name for tracker in always.asked[:4]] == [
        "action_listen",
        "utter_hi",
        "action_listen",
        "utter_ok",
    ]
    assert [decision.line for decision in hello.decisions] == [4, 4, 4, 4]


def test_rules_are_not_played(folder: Path) -> None:
    project = load_project(folder)
    assert "say bye" not in {story.name for story in play(Always("utter_ok"), project.stories, project.domain)}


def test_a_form_that_is_predicted_where_the_story_leaves_it_is_taken_to_have_rejected(tmp_path: Path) -> None:
    story = """
        stories:
        - story: leaving
          steps: [intent: order, action: order_form, active_loop: order_form, intent: bye, action: utter_bye]
        """
    project = load_project(write_project(tmp_path, DOMAIN, story))
    always = Always("order_form")
    [played] = play(always, project.stories, project.domain)
    assert [decision.wanted for decision in played.decisions] == [
        "order_form",
        "action_listen",
        "utter_bye",
        "action_listen",
    ]
    rejected = [tracker.active_loop.get("rejected") for tracker in always.asked]
    assert rejected == [None, False, True, True, True, True, True], "asked again once where the loop is active"


def test_a_tally_counts_listening_apart(folder: Path) -> None:
    project = load_project(folder)
    counted = tally([*play(Always("action_listen"), project.stories, project.domain)])
    assert counted.actions == 16
    assert (counted.actions_right, counted.doings, counted.doings_right) == (8, 8, 0)
    assert (counted.conversations, counted.conversations_right) == (4, 0)


def test_tests_mean_what_they_say_they_mean(folder: Path) -> None:
    write_tests(folder, "nlu:\n- intent: greet\n  examples: |\n    - hi\n", "test_nlu.yml")
    project = load_project(folder)
    always = Always("utter_ok")
    [_, wrong] = play(always, own_tests(project), project.domain)
    assert wrong.name == "a wrong one"
    message = always.asked[2].latest_message
    assert message is not None
    assert (message.text, message.intent_name, message.entities[0]["value"]) == ("I want soup", "order", "soup")
    assert always.asked[2].slots["dish"] == "soup"


def test_a_broken_test_is_named(folder: Path) -> None:
    write_tests(folder, "stories:\n- story: broken\n  steps:\n  - doing: utter_hi\n")
    done = evaluate(folder, "stories")
    assert done.exit_code == 1
    assert "test_stories.yml:4: a step can't have the key 'doing'" in done.stderr


def all_right(project: Project) -> bool:
    policies = Policies(project.stories, project.domain, project.config)
    return all(story.is_right for story in play(policies, project.stories, project.domain))


def test_a_project_goes_on_like_its_own_stories(tmp_path: Path) -> None:
    assert all_right(
        load_project(
            write_project(tmp_path, DOMAIN, DATA.replace("or: [intent: order, intent: greet]", "intent: order"))
        )
    )
