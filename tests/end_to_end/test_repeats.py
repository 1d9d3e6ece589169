"""Everything may be delivered more than once; nobody notices."""

from __future__ import annotations

import pytest

from slackbot.blocks.change import NAME, PICK_ACTION, PICK_TYPE, PICK_WORDS, TEXT
from slackbot.core.builtin import BuiltinCore
from tests.end_to_end.stage import Stage, labels, staged


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_whole_turn_of_corrections_delivered_thrice(
    redis_url: str, bistro: BuiltinCore, transport: str
) -> None:
    """Modals open once, additions are made once, and every private line comes once."""
    async with staged(redis_url, bistro, transport=transport) as stage:
        stage.slack.copies = 3
        scene = await stage.teach("2")
        ts = await scene.say("hi")
        await scene.card("hi")
        ben = await scene.open_change("ben")
        await ben.view_press("New response…")
        assert len(ben.views) == 2
        await ben.fill(NAME, "utter_welcome_home")
        await ben.fill(TEXT, "Welcome home!")
        await ben.submit()
        assert len(ben.views) == 1
        await ben.fill(PICK_WORDS, ["hi"])
        await ben.fill(PICK_TYPE, "dish")
        await ben.view_press("Add entity")
        await ben.view_press("Remove")
        assert await ben.submit() == {"response_action": "clear"}
        await scene.told("ben", "Your vote is counted: 1 of the 2 people")
        cleo = await scene.open_change("cleo")
        await cleo.fill(PICK_ACTION, "utter_welcome_home")
        await cleo.submit()
        await scene.shows("Welcome home!")
        await scene.settled()
        await scene.press("ada", "Undo", ts=scene.ts)
        await scene.told("ada", "Taken back: utter_welcome_home")
        await stage.ada.edit(scene.channel, ts, "bye")
        await scene.card("bye")
        await scene.settled()
        await scene.press("ben", "All right")
        await stage.slack.wait_for(lambda: len(ben.ephemerals) == 2)
        await scene.agree("cleo")
        await scene.press("dan", "Undo", ts=scene.ts)
        await scene.told("dan", "Only <@")
        await stage.ada.edit(scene.channel, ts, "too late")
        await scene.told("ada", "That turn is over already")
        await stage.slack.idle()
        await scene.settled()
        # The first vote on a question is answered with a line, the vote that decides it with the decision.
        told = {name: len(stage.people[name].ephemerals) for name in ("ada", "ben", "cleo", "dan")}
        assert told == {"ada": 2, "ben": 2, "cleo": 0, "dan": 1}
        assert {call.error for call in stage.slack.calls} <= {None, "ratelimited"}
        assert (await scene.steps())[-4:] == ["user:goodbye", "action:utter_goodbye", "bot", "action:action_listen"]
        assert [message for message in scene.messages if "Change" in labels(message)] == []


async def test_a_modal_stays_open_though_slack_never_said_that_it_is(stage: Stage) -> None:
    """The connection broke behind the call; called again, Slack says that the trigger was used."""
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    for method in ("views.open", "views.push"):
        stage.slack.faults.drop_response_after(method)
    ben = await scene.open_change("ben")
    await ben.view_press("New intent…")
    assert [view["callback_id"] for view in ben.views] == ["change", "new_intent"]
    assert ben.ephemerals == []
