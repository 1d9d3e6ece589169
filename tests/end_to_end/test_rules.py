"""By which rule a session decides, and who says so."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slackbot.core.builtin import BuiltinCore
from tests.end_to_end.stage import Stage, shown, staged


@pytest.fixture
async def open_stage(redis_url: str, bistro: BuiltinCore) -> AsyncIterator[Stage]:
    """Where the settings say nothing about quorums."""
    async with staged(redis_url, bistro, chosen=lambda _, __: {"quorum": None}) as stage:
        yield stage


async def test_where_three_can_vote_people_vote_until_it_is_sure(open_stage: Stage) -> None:
    scene = await open_stage.teach()
    assert "2 to 4 people vote until it is 82% sure" in shown(scene.parent)
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.press("ben", "All right")
    await scene.told("ben", "Your vote is counted. Nobody else has answered the same so far.")
    assert await scene.steps() == []
    await scene.press("cleo", "All right")
    await scene.shows("Hey! How are you?")
    agreed = f"Agreed by <@{open_stage.ben.id}> and <@{open_stage.cleo.id}>"
    await scene.until(lambda _: agreed in shown(scene.message(card["ts"])))


async def test_where_two_can_vote_one_persons_word_decides(open_stage: Stage) -> None:
    place = open_stage.slack.add_channel("small")
    open_stage.slack.join(place, open_stage.ada, open_stage.ben)
    scene = await open_stage.teach(channel=place)
    assert "one person's word decides" in shown(scene.parent)


async def test_first_to_two_of_three(stage: Stage) -> None:
    scene = await stage.teach("first 2 of 3")
    assert "2 of at most 3 people must agree" in shown(scene.parent)
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.press("ben", "All right")
    await scene.change("cleo", intent="goodbye")
    await scene.change("dan", intent="thank")
    await scene.until(lambda _: "No agreement, with all the votes there may be" in shown(scene.message(card["ts"])))
    assert await scene.steps() == []
    await scene.change("dan", intent="goodbye")
    await scene.until(lambda _: "I understood *goodbye* :white_check_mark:" in shown(scene.message(card["ts"])))


async def test_a_channel_has_a_rule_of_its_own_if_an_administrator_sets_it(redis_url: str, bistro: BuiltinCore) -> None:
    async with staged(redis_url, bistro, chosen=lambda people, _: {"administrators": (people["ben"].id,)}) as stage:
        assert f"Only <@{stage.ben.id}> may administer this." in await stage.command("default first 2 of 5")
        assert "decides (`fixed 1`), as nothing else is set for it." in await stage.command("default")
        said = await stage.command("default first 2 of 5", by="ben")
        assert said == (
            "In this channel's next sessions, 2 of at most 5 people must agree (`first 2 of 5`), as was set for it."
        )
        scene = await stage.teach()
        assert "2 of at most 5 people must agree" in shown(scene.parent)
        assert "one person's word decides" in await stage.command("default none", by="ben")


async def test_the_workspaces_administrators_set_rules_where_none_are_named(stage: Stage) -> None:
    boss = stage.people["boss"] = stage.slack.add_person("boss", "Boss", is_admin=True)
    stage.slack.join(stage.channel, boss)
    assert "Only administrators of this workspace may administer this." in await stage.command("default 2")
    assert "write a number such as 3" in await stage.command("default two")
    assert "2 people must agree (`fixed 2`), as was set for it." in await stage.command("default 2", by="boss")
