"""People act as in Slack's client: they find what is before them, and see what came of it."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import NotAcknowledged, NotOnScreen, Person, Sandbox

from .apps import JSON, MODAL, Recorder

LOOKUP: JSON = {
    "type": "external_select",
    "action_id": "lookup",
    "placeholder": {"type": "plain_text", "text": "Intent"},
}


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text, "emoji": True}


def options(*values: str) -> list[JSON]:
    return [{"text": plain(value.title()), "value": value} for value in values]


def button(action_id: str, text: str, **fields: Any) -> JSON:
    return {"type": "button", "action_id": action_id, "text": plain(text), **fields}


CARD: list[JSON] = [
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            button("other-1", "All right", value="turn-1"),
            button("open", "Change & more"),
            button("silent", "Never answered"),
            {"type": "static_select", "action_id": "other-menu", "options": options("one", "two")},
            {"type": "checkboxes", "action_id": "other-boxes", "options": options("red", "blue")},
            {"type": "overflow", "action_id": "other-overflow", "options": options("up", "down")},
            LOOKUP,
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "other-feedback",
                "positive_button": {"text": plain("Good"), "value": "+"},
                "negative_button": {"text": plain("Bad"), "value": "-"},
            }
        ],
    },
]


@pytest.fixture
async def card(client: AsyncWebClient, channel: str) -> str:
    """A message with one of each element; its timestamp."""
    return str((await client.chat_postMessage(channel=channel, text="?", blocks=CARD))["ts"])


# --- elements in messages ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("running")
async def test_a_button_is_pressed_by_its_id_or_its_text(
    ada: Person, channel: str, card: str, recorder: Recorder
) -> None:
    await ada.press(channel, card, "other-1")
    await ada.press(channel, card, "All right")
    await ada.press(channel, card, "Change & more")
    assert [body["actions"][0]["action_id"] for body in recorder.actions] == ["other-1", "other-1", "open"]
    action = recorder.actions[0]["actions"][0]
    assert (action["value"], action["block_id"], action["text"]["text"]) == ("turn-1", "card", "All right")
    assert recorder.actions[2]["actions"][0]["text"]["text"] == "Change &amp; more"


async def test_what_is_not_there_can_not_be_pressed(slack: Sandbox, ada: Person, channel: str, card: str) -> None:
    with pytest.raises(NotOnScreen, match=r"no 'Maybe' here; there is: other-1 \[All right\], open"):
        await ada.press(channel, card, "Maybe")
    with pytest.raises(NotOnScreen, match="no message"):
        await ada.press(channel, "1.1", "other-1")
    eve = slack.add_person("eve")
    with pytest.raises(NotOnScreen, match="eve is not in teaching"):
        await eve.press(channel, card, "other-1")


@pytest.mark.usefixtures("running")
async def test_a_double_click_is_two_interactions(ada: Person, channel: str, card: str, recorder: Recorder) -> None:
    await ada.press(channel, card, "other-1", times=2)
    first, second = recorder.actions
    assert first["trigger_id"] != second["trigger_id"]
    assert first["actions"][0]["action_ts"] != second["actions"][0]["action_ts"]


@pytest.mark.usefixtures("on_socket")
async def test_choices_in_a_message_are_kept_for_whoever_made_them(
    slack: Sandbox, ada: Person, channel: str, card: str, recorder: Recorder
) -> None:
    await ada.choose(channel, card, "other-menu", "Two")
    await ada.choose(channel, card, "other-boxes", ["red", "Blue"])
    assert recorder.actions[0]["actions"][0]["selected_option"] == options("two")[0]
    values = recorder.actions[1]["state"]["values"]["card"]
    assert values["other-menu"]["selected_option"] == options("two")[0]
    assert values["other-boxes"]["selected_options"] == options("red", "blue")
    bob = slack.add_person("bob")
    slack.join(channel, bob)
    await bob.press(channel, card, "other-1")
    assert recorder.actions[2]["state"]["values"]["card"]["other-menu"]["selected_option"] is None
    with pytest.raises(NotOnScreen, match=r"no option 'three' here; there is: one \[One\], two \[Two\]"):
        await ada.choose(channel, card, "other-menu", "three")


@pytest.mark.usefixtures("on_socket")
async def test_elements_without_state_report_what_was_chosen(
    ada: Person, channel: str, card: str, recorder: Recorder
) -> None:
    await ada.choose(channel, card, "other-overflow", "Down")
    await ada.choose(channel, card, "other-feedback", "Good")
    assert recorder.actions[0]["actions"][0]["selected_option"] == options("down")[0]
    action = recorder.actions[1]["actions"][0]
    assert (action["type"], action["value"], action["text"]["text"]) == ("feedback_buttons", "+", "Good")


@pytest.mark.usefixtures("running")
async def test_a_menu_that_the_app_fills_is_searched(ada: Person, channel: str, card: str, recorder: Recorder) -> None:
    offered = await ada.message_options(channel, card, "lookup", "g")
    assert [option["value"] for option in offered] == ["greet", "goodbye"]
    await ada.choose(channel, card, "lookup", "Greet")
    await ada.choose(channel, card, "lookup", "book_table")
    assert [body["value"] for body in recorder.suggestions] == ["g", "book_table"]
    chosen = [body["actions"][0]["selected_option"]["value"] for body in recorder.actions]
    assert chosen == ["greet", "book_table"]
    assert recorder.suggestions[0]["container"]["message_ts"] == card
    with pytest.raises(NotOnScreen, match="its options are there without a search"):
        await ada.message_options(channel, card, "other-menu", "o")


@pytest.mark.parametrize("patience", [1.0])
@pytest.mark.usefixtures("on_socket")
async def test_an_interaction_that_the_app_leaves_unanswered_is_an_error(
    ada: Person, channel: str, card: str, recorder: Recorder
) -> None:
    with pytest.raises(NotAcknowledged, match="did not acknowledge block_actions: timeout"):
        await ada.press(channel, card, "silent")
    assert len(recorder.actions) == 1


async def test_a_button_for_some_is_hidden_from_others(
    slack: Sandbox, on_socket: AsyncApp, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    bob = slack.add_person("bob")
    slack.join(channel, bob)
    blocks = [{"type": "actions", "elements": [button("other", "Mine", visible_to_user_ids=[ada.id])]}]
    ts = str((await client.chat_postMessage(channel=channel, text="?", blocks=blocks))["ts"])
    await ada.press(channel, ts, "Mine")
    with pytest.raises(NotOnScreen):
        await bob.press(channel, ts, "Mine")


# --- messages and shortcuts -------------------------------------------------------------------------------------------


async def test_people_change_what_is_their_own(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="the bot's"))["ts"]
    for attempt in (ada.edit(channel, ts, "mine now"), ada.delete(channel, ts)):
        with pytest.raises(NotOnScreen, match="not ada's own"):
            await attempt
    with pytest.raises(NotOnScreen, match="no empty message"):
        await ada.say(channel, "  ")
    with pytest.raises(NotOnScreen, match="no thread"):
        await ada.say(channel, "hi", thread_ts="1.1")


async def test_a_person_enters_a_private_channel_by_invitation(slack: Sandbox, ada: Person) -> None:
    closed = slack.add_channel("closed", private=True)
    with pytest.raises(NotOnScreen, match="must be invited"):
        await ada.join(closed)
    bob = slack.add_person("bob")
    slack.join(closed, bob)
    await bob.invite(closed, ada.id)
    await ada.say(closed, "here I am")


@pytest.mark.usefixtures("running")
async def test_shortcuts_reach_the_app(ada: Person, channel: str, card: str, recorder: Recorder) -> None:
    await ada.shortcut("help")
    await ada.message_action("help", channel, card)
    first, second = recorder.shortcuts
    assert (first["type"], first["user"]["id"]) == ("shortcut", ada.id)
    assert (second["type"], second["message_ts"], second["channel"]["id"]) == ("message_action", card, channel)


async def test_a_command_needs_its_scope() -> None:
    async with Sandbox(scopes=["chat:write"]) as slack:
        ada, channel = slack.add_person("ada"), slack.add_channel("teaching")
        slack.join(channel, ada)
        with pytest.raises(NotOnScreen, match="scope commands"):
            await ada.command("/teach", "", channel)


# --- modals -----------------------------------------------------------------------------------------------------------


class Answers:
    """What the app answers to the next submission."""

    def __init__(self) -> None:
        self.next: JSON = {}


FORM: list[JSON] = [
    {"type": "input", "block_id": "intent", "label": plain("Intent"), "element": LOOKUP},
    {
        "type": "input",
        "block_id": "colours",
        "label": plain("Colours"),
        "optional": True,
        "dispatch_action": True,
        "element": {"type": "checkboxes", "action_id": "other", "options": options("red", "blue")},
    },
    {
        "type": "input",
        "block_id": "text",
        "label": plain("Text"),
        "optional": True,
        "element": {"type": "plain_text_input", "action_id": "text", "min_length": 2, "max_length": 5},
    },
    {
        "type": "section",
        "block_id": "more",
        "text": plain("More"),
        "accessory": {"type": "static_select", "action_id": "other", "options": options("one", "two")},
    },
]


@pytest.fixture
async def form(slack: Sandbox, app: AsyncApp, running: AsyncApp, ada: Person, channel: str) -> Answers:
    """A modal with all kinds of inputs before Ada."""
    answers = Answers()

    @app.command("/form")
    async def open_form(ack: AsyncAck, body: JSON, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view={**MODAL, "callback_id": "form", "blocks": FORM})

    @app.view("form")
    async def submitted(ack: AsyncAck) -> None:
        await ack(**answers.next)

    await ada.command("/form", "", channel)
    return answers


def values(person: Person) -> JSON:
    assert person.view is not None
    state: JSON = person.view["state"]["values"]
    return state


async def test_every_kind_of_input_can_be_filled_in(form: Answers, ada: Person, recorder: Recorder) -> None:
    await ada.fill("Intent", "goodbye")
    assert recorder.actions == []  # an input block is silent unless it dispatches
    await ada.fill("other", ["red"], "colours")
    await ada.fill("text", "abc")
    await ada.fill("other", "Two", "more")
    filled = values(ada)
    assert filled["intent"]["lookup"]["selected_option"]["value"] == "goodbye"
    assert filled["colours"]["other"]["selected_options"] == options("red")
    assert filled["text"]["text"] == {"type": "plain_text_input", "value": "abc"}
    assert filled["more"]["other"]["selected_option"] == options("two")[0]
    assert [body["actions"][0]["block_id"] for body in recorder.actions] == ["colours", "more"]
    assert recorder.actions[0]["view"]["state"]["values"]["colours"]["other"]["selected_options"] == options("red")
    await ada.fill("text", "")
    assert values(ada)["text"]["text"]["value"] is None


async def test_the_options_of_a_modal_are_searched(form: Answers, ada: Person, recorder: Recorder) -> None:
    assert [option["value"] for option in await ada.options("lookup", "table")] == ["book_table"]
    [body] = recorder.suggestions
    assert body["view"]["id"] == body["container"]["view_id"]
    with pytest.raises(NotOnScreen, match="no option 'dance'"):
        await ada.fill("lookup", "dance")


async def test_the_client_holds_back_what_is_not_filled_in(form: Answers, ada: Person, slack: Sandbox) -> None:
    await ada.fill("text", "a")
    answer = await ada.submit()
    assert answer is not None
    assert answer["response_action"] == "errors"
    assert ada.view_errors == {
        "intent": "Please complete this required field.",
        "text": "Please enter at least 2 characters.",
    }
    assert "view_submission" not in {delivery.payload.get("type") for delivery in slack.deliveries}


@pytest.fixture
async def filled(form: Answers, ada: Person) -> Answers:
    """The same with what is required filled in."""
    await ada.fill("lookup", "greet")
    return form


async def test_a_plain_acknowledgement_closes_the_modal(filled: Answers, ada: Person) -> None:
    assert await ada.submit() is None
    assert ada.view is None


async def test_errors_stay_in_the_modal_until_the_next_try(filled: Answers, ada: Person) -> None:
    filled.next = {"response_action": "errors", "errors": {"intent": "Not that one"}}
    assert await ada.submit() == filled.next
    assert ada.view_errors == {"intent": "Not that one"}
    assert values(ada)["intent"]["lookup"]["selected_option"]["value"] == "greet"
    filled.next = {}
    await ada.submit()
    assert ada.views == []


async def test_an_answer_can_update_push_and_clear(filled: Answers, ada: Person) -> None:
    form = {**MODAL, "callback_id": "form"}
    filled.next = {"response_action": "update", "view": {**form, "private_metadata": "two"}}
    await ada.submit()
    assert ada.view is not None
    assert ada.view["private_metadata"] == "two"
    filled.next = {"response_action": "push", "view": {**form, "private_metadata": "three"}}
    await ada.submit()
    assert [view["private_metadata"] for view in ada.views] == ["two", "three"]
    filled.next = {"response_action": "clear"}
    await ada.submit()
    assert ada.views == []


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "dance"},
    ],
)
async def test_an_answer_that_slack_can_not_follow_is_an_error(filled: Answers, ada: Person, answer: JSON) -> None:
    filled.next = answer
    with pytest.raises(NotAcknowledged, match="Slack can't do what the submission's answer says"):
        await ada.submit()
    assert ada.view is not None


@pytest.mark.usefixtures("running")
async def test_closing_a_modal_tells_the_app_if_it_asked(ada: Person, channel: str, recorder: Recorder) -> None:
    await ada.command("/modal", "", channel)
    await ada.close_view()
    [body] = recorder.closed
    assert (body["type"], body["is_cleared"], body["view"]["callback_id"]) == ("view_closed", False, "correct")
    with pytest.raises(NotOnScreen, match="ada has no modal open"):
        await ada.close_view()


# --- what only one person sees ----------------------------------------------------------------------------------------


async def test_a_button_in_an_ephemeral_message_can_replace_it_by_its_response_url(
    running: AsyncApp, client: AsyncWebClient, ada: Person, channel: str
) -> None:
    bodies: list[JSON] = []

    @running.action("dismiss")
    async def dismiss(ack: AsyncAck, body: JSON, respond: AsyncRespond) -> None:
        bodies.append(body)
        await ack()
        await respond("gone", replace_original=True)

    blocks = [{"type": "actions", "elements": [button("dismiss", "Dismiss")]}]
    await client.chat_postEphemeral(channel=channel, user=ada.id, text="psst", blocks=blocks)
    [shown] = ada.ephemerals
    await ada.press_ephemeral(shown, "Dismiss")
    assert [message["text"] for message in ada.ephemerals] == ["gone"]
    assert bodies[0]["container"] == {
        "type": "message",
        "message_ts": shown["ts"],
        "channel_id": channel,
        "is_ephemeral": True,
    }
    assert "message" not in bodies[0]
    with pytest.raises(NotOnScreen):
        await ada.press_ephemeral(shown, "Dismiss")


@pytest.mark.usefixtures("running")
async def test_a_press_on_what_a_client_still_shows_reports_what_it_shows(
    slack: Sandbox, client: AsyncWebClient, ada: Person, channel: str, card: str, recorder: Recorder
) -> None:  # fmt: skip
    old = slack.messages(channel)[0]
    await client.chat_update(channel=channel, ts=card, text="done")
    with pytest.raises(NotOnScreen):
        await ada.press(channel, card, "All right")
    await ada.press(channel, card, "All right", seen=old)
    assert recorder.actions[0]["message"]["text"] == "?"


@pytest.mark.usefixtures("running")
async def test_a_delivery_can_be_repeated_to_the_letter(
    slack: Sandbox, ada: Person, channel: str, card: str, recorder: Recorder
) -> None:
    await ada.press(channel, card, "All right")
    await slack.deliver_again(slack.deliveries[-1])
    first, second = recorder.actions
    assert first == second
