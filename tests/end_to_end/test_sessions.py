"""Several sessions at once, and who answers where."""

from __future__ import annotations

import asyncio

from slackbot.listeners.picture import DRAWING
from tests.end_to_end.stage import WORKER_BOUND, Stage, labels, shown
from workers.pictures import PICTURE


async def test_sessions_at_the_same_time_do_not_mix(stage: Stage) -> None:
    """Two in one channel and one in another, taught at the same moment by the same people."""
    stage.slack.join(elsewhere := stage.slack.add_channel("elsewhere"), *stage.people.values())
    one = await stage.teach("2")
    two = await stage.teach("2", by="ben")
    three = await stage.teach("2", channel=elsewhere)
    scenes = [one, two, three]
    await asyncio.gather(one.say("hi"), two.say("bye", by="ben"), three.say("thanks"))
    for scene, text in zip(scenes, ("hi", "bye", "thanks"), strict=True):
        await scene.card(text)
        assert len(scene.open_cards) == 1
    await two.say("hi", by="ada")
    await asyncio.gather(*(scene.agree("cleo", "dan") for scene in scenes))
    assert [(await scene.steps())[:2] for scene in scenes] == [
        ["user:greet", "action:utter_greet"],
        ["user:goodbye", "action:utter_goodbye"],
        ["user:thank", "action:utter_welcome"],
    ]
    await one.settled()
    await one.press("ada", "Abort", ts=one.ts)
    await one.shows("Aborted by @Ada")
    assert "Open." in shown(two.parent)
    await three.settled()
    assert "Open. 1 turn agreed." in shown(three.parent)
    await three.teach_turn("hi", "ben", "cleo")
    assert [event["text"] for event in await two.events() if event["event"] == "user"] == ["bye"]


async def test_what_one_session_adds_another_does_not_know(stage: Stage) -> None:
    """An addition belongs to the session in which it was made."""
    one, two = await stage.teach(), await stage.teach()
    for scene in (one, two):
        await scene.say("hi")
        await scene.card("hi")
    ben = await one.open_change("ben")
    await ben.view_press("New intent…")
    await ben.fill("name", "just_here")
    await ben.submit()
    await ben.close_view()
    found = [await (await scene.open_change("cleo")).options("pick_intent", "just_here") for scene in (one, two)]
    assert [option["text"]["text"] for (option,) in found] == ["just_here", "just_here (new)"]


async def test_the_same_command_delivered_thrice_opens_one_session(stage: Stage) -> None:
    """Slack's repeats carry the same trigger."""
    stage.slack.copies = 3
    await stage.teach()
    await stage.slack.idle()
    assert len(stage.slack.messages(stage.channel)) == 1
    assert len(await stage.teaching.store.active()) == 1


async def test_the_home_tab_says_how_to_begin(stage: Stage) -> None:
    await stage.ada.open_home()
    home = await stage.slack.wait_for(lambda: stage.ada.home)
    assert "*/teach*" in str(home["blocks"])


async def test_a_finished_session_leaves_no_button_behind(stage: Stage) -> None:
    """Beside the files there is a picture; and another session can be opened in the same channel."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    async with stage.worker():
        answer = await stage.command(f"picture in {scene.ts}", by="cleo")
        assert answer == DRAWING
        drawn = await stage.slack.wait_for(lambda: scene.messages[-1].get("files"), timeout=WORKER_BOUND)
        assert [file["name"] for file in drawn] == [PICTURE]
        await scene.press("ada", "Finish")
        await scene.files()
    on_demand, picture = (file for file in stage.slack.files if file.name == PICTURE)
    assert on_demand.thread_ts == picture.thread_ts == scene.ts
    assert picture.content.startswith(b"\x89PNG")
    assert "1 turn. greet, utter_greet." in picture.alt_text
    assert [message for message in scene.messages if labels(message)] == []
    assert "Finished by" in shown(scene.parent)
    again = await stage.teach()
    await again.teach_turn("hi")
