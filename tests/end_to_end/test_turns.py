"""A turn from the speaker's message to the bot's answer, in the real app over a whole workspace."""

from __future__ import annotations

import asyncio

from tests.end_to_end.stage import Stage, labels, shown


async def test_one_press_accepts_a_right_turn(stage: Stage) -> None:
    """A card shows the whole turn; All right closes it, the bot's words appear, and the speaker goes on."""
    scene = await stage.teach()
    await scene.say("hi")
    card = await scene.card("hi")
    assert "I understood *greet*" in shown(card)
    assert "I would say *Hey! How are you?*" in shown(card)
    assert labels(card) == ["All right", "Change", "Not sure"]
    await scene.press("ben", "All right")
    await scene.shows("Hey! How are you?")
    await scene.until(lambda messages: not any("Change" in labels(message) for message in messages))
    assert await scene.steps() == ["user:greet", "action:utter_greet", "bot", "action:action_listen"]


async def test_repeated_presses_and_deliveries_leave_one_decision(stage: Stage) -> None:
    """Three people press at the same moment, twice each, and every delivery arrives three times."""
    stage.slack.copies = 3
    scene = await stage.teach("quorum 2")
    await scene.say("hi")
    card = await scene.card("hi")
    await asyncio.gather(
        *(scene.press(name, "All right", ts=card["ts"], times=2) for name in ("ben", "cleo", "dan")),
        return_exceptions=True,
    )
    await scene.shows("Agreed by")
    await stage.slack.idle()
    assert await scene.steps() == ["user:greet", "action:utter_greet", "bot", "action:action_listen"]
    await scene.until(lambda messages: len(messages) == 4)
    assert [shown(message).count("Hey! How are you?") for message in scene.messages] == [0, 0, 1, 1]
