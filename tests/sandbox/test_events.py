"""Events: which ones the app gets, in what form, and how often if it doesn't answer."""

from __future__ import annotations

import pytest
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import JSON, Recorder, over_socket, recording_app


def events(slack: Sandbox, kind: str, subtype: str | None = None) -> list[JSON]:
    """What was delivered, in the order of the first attempts."""
    found = [delivery.payload["event"] for delivery in slack.deliveries if delivery.attempt == 0]
    return [event for event in found if event["type"] == kind and event.get("subtype") == subtype]


@pytest.mark.usefixtures("running")
async def test_a_message_in_a_thread_names_its_thread(ada: Person, channel: str, recorder: Recorder) -> None:
    parent = await ada.say(channel, "one")
    await ada.say(channel, "two", thread_ts=parent)
    first, second = recorder.events_of("message")
    assert "thread_ts" not in first
    assert (second["thread_ts"], second["parent_user_id"], second["channel_type"]) == (parent, ada.id, "channel")
    assert second["blocks"][0]["type"] == "rich_text"
    assert second["client_msg_id"] != first["client_msg_id"]
    assert second["event_ts"] == second["ts"]


@pytest.mark.usefixtures("on_socket")
async def test_a_mention_arrives_twice_under_different_ids(
    slack: Sandbox, ada: Person, channel: str, recorder: Recorder
) -> None:
    ts = await ada.say(channel, "hey @storythread, look")
    assert {body["event"]["type"] for body in recorder.events} == {"message", "app_mention"}
    assert len({body["event_id"] for body in recorder.events}) == 2
    assert {body["event"]["ts"] for body in recorder.events} == {ts}
    assert recorder.events[0]["event"]["text"] == f"hey <@{slack.bot_user_id}>, look"


@pytest.mark.usefixtures("on_socket")
async def test_an_edit_and_a_deletion_carry_both_states(ada: Person, channel: str, recorder: Recorder) -> None:
    ts = await ada.say(channel, "old")
    await ada.edit(channel, ts, "new & better")
    await ada.delete(channel, ts)
    [changed] = recorder.events_of("message", "message_changed")
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("new &amp; better", "old")
    assert changed["message"]["ts"] == changed["previous_message"]["ts"] == ts
    assert changed["message"]["edited"]["user"] == ada.id
    assert changed["hidden"] is True
    [deleted] = recorder.events_of("message", "message_deleted")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (ts, "new &amp; better")


@pytest.mark.usefixtures("on_socket")
async def test_the_app_hears_of_its_own_messages(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="hi"))["ts"]
    await client.chat_update(channel=channel, ts=ts, text="ho")
    await slack.idle()
    [posted] = events(slack, "message")
    assert (posted["bot_id"], posted["user"], posted["ts"]) == (slack.bot_id, slack.bot_user_id, ts)
    assert posted["bot_profile"]["app_id"] == slack.app_id
    [changed] = events(slack, "message", "message_changed")
    assert changed["message"]["bot_id"] == slack.bot_id


@pytest.mark.usefixtures("on_socket")
async def test_reactions_and_membership_are_told(slack: Sandbox, ada: Person, channel: str, recorder: Recorder) -> None:
    ts = await ada.say(channel, "hi")
    await ada.react(channel, ts, "eyes")
    await ada.unreact(channel, ts, "eyes")
    [added], [removed] = recorder.events_of("reaction_added"), recorder.events_of("reaction_removed")
    assert added["item"] == removed["item"] == {"type": "message", "channel": channel, "ts": ts}
    assert (added["user"], added["item_user"], added["reaction"]) == (ada.id, ada.id, "eyes")
    bob = slack.add_person("bob")
    await bob.join(channel)
    await bob.leave(channel)
    [joined], [left] = recorder.events_of("member_joined_channel"), recorder.events_of("member_left_channel")
    assert (joined["user"], joined["channel"], joined["channel_type"]) == (bob.id, channel, "C")
    assert left["user"] == bob.id
    assert [event["text"] for event in recorder.events_of("message", "channel_join")] == [
        f"<@{bob.id}> has joined the channel"
    ]


@pytest.mark.usefixtures("on_socket")
async def test_the_app_hears_nothing_from_where_its_bot_is_not(slack: Sandbox, ada: Person, recorder: Recorder) -> None:
    elsewhere = slack.add_channel("elsewhere", bot=False)
    slack.join(elsewhere, ada)
    await ada.say(elsewhere, "@storythread are you here?")
    assert slack.deliveries == []
    await ada.invite(elsewhere, slack.bot_user_id)
    await ada.say(elsewhere, "and now?")
    assert recorder.events_of("message")[0]["text"] == "and now?"
    assert recorder.events_of("member_joined_channel")[0]["inviter"] == ada.id


@pytest.mark.usefixtures("on_socket")
async def test_a_direct_message_has_its_own_kind_and_no_mention(
    slack: Sandbox, ada: Person, recorder: Recorder
) -> None:
    await ada.say(slack.direct_message(ada), "hello @storythread")
    assert [body["event"]["type"] for body in recorder.events] == ["message"]
    assert recorder.events[0]["event"]["channel_type"] == "im"


async def test_an_app_gets_the_events_that_it_subscribed_to(recorder: Recorder) -> None:
    async with Sandbox(events=["message.channels", "app_mention"]) as slack:
        public, private = slack.add_channel("public"), slack.add_channel("private", private=True)
        ada = slack.add_person("ada")
        for channel in (public, private):
            slack.join(channel, ada)
        async with over_socket(slack, recording_app(slack, recorder)):
            ts = await ada.say(public, "hi")
            await ada.say(private, "psst")
            await ada.react(public, ts, "eyes")
        assert [body["event"]["channel"] for body in recorder.events] == [public]


async def test_an_app_gets_the_events_that_its_scopes_cover(recorder: Recorder) -> None:
    async with Sandbox(scopes=["groups:history"]) as slack:
        public, private = slack.add_channel("public"), slack.add_channel("private", private=True)
        ada = slack.add_person("ada")
        for channel in (public, private):
            slack.join(channel, ada)
            await ada.say(channel, "@storythread hi")
        await slack.wait_for(lambda: slack.deliveries)
        assert [delivery.payload["event"]["channel"] for delivery in slack.deliveries] == [private]


@pytest.mark.usefixtures("running")
async def test_everything_can_be_delivered_in_copies_with_the_same_ids(
    slack: Sandbox, ada: Person, channel: str, recorder: Recorder
) -> None:
    slack.copies = 3
    await ada.say(channel, "hi")
    await ada.command("/teach", "", channel)
    assert len(recorder.events) == len(recorder.commands) == 3
    assert len({body["event_id"] for body in recorder.events}) == 1
    assert len({body["trigger_id"] for body in recorder.commands}) == 1


@pytest.mark.usefixtures("running")
async def test_a_lost_acknowledgement_brings_the_event_again(
    slack: Sandbox, ada: Person, channel: str, recorder: Recorder
) -> None:
    slack.faults.drop_next_ack(2)
    await ada.say(channel, "hi")
    await slack.idle()
    assert len(recorder.events) == 3
    assert len({body["event_id"] for body in recorder.events}) == 1
    assert [(delivery.attempt, delivery.ack and delivery.ack.ok) for delivery in slack.deliveries] == [
        (0, False),
        (1, False),
        (2, True),
    ]


async def test_after_three_retries_slack_gives_up(slack: Sandbox, ada: Person, channel: str) -> None:
    slack.request_url = "http://127.0.0.1:9/nobody/listens"
    await ada.say(channel, "hi")
    await slack.idle()
    assert [delivery.attempt for delivery in slack.deliveries] == [0, 1, 2, 3]
    assert {delivery.ack and delivery.ack.reason for delivery in slack.deliveries} == {"connection_failed"}


async def test_an_event_waits_for_the_app_to_connect(
    slack: Sandbox, app: AsyncApp, ada: Person, channel: str, recorder: Recorder
) -> None:
    await ada.say(channel, "is anybody there?")
    async with over_socket(slack, app):
        await slack.wait_for(lambda: slack.deliveries[0].ack)
    assert [event["text"] for event in recorder.events_of("message")] == ["is anybody there?"]


async def test_an_app_can_answer_in_the_thread(slack: Sandbox, ada: Person, channel: str) -> None:
    app = AsyncApp(
        client=AsyncWebClient(token=slack.bot_token, base_url=slack.api_url),
        signing_secret=slack.signing_secret,
        process_before_response=True,
    )

    @app.message("ping")
    async def pong(body: JSON, say: AsyncSay) -> None:
        await say("pong", thread_ts=body["event"]["ts"])

    async with over_socket(slack, app):
        ts = await ada.say(channel, "ping")
        replies = await slack.wait_for(lambda: slack.messages(channel, ts)[1:])
        assert replies[0]["text"] == "pong"
        await slack.idle()
