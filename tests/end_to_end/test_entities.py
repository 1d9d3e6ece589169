"""Entities are corrected by picking words and a type, or by marking up the message."""

from __future__ import annotations

from typing import Any

import pytest

from slackbot.blocks.change import MARK_UP, PICK_TYPE, PICK_WORDS
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.sandbox import Person
from tests.end_to_end.stage import Scene, Stage

TABLE = "a table for 4 people tonight"
FOUND_4 = {"start": 12, "end": 13, "value": "4", "entity": "party_size"}
FOUND_TONIGHT = {"start": 21, "end": 28, "value": "tonight", "entity": "day"}


async def modal(stage: Stage, text: str = TABLE) -> tuple[Scene, Person]:
    scene = await stage.teach()
    await scene.say(text)
    await scene.card(text)
    return scene, await scene.open_change("ben")


async def mark(person: Person, words: list[str], entity: str, *, add: bool = True) -> None:
    """Picks words, by index or label, and a type; presses *Add entity* unless told otherwise."""
    await person.fill(PICK_WORDS, words)
    await person.fill(PICK_TYPE, entity)
    if add:
        await person.view_press("Add entity")


def listed(person: Person) -> list[str]:
    """The entities that the modal lists."""
    assert person.view is not None
    sections = [block for block in person.view["blocks"] if block["type"] == "section"]
    return [block["text"]["text"] for block in sections if "accessory" in block]


async def remove(person: Person, place: int) -> None:
    assert person.view is not None
    blocks = [block for block in person.view["blocks"] if "accessory" in block]
    await person.view_press("Remove", blocks[place]["block_id"])


async def agreed(scene: Scene, person: Person) -> list[dict[str, Any]]:
    """Submits the modal, agrees with the rest; the entities in the log without what the core says of them."""
    assert await person.submit() == {"response_action": "clear"}
    await scene.agree("ben")
    (message,) = [event for event in await scene.events() if event["event"] == "user"]
    keys = ("start", "end", "value", "entity", "role", "group")
    return [{key: entity[key] for key in keys if key in entity} for entity in message["parse_data"]["entities"]]


async def test_entities_are_added_and_removed(stage: Stage) -> None:
    """Each press draws the list anew; what is agreed is what it showed at the end."""
    scene, ben = await modal(stage)
    assert listed(ben) == ["“4” as *party_size*", "“tonight” as *day*"]
    await mark(ben, ["people"], "diet")
    assert listed(ben) == ["“4” as *party_size*", "“people” as *diet*", "“tonight” as *day*"]
    await remove(ben, 0)
    assert listed(ben) == ["“people” as *diet*", "“tonight” as *day*"]
    await mark(ben, ["a"], "dish")
    await remove(ben, 2)
    assert await agreed(scene, ben) == [
        {"start": 0, "end": 1, "value": "a", "entity": "dish"},
        {"start": 14, "end": 20, "value": "people", "entity": "diet"},
    ]


async def test_a_mark_over_other_marks_takes_their_place(stage: Stage) -> None:
    """From the first picked word to the last, whatever was marked inside is gone."""
    scene, ben = await modal(stage)
    await mark(ben, ["5", "3"], "day")
    assert await agreed(scene, ben) == [{"start": 12, "end": 28, "value": "4 people tonight", "entity": "day"}]


async def test_of_a_word_that_occurs_twice_the_picked_one_is_marked(stage: Stage) -> None:
    """Equal words are numbered."""
    scene, ben = await modal(stage, "to Rome to stay")
    await mark(ben, ["to (2)"], "dish")
    assert await agreed(scene, ben) == [{"start": 8, "end": 10, "value": "to", "entity": "dish"}]


async def test_picks_count_without_pressing_add(stage: Stage) -> None:
    """Somebody who picks words and a type and then votes means what they picked."""
    scene, ben = await modal(stage)
    await mark(ben, ["people"], "diet", add=False)
    assert await agreed(scene, ben) == [
        FOUND_4,
        {"start": 14, "end": 20, "value": "people", "entity": "diet"},
        FOUND_TONIGHT,
    ]


@pytest.mark.parametrize(("action", "value", "missing"), [(PICK_WORDS, ["4"], "type"), (PICK_TYPE, "day", "words")])
async def test_half_a_mark_is_refused(stage: Stage, action: str, value: Any, missing: str) -> None:
    """Words without a type, or a type without words: the other field says so."""
    scene, ben = await modal(stage)
    await ben.fill(action, value)
    await ben.submit()
    ((block_id, words),) = ben.view_errors.items()
    assert block_id.startswith(missing)
    assert words == "Pick both, the words and what they are."
    assert await scene.steps() == []


async def test_what_the_core_found_is_kept_verbatim_when_it_is_not_touched(stage: Stage) -> None:
    """Its extractor and its confidence stay beside an entity that somebody added."""
    scene, ben = await modal(stage)
    before = (await stage.conversation(scene)).question
    assert before is not None
    await mark(ben, ["people"], "diet")
    await agreed(scene, ben)
    (message,) = [event for event in await scene.events() if event["event"] == "user"]
    found = {entity["value"]: entity for entity in message["parse_data"]["entities"]}
    for original in before.parse_data["entities"]:
        assert found[original["value"]] == original
    assert "extractor" in found["4"]
    assert "extractor" not in found["people"]


async def test_the_message_can_be_marked_up_with_types_of_any_kind(stage: Stage) -> None:
    """[word](type) and its longer forms replace all marks; a new type is in the exported domain."""
    scene, ben = await modal(stage)
    await mark(ben, ["a"], "dish")
    await ben.fill(MARK_UP, 'a table for [4]{"entity": "party_size", "role": "adults"} people [tonight](moment:now)')
    assert await agreed(scene, ben) == [
        {**FOUND_4, "role": "adults"},
        {"start": 21, "end": 28, "value": "now", "entity": "moment"},
    ]
    async with stage.worker():
        await scene.press("ada", "Finish")
        files = await scene.files()
    assert "moment" in parse_yaml(files["domain.yml"], stage.settings.data)["entities"]
    assert '[4]{"entity": "party_size", "role": "adults"} people' in files["nlu.yml"]


@pytest.mark.parametrize(
    ("markup", "wrong"),
    [
        ("a table for [4](party_size people tonight", "the message must stay as it is"),
        ("a table for [5](party_size) people tonight", "the message must stay as it is"),
        ('a table for [4]{"role": "x"} people tonight', "not marked up right"),
        ('a table for [4]{"entity": " "} people tonight', "not marked up right"),
    ],
)
async def test_wrong_markup_is_refused_below_its_field(stage: Stage, markup: str, wrong: str) -> None:
    scene, ben = await modal(stage)
    await ben.fill(MARK_UP, markup)
    await ben.submit()
    ((block_id, words),) = ben.view_errors.items()
    assert block_id.startswith("markup")
    assert wrong in words
    assert await scene.steps() == []


async def test_markup_without_marks_takes_all_entities_away(stage: Stage) -> None:
    scene, ben = await modal(stage)
    await ben.fill(MARK_UP, TABLE)
    assert await agreed(scene, ben) == []


async def test_a_type_that_the_assistant_lacks_is_typed_where_types_are_searched(stage: Stage) -> None:
    """No brackets are needed for a new entity."""
    scene, ben = await modal(stage)
    (option,) = await ben.options(PICK_TYPE, "table_shape")
    assert option["text"]["text"] == "table_shape (new)"
    await mark(ben, ["table"], "table_shape")
    assert await ben.options(PICK_TYPE, "not a name") == []
    await ben.submit()
    await scene.shows("“table” as *table_shape*")


async def test_two_presses_on_the_same_remove_take_one_entity_away(stage: Stage) -> None:
    """A press means the entity beside which the button stood, however often the list changed since."""
    _, ben = await modal(stage)
    assert ben.view is not None
    block_id = next(block["block_id"] for block in ben.view["blocks"] if "accessory" in block)
    stale = ben.view
    await ben.view_press("Remove", block_id)
    await mark(ben, ["people"], "diet")
    assert stale["blocks"] != ben.view["blocks"]
    await ben._hands._deliverer.interact("interactive", _press_again(stage))
    assert listed(ben) == ["“people” as *diet*", "“tonight” as *day*"]


def _press_again(stage: Stage) -> dict[str, Any]:
    """The first press on *Remove*, made another time: in a client that still shows the modal as it was."""
    presses = [d.payload for d in stage.slack.deliveries if d.payload.get("type") == "block_actions"]
    first = next(p for p in presses if p["actions"][0]["action_id"] == "remove_entity")
    return {**first, "trigger_id": "another"}


async def test_a_word_beyond_the_hundredth_can_be_marked(stage: Stage) -> None:
    """Slack shows a hundred options in a group; a long message has several groups."""
    text = " ".join(f"w{number}" for number in range(250))
    scene = await stage.teach()
    await scene.say(text)
    await scene.until(lambda _: scene.open_cards)
    ben = await scene.open_change("ben")
    await mark(ben, ["w120"], "dish")
    (entity,) = await agreed(scene, ben)
    assert (entity["value"], text[entity["start"] : entity["end"]]) == ("w120", "w120")
