"""A form whose answers an action server validates, taught in a thread; and what happens while the server is down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from slackbot.blocks.failure import EVENTS
from slackbot.core.action_server import ActionServer
from slackbot.core.builtin import BuiltinCore
from tests.core.action_servers import Json, scripted_server, slot
from tests.core.conversations import write_project
from tests.core.sdk_server import free_port, needs_rasa_sdk, sdk_server
from tests.end_to_end.stage import Scene, Stage, labels, shown, staged

DOMAIN = """
    version: "3.1"
    intents: [book, inform]
    slots:
      guests:
        type: text
        mappings: [{type: from_text, conditions: [{active_loop: table_form, requested_slot: guests}]}]
    responses:
      utter_ask_guests: [{text: "For how many?"}]
      utter_booked: [{text: "A table for {guests}."}]
    actions: [validate_table_form]
    forms:
      table_form: {required_slots: [guests]}
    """
DATA = """
    nlu:
    - intent: book
      examples: |
        - a table please
        - book a table
    - intent: inform
      examples: |
        - a dozen
        - five
    rules:
    - rule: begin
      steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]
    - rule: end
      condition: [{active_loop: table_form}]
      steps: [{action: table_form}, {active_loop: null}, {action: utter_booked}]
    """
ACTIONS = """
from rasa_sdk import FormValidationAction


class ValidateTableForm(FormValidationAction):
    def name(self):
        return "validate_table_form"

    def validate_guests(self, value, dispatcher, tracker, domain):
        if value == "a dozen":
            dispatcher.utter_message(text="We have no such table.")
            return {"guests": None}
        return {"guests": value.upper()}
"""

#: Starts a server with the action on a port, and stops it.
Serve = Callable[[int], AbstractAsyncContextManager[object]]


@pytest.fixture(params=[pytest.param("rasa-sdk", marks=needs_rasa_sdk), "scripted"])
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Serve:
    if request.param == "rasa-sdk":
        (tmp_path / "actions.py").write_text(ACTIONS, encoding="utf-8")
        return lambda port: sdk_server(tmp_path, port)
    return scripted


@asynccontextmanager
async def scripted(port: int) -> AsyncIterator[None]:
    """Does what the real one does."""

    def validate(call: Json) -> Json:
        *_, last = call["tracker"]["events"]
        if last["event"] != "slot":
            return {"events": [], "responses": []}
        if last["value"] == "a dozen":
            return {"events": [slot("guests", None)], "responses": [{"text": "We have no such table."}]}
        return {"events": [slot("guests", last["value"].upper())], "responses": []}

    async with scripted_server(port) as server:
        server.actions["validate_table_form"] = validate
        yield


@asynccontextmanager
async def taught(redis_url: str, folder: Path, port: int) -> AsyncIterator[Scene]:
    core = BuiltinCore.load(write_project(folder, DOMAIN, DATA), ActionServer(f"http://127.0.0.1:{port}/webhook"))
    async with staged(redis_url, core) as stage:
        yield await stage.teach()


ASKED = ["user:book", "action:table_form", "active_loop", "slot:requested_slot=guests", "bot", "action:action_listen"]


async def test_a_form_is_taught_whose_answers_a_server_validates(redis_url: str, tmp_path: Path, serve: Serve) -> None:
    """The server is down at first: nothing is written until somebody presses *Retry*; then the form goes on."""
    port = free_port()
    async with taught(redis_url, tmp_path / "project", port) as scene:
        await scene.say("a table please")
        await scene.card("a table please")
        await scene.press("ben", "All right")
        failed = await scene.with_button("Retry")
        assert ":red_circle: `validate_table_form` failed: no action server answers at" in shown(scene.message(failed))
        assert labels(scene.message(failed)) == ["Retry", "Use these events…", "Skip"]
        assert await scene.steps() == ["user:book"]
        await scene.settled()
        async with serve(port):
            await scene.press("cleo", "Retry")
            await scene.shows("For how many?")
            await scene.agree()
            assert await scene.steps() == ASKED
            await scene.teach_turn("a dozen")
            assert (await scene.steps())[len(ASKED) :] == [
                "user:inform",
                "slot:guests=a dozen",
                "action:table_form",
                "bot",
                "slot:guests=None",
                "slot:requested_slot=guests",
                "bot",
                "action:action_listen",
            ]
            await scene.teach_turn("five")
        assert (await scene.steps())[-8:] == [
            "slot:guests=five",
            "action:table_form",
            "slot:guests=FIVE",
            "slot:requested_slot=None",
            "active_loop",
            "action:utter_booked",
            "bot",
            "action:action_listen",
        ]
        assert "A table for FIVE." in scene.text


async def failed_form(scene: Scene) -> str:
    """A table is asked for while the server is down; the ts of the red card."""
    await scene.say("a table please")
    await scene.card("a table please")
    await scene.press("ben", "All right")
    return await scene.with_button("Skip")


async def test_a_failed_action_can_be_skipped_once(redis_url: str, tmp_path: Path) -> None:
    async with taught(redis_url, tmp_path, free_port()) as scene:
        card = await failed_form(scene)
        await scene.settled()
        seen = scene.message(card)
        await scene.press("cleo", "Skip", ts=card)
        await scene.shows("skipped it.")
        assert await scene.steps() == ["user:book", "action:table_form"]
        await scene.settled()
        await scene.press_as_seen("ben", "Retry", seen)
        await scene.told("ben", "closed already")
        assert await scene.steps() == ["user:book", "action:table_form"]


async def test_events_written_in_the_modal_stand_for_the_failed_action(redis_url: str, tmp_path: Path) -> None:
    async with taught(redis_url, tmp_path, free_port()) as scene:
        card = await failed_form(scene)
        await scene.press("cleo", "Use these events…", ts=card)
        cleo = scene.stage.people["cleo"]
        assert cleo.view is not None
        (field,) = [block["element"] for block in cleo.view["blocks"] if block["type"] == "input"]
        assert "active_loop" in field["initial_value"], "a form's own events are there to begin with"
        await cleo.fill(EVENTS, "- event: slot\n  name: gusts")
        await cleo.submit()
        assert cleo.view_errors == {"events": "Event 1: the assistant has no slot 'gusts'."}
        assert await scene.steps() == ["user:book"]
        await cleo.fill(EVENTS, field["initial_value"] + "- event: bot\n  text: How many are you?\n")
        assert await cleo.submit() == {"response_action": "clear"}
        await scene.shows("How many are you?")
        assert (await scene.steps())[:5] == ASKED[:5]
        await scene.shows("wrote its events")


async def test_only_members_decide_about_a_failed_action(redis_url: str, tmp_path: Path) -> None:
    async with taught(redis_url, tmp_path, free_port()) as scene:
        card = await failed_form(scene)
        await scene.settled()
        outsider = scene.stage.slack.add_person("eve", "Eve")
        stage: Stage = scene.stage
        stage.people["eve"] = outsider
        await scene.press_as_seen("eve", "Skip", scene.message(card))
        await scene.told("eve", "Only members of this channel may vote.")
        assert await scene.steps() == ["user:book"]
