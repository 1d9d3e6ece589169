"""The client of action servers: what it sends, what it makes of the answers, and how it fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from slackbot.core.action_server import RASA_VERSION, ActionServer, action_server_of
from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, ActionExecutionRejected, BotUttered, FollowupAction, SlotSet
from slackbot.errors import ActionFailed, CoreFailed, FileError

from .action_servers import Json, ScriptedServer, scripted_server, slot
from .conversations import conversation, says, write_project

DOMAIN = """
    intents: [greet]
    slots:
      name: {type: text, mappings: [{type: from_text}]}
    responses:
      utter_hello: [{text: "Hello {name}, you are {age}.", buttons: [{title: a, payload: /a}]}]
    actions: [action_do, action_default_ask_affirmation]
    forms:
      old_form: {name: [{type: from_text}]}
    """


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        yield server


@pytest.fixture
def core(tmp_path: Path, server: ScriptedServer) -> BuiltinCore:
    return BuiltinCore.load(write_project(tmp_path, DOMAIN), ActionServer(server.url))


async def test_the_call_is_that_of_rasa(core: BuiltinCore, server: ScriptedServer) -> None:
    server.answers("action_do")
    tracker = conversation(core.domain, says("greet", "hi"), SlotSet("name", "Ann"))
    await core.execute(tracker, "action_do")
    (call,) = server.calls
    assert (call["next_action"], call["sender_id"], call["version"]) == ("action_do", "conversation", RASA_VERSION)
    assert call["tracker"]["slots"]["name"] == "Ann"
    assert [event["event"] for event in call["tracker"]["events"]][-2:] == ["user", "slot"]
    assert call["domain"]["slots"]["name"]["mappings"] == [{"type": "from_text"}]
    assert call["domain"]["forms"]["old_form"]["required_slots"] == ["name"]


async def test_what_is_said_comes_before_the_events(core: BuiltinCore, server: ScriptedServer) -> None:
    responses: list[Json] = [
        {"text": "now", "buttons": [], "custom": {}, "template": None, "response": None, "image": None},
        {"response": "utter_hello", "age": 7, "buttons": [{"title": "b"}], "text": None},
        {"template": "utter_hello", "text": "instead"},
        {"response": "utter_nothing"},
    ]
    server.answers("action_do", slot("name", "Bob"), {"event": "followup", "name": "utter_hello"}, responses=responses)
    tracker = conversation(core.domain, SlotSet("name", "Ann"))
    executed, first, second, third, *events = await core.execute(tracker, "action_do", policy="p", confidence=0.5)
    assert executed == ActionExecuted("action_do", "p", 0.5)
    assert isinstance(first, BotUttered)
    assert isinstance(second, BotUttered)
    assert isinstance(third, BotUttered)
    assert (first.text, second.text, third.text) == ("now", "Hello Ann, you are 7.", "instead")
    assert [button["title"] for button in second.data["buttons"]] == ["a", "b"]
    assert second.metadata == {"utter_action": "utter_hello", "age": 7}
    assert events == [SlotSet("name", "Bob"), FollowupAction("utter_hello")]


async def test_an_action_may_reject_to_run(core: BuiltinCore, server: ScriptedServer) -> None:
    rejection = {"error": "no", "action_name": "action_do"}
    server.actions["action_do"] = lambda _: web.json_response(rejection, status=400)
    assert await core.execute(conversation(core.domain), "action_do") == [ActionExecutionRejected("action_do")]


async def test_a_default_action_that_the_project_lists_is_its_own(core: BuiltinCore, server: ScriptedServer) -> None:
    server.answers("action_default_ask_affirmation", responses=[{"text": "Hm?"}])
    tracker = conversation(core.domain, says("greet"))
    assert core.runs_elsewhere("action_default_ask_affirmation", tracker)
    (_, said) = await core.execute(tracker, "action_default_ask_affirmation")
    assert isinstance(said, BotUttered)
    assert said.text == "Hm?"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (web.json_response({"error": "it\n broke"}, status=500), "the action server answers 500: it broke"),
        (web.Response(text="<html>gone</html>", status=502), "the action server answers 502: <html>gone</html>"),
        (web.Response(text="{", status=400), "the action server answers 400: {"),
        (web.Response(text="hello"), "is no object with lists"),
        (web.json_response({"events": {}}), "is no object with lists"),
        (web.json_response({"responses": ["x"]}), "a response in the action server's answer is no object"),
        (web.json_response({"events": [{"event": "sing"}]}), "a broken event: Rasa has no event 'sing'"),
        (web.json_response({"events": [{"event": "slot"}]}), "a broken event: "),
    ],
)
async def test_what_goes_wrong_is_told_with_the_action_and_the_servers_words(
    core: BuiltinCore, server: ScriptedServer, answer: web.Response, problem: str
) -> None:
    server.actions["action_do"] = lambda _: answer
    with pytest.raises(ActionFailed) as failed:
        await core.execute(conversation(core.domain), "action_do")
    assert isinstance(failed.value, CoreFailed)
    assert failed.value.action == "action_do"
    assert problem in failed.value.problem
    assert len(server.calls) == 1, "what was sent is not sent again"


async def test_an_unknown_action_is_the_servers_to_tell(core: BuiltinCore) -> None:
    with pytest.raises(ActionFailed, match="404: No registered action found"):
        await core.execute(conversation(core.domain), "action_do")


async def test_an_answer_of_nothing_is_no_events(core: BuiltinCore, server: ScriptedServer) -> None:
    server.actions["action_do"] = lambda _: web.Response(text="null")
    assert len(await core.execute(conversation(core.domain), "action_do")) == 1


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def test_a_server_that_is_down_is_tried_a_few_times_and_told() -> None:
    domain = Domain.from_dict({"actions": ["action_do"]})
    server = ActionServer(f"http://127.0.0.1:{free_port()}/webhook")
    with pytest.raises(ActionFailed, match="no action server answers at http://127"):
        await server.run("action_do", conversation(domain))


async def test_a_server_that_comes_up_meanwhile_is_reached() -> None:
    domain = Domain.from_dict({"actions": ["action_do"]})
    port = free_port()
    running = asyncio.create_task(
        ActionServer(f"http://127.0.0.1:{port}/webhook").run("action_do", conversation(domain))
    )
    await asyncio.sleep(0)
    async with scripted_server(port) as server:
        server.answers("action_do", slot("x", 1))
        assert (await running).events == (SlotSet("x", 1),)


async def test_a_server_that_does_not_answer_is_given_up_in_time() -> None:
    release = asyncio.Event()

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()

    listening = await asyncio.start_server(never, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        with pytest.raises(ActionFailed, match=r"no answer within 0\.2 seconds"):
            await ActionServer(f"http://127.0.0.1:{port}", timeout=0.2).run("a", conversation(Domain.from_dict({})))
    finally:
        release.set()
        listening.close()
        await listening.wait_closed()


async def test_without_a_server_the_reason_says_that_a_custom_action_does_nothing(tmp_path: Path) -> None:
    data = "rules:\n- rule: do it\n  steps: [{intent: greet}, {action: action_do}]\n"
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, data))
    prediction = await core.predict(conversation(core.domain, says("greet")))
    assert (prediction.action, prediction.reason) == (
        "action_do",
        "rule 'do it', all.yml:3; no action server, so its code doesn't run",
    )
    assert len(await core.execute(conversation(core.domain, says("greet")), "action_do")) == 1


def test_the_setting_comes_before_the_projects_endpoints(tmp_path: Path) -> None:
    assert action_server_of(tmp_path) is None
    endpoints = tmp_path / "endpoints.yml"
    endpoints.write_text("action_endpoint:\n  url: http://${HOST}:5055/webhook\n  token: t\n", encoding="utf-8")
    found = action_server_of(tmp_path, environment={"HOST": "actions"})
    assert found is not None
    assert found.url == "http://actions:5055/webhook?token=t"
    chosen = action_server_of(tmp_path, "http://other/webhook")
    assert chosen is not None
    assert chosen.url == "http://other/webhook"
    endpoints.write_text("tracker_store:\n  type: redis\n", encoding="utf-8")
    assert action_server_of(tmp_path) is None
    endpoints.write_text("models: 1\naction_endpoint:\n  port: 5055\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"endpoints\.yml:2: action_endpoint has no URL; write"):
        action_server_of(tmp_path)
