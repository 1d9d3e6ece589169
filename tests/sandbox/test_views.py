"""views.*: triggers, the stack, updates and what becomes of inputs' state, the home tab."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.models.views import View
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox

from .apps import JSON, MODAL, Recorder, refusal


def modal(*blocks: JSON, **fields: Any) -> JSON:
    return {**MODAL, "blocks": list(blocks) or MODAL["blocks"], **fields}


def text_input(block_id: str, action_id: str = "name", **element: Any) -> JSON:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": block_id},
        "optional": True,
        "element": {"type": "plain_text_input", "action_id": action_id, **element},
    }


@pytest.fixture
async def trigger(slack: Sandbox, on_socket: AsyncApp, ada: Person, channel: str, recorder: Recorder) -> str:
    """A fresh trigger id that nobody has used."""
    await ada.command("/teach", "", channel)
    return str(recorder.commands[-1]["trigger_id"])


async def test_a_trigger_opens_one_modal_for_whoever_made_it(client: AsyncWebClient, ada: Person, trigger: str) -> None:
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    assert ada.view is not None
    assert (ada.view["id"], ada.view["hash"]) == (view["id"], view["hash"])
    assert (view["root_view_id"], view["previous_view_id"]) == (view["id"], None)
    answer = await refusal(client.views_open(trigger_id=trigger, view=MODAL))
    assert answer["error"] == "exchanged_trigger_id"


async def test_a_trigger_lasts_three_seconds(slack: Sandbox, client: AsyncWebClient, trigger: str) -> None:
    slack.clock.advance(3.1)
    answer = await refusal(client.views_open(trigger_id=trigger, view=MODAL))
    assert answer["error"] == "expired_trigger_id"


async def test_an_invented_trigger_is_invalid(client: AsyncWebClient) -> None:
    answer = await refusal(client.views_open(trigger_id="1.2.3", view=MODAL))
    assert answer["error"] == "invalid_trigger_id"


async def test_a_wrong_view_does_not_use_the_trigger_up(client: AsyncWebClient, ada: Person, trigger: str) -> None:
    answer = await refusal(client.views_open(trigger_id=trigger, view={**MODAL, "title": None}))
    assert answer["error"] == "invalid_arguments"
    await client.views_open(trigger_id=trigger, view=View(**MODAL))
    assert ada.view is not None


async def test_modals_stack_up_to_three(client: AsyncWebClient, on_socket: AsyncApp, ada: Person, trigger: str) -> None:
    errors: list[str] = []

    @on_socket.action("more")
    async def more(ack: AsyncAck, body: JSON, client: AsyncWebClient) -> None:
        await ack()
        pushed = client.views_push(trigger_id=body["trigger_id"], view=modal(BUTTON))
        if len(ada.views) < 3:
            view = (await pushed)["view"]
            assert view["previous_view_id"] == body["view"]["id"]
        else:
            errors.append((await refusal(pushed))["error"])

    root = (await client.views_open(trigger_id=trigger, view=modal(BUTTON)))["view"]["id"]
    for _ in range(3):
        await ada.view_press("more")
    assert errors == ["push_limit_reached"]
    assert [view["root_view_id"] for view in ada.views] == [root] * 3
    await ada.close_view()
    assert len(ada.views) == 2


LONG = {"type": "plain_text", "text": "x" * 25}
BUTTON: JSON = {
    "type": "actions",
    "block_id": "buttons",
    "elements": [{"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "More"}}],
}


async def test_a_modal_can_not_be_pushed_where_none_is_open(client: AsyncWebClient, trigger: str) -> None:
    assert (await refusal(client.views_push(trigger_id=trigger, view=MODAL)))["error"] == "not_found"


async def test_state_survives_an_update_only_under_the_same_block_and_action_id(
    client: AsyncWebClient, ada: Person, trigger: str
) -> None:
    blocks = [text_input("kept"), text_input("renamed"), text_input("other_action")]
    view_id = (await client.views_open(trigger_id=trigger, view=modal(*blocks)))["view"]["id"]
    for block in blocks:
        await ada.fill("name", "typed", block["block_id"])
    updated = [
        text_input("kept", initial_value="initial"),
        text_input("renamed_2", initial_value="initial"),
        text_input("other_action", "name_2", initial_value="initial"),
    ]
    await client.views_update(view_id=view_id, view=modal(*updated))
    assert ada.view is not None
    values = ada.view["state"]["values"]
    assert values["kept"]["name"]["value"] == "typed"
    assert values["renamed_2"]["name"]["value"] == "initial"
    assert values["other_action"]["name_2"]["value"] == "initial"
    assert set(values) == {"kept", "renamed_2", "other_action"}


async def test_an_update_with_an_old_hash_conflicts(client: AsyncWebClient, ada: Person, trigger: str) -> None:
    view = (await client.views_open(trigger_id=trigger, view=MODAL))["view"]
    updated = (await client.views_update(view_id=view["id"], view=MODAL, hash=view["hash"]))["view"]
    assert updated["hash"] != view["hash"]
    answer = await refusal(client.views_update(view_id=view["id"], view=MODAL, hash=view["hash"]))
    assert answer["error"] == "hash_conflict"


async def test_a_view_can_be_found_by_its_external_id(client: AsyncWebClient, ada: Person, trigger: str) -> None:
    await client.views_open(trigger_id=trigger, view=modal(external_id="mine"))
    await client.views_update(external_id="mine", view=modal(external_id="mine", private_metadata="x"))
    assert ada.view is not None
    assert ada.view["private_metadata"] == "x"
    await ada.close_view()
    answer = await refusal(client.views_update(external_id="mine", view=MODAL))
    assert answer["error"] == "not_found"


async def test_an_external_id_names_one_view(
    slack: Sandbox, client: AsyncWebClient, channel: str, recorder: Recorder, trigger: str
) -> None:
    await client.views_open(trigger_id=trigger, view=modal(external_id="mine"))
    bob = slack.add_person("bob")
    slack.join(channel, bob)
    await bob.command("/teach", "", channel)
    second = recorder.commands[-1]["trigger_id"]
    answer = await refusal(client.views_open(trigger_id=second, view=modal(external_id="mine")))
    assert answer["error"] == "duplicate_external_id"


async def test_a_home_tab_is_published_and_opened(
    slack: Sandbox, on_socket: AsyncApp, client: AsyncWebClient, ada: Person
) -> None:
    pressed: list[JSON] = []

    @on_socket.action("more")
    async def more(ack: AsyncAck, body: JSON) -> None:
        await ack()
        pressed.append(body)

    await ada.open_home()
    view = (await client.views_publish(user_id=ada.id, view={"type": "home", "blocks": [BUTTON]}))["view"]
    await ada.open_home()
    first, second = (delivery.payload["event"] for delivery in slack.deliveries)
    assert (first["type"], first["tab"], first["user"]) == ("app_home_opened", "home", ada.id)
    assert "view" not in first
    assert second["view"]["id"] == view["id"]
    await ada.home_press("More")
    assert (pressed[0]["view"]["type"], pressed[0]["container"]) == ("home", {"type": "view", "view_id": view["id"]})
    answer = await refusal(client.views_publish(user_id=ada.id, view={"type": "home", "blocks": [BUTTON]}, hash="old"))
    assert answer["error"] == "hash_conflict"


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ({"title": LONG}, "must be less than 25 characters [json-pointer:/view/title/text]"),
        ({"blocks": []}, "must provide at least 1 items [json-pointer:/view/blocks]"),
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
        ({"id": "V123"}, "invalid additional property: id [json-pointer:/view]"),
        ({"type": "home"}, "unsupported type: home [json-pointer:/view/type]"),
    ],
)  # fmt: skip
async def test_a_wrong_view_is_refused_with_its_place(client: AsyncWebClient, view: JSON, message: str) -> None:
    answer = await refusal(client.views_open(trigger_id="1.2.3", view={**MODAL, **view}))
    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {message}"]


async def test_an_input_needs_a_submit_button(client: AsyncWebClient) -> None:
    view = {key: value for key, value in MODAL.items() if key != "submit"}
    answer = await refusal(client.views_open(trigger_id="1.2.3", view=view))
    assert answer["response_metadata"]["messages"] == [
        "[ERROR] must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]"
    ]


async def test_a_view_has_a_size(client: AsyncWebClient) -> None:
    fields = [{"type": "mrkdwn", "text": "x" * 2000}] * 2
    blocks = [{"type": "section", "fields": fields}] * 70
    answer = await refusal(client.views_open(trigger_id="1.2.3", view=modal(*blocks)))
    assert answer["error"] == "view_too_large"
