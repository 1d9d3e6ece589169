"""Projects that others wrote, taught to the built-in core."""

from __future__ import annotations

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.project import load_project
from slackbot.dialogue.tracker import Tracker

from .conversations import REAL_PROJECTS, mistakes

pytestmark = pytest.mark.skipif(not REAL_PROJECTS.is_dir(), reason="needs ../shared/data/rasa_projects")

SMALL_PROJECTS = (
    "financial-demo",
    "how-to-rasa/video-08-actions",
    "how-to-rasa/video-09-1-basic-forms",
    "how-to-rasa/video-09-2-custom-forms",
)


@pytest.mark.parametrize("name", SMALL_PROJECTS)
async def test_a_project_that_is_learned_goes_on_like_its_stories(name: str) -> None:
    project = load_project(REAL_PROJECTS / name)
    core = BuiltinCore.train(project)
    wrong, number = await mistakes(core, project)
    assert wrong == []
    assert number > 30


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL_PROJECTS)
async def test_the_examples_of_a_project_are_understood(name: str) -> None:
    project = load_project(REAL_PROJECTS / name)
    core = BuiltinCore.train(project)
    tracker = Tracker("c", core.domain)
    examples = project.nlu.examples
    parsed = [await core.parse(example.text, tracker) for example in examples]
    right = [found["intent"]["name"] == example.intent for found, example in zip(parsed, examples, strict=True)]
    # A text may stand under two intents.
    assert sum(right) >= 0.98 * len(examples)


@pytest.mark.slow
async def test_a_large_project_is_learned_too() -> None:
    project = load_project(REAL_PROJECTS / "rasa-demo")
    wrong, number = await mistakes(BuiltinCore.train(project), project)
    assert number > 5000
    assert len(wrong) <= 0.005 * number
