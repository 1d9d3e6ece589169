"""The Home tab: what waits for somebody over all sessions, what is to be decided, and one's own settings."""

from __future__ import annotations

from typing import Any

from slackbot.blocks.home import LEAD_ON, PICK_ORDER
from slackbot.blocks.nudge_settings import PICK_HOUR, PICK_NUDGES, QUIET_FROM, QUIET_UNTIL, WEEKENDS
from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.preferences import Preferences
from tests.end_to_end.stage import Scene, Stage, field, shown, staged

Json = dict[str, Any]


async def home_of(stage: Stage, who: str, text: str) -> Json:
    """Somebody opens their Home tab, again and again until it shows a text."""
    person = stage.people[who]
    for _ in range(50):
        await person.open_home()
        await stage.slack.idle()
        if person.home is not None and text in str(person.home):
            return person.home
    raise AssertionError(f"{text!r} is not on the Home tab of {who}: {shown(person.home or {})}")


def link_of(stage: Stage, home: Json, title: str) -> str:
    """Where the button beside a section leads."""
    section = next(block for block in home["blocks"] if title in str(block.get("text")))
    return str(section["accessory"]["url"])


async def asked(stage: Stage, text: str, command: str = "2") -> Scene:
    scene = await stage.teach(command)
    await scene.say(text)
    await scene.card(text)
    return scene


async def test_what_waits_comes_with_the_most_blocking_first_and_leads_from_one_to_the_next(stage: Stage) -> None:
    one = await asked(stage, "hi")
    two = await asked(stage, "bye")
    await two.say("thanks")
    home = await home_of(stage, "ben", "1 message waits behind it")
    assert "*2 questions wait for you*" in shown(home)
    assert shown(home).index("“bye”") < shown(home).index("“hi”")
    [card] = two.open_cards
    assert f"/p{card['ts'].replace('.', '')}?thread_ts={two.ts}" in link_of(stage, home, "2 questions wait")
    await two.press("ben", "All right", ts=card["ts"])
    told = await two.told("ben", "|Next question>: “hi”")
    assert f"thread_ts={one.ts}" in told["text"]
    assert "*1 question waits for you*" in shown(await home_of(stage, "ben", "1 question waits"))
    await one.press("ben", "Not sure")
    assert "Next question" not in (await one.told("ben", "Noted"))["text"]
    assert "“" not in shown(await home_of(stage, "ben", "Nothing waits for you."))


async def test_strangers_to_a_channel_do_not_see_what_is_asked_there(stage: Stage) -> None:
    eve = stage.people["eve"] = stage.slack.add_person("eve", "Eve")
    assert eve.id
    await asked(stage, "hi")
    assert "“hi”" not in shown(await home_of(stage, "eve", "Nothing waits for you."))


async def test_who_decides_finds_what_is_to_be_decided_and_decides_it_there(stage: Stage) -> None:
    scene = await asked(stage, "hi", "first 2 of 2")
    await scene.press("ben", "All right")
    await scene.change("cleo", intent="goodbye")
    await scene.shows("No agreement")
    assert "To be decided by you" not in shown(await home_of(stage, "ben", "Nothing waits for you."))
    await home_of(stage, "ada", "To be decided by you")
    await stage.ada.home_press("Decide…")
    await stage.ada.fill("pick_intent", "goodbye")
    await stage.ada.fill("reason", "it is a farewell")
    await stage.ada.submit()
    await scene.shows("it is a farewell")
    await stage.ada.home_press("Decide…")
    assert stage.ada.view is not None
    assert "This has been decided meanwhile" in shown(stage.ada.view)


async def test_everybody_has_settings_of_their_own(stage: Stage) -> None:
    """The order in which answers are offered, and whether one is led to the next question."""
    one, two = await asked(stage, "hi"), await asked(stage, "bye")
    await home_of(stage, "ben", "My settings")
    await stage.ben.home_press(PICK_ORDER, "alphabetical")
    await stage.ben.home_press(LEAD_ON, [])
    ben = await one.open_change("ben")
    names = [option["value"] for option in await ben.options("pick_intent", "")]
    assert names == sorted(names, key=str.casefold)
    assert field(ben, "pick_intent")["selected_option"] is None
    await ben.close_view()
    await one.press("ben", "All right")
    await two.change("ben", intent="thank")
    assert "Next question" not in (await two.told("ben", "Your vote is counted"))["text"]
    assert "Next question" not in str(stage.ben.ephemerals)
    cleo = await one.open_change("cleo")
    assert field(cleo, "pick_intent")["selected_option"]["value"] == "greet"
    home = await home_of(stage, "ben", "My settings")
    assert "'initial_options'" not in str(home)
    assert "Alphabetical" in str(
        next(b["accessory"]["initial_option"] for b in home["blocks"] if "Order" in shown({"blocks": [b]}))
    )


async def test_everybody_chooses_when_to_be_reminded(stage: Stage) -> None:
    """What was chosen is shown when the tab is opened again."""
    await home_of(stage, "ben", "Remind me of questions")
    assert await stage.teaching.people.preferences(stage.ben.id) == Preferences()
    for action, value in (
        *((PICK_NUDGES, "daily"), (PICK_HOUR, "17"), (QUIET_FROM, "18:30"), (QUIET_UNTIL, "07:15")),
        (WEEKENDS, ["yes"]),
    ):
        await stage.ben.home_press(action, value)
    assert await stage.teaching.people.preferences(stage.ben.id) == Preferences(
        nudges="daily", nudge_hour=17, quiet_from="18:30", quiet_until="07:15", weekends=True
    )
    home = str(await home_of(stage, "ben", "'initial_time': '18:30'"))
    assert "'initial_option': {'text': {'type': 'plain_text', 'text': '17:00'" in home
    assert "'initial_option': {'text': {'type': 'plain_text', 'text': 'Once a day'" in home


async def test_nobody_gives_more_than_their_share_where_enough_others_are_there(
    redis_url: str, bistro: BuiltinCore
) -> None:
    """After ten votes of a session; a vote that is there already can still be changed."""
    async with staged(redis_url, bistro, chosen=lambda _, __: {"most_share": 0.4}) as stage:
        scene = await stage.teach("2")
        for _ in range(5):
            await scene.teach_turn("hi", "ben", "cleo")
        await scene.say("hi")
        card = await scene.card("hi")
        await scene.press("ben", "All right", ts=card["ts"])
        await scene.told("ben", "as many of this session's votes as one may (40% of all)")
        await scene.press("ben", "Change", ts=card["ts"])
        assert stage.ben.view is None
        assert "“hi”" not in shown(await home_of(stage, "ben", "Nothing waits for you."))
        await scene.press("dan", "All right", ts=card["ts"])
        await scene.press("ada", "All right", ts=card["ts"])
        await scene.until(lambda _: "Agreed by" in shown(scene.message(card["ts"])))
