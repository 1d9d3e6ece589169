"""Projects that people have written keep every byte, and gain the lines that were taught."""

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import pytest

from slackbot.dialogue.events import ActionExecuted
from slackbot.dialogue.merge import Conversation, plan
from slackbot.dialogue.project import Project, load_project
from tests.dialogue.merge.folders import LISTEN, added_lines, content, said, talk

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "rasa_projects"
PROJECTS = [
    "financial-demo",
    "how-to-rasa/video-08-actions",
    "how-to-rasa/video-09-1-basic-forms",
    "how-to-rasa/video-09-2-custom-forms",
    "rasa-demo",
]
TEXTS = ["storythread one", "storythread: two?", "– storythread drei", "storythread [four", "storythread five # 5"]

pytestmark = pytest.mark.skipif(not REAL.exists(), reason=f"the real Rasa projects are not here: {REAL}")


@pytest.fixture(params=PROJECTS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    place = tmp_path / "project"
    shutil.copytree(REAL / request.param, place, copy_function=shutil.copyfile)
    for path in [place, *place.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return place


def five_examples_and_a_story(project: Project) -> Conversation:
    """Of intents that the project has examples of, and with its own responses."""
    intents = islice(dict.fromkeys(example.intent for example in project.nlu.examples), 5)
    responses = islice((name for name in project.domain.responses if "/" not in name), 5)
    turns = [
        (said(text, intent.split("/")[0], full_retrieval_intent_name=intent), ActionExecuted(response), LISTEN)
        for text, intent, response in zip(TEXTS, intents, responses, strict=True)
    ]
    return talk(*(event for turn in turns for event in turn), name="taught in Slack")


def test_five_examples_and_a_story_are_exactly_their_lines_and_nothing_is_nothing(folder: Path) -> None:
    before = content(folder)
    assert plan(folder, []).changes == ()
    project = load_project(folder)
    conversation = five_examples_and_a_story(project)
    plan(folder, [conversation]).write()
    after = content(folder)
    added = {name: added_lines(before[name], data) for name, data in after.items() if data != before[name]}
    examples = [line for name, lines in added.items() if "nlu" in name for line in lines]
    stories = [line for name, lines in added.items() if "stories" in name for line in lines if line]
    assert sorted(examples) == sorted(f"    - {text}" for text in TEXTS)
    assert stories[:2] == ["- story: taught in Slack", "  steps:"]
    assert [line.partition(":")[0] for line in stories[2:]] == ["  - intent", "  - action"] * 5
    assert len(added) == len([name for name in added if "nlu" in name or "stories" in name])
    assert plan(folder, [conversation]).changes == ()
    told = load_project(folder)
    assert len(told.nlu.examples) == len(project.nlu.examples) + 5
    assert len(told.stories) == len(project.stories) + 1


def test_a_new_intent_is_its_header_and_an_older_domain_is_left_alone(folder: Path) -> None:
    before = content(folder)
    changes = plan(folder, [talk(said(TEXTS[0], "brand_new"), ActionExecuted("action_brand_new"), name="new")])
    changes.write()
    after = content(folder)
    added = {name: added_lines(before[name], data) for name, data in after.items() if data != before[name]}
    [examples] = (lines for name, lines in added.items() if "nlu" in name)
    assert examples == ["- intent: brand_new", "  examples: |", f"    - {TEXTS[0]}"]
    if b"2.0" in before["domain.yml"]:
        assert len(added) == 1
        assert any("Rasa 3 would refuse this domain" in note for note in changes.notes)
    else:
        assert added["domain.yml"] == ["- brand_new", "- action_brand_new"]
        assert changes.notes == ()
