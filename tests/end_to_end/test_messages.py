"""What people write in a thread: whose words count, in which order, and that they are taken as they were typed."""

from __future__ import annotations

import pytest

from slackbot.blocks.mrkdwn import quote
from slackbot.core.builtin import BuiltinCore
from slackbot.sandbox.errors import NotOnScreen
from slackbot.teaching import Place
from tests.end_to_end.stage import Scene, Stage, labels, shown, staged

TEXTS = {
    "waving :wave: and 👋🏽": None,
    "see https://example.com/a_b?x=1&y=2, it's _there_": None,
    "mail me at ada@example.com": None,
    "a < b && c > d, and &lt;b&gt; too": None,
    "*bold* _slanted_ ~struck~ `code` 2*3*4": None,
    "```\nfenced & <raw>\n```": None,
    "one line\n> another": None,
    "`": None,
    "payload={} & payload": None,
    "<!channel> and <@U0123>": None,
    "  outer space  ": "outer space",
    '/inform{"party_size": "4"}': None,
    "[a](b) [c]": None,
    "very long " * 350: ("very long " * 350).strip(),
}


async def said(scene: Scene) -> list[str]:
    """The texts of the user messages that the log holds and that still count."""
    return [event["text"] for event in await scene.events() if event["event"] == "user"]


async def test_a_command_that_makes_no_sense_is_quoted_before_the_help(stage: Stage) -> None:
    said = await stage.command("hello <b> & *all*")
    assert said.startswith("I don't know what ")
    assert "`/teach hello &lt;b&gt; &amp; *all*`" in said
    assert "*/teach 3*" in said
    assert (await stage.command("Help")).startswith("*/teach* opens a session")


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_whatever_the_speaker_writes_is_shown_escaped_and_stored_as_typed(
    redis_url: str, bistro: BuiltinCore, transport: str
) -> None:
    """Signs with a meaning in Slack, links, emoji, code, line breaks, great length: all of it is just text."""
    async with staged(redis_url, bistro, transport=transport) as stage:
        assert "*/teach quorum 3*" in await stage.command("payload")
        scene = await stage.teach("3")
        texts = [(typed, stored or typed) for typed, stored in TEXTS.items()]
        for number, (typed, text) in enumerate(texts if transport == "socket" else texts[3:9:5]):
            await scene.say(typed)
            card = await scene.card(text)
            raw = shown(card).replace(f"<@{stage.ada.id}>", "")
            assert "<" not in raw, "nothing but the speaker's mention is markup"
            assert quote(text, 1000) in raw
            waiting = (await stage.conversation(scene)).question
            assert waiting is not None
            assert (waiting.id, waiting.message.text) == (str(number + 1), text)
            ben = await scene.open_change("ben")
            await ben.close_view()
            await scene.settled()
            await scene.press("ada", "Undo", ts=scene.ts)
            await scene.told("ada", "Taken back: “")
            await scene.settled()
        assert {call.error for call in stage.slack.calls} <= {None, "ratelimited"}


async def test_mentions_become_plain_text(stage: Stage) -> None:
    """Nobody is called by a card."""
    scene = await stage.teach()
    await scene.say("@ben knows #teaching")
    card = await scene.card(f"@{stage.ben.id} knows #teaching")
    assert f"<@{stage.ben.id}>" not in shown(card)


async def test_only_the_speakers_words_are_data(stage: Stage) -> None:
    """What others say in the thread, or the speaker elsewhere, is talk."""
    scene = await stage.teach()
    await scene.say("I think it should say hello", by="ben")
    await stage.ada.say(stage.channel, "hi all")
    other = await stage.ben.say(stage.channel, "another thread")
    await stage.ada.say(stage.channel, "hi there", other)
    await stage.ada.react(stage.channel, other, "wave")
    await scene.teach_turn("hi")
    await scene.say("bye", by="cleo")
    await stage.slack.idle()
    await scene.settled()
    assert scene.open_cards == []
    assert await said(scene) == ["hi"]


async def test_messages_wait_on_the_open_card_and_have_their_turns_in_order(stage: Stage) -> None:
    """The card shows what waits; with every decision the next message has its turn."""
    scene = await stage.teach()
    await scene.say("hi")
    first = await scene.card("hi")
    for number in range(7):
        await scene.say(f"wait {number}")
    await scene.shows("Waiting: “wait 0”, “wait 1”, “wait 2”, “wait 3”, “wait 4” and 2 more")
    await scene.agree("ben")
    second = await scene.card("wait 0")
    await scene.shows("Waiting: “wait 1”, “wait 2”, “wait 3”, “wait 4”, “wait 5” and 1 more")
    await scene.agree("ben")
    third = await scene.card("wait 1")
    assert len({first["ts"], second["ts"], third["ts"]}) == 3
    assert await said(scene) == ["hi", "wait 0"]
    waiting = (await stage.conversation(scene)).waiting
    assert [message.text for message in waiting] == [f"wait {number}" for number in range(2, 7)]


async def test_waiting_messages_can_be_edited_and_deleted(stage: Stage) -> None:
    """The card follows; the turn is about what the message says by then."""
    scene = await stage.teach()
    await scene.say("hi")
    await scene.card("hi")
    second, third = await scene.say("by"), await scene.say("nonsense")
    await scene.shows("Waiting: “by”, “nonsense”")
    await stage.ada.edit(scene.channel, second, "bye")
    await stage.ada.delete(scene.channel, third)
    await scene.until(lambda _: "Waiting: “bye”\n" in f"{scene.text}\n" and "“by”" not in scene.text)
    await scene.agree("ben")
    await scene.card("bye")
    await scene.agree("ben")
    assert await said(scene) == ["hi", "bye"]


async def test_an_edit_before_the_turn_is_closed_is_parsed_again(stage: Stage) -> None:
    """The old card says why it is over; a new one is about the new text; votes for the old count no more."""
    scene = await stage.teach("2")
    ts = await scene.say("hi")
    old = await scene.card("hi")
    await scene.press("ben", "All right")
    await stage.ada.edit(scene.channel, ts, "bye")
    card = await scene.card("bye")
    assert card["ts"] != old["ts"]
    assert labels(scene.message(old["ts"])) == []
    assert "The message was changed or deleted before this was decided." in shown(scene.message(old["ts"]))
    await scene.agree("cleo", "dan")
    assert await scene.steps() == ["user:goodbye", "action:utter_goodbye", "bot", "action:action_listen"]


async def test_of_two_edits_in_the_same_second_the_later_counts(stage: Stage) -> None:
    """Slack says of an edited message only in which second that was."""
    scene = await stage.teach()
    ts = await scene.say("hi")
    await scene.card("hi")
    for text in ("by", "bye", "thanks"):
        await stage.ada.edit(scene.channel, ts, text)
    await scene.card("thanks")
    await scene.agree("ben")
    assert await said(scene) == ["thanks"]


async def test_a_deletion_before_the_turn_is_closed_withdraws_it(stage: Stage) -> None:
    """The next message has its turn."""
    scene = await stage.teach()
    ts = await scene.say("hi")
    old = await scene.card("hi")
    await scene.say("bye")
    await stage.ada.delete(scene.channel, ts)
    await scene.card("bye")
    assert labels(scene.message(old["ts"])) == []
    await scene.agree("ben")
    assert await said(scene) == ["bye"]


async def test_an_edit_takes_back_what_was_agreed_and_done_in_its_turn(stage: Stage) -> None:
    """Understanding and an action were agreed, and the bot had spoken: that is struck out, and asked anew."""
    scene = await stage.teach()
    await scene.teach_turn("hi")
    ts = await scene.say("I'm doing great")
    await scene.card("I'm doing great")
    await scene.change("ben", action="utter_iamabot")
    await scene.shows("I am the bistro's assistant")
    await scene.settled()
    await stage.ada.edit(scene.channel, ts, "I feel awful")
    await scene.card("I feel awful")
    await scene.settled()
    assert "~I am the bistro's assistant, and I am a bot. The cook is human.~" in scene.text
    await scene.agree("ben")
    conversation = await stage.conversation(scene)
    applied = [event.as_dict() for event in conversation.tracker.applied_events()]
    assert [event["text"] for event in applied if event["event"] == "user"] == ["hi", "I feel awful"]
    assert "utter_iamabot" not in str(applied)


async def test_an_edit_after_a_custom_action_ran_goes_back_to_before_the_message(stage: Stage) -> None:
    """The second card of the turn is given up with the first."""
    scene = await stage.teach()
    await scene.teach_turn("a table for 4 people tonight, please")
    ts = await scene.say("yes please")
    await scene.card("yes please")
    await scene.agree("ben")
    await scene.shows("After @Ada: “yes please”")
    await stage.ada.edit(scene.channel, ts, "no thanks")
    card = await scene.card("no thanks")
    assert "*deny*" in shown(card)
    await scene.agree("ben")
    assert (await scene.steps())[-3:] == ["action:utter_no_problem", "bot", "action:action_listen"]
    applied = (await stage.conversation(scene)).tracker.applied_events()
    assert "action_book_table" not in str(applied)


async def test_an_edit_or_deletion_after_the_turn_is_closed_changes_nothing_and_the_speaker_is_told(
    stage: Stage,
) -> None:
    """The line is private and in the thread."""
    scene = await stage.teach()
    ts = await scene.say("hi")
    await scene.card("hi")
    await scene.agree("ben")
    before = await scene.steps()
    await stage.ada.edit(scene.channel, ts, "bye")
    line = await scene.told("ada", "That turn is over already")
    assert line["thread_ts"] == scene.ts
    await stage.ada.delete(scene.channel, ts)
    await stage.slack.wait_for(lambda: len(stage.ada.ephemerals) == 2)
    assert await scene.steps() == before
    assert not stage.ben.ephemerals


async def test_nothing_is_taken_of_a_message_that_holds_nothing(stage: Stage) -> None:
    """Slack's client refuses such messages; what comes all the same is no turn."""
    scene = await stage.teach()
    with pytest.raises(NotOnScreen):
        await scene.say("   ")
    place = Place(stage.slack.team_id, scene.channel, scene.ts)
    for number, text in enumerate(("", "  \n ", "<|>", "\u00a0")):
        await stage.teaching.speaking.heard(place, stage.ada.id, f"{number}.5", text)
    await scene.settled()
    assert scene.open_cards == []
    assert len(scene.messages) == 1
