"""The menu on a session's first message, as people use it."""

from __future__ import annotations

from slackbot.blocks.menu import MENU
from slackbot.blocks.turns import TURN
from slackbot.sandbox import Person
from tests.end_to_end.stage import Scene


async def choose(scene: Scene, by: str, label: str) -> None:
    """Somebody picks an entry of the menu on the session's first message."""
    await scene.settled()
    elements = next(block["elements"] for block in scene.parent["blocks"] if block["type"] == "actions")
    menu = next(element for element in elements if element["type"] == "overflow")
    value = next(option["value"] for option in menu["options"] if option["text"]["text"] == label)
    await scene.stage.people[by].choose(scene.channel, scene.ts, MENU, value)


async def pick_turn(scene: Scene, by: str, label: str, option: str) -> Person:
    """Somebody picks that entry, and in the modal behind it the turn whose option begins so."""
    await choose(scene, by, label)
    person = scene.stage.people[by]
    await scene.stage.slack.wait_for(lambda: person.view)
    select = next(block["element"] for block in person.view["blocks"] if block["type"] == "input")  # type: ignore[index]
    value = next(one["value"] for one in select["options"] if one["text"]["text"].startswith(option))
    await person.fill(TURN, value)
    return person
