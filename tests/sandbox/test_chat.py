"""chat.*: posting, threads, updating, deleting, ephemeral messages, metadata, permalinks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models.blocks import SectionBlock
from slack_sdk.models.metadata import Metadata
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox
from slackbot.sandbox.clock import Clock

from .apps import JSON, refusal

SECTION: JSON = {"type": "section", "text": {"type": "mrkdwn", "text": "*hi*"}}


async def test_a_posted_message_is_the_bots(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    answer = await client.chat_postMessage(channel=channel, text="hi")
    assert (answer["channel"], answer["message"]["text"]) == (channel, "hi")
    [message] = slack.messages(channel)
    assert message == answer["message"]
    assert (message["user"], message["bot_id"], message["ts"]) == (slack.bot_user_id, slack.bot_id, answer["ts"])
    assert "subtype" not in message


async def test_a_message_may_be_addressed_by_name_or_to_a_person(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    assert (await client.chat_postMessage(channel="#teaching", text="hi"))["channel"] == channel
    assert (await client.chat_postMessage(channel=ada.id, text="hi"))["channel"] == slack.direct_message(ada)


@given(st.integers(min_value=1, max_value=200))
def test_timestamps_are_unique_and_grow(count: int) -> None:
    clock = Clock()
    stamps = [clock.next_ts() for _ in range(count)]
    assert stamps == sorted(set(stamps), key=float)
    assert all(len(ts.split(".")[1]) == 6 for ts in stamps)


async def test_replies_are_counted_in_their_parent(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    parent = await ada.say(channel, "a question")
    await client.chat_postMessage(channel=channel, text="an answer", thread_ts=parent)
    last = await ada.say(channel, "thanks", thread_ts=parent)
    top, first, second = slack.messages(channel, parent)
    assert (top["reply_count"], top["latest_reply"]) == (2, last)
    assert (top["thread_ts"], top["reply_users"]) == (parent, [slack.bot_user_id, ada.id])
    assert [(reply["thread_ts"], reply["parent_user_id"]) for reply in (first, second)] == [(parent, ada.id)] * 2


async def test_a_reply_can_be_broadcast_to_the_channel(client: AsyncWebClient, ada: Person, channel: str) -> None:
    parent = await ada.say(channel, "a question")
    await client.chat_postMessage(channel=channel, text="quiet", thread_ts=parent)
    await client.chat_postMessage(channel=channel, text="loud", thread_ts=parent, reply_broadcast=True)
    history = await client.conversations_history(channel=channel)
    assert [message["text"] for message in history["messages"]] == ["loud", "a question"]
    assert history["messages"][0]["subtype"] == "thread_broadcast"


async def test_a_reply_needs_a_parent(client: AsyncWebClient, channel: str) -> None:
    parent = (await client.chat_postMessage(channel=channel, text="hi"))["ts"]
    reply = (await client.chat_postMessage(channel=channel, text="hi", thread_ts=parent))["ts"]
    for ts in ("1.000001", reply):
        answer = await refusal(client.chat_postMessage(channel=channel, text="hi", thread_ts=ts))
        assert answer["error"] == "cannot_reply_to_message"


async def test_the_bot_posts_where_it_may(slack: Sandbox, client: AsyncWebClient) -> None:
    closed = slack.add_channel("closed", private=True, bot=False)
    assert (await refusal(client.chat_postMessage(channel=closed, text="hi")))["error"] == "channel_not_found"
    await client.chat_postMessage(channel=slack.add_channel("open", bot=False), text="hi")
    archived = slack.add_channel("old")
    slack.archive(archived)
    assert (await refusal(client.chat_postMessage(channel=archived, text="hi")))["error"] == "is_archived"


async def test_without_chat_write_public_the_bot_must_be_in_the_channel() -> None:
    async with Sandbox(scopes=["chat:write"]) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        answer = await refusal(client.chat_postMessage(channel=slack.add_channel("open", bot=False), text="hi"))
        assert answer["error"] == "not_in_channel"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "hi", "markdown_text": "hi"}, "markdown_text_conflict"),
        ({"text": "hi", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "hi", "metadata": {"event_type": "x", "event_payload": {"x": "y" * 16_000}}}, "metadata_too_large"),
        ({"text": "hi", "blocks": "{"}, "invalid_blocks_format"),
        ({"text": "hi", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
        ({"text": "hi", "attachments": [{}] * 101}, "too_many_attachments"),
    ],
)
async def test_what_can_not_be_posted(client: AsyncWebClient, channel: str, arguments: JSON, error: str) -> None:
    answer = await refusal(client.api_call("chat.postMessage", json={"channel": channel, **arguments}))
    assert answer["error"] == error


async def test_a_long_text_is_cut_off_with_a_warning(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    answer = await client.chat_postMessage(channel=channel, text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(slack.messages(channel)[0]["text"]) == 40_000


async def test_blocks_get_ids_where_the_app_gave_none(client: AsyncWebClient, channel: str) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "x"}}
    given_id = {"type": "divider", "block_id": "mine"}
    actions = {"type": "actions", "elements": [button]}
    message = (await client.chat_postMessage(channel=channel, text="hi", blocks=[given_id, actions]))["message"]
    assert message["blocks"][0]["block_id"] == "mine"
    assert message["blocks"][1]["block_id"]
    assert message["blocks"][1]["elements"][0]["action_id"]


async def test_the_sdks_models_are_understood(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    await client.chat_postMessage(channel=channel, text="hi", blocks=[SectionBlock(text="*hi*")])
    assert slack.messages(channel)[0]["blocks"][0]["text"] == {"type": "mrkdwn", "text": "*hi*", "verbatim": False}


async def test_a_message_of_blocks_alone_gets_a_stand_in_text(client: AsyncWebClient, channel: str) -> None:
    answer = await client.api_call("chat.postMessage", json={"channel": channel, "blocks": [SECTION]})
    assert answer["message"]["text"] == "This content can't be displayed."


async def test_an_update_replaces_text_and_drops_the_blocks_that_it_does_not_name(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="old", blocks=[SECTION]))["ts"]
    answer = await client.chat_update(channel=channel, ts=ts, text="new", blocks=[SECTION, {"type": "divider"}])
    assert answer["text"] == "new"
    assert len(slack.messages(channel)[0]["blocks"]) == 2
    await client.chat_update(channel=channel, ts=ts, text="newest")
    [message] = slack.messages(channel)
    assert (message["text"], message["ts"], message["edited"]["user"]) == ("newest", ts, slack.bot_id)
    assert "blocks" not in message


async def test_an_update_takes_no_more_than_4000_characters(client: AsyncWebClient, channel: str) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="x" * 5000))["ts"]
    await client.chat_update(channel=channel, ts=ts, text="x" * 4000)
    answer = await refusal(client.chat_update(channel=channel, ts=ts, text="x" * 4001))
    assert answer["error"] == "msg_too_long"


async def test_the_bot_changes_its_own_messages_alone(client: AsyncWebClient, ada: Person, channel: str) -> None:
    ts = await ada.say(channel, "mine")
    assert (await refusal(client.chat_update(channel=channel, ts=ts, text="x")))["error"] == "cant_update_message"
    assert (await refusal(client.chat_delete(channel=channel, ts=ts)))["error"] == "cant_delete_message"
    assert (await refusal(client.chat_delete(channel=channel, ts="1.1")))["error"] == "message_not_found"


async def test_a_deleted_message_is_gone(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="hi"))["ts"]
    assert (await client.chat_delete(channel=channel, ts=ts))["ts"] == ts
    assert slack.messages(channel) == []


async def test_a_deleted_parent_leaves_a_tombstone_for_its_replies(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="hi"))["ts"]
    await client.chat_postMessage(channel=channel, text="reply", thread_ts=ts)
    await client.chat_delete(channel=channel, ts=ts)
    parent, _ = slack.messages(channel, ts)
    assert (parent["subtype"], parent["text"], parent["reply_count"]) == (
        "tombstone",
        "This message was deleted.",
        1,
    )
    assert (await refusal(client.chat_update(channel=channel, ts=ts, text="x")))["error"] == "message_not_found"


async def test_metadata_is_answered_only_when_asked_for(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    metadata = Metadata(event_type="turn", event_payload={"conversation": "c1"})
    ts = (await client.chat_postMessage(channel=channel, text="hi", metadata=metadata))["ts"]
    assert slack.messages(channel)[0]["metadata"] == metadata.to_dict()
    for read in (client.conversations_history(channel=channel), client.conversations_replies(channel=channel, ts=ts)):
        assert "metadata" not in (await read)["messages"][0]
    shown = await client.conversations_history(channel=channel, include_all_metadata=True)
    assert shown["messages"][0]["metadata"]["event_payload"] == {"conversation": "c1"}


async def test_metadata_outlives_an_update_that_does_not_name_it(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    metadata = {"event_type": "turn", "event_payload": {"n": 1}}
    ts = (await client.chat_postMessage(channel=channel, text="hi", metadata=metadata))["ts"]
    await client.chat_update(channel=channel, ts=ts, text="ho")
    assert slack.messages(channel)[0]["metadata"] == metadata
    await client.chat_update(channel=channel, ts=ts, text="ho", metadata={})
    assert "metadata" not in slack.messages(channel)[0]


async def test_an_ephemeral_message_needs_its_reader_in_the_channel(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    parent = await ada.say(channel, "hi")
    ts = (await client.chat_postEphemeral(channel=channel, user=ada.id, text="psst", thread_ts=parent))["message_ts"]
    [shown] = ada.ephemerals
    assert (shown["ts"], shown["channel"], shown["thread_ts"], shown["text"]) == (ts, channel, parent, "psst")
    stranger = slack.add_person("eve")
    answer = await refusal(client.chat_postEphemeral(channel=channel, user=stranger.id, text="psst"))
    assert answer["error"] == "user_not_in_channel"
    assert (await refusal(client.chat_update(channel=channel, ts=ts, text="x")))["error"] == "message_not_found"


async def test_a_permalink_names_message_and_thread(client: AsyncWebClient, channel: str) -> None:
    parent = (await client.chat_postMessage(channel=channel, text="hi"))["ts"]
    reply = (await client.chat_postMessage(channel=channel, text="hi", thread_ts=parent))["ts"]
    link = (await client.chat_getPermalink(channel=channel, message_ts=reply))["permalink"]
    assert link.endswith(f"/archives/{channel}/p{reply.replace('.', '')}?thread_ts={parent}&cid={channel}")
    answer = await refusal(client.chat_getPermalink(channel=channel, message_ts="1.1"))
    assert answer["error"] == "message_not_found"
