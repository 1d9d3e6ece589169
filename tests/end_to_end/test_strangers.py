"""Who may not, and what comes of buttons that aren't what they were: a friendly line, and nothing stored."""

from __future__ import annotations

import pytest

from slackbot.blocks.change import PICK_INTENT
from tests.end_to_end.stage import Json, Scene, Stage, labels, shown


def value_of(message: Json, label: str) -> str:
    """What a button carries."""
    return next(
        str(element["value"])
        for block in message["blocks"]
        for element in block.get("elements", ())
        if element.get("text", {}).get("text") == label
    )


async def opened(stage: Stage, command: str = "") -> tuple[Scene, Json]:
    """A session with an open card about "hi"."""
    scene = await stage.teach(command)
    await scene.say("hi")
    card = await scene.card("hi")
    await scene.settled()
    return scene, card


async def test_somebody_who_is_not_in_the_channel_changes_nothing(stage: Stage) -> None:
    """People can look into public channels without being in them; their presses are refused kindly."""
    scene, card = await opened(stage)
    stage.people["eve"] = stage.slack.add_person("eve", "Eve")
    for label, message in (("All right", card), ("Change", card), ("Undo", scene.parent), ("Finish", scene.parent)):
        await scene.press_as_seen("eve", label, message)
    await scene.told("eve", "Only members of this channel may vote. Join it and try again.")
    await scene.told("eve", "Only members of this channel may do this.")
    assert stage.people["eve"].view is None
    assert (await stage.conversation(scene)).votes == ()
    assert len(scene.open_cards) == 1


async def test_somebody_who_has_left_meanwhile_is_refused_in_the_modal(stage: Stage) -> None:
    """Whoever opened a modal and left the channel has no vote."""
    scene, _ = await opened(stage)
    dan = await scene.open_change("dan")
    await dan.fill(PICK_INTENT, "goodbye")
    await dan.leave(scene.channel)
    stage.teaching.sessions._permissions._known.clear()  # what is known of a channel's members is a minute old at most
    await dan.submit()
    assert dan.view is not None
    assert "Only members of this channel may vote" in dan.view["blocks"][0]["text"]["text"]
    assert (await stage.conversation(scene)).votes == ()


@pytest.mark.parametrize("value", ["", "card|x", "card|nobody|1|0", "session|x|0", "card|{id}|one|0", "\u2603" * 2000])
async def test_a_forged_value_is_no_vote(stage: Stage, value: str) -> None:
    scene, card = await opened(stage)
    forged = value.replace("{id}", (await stage.conversation(scene)).id)
    for label in ("All right", "Change"):
        await scene.press_as_seen("ben", label, card, value=forged)
    await stage.slack.wait_for(lambda: len(stage.ben.ephemerals) == 2)
    assert stage.ben.view is None
    assert (await stage.conversation(scene)).votes == ()


async def test_a_forged_value_controls_nothing(stage: Stage) -> None:
    scene, card = await opened(stage)
    for value in ("session|x", value_of(card, "All right"), "session|nobody|3"):
        await scene.press_as_seen("ada", "Abort", scene.parent, value=value)
    await stage.slack.wait_for(lambda: len(stage.ada.ephemerals) == 3)
    assert (await stage.conversation(scene)).is_open


async def test_a_value_of_another_session_counts_in_neither(stage: Stage) -> None:
    """A button belongs to the thread in which it stands, in the same channel and in another one."""
    scene, card = await opened(stage)
    stage.slack.join(elsewhere := stage.slack.add_channel("elsewhere"), *stage.people.values())
    others = [await stage.teach(), await stage.teach(channel=elsewhere)]
    for other in others:
        await other.say("bye")
        await other.card("bye")
        await other.press_as_seen("ben", "All right", other.open_cards[0], value=value_of(card, "All right"))
        line = await other.told("ben", "does not belong to a session in this thread")
        assert line["thread_ts"] == other.ts
        await other.press_as_seen("ada", "Abort", other.parent, value=value_of(scene.parent, "Abort"))
        await other.told("ada", "does not belong to a session in this thread")
    for one in (scene, *others):
        conversation = await stage.conversation(one)
        assert conversation.votes == ()
        assert conversation.is_open


async def test_a_late_press_on_a_closed_card_gets_a_friendly_line(stage: Stage) -> None:
    """The closed card says what was decided and by whom, and has no button; a client may still show the old one."""
    scene, card = await opened(stage)
    await scene.agree("cleo")
    closed = scene.message(card["ts"])
    assert labels(closed) == []
    assert "I understood *greet*" in shown(closed)
    assert f"Agreed by <@{stage.cleo.id}>" in shown(closed)
    before = await scene.steps()
    await scene.press_as_seen("ben", "All right", card)
    line = await scene.told("ben", "This question is closed already")
    assert line["thread_ts"] == scene.ts
    await scene.press_as_seen("dan", "Change", card)
    await scene.told("dan", "This question is closed already")
    assert stage.dan.view is None
    assert await scene.steps() == before


async def test_where_the_app_is_not_in_the_channel_it_says_how_to_bring_it(stage: Stage) -> None:
    """Public or private: no session is opened that nobody could see or speak in."""
    for private in (False, True):
        stage.slack.join(place := stage.slack.add_channel(f"alone{private}", private, bot=False), stage.ada)
        answer = await stage.command("", channel=place)
        assert "I am not in this channel. Invite me first" in answer
        assert stage.slack.messages(place) == []
    assert await stage.teaching.store.active() == []


async def test_outside_of_channels_there_are_no_sessions(stage: Stage) -> None:
    """In a direct message there is nobody to agree."""
    place = stage.slack.direct_message(stage.ada)
    assert "only in channels" in await stage.command("", channel=place)
    assert stage.slack.messages(place) == []


@pytest.mark.parametrize(
    "text", ["help", "nonsense", "3 people", "quorum", "quorum -1", "@ben @cleo", "quorum 99999", "1.5", "@nobody"]
)
async def test_words_that_make_no_sense_are_answered_with_help(stage: Stage, text: str) -> None:
    answer = await stage.command(text)
    assert "*/teach quorum 3*" in answer
    assert stage.slack.messages(stage.channel) == []


@pytest.mark.parametrize("text", ["quorum 0", "0", "51", "quorum 9999"])
async def test_a_quorum_has_its_limits(stage: Stage, text: str) -> None:
    assert "is no quorum; write a number from 1 to 50." in await stage.command(text)
    assert stage.slack.messages(stage.channel) == []


@pytest.mark.parametrize("text", ["3 @ben", "@ben 3", "@ben quorum 3", "quorum=3 @ben"])
async def test_quorum_and_speaker_come_in_any_order(stage: Stage, text: str) -> None:
    scene = await stage.teach(text)
    assert f"<@{stage.ben.id}> speaks; 3 people must agree." in shown(scene.parent)
    await scene.say("hi", by="ada")
    await scene.say("hello", by="ben")
    await scene.card("hello")


async def test_a_speaker_must_be_in_the_channel_and_must_be_somebody(stage: Stage) -> None:
    eve = stage.slack.add_person("eve", "Eve")
    assert await stage.command("@eve") == f"<@{eve.id}> is not in this channel. Invite them first."
    assert "can't be the speaker" in await stage.command("@storythread")
    assert stage.slack.messages(stage.channel) == []
