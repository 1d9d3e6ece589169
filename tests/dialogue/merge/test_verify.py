"""A file is refused unless our own readers find in it what they found before, and what was added, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.dialogue.events import ActionExecuted
from slackbot.dialogue.merge.batch import Batch
from slackbot.dialogue.merge.verify import check_readers
from slackbot.dialogue.nlu import Example
from slackbot.dialogue.stories import Story
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError
from tests.dialogue.merge.folders import DOMAIN, NLU, STORIES, said

FILE = Path("some.yml")
HEY = Batch(examples=(Example("hey", "bye"),))
SPAN = {"start": 0, "end": 3, "entity": "city", "value": "New York"}
NYC = Batch(examples=(Example("nyc", "bye", (SPAN,)),))
TOLD = Batch(stories=(Story("told", "story", (said("x", "bye"), ActionExecuted("utter_greet"))),))
NEW_STORY = "- story: told\n  steps:\n  - intent: bye\n  - action: utter_greet\n"


def check(before: str, after: str, batch: Batch) -> None:
    check_readers(FILE, parse_yaml(before, FILE), parse_yaml(after, FILE), batch)


@pytest.mark.parametrize(
    ("before", "after", "batch"),
    [
        (NLU, NLU + "    - hey\n", HEY),
        (NLU, NLU + '    - [nyc]{"entity": "city", "value": "New York"}\n', NYC),
        (NLU + "  metadata: 1\n", NLU + "    - hey\n  metadata: 1\n", HEY),
        (STORIES, STORIES + NEW_STORY, TOLD),
        (DOMAIN, DOMAIN + "- action_new\n", Batch(actions=("action_new",))),
    ],
)
def test_the_additions_alone_are_right(before: str, after: str, batch: Batch) -> None:
    check(before, after, batch)


@pytest.mark.parametrize(
    ("before", "after", "batch"),
    [
        pytest.param(NLU, NLU, HEY, id="not added"),
        pytest.param(NLU, NLU + "    - hey\n    - more\n", HEY, id="one more"),
        pytest.param(NLU, NLU.replace("    - hi\n", "") + "    - hey\n", HEY, id="one is gone"),
        pytest.param(NLU, NLU.replace("- hi\n", "- hi!\n") + "    - hey\n", HEY, id="one is changed"),
        pytest.param(
            NLU, NLU.replace("- hi\n    - hello", "- hello\n    - hi") + "    - hey\n", HEY, id="another order"
        ),
        pytest.param(NLU, NLU.replace("    - hi\n", "    - hi\n    - hey\n"), HEY, id="under another intent"),
        pytest.param(NLU, NLU + "    - [hey](city)\n", HEY, id="with an entity"),
        pytest.param(NLU, NLU + "  metadata: 1\n", Batch(examples=(Example("bye", "bye"),)), id="other metadata"),
        pytest.param(NLU, NLU + "    - hey\n- regex: r\n  examples: |\n    - x\n", HEY, id="a regex"),
        pytest.param(NLU, NLU + "    - hey\n- synonym: s\n  examples: |\n    - x\n", HEY, id="a synonym"),
        pytest.param(NLU, NLU + "    - nyc\n", NYC, id="without its entity"),
        pytest.param(STORIES, STORIES, TOLD, id="no story"),
        pytest.param(STORIES, STORIES + NEW_STORY.replace("told", "one"), TOLD, id="another name"),
        pytest.param(STORIES, STORIES + NEW_STORY + "  - action: action_look\n", TOLD, id="another step"),
        pytest.param(STORIES, STORIES.replace("greet\n", "bye\n", 1) + NEW_STORY, TOLD, id="another story changed"),
        pytest.param(STORIES, STORIES + NEW_STORY.replace("story", "rule"), TOLD, id="no longer a story"),
        pytest.param(DOMAIN, DOMAIN + "forms: 1\n", Batch(actions=("action_new",)), id="a domain that is none"),
    ],
)
def test_anything_else_is_refused(before: str, after: str, batch: Batch) -> None:
    with pytest.raises(FileError, match=r"some\.yml"):
        check(before, after, batch)
