"""Assistants with a thousand intents and actions, and such as know nearly nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.blocks.change import PICK_ACTION, PICK_INTENT
from slackbot.core.builtin import BuiltinCore
from tests.end_to_end.stage import labels, shown, staged

LONG = "ask_" + "very_" * 38 + "long"  # 198 characters
LONGER = LONG[:-4] + "wide"


def written(folder: Path, intents: list[str], actions: list[str], responses: dict[str, str]) -> Path:
    """A Rasa project without stories: an example each for the first intents, so that it is learnt in a moment."""
    lines = ['version: "3.1"', "intents:", *(f"  - {name}" for name in intents)]
    lines += ["actions:", *(f"  - {name}" for name in actions), "responses:"]
    lines += [f'  {name}:\n    - text: "{text}"' for name, text in responses.items()]
    (folder / "domain.yml").write_text("\n".join(lines))
    (folder / "data").mkdir()
    examples = [f"  - intent: {name}\n    examples: |\n      - {name.replace('_', ' ')}" for name in intents[:20]]
    (folder / "data" / "nlu.yml").write_text("\n".join(['version: "3.1"', "nlu:", *examples]))
    return folder


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    intents = [f"ask_topic_{number}" for number in range(1000)] + [LONG, LONGER]
    actions = [f"action_do_{number}" for number in range(500)] + [f"action_{LONG}"]
    responses = {f"utter_topic_{number}": f"About topic {number}." for number in range(500)}
    return BuiltinCore.load(written(tmp_path_factory.mktemp("thousand"), intents, actions, responses))


async def test_every_one_of_a_thousand_intents_and_actions_can_be_found_and_chosen(
    redis_url: str, thousand: BuiltinCore
) -> None:
    """The search offers a hundred at most, the likely ones first, and what is chosen is what is taught."""
    async with staged(redis_url, thousand) as stage:
        scene = await stage.teach()
        await scene.say("tell me about topic 7")
        await scene.card("tell me about topic 7")
        ben = await scene.open_change("ben")
        assert len(await ben.options(PICK_INTENT, "")) == 100
        assert [option["value"] for option in await ben.options(PICK_INTENT, "TOPIC_997")] == ["ask_topic_997"]
        assert len(await ben.options(PICK_ACTION, "")) == 100
        assert await ben.options(PICK_ACTION, "there is no such thing") == []
        (option, *_) = await ben.options(PICK_ACTION, "About topic 499.")
        assert option["value"] == "utter_topic_499"
        await ben.fill(PICK_INTENT, "ask_topic_997")
        await ben.fill(PICK_ACTION, "utter_topic_499")
        await ben.submit()
        await scene.shows("About topic 499.")
        assert (await scene.steps())[:2] == ["user:ask_topic_997", "action:utter_topic_499"]


async def test_names_of_two_hundred_characters_are_told_apart_and_chosen(redis_url: str, thousand: BuiltinCore) -> None:
    """Slack refuses option values of more than 150 characters and shows 75; both names are still themselves."""
    async with staged(redis_url, thousand) as stage:
        scene = await stage.teach()
        await scene.say("tell me about topic 7")
        await scene.card("tell me about topic 7")
        ben = await scene.open_change("ben")
        wide, long = sorted(await ben.options(PICK_INTENT, "very_very"), key=lambda o: o["description"]["text"])[::-1]
        assert wide["description"]["text"].endswith("wide")
        assert long["description"]["text"].endswith("long")
        await ben.fill(PICK_INTENT, wide["value"])
        (action,) = await ben.options(PICK_ACTION, "very")
        await ben.fill(PICK_ACTION, action["value"])
        await ben.submit()
        await scene.shows(LONGER)
        await scene.shows("Agreed by")
        assert await scene.steps() == [f"user:{LONGER}", f"action:action_{LONG}"]


async def test_an_assistant_that_has_learnt_nothing_can_be_taught(redis_url: str, tmp_path: Path) -> None:
    """What it does not understand can't be agreed with; picking an intent and an action begins a story."""
    folder = written(tmp_path, ["greet"], [], {"utter_hi": "Hi!"})
    (folder / "data" / "nlu.yml").unlink()
    async with staged(redis_url, BuiltinCore.load(folder)) as stage:
        scene = await stage.teach()
        await scene.say("hi")
        card = await scene.card("hi")
        assert "I did not understand this" in shown(card)
        assert labels(card) == ["Change", "Not sure"]
        ben = await scene.open_change("ben")
        await ben.submit()
        assert list(ben.view_errors.values()) == ["Please complete this required field."]
        await ben.fill(PICK_INTENT, "greet")
        await ben.fill(PICK_ACTION, "utter_hi")
        await ben.submit()
        await scene.shows("Hi!")
        assert (await scene.steps())[:2] == ["user:greet", "action:utter_hi"]
