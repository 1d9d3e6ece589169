"""A thread as text: what a person would see."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import JSON

CARD: list[JSON] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "I understood *greet* & more"}},
    {"type": "divider"},
    {"type": "section", "fields": [{"type": "mrkdwn", "text": "left"}, {"type": "mrkdwn", "text": "right"}]},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "1 of 2"}, {"type": "mrkdwn", "text": "votes"}]},
    {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "yes", "text": {"type": "plain_text", "text": "All right"}},
            {
                "type": "static_select",
                "action_id": "menu",
                "placeholder": {"type": "plain_text", "text": "Pick"},
                "options": [{"text": {"type": "plain_text", "text": "x"}, "value": "x"}],
            },
        ],
    },
    {
        "type": "container",
        "title": {"type": "plain_text", "text": "Answered"},
        "child_blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Turn 1"}}],
    },
    {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "raw_number", "value": 2}]]},
]


async def test_a_thread_shows_who_said_what_and_what_can_be_pressed(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    parent = await ada.say(channel, "hi @storythread\nhow are you?")
    ts = (await client.chat_postMessage(channel=channel, text="?", blocks=CARD, thread_ts=parent))["ts"]
    await ada.react(channel, str(ts), "eyes")
    await client.files_upload_v2(channel=channel, thread_ts=parent, filename="a.yml", title="Stories", content="x")
    assert slack.transcript(channel, parent).split("\n") == [
        "Ada: hi @storythread",
        "  how are you?",
        "    storythread: I understood *greet* & more",
        "      ---",
        "      left",
        "      right",
        "      1 of 2 votes",
        "      [All right] [Pick]",
        "      Answered",
        "      Turn 1",
        "      a | 2",
        "      :eyes: 1",
        "    storythread: (file Stories: a.yml, 1 bytes)",
    ]
    assert slack.transcript(channel) == slack.transcript(channel, parent)
    assert slack.describe(slack.messages(channel)[0]) == "Ada: hi @storythread\n  how are you?"


async def test_rich_text_is_read_as_it_looks(slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str) -> None:
    def section(*elements: JSON) -> JSON:
        return {"type": "rich_text_section", "elements": list(elements)}

    words, eyes = {"type": "text", "text": "words"}, {"type": "emoji", "name": "eyes"}
    person = {"type": "user", "user_id": ada.id}
    elements = [
        section(person, {"type": "text", "text": " in "}, {"type": "channel", "channel_id": channel}),
        {"type": "rich_text_list", "style": "bullet", "elements": [section(words), section(eyes)]},
        {"type": "rich_text_quote", "elements": [words]},
        {"type": "rich_text_preformatted", "elements": [{"type": "link", "url": "https://x.org"}]},
    ]
    await client.chat_postMessage(channel=channel, text="x", blocks=[{"type": "rich_text", "elements": elements}])
    assert slack.transcript(channel).split("\n") == [
        "storythread: @Ada in #teaching",
        "  - words",
        "  - :eyes:",
        "  > words",
        "  https://x.org",
    ]
