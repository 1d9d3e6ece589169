"""Files: Slack's three steps as the real client takes them, and where the files end up."""

from __future__ import annotations

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import refusal


async def test_an_uploaded_file_is_shown_in_the_thread(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    parent = await ada.say(channel, "give me the stories")
    answer = await client.files_upload_v2(
        channel=channel,
        thread_ts=parent,
        filename="stories.yml",
        title="Stories",
        content="version: '3.1'\n",
        initial_comment="Here you are",
    )
    [file] = slack.files
    assert (file.name, file.title, file.content) == ("stories.yml", "Stories", b"version: '3.1'\n")
    assert (file.channel, file.thread_ts) == (channel, parent)
    assert answer.data["file"]["id"] == file.id  # type: ignore[call-overload]  # the SDK's data may be bytes
    message = slack.messages(channel, parent)[1]
    assert (message["subtype"], message["text"], message["ts"]) == ("file_share", "Here you are", file.ts)
    assert [one["name"] for one in message["files"]] == ["stories.yml"]


async def test_several_files_come_in_one_message(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    uploads = [{"filename": f"{name}.yml", "content": name} for name in ("stories", "nlu", "domain")]
    await client.files_upload_v2(channel=channel, file_uploads=uploads)
    [message] = slack.messages(channel)
    assert [file["name"] for file in message["files"]] == ["stories.yml", "nlu.yml", "domain.yml"]


async def test_a_file_can_be_looked_up_and_downloaded_with_the_token(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    await client.files_upload_v2(channel=channel, filename="a.txt", content="hello")
    info = (await client.files_info(file=slack.files[0].id))["file"]
    assert (info["size"], info["filetype"], info["mimetype"]) == (5, "txt", "text/plain")
    assert list(info["shares"]["public"]) == [channel]
    async with aiohttp.ClientSession() as session:
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        async with session.get(info["url_private"], headers=headers) as answer:
            assert await answer.read() == b"hello"
        async with session.get(info["url_private"], allow_redirects=False) as answer:
            assert answer.status == 302


async def test_a_file_that_was_not_uploaded_can_not_be_completed(slack: Sandbox, client: AsyncWebClient) -> None:
    file_id = (await client.files_getUploadURLExternal(filename="a.txt", length=5))["file_id"]
    answer = await refusal(client.files_completeUploadExternal(files=[{"id": file_id}]))
    assert answer["error"] == "file_not_found"
    assert slack.files == []
    answer = await refusal(client.api_call("files.getUploadURLExternal", params={"filename": "a", "length": 0}))
    assert answer["error"] == "missing_argument"


async def test_an_upload_url_takes_one_file(client: AsyncWebClient) -> None:
    url = (await client.files_getUploadURLExternal(filename="a.txt", length=5))["upload_url"]
    async with aiohttp.ClientSession() as session:
        for status in (200, 404):
            async with session.post(url, data=b"hello") as answer:
                assert answer.status == status


async def test_the_app_hears_of_its_file(
    slack: Sandbox, on_socket: AsyncApp, client: AsyncWebClient, channel: str
) -> None:
    await client.files_upload_v2(channel=channel, filename="a.txt", content="hello")
    await slack.idle()
    [event] = [delivery.payload["event"] for delivery in slack.deliveries]
    assert (event["subtype"], event["user"]) == ("file_share", slack.bot_user_id)


async def test_a_deleted_file_leaves_a_word_where_it_was(slack: Sandbox, client: AsyncWebClient, channel: str) -> None:
    await client.files_upload_v2(channel=channel, filename="nlu.yml", content="nlu")
    [file] = slack.files
    assert [one["id"] for one in (await client.files_list(channel=channel))["files"]] == [file.id]
    await client.files_delete(file=file.id)
    assert (slack.files, (await client.files_list())["files"]) == ([], [])
    assert "(deleted file)" in slack.transcript(channel)
    assert (await refusal(client.files_delete(file=file.id)))["error"] == "file_not_found"
