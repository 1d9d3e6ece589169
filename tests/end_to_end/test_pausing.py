"""Pausing a session in its thread, and by command."""

from __future__ import annotations

from tests.end_to_end.menu import choose
from tests.end_to_end.stage import Stage, labels, shown


async def test_a_paused_session_takes_no_votes_keeps_what_is_written_and_goes_on_when_it_is_resumed(
    stage: Stage,
) -> None:
    scene = await stage.teach()
    await scene.say("hi")
    card = await scene.card("hi")
    await choose(scene, "ada", "Pause")
    await scene.told("ada", "The session is paused")
    await scene.shows("Paused by @Ada; messages wait")
    assert labels(scene.parent) == ["Resume", "Abort", "Finish"]
    await scene.settled()
    assert labels(scene.message(card["ts"])) == []
    assert f"Paused by <@{stage.ada.id}>." in shown(scene.message(card["ts"]))
    await scene.press_as_seen("ben", "All right", card)
    await scene.told("ben", "This session is paused")
    await scene.press_as_seen("cleo", "Change", card)
    await scene.told("cleo", "This session is paused")
    await scene.say("bye")
    await scene.told("ada", "This session is paused: your message waits")
    await scene.settled()
    assert await scene.steps() == ["pause"]
    await scene.press("ada", "Resume", ts=scene.ts)
    await scene.told("ada", "The session goes on.")
    await scene.agree("ben")
    await scene.card("bye")


async def test_a_session_is_paused_and_resumed_by_command_by_those_who_may(stage: Stage) -> None:
    scene = await stage.teach()
    await scene.settled()
    assert await stage.command("pause", by="ben") == (
        "You have no open session in this channel. */teach* opens one; *in LINK* names another's."
    )
    assert stage.ada.id in await stage.command(f"pause in {scene.ts}", by="ben")
    assert (await stage.command("pause")).startswith("The session is paused")
    assert await stage.command("pause") == "This session is paused already."
    assert (await stage.command("resume now")).startswith("*/teach pause* holds")
    assert await stage.command("resume") == "The session goes on."
    await scene.settled()
    assert labels(scene.parent) == ["Undo", "Restart", "Abort", "Finish"]
