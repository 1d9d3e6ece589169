"""What every method answers, against Slack's examples: no key is missing, and each value is of the same kind."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from slackbot.sandbox import Person, Sandbox
from slackbot.sandbox.api import METHODS

from .apps import JSON, MODAL, Recorder

SLACK = Path(__file__).parents[3] / "shared" / "slack"
pytestmark = pytest.mark.skipif(not SLACK.exists(), reason="Slack's own data (../shared/slack) is not here")

HOME: JSON = {"type": "home", "blocks": [{"type": "divider"}]}
SECTION: JSON = {"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}


class Answers:
    """One good answer of each method."""

    def __init__(self, slack: Sandbox, client: AsyncWebClient) -> None:
        self.slack, self._client = slack, client
        self.by_method: dict[str, JSON] = {}

    async def call(self, method: str, *, token: str | None = None, **arguments: Any) -> JSON:
        """Call a method by its name, as the client's own wrappers do."""
        caller = AsyncWebClient(token=token or self.slack.bot_token, base_url=self.slack.api_url)
        answer: AsyncSlackResponse = await caller.api_call(method, json=arguments)
        assert isinstance(answer.data, dict)
        self.by_method[method] = answer.data
        return answer.data


@pytest.fixture
async def answers(
    slack: Sandbox, client: AsyncWebClient, on_socket: AsyncApp, ada: Person, channel: str, recorder: Recorder
) -> Answers:
    made = Answers(slack, client)
    bob = slack.add_person("bob", "Bob")
    ts = await ada.say(channel, "hi")
    await ada.say(channel, "a reply", ts)
    open_channel = slack.add_channel("open", bot=False)
    await _identity(made, ada)
    await _messages(made, channel, ts, ada)
    await _channels(made, channel, open_channel, ts, ada, bob)
    await _views(made, channel, ada, recorder)
    await _files(made, channel)
    return made


async def _identity(made: Answers, ada: Person) -> None:
    await made.call("auth.test")
    await made.call("team.info")
    await made.call("bots.info", bot=made.slack.bot_id)
    await made.call("apps.connections.open", token=made.slack.app_token)
    await made.call("users.info", user=ada.id)
    await made.call("users.list")
    await made.call("users.profile.get", user=ada.id)
    await made.call("users.conversations")


async def _messages(made: Answers, channel: str, ts: str, ada: Person) -> None:
    await made.call("reactions.add", channel=channel, timestamp=ts, name="eyes")
    await made.call("reactions.get", channel=channel, timestamp=ts)
    await made.call("reactions.remove", channel=channel, timestamp=ts, name="eyes")
    attachment = {"text": "an attachment", "fallback": "an attachment"}
    posted = await made.call("chat.postMessage", channel=channel, text="hi", username="x", attachments=[attachment])
    await made.call("chat.update", channel=channel, ts=posted["ts"], text="ho")
    await made.call("chat.getPermalink", channel=channel, message_ts=ts)
    await made.call("chat.delete", channel=channel, ts=posted["ts"])
    await made.call("chat.postEphemeral", channel=channel, user=ada.id, text="psst")
    await made.call("blocks.validate", blocks=[SECTION])


async def _channels(made: Answers, channel: str, elsewhere: str, ts: str, ada: Person, bob: Person) -> None:
    await made.call("conversations.info", channel=channel)
    await made.call("conversations.list")
    await made.call("conversations.members", channel=channel)
    await made.call("conversations.history", channel=channel, limit=1)
    await made.call("conversations.replies", channel=channel, ts=ts)
    await made.call("conversations.open", users=ada.id)
    await made.call("conversations.join", channel=elsewhere)
    await made.call("conversations.invite", channel=channel, users=bob.id)
    made_channel = (await made.call("conversations.create", name="rulings"))["channel"]["id"]
    await made.call("conversations.setTopic", channel=made_channel, topic="What was not agreed")


async def _views(made: Answers, channel: str, ada: Person, recorder: Recorder) -> None:
    await ada.command("/teach", "", channel)
    button = {"type": "button", "action_id": "other", "text": {"type": "plain_text", "text": "x"}}
    view = {**MODAL, "blocks": [*MODAL["blocks"], {"type": "actions", "elements": [button]}]}
    opened = await made.call("views.open", trigger_id=recorder.commands[-1]["trigger_id"], view=view)
    await ada.view_press("other")
    await made.call("views.push", trigger_id=recorder.actions[-1]["trigger_id"], view=MODAL)
    await made.call("views.update", view_id=opened["view"]["id"], view=MODAL)
    await made.call("views.publish", user_id=ada.id, view=HOME)


async def _files(made: Answers, channel: str) -> None:
    ticket = await made.call("files.getUploadURLExternal", filename="a.png", length=1)
    async with aiohttp.ClientSession() as session, session.post(ticket["upload_url"], data=b"x") as sent:
        assert sent.status == 200
    await made.call("files.completeUploadExternal", files=[{"id": ticket["file_id"]}], channel_id=channel)
    await made.call("files.info", file=ticket["file_id"])
    await made.call("files.list")
    await made.call("files.delete", file=ticket["file_id"])


#: What Slack's examples show and this workspace has no counterpart for; a name ends with a key, wherever it is.
ABSENT = (
    r"response_metadata|next_cursor|enterprise_\w+|email_domain|email|is_frozen|pending_connected_team_ids"
    r"|parent_conversation|properties|shared_team_ids|has_2fa|image_exif_rotation|comments_count|is_starred|alt_txt"
    r"|deanimate_gif|pjpeg|original_[wh]|thumb_\w+|image_\w+|icons|fields|start_date|pronouns|huddle_\w+|last_read"
    r"|latest|unread_count\w*|attachments|who_can_share_contact_card|is_email_confirmed|locale|image_original"
)
#: Lists whose items differ in kind from one to the next.
MIXED = ("blocks", "elements", "messages", "latest", "attachments", "preview_blocks", "items")


def differences(example: Any, answer: Any, path: str = "") -> set[str]:
    """The paths of keys that an answer lacks, and of values that are of another kind."""
    if isinstance(example, dict) and isinstance(answer, dict):
        found = set()
        for key, value in example.items():
            here = f"{path}.{key}" if path else key
            if re.fullmatch(ABSENT, key):
                continue
            if key not in answer:
                found.add(here)
            elif key not in MIXED:
                found |= differences(value, answer[key], here)
        return found
    if isinstance(example, list) and isinstance(answer, list):
        return differences(example[0], answer[0], f"{path}[]") if example and answer else set()
    if example is None or answer is None or _kind(example) == _kind(answer):
        return set()
    return {f"{path}: {_kind(example)}, not {_kind(answer)}"}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


#: Keys of an example that its situation has and ours has not.
SITUATIONAL = {
    "conversations.create": {"channel.priority"},  # of one example alone
    "conversations.invite": {"channel.is_read_only"},  # of a channel of several workspaces
    "conversations.join": {"warning"},  # the bot was in the channel already
    "files.info": {"file.shares.public.C0T8SE4AU"},  # the channel's id is a key
}


async def test_every_method_answers_as_slacks_examples_do(answers: Answers) -> None:
    assert set(answers.by_method) == set(METHODS)
    rules: JSON = json.loads((SLACK / "methods.json").read_text())
    wrong = {}
    for method, answer in answers.by_method.items():
        assert answer["ok"] is True, method
        examples = [example for key, example in rules[method]["examples"].items() if key.startswith("success")]
        found = min((differences(example, answer) for example in examples), key=len)
        if found - SITUATIONAL.get(method, set()):
            wrong[method] = found
    assert wrong == {}


async def test_what_is_shown_is_what_slacks_own_models_read(answers: Answers, channel: str) -> None:
    for method in ("views.open", "views.push", "views.update", "views.publish"):
        shown = View(**answers.by_method[method]["view"])
        assert shown.blocks, method
        assert all(isinstance(block, Block) for block in shown.blocks), method
    for message in answers.slack.messages(channel):
        parsed = Block.parse_all(message.get("blocks", []))
        assert len(parsed) == len(message.get("blocks", []))
