"""The endpoints of the model and its domain."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.rasa import (
    EndpointConfig,
    RasaCore,
    request_prediction,
    retrieve_domain,
    retrieve_status,
    send_event,
    send_message,
)
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.settings import Settings
from tests.api.conftest import TOKEN, Api, running
from tests.core.rasa.rasa_server import TOKEN as RASAS_TOKEN
from tests.core.rasa.rasa_server import RasaServer


async def test_a_text_is_understood(api: Api) -> None:
    status, parsed = await api.ask("POST", "/model/parse", {"text": "a soup", "message_id": "1"})
    assert status == 200
    assert list(parsed) == ["text", "intent", "entities", "text_tokens", "intent_ranking", "response_selector"]
    assert parsed["intent"]["name"] == "order"
    assert [(entity["entity"], entity["value"]) for entity in parsed["entities"]] == [("dish", "soup")]
    assert parsed["text_tokens"] == [[0, 1], [2, 6]]


@pytest.mark.parametrize(("component", "is_told"), [("WhitespaceTokenizer", False), ("ResponseSelector", True)])
async def test_of_answers_nothing_is_told_where_the_pipeline_selects_none(
    tiny: BuiltinCore, redis_url: str, tmp_path: Path, component: str, is_told: bool
) -> None:
    (tmp_path / "config.yml").write_text(f"pipeline: [{{name: {component}}}]")
    settings = Settings(api_port=0, api_token=TOKEN, assistant=tmp_path)
    async with running(tiny, redis_url, settings) as api:
        _, parsed = await api.ask("POST", "/model/parse", {"text": "hi"})
    assert ("response_selector" in parsed) == is_told


async def test_an_intent_can_be_spelled_out(api: Api) -> None:
    _, parsed = await api.ask("POST", "/model/parse", {"text": '/order@0.5{"dish": "pie"}'})
    assert parsed["intent"] == {"name": "order", "confidence": 0.5}
    assert parsed["entities"][0]["value"] == "pie"
    assert list(parsed) == ["text", "intent", "entities", "intent_ranking"]  # as Rasa has them: no tokens, no answers


async def test_the_space_around_a_text_means_nothing(api: Api) -> None:
    _, parsed = await api.ask("POST", "/model/parse", {"text": "\ta soup "})
    assert (parsed["text"], parsed["text_tokens"]) == ("a soup", [[0, 1], [2, 6]])


async def test_what_comes_first_of_all_can_be_asked(api: Api) -> None:
    status, told = await api.ask("POST", "/model/predict", [])
    assert (status, told["tracker"]["events"]) == (200, [])


async def test_a_prediction_on_what_cant_be_replayed_is_refused(api: Api) -> None:
    for body in ([{"event": "action"}], {"event": "restart"}):
        status, error = await api.ask("POST", "/model/predict", body)
        assert (status, error["details"]) == (400, {"parameter": "", "in": "body"})
        assert error["message"].startswith("Supplied events are not valid.")


async def test_a_prediction_needs_no_conversation(api: Api) -> None:
    await send_message(api.endpoint, "c", "hi")
    stored = await request_prediction(api.endpoint, "c")
    status, told = await api.ask("POST", "/model/predict", stored["tracker"]["events"])
    assert status == 200
    assert (told["policy"], told["confidence"]) == (stored["policy"], stored["confidence"])
    assert told["tracker"]["sender_id"] == "default"
    assert sorted(told["scores"], key=lambda row: (-row["score"], row["action"])) == stored["scores"]
    assert [row["action"] for row in told["scores"]][:2] == ["action_listen", "action_restart"]


async def test_the_domain_is_json_or_yaml_as_accepted(api: Api) -> None:
    domain = await retrieve_domain(api.endpoint)
    assert domain["intents"] == ["bye", "greet", "order", "pay"]
    assert domain["session_config"] == {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    status, kind, text = await api.send("GET", "/domain", headers={"Accept": "application/x-yaml"})
    assert (status, kind) == (200, "application/x-yaml")
    assert parse_yaml(text, Path("domain.yml")) == domain
    assert (await api.send("GET", "/domain", headers={"Accept": "*/*"}))[0] == 406


async def test_status_and_version_are_told(api: Api) -> None:
    assert list(await retrieve_status(api.endpoint)) == ["model_file", "model_id", "num_active_training_jobs"]
    assert await api.ask("GET", "/version") == (
        200,
        {"version": "3.6.21", "minimum_compatible_version": "3.6.21"},
    )


async def test_the_model_is_neither_replaced_nor_taken_away(api: Api) -> None:
    for method in ("PUT", "DELETE"):
        status, error = await api.ask(method, "/model", {"model_file": "m.tar.gz"})
        assert (status, error["reason"]) == (409, "Conflict")
    status, error = await api.ask("PUT", "/model")
    assert (status, error["message"]) == (400, "No path to model file defined in request_body.")
    assert (await api.ask("POST", "/model/parse", {"text": "hi"}))[0] == 200


async def test_a_request_without_text_is_refused(api: Api) -> None:
    for body in (None, {}, {"text": 3}, ["hi"]):
        assert (await api.ask("POST", "/model/parse", body))[0] == 400


async def test_an_emulation_that_nobody_has_is_refused_in_rasas_words(api: Api) -> None:
    status, error = await api.ask("POST", "/model/parse", {"text": "hi"}, emulation_mode="nope")
    assert (status, error["details"]) == (400, {"parameter": "emulation_mode", "in": "query"})
    assert error["message"].endswith("Should be one of 'WIT', 'LUIS', 'DIALOGFLOW'.")
    assert (await api.ask("POST", "/model/parse", {"text": "hi"}, emulation_mode=""))[0] == 200
    _, error = await api.ask("POST", "/model/parse")
    assert error["message"].startswith("No text message defined in request_body.")
    assert error["details"] == {}


async def test_over_a_rasa_the_model_is_named_as_there(tiny: BuiltinCore, redis_url: str) -> None:
    async with RasaServer(tiny).running() as rasa:
        core = await RasaCore.connect(EndpointConfig(rasa.url, token=RASAS_TOKEN))
        async with running(core, redis_url, Settings(api_port=0)) as api:
            assert (await retrieve_status(api.endpoint))["model_id"] == rasa.model
            tracker = await send_event(api.endpoint, "c", {"event": "action", "name": "action_listen"})
    assert tracker["events"][-1]["metadata"]["model_id"] == rasa.model
