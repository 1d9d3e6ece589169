"""Which way of guessing a project is best served by, and what it then guesses."""

from __future__ import annotations

import json
import random
from itertools import product
from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.archive import packed, unpacked
from slackbot.core.builtin.blending import BLENDS, Blend, best_blend, blended
from slackbot.core.builtin.lessons import Lesson, story_lesson
from slackbot.core.builtin.policies import Policies
from slackbot.core.builtin.regression import NextActionRegression
from slackbot.core.builtin.rules import RuleBook
from slackbot.core.builtin.states import Featurizer, State
from slackbot.core.builtin.turn_features import turn_features
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.stories import Story

from .conversations import Turn, conversation, did, says, write_project

TOPICS = ("books", "films", "songs", "games")
DOMAIN = f"""
    intents: [{", ".join(TOPICS)}, affirm, deny, inform]
    responses: {{utter_else: [{{text: else}}], utter_hm: [{{text: hm}}]}}
    actions: [{", ".join(f"action_{topic}" for topic in TOPICS)}]
    """


def small_talk(topic: str, *answers: str) -> list[str]:
    """The steps of a story in which the topic decides what is done in the end, however long they talk."""
    talk = [step for answer in answers for step in (f"intent: {answer}", "action: utter_hm")]
    return [f"intent: {topic}", "action: utter_else", *talk, "intent: inform", f"action: action_{topic}"]


def written(folder: Path, stories: list[list[str]]) -> Project:
    lines = [f"- {{story: s{number}, steps: [{', '.join(steps)}]}}" for number, steps in enumerate(stories)]
    return load_project(write_project(folder, DOMAIN, "\n".join(["stories:", *lines])))


def lessons(project: Project) -> list[Lesson]:
    featurizer = Featurizer(project.domain)
    return [story_lesson(story, project.domain, featurizer) for story in project.stories]


@pytest.fixture
def topical(tmp_path: Path) -> Project:
    """Every talk of five answers but one, each about one topic: how a talk ends says nothing of what comes next."""
    chance = random.Random(3)
    talks = [talk for talk in product(("affirm", "deny"), repeat=5) if talk != ("deny",) * 5]
    return written(tmp_path, [small_talk(chance.choice(TOPICS), *talk) for talk in talks])


async def test_where_the_beginning_decides_an_end_that_looks_like_another_storys_misleads_nobody(
    topical: Project,
) -> None:
    core = BuiltinCore.train(topical)
    denied: list[Turn] = [says("deny"), did("utter_hm", "action_listen")]
    for topic in TOPICS:
        turns: list[Turn] = [says(topic), did("utter_else", "action_listen"), *denied * 5, says("inform")]
        prediction = await core.predict(conversation(core.domain, *turns))
        assert (prediction.action, prediction.policy) == (f"action_{topic}", "StatisticalPolicy")
        assert prediction.reason.startswith("similar to story 's")


def test_the_better_way_is_chosen_by_stories_that_are_left_out(topical: Project) -> None:
    told = lessons(topical)
    assert not best_blend(told, RuleBook([], told)).memory_of_ends


def test_without_evidence_the_usual_way_is_taken(tmp_path: Path) -> None:
    for stories in ([small_talk("books")], [small_talk("books"), small_talk("films")]):
        told = lessons(written(tmp_path, stories))
        assert best_blend(told, RuleBook([], told)) == BLENDS[0]


def test_the_ways_through_one_story_are_never_evidence_for_each_other(tmp_path: Path) -> None:
    alike = "[{intent: books}, {or: [{intent: affirm}, {intent: deny}]}, {action: utter_hm}]"
    data = f"stories:\n- {{story: a, steps: {alike}}}\n"
    project = load_project(write_project(tmp_path, DOMAIN, data))
    first, second = lessons(project)
    assert first.origin == second.origin


def test_what_the_regression_does_not_know_is_left_to_the_counts() -> None:
    assert blended({"a": 0.7, "b": 0.3}, {}, 1.0) == {"a": 0.7, "b": 0.3}
    assert blended({"a": 0.7, "b": 0.3}, {"b": 1.0}, 0.5) == {"a": 0.35, "b": 0.65}


def test_a_regression_is_sure_of_what_it_was_taught_and_sums_to_one(topical: Project) -> None:
    told = lessons(topical)
    regression = NextActionRegression.learned(told)
    assert regression is not None
    for story in told:
        for states, action in story.decisions:
            if states[-1].previous is not None:
                scores = regression.scores(states, topical.domain.actions)
                assert max(scores, key=lambda name: scores[name]) == action
                assert sum(scores.values()) == pytest.approx(1)


def test_a_regression_speaks_of_the_actions_it_is_asked_about_alone(topical: Project) -> None:
    regression = NextActionRegression.learned(lessons(topical))
    assert regression is not None
    states = (State(), State("action_listen", "unheard of"))
    assert regression.scores(states, {"utter_hm", "action_new"}) == {"utter_hm": 1.0}
    assert regression.scores(states, {"action_new"}) == {}


def test_two_actions_are_told_apart_too_and_one_needs_no_telling() -> None:
    domain = Domain.from_dict({"intents": ["a"], "actions": ["action_x"]})
    story = Story("s", "story", (says("a"), *did("action_x")))
    told = [story_lesson(story, domain, Featurizer(domain))]
    regression = NextActionRegression.learned(told)
    assert regression is not None
    assert regression.actions == ("action_listen", "action_x")
    scores = regression.scores((State(), State("action_listen", "a")), domain.actions)
    assert scores["action_x"] > 0.9
    assert NextActionRegression.learned([]) is None


def test_policies_come_back_from_an_archive_as_they_were(topical: Project) -> None:
    learned = Policies(topical.stories, topical.domain, {})
    state = unpacked(packed(learned.state()))
    again = Policies(topical.stories, topical.domain, {}, state=state)
    tracker = conversation(topical.domain, says("books"), did("utter_else", "action_listen"), says("deny"))
    assert again.predict(tracker) == learned.predict(tracker)
    assert Blend(**state["blend"]) != BLENDS[0]


def test_training_twice_gives_the_same(topical: Project) -> None:
    one, other = (packed(Policies(topical.stories, topical.domain, {}).state()) for _ in range(2))
    assert json.dumps(unpacked(one), default=lambda array: array.tolist()) == json.dumps(
        unpacked(other), default=lambda array: array.tolist()
    )


def test_what_was_long_ago_is_a_feature_without_its_distance() -> None:
    states = [State(), State("action_listen", "books"), *[State("utter_hm", "books")] * 9]
    features = turn_features(states)
    assert features["did utter_hm"] == 1
    assert features["1 back did utter_hm"] < 1
    assert "before heard books" in features
    assert "9 back heard books" not in features
