"""conversations.*, users.* and reactions.*: who is where, and what was said."""

from __future__ import annotations

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import JSON, refusal


async def test_a_channel_is_described(slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str) -> None:
    about = (await client.conversations_info(channel=channel, include_num_members=True))["channel"]
    assert (about["id"], about["name"], about["is_member"], about["num_members"]) == (channel, "teaching", True, 2)
    direct = (await client.conversations_info(channel=slack.direct_message(ada)))["channel"]
    assert (direct["is_im"], direct["user"]) == (True, ada.id)


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(slack: Sandbox, client: AsyncWebClient) -> None:
    closed = slack.add_channel("closed", private=True, bot=False)
    for call in (client.conversations_info, client.conversations_members, client.conversations_history):
        assert (await refusal(call(channel=closed)))["error"] == "channel_not_found"
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert closed not in [channel["id"] for channel in listed["channels"]]


async def test_lists_come_in_pages(slack: Sandbox, client: AsyncWebClient) -> None:
    ids = [slack.add_channel(f"channel-{number}") for number in range(5)]
    seen: list[str] = []
    async for page in await client.conversations_list(limit=2):
        assert len(page["channels"]) <= 2
        seen += [channel["id"] for channel in page["channels"]]
    assert seen == ids
    assert (await refusal(client.conversations_list(cursor="nonsense")))["error"] == "invalid_cursor"
    assert (await refusal(client.conversations_list(types="secret")))["error"] == "invalid_types"


async def test_the_members_and_the_channels_of_the_bot(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    slack.add_channel("elsewhere", bot=False)
    assert (await client.conversations_members(channel=channel))["members"] == [slack.bot_user_id, ada.id]
    mine = (await client.users_conversations())["channels"]
    assert [one["id"] for one in mine] == [channel]


async def test_history_is_newest_first_and_without_replies(client: AsyncWebClient, ada: Person, channel: str) -> None:
    first = await ada.say(channel, "one")
    await ada.say(channel, "reply", thread_ts=first)
    await ada.say(channel, "two")
    history = await client.conversations_history(channel=channel)
    assert [message["text"] for message in history["messages"]] == ["two", "one"]
    assert history["has_more"] is False


async def test_history_can_be_bounded_and_paged(client: AsyncWebClient, ada: Person, channel: str) -> None:
    stamps = [await ada.say(channel, str(number)) for number in range(5)]
    inner = await client.conversations_history(channel=channel, oldest=stamps[1], latest=stamps[3])
    assert [message["text"] for message in inner["messages"]] == ["2"]
    whole = await client.conversations_history(channel=channel, oldest=stamps[1], latest=stamps[3], inclusive=True)
    assert [message["text"] for message in whole["messages"]] == ["3", "2", "1"]
    texts: list[str] = []
    async for page in await client.conversations_history(channel=channel, limit=2):
        texts += [message["text"] for message in page["messages"]]
    assert texts == ["4", "3", "2", "1", "0"]
    answer = await refusal(client.conversations_history(channel=channel, oldest="yesterday"))
    assert answer["error"] == "invalid_ts_oldest"


async def test_replies_are_the_parent_and_then_its_thread(client: AsyncWebClient, ada: Person, channel: str) -> None:
    parent = await ada.say(channel, "parent")
    for number in range(3):
        await ada.say(channel, str(number), thread_ts=parent)
    texts: list[str] = []
    async for page in await client.conversations_replies(channel=channel, ts=parent, limit=3):
        texts += [message["text"] for message in page["messages"]]
    assert texts == ["parent", "0", "1", "2"]
    assert (await refusal(client.conversations_replies(channel=channel, ts="1.1")))["error"] == "thread_not_found"


async def test_the_bot_reads_only_where_it_is_until_it_joins(
    slack: Sandbox, client: AsyncWebClient, ada: Person
) -> None:
    open_channel = slack.add_channel("open", bot=False)
    slack.join(open_channel, ada)
    await ada.say(open_channel, "hi")
    assert (await refusal(client.conversations_history(channel=open_channel)))["error"] == "not_in_channel"
    await client.conversations_join(channel=open_channel)
    messages = (await client.conversations_history(channel=open_channel))["messages"]
    assert [message.get("subtype") for message in messages] == ["channel_join", None]
    again = await client.conversations_join(channel=open_channel)
    assert again["warning"] == "already_in_channel"


async def test_the_bot_can_invite_people(slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str) -> None:
    bob = slack.add_person("bob")
    await client.conversations_invite(channel=channel, users=[bob.id])
    assert bob.id in (await client.conversations_members(channel=channel))["members"]
    for users, error in ((ada.id, "already_in_channel"), (slack.bot_user_id, "cant_invite_self")):
        answer = await refusal(client.conversations_invite(channel=channel, users=users))
        assert answer["error"] == error
    answer = await refusal(client.conversations_invite(channel=channel, users="U0NOBODY"))
    assert answer["error"] == "user_not_found"


async def test_a_direct_conversation_is_opened_once(slack: Sandbox, client: AsyncWebClient, ada: Person) -> None:
    bob = slack.add_person("bob")
    first = await client.conversations_open(users=ada.id)
    second = await client.conversations_open(users=ada.id, return_im=True)
    assert first["channel"]["id"] == second["channel"]["id"]
    assert (second["already_open"], second["channel"]["user"]) == (True, ada.id)
    several = await client.conversations_open(users=[ada.id, bob.id], return_im=True)
    assert several["channel"]["is_mpim"]
    assert (await refusal(client.api_call("conversations.open")))["error"] == "users_list_not_supplied"


async def test_members_are_described(slack: Sandbox, client: AsyncWebClient, ada: Person) -> None:
    user = (await client.users_info(user=ada.id))["user"]
    assert (user["name"], user["profile"]["display_name"], user["is_bot"]) == ("ada", "Ada", False)
    names = [member["name"] for member in (await client.users_list())["members"]]
    assert names == ["storythread", "ada"]
    bot = (await client.bots_info(bot=slack.bot_id))["bot"]
    assert bot["user_id"] == slack.bot_user_id
    assert (await client.team_info())["team"]["id"] == slack.team_id


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("users.info", {"user": "U0NOBODY"}, "user_not_found"),
        ("bots.info", {"bot": "B0NOBODY"}, "bot_not_found"),
        ("team.info", {"team": "T0NOWHERE"}, "team_not_found"),
        ("conversations.info", {"channel": "C0NOWHERE"}, "channel_not_found"),
    ],
)
async def test_what_does_not_exist_is_not_found(
    client: AsyncWebClient, method: str, arguments: JSON, error: str
) -> None:
    assert (await refusal(client.api_call(method, params=arguments)))["error"] == error


async def test_the_bots_reactions_come_and_go(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    ts = await ada.say(channel, "hi")
    await ada.react(channel, ts, "eyes")
    await client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    message = (await client.reactions_get(channel=channel, timestamp=ts))["message"]
    assert message["reactions"] == [{"name": "eyes", "users": [ada.id, slack.bot_user_id], "count": 2}]
    assert message["permalink"]
    answer = await refusal(client.reactions_add(channel=channel, timestamp=ts, name="eyes"))
    assert answer["error"] == "already_reacted"
    await client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    answer = await refusal(client.reactions_remove(channel=channel, timestamp=ts, name="eyes"))
    assert answer["error"] == "no_reaction"
    await ada.unreact(channel, ts, "eyes")
    assert "reactions" not in slack.messages(channel)[0]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"timestamp": "1.1"}, "message_not_found"),
        ({"timestamp": "noon"}, "bad_timestamp"),
        ({"name": "Not A Name"}, "invalid_name"),
    ],
)
async def test_a_reaction_needs_a_message_and_a_name(
    client: AsyncWebClient, ada: Person, channel: str, arguments: JSON, error: str
) -> None:
    ts = await ada.say(channel, "hi")
    call = client.reactions_add(**{"channel": channel, "timestamp": ts, "name": "eyes", **arguments})
    assert (await refusal(call))["error"] == error


async def test_the_app_makes_a_channel_and_says_what_it_is_for(slack: Sandbox, client: AsyncWebClient) -> None:
    made = (await client.conversations_create(name="rulings", is_private=True))["channel"]
    assert (made["is_private"], made["is_member"]) == (True, True)
    assert (await refusal(client.conversations_create(name="rulings")))["error"] == "name_taken"
    assert (await refusal(client.conversations_create(name="Rulings!")))["error"] == "invalid_name_specials"
    await client.conversations_setTopic(channel=made["id"], topic="What was not agreed & why")
    about = (await client.conversations_info(channel=made["id"]))["channel"]
    assert about["topic"]["value"] == "What was not agreed &amp; why"
    assert slack.messages(made["id"])[0]["subtype"] == "channel_topic"
    assert (await refusal(client.conversations_setTopic(channel=made["id"], topic="x" * 251)))["error"] == "too_long"


async def test_people_live_in_time_zones(slack: Sandbox, client: AsyncWebClient, ada: Person) -> None:
    assert (await client.users_info(user=ada.id))["user"]["tz_offset"] == 0
    slack.move(ada, "Asia/Kolkata")
    user = (await client.users_info(user=ada.id))["user"]
    assert (user["tz"], user["tz_label"], user["tz_offset"]) == ("Asia/Kolkata", "IST", 19800)
