"""Rasa's conversation API as functions, under the names that they have in Rasa's interactive learning."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp

from slackbot.core.rasa.endpoint import EndpointConfig, RasaFailed
from slackbot.dialogue.tracker import EventVerbosity

Json = dict[str, Any]
_LISTEN = "action_listen"


async def send_message(
    endpoint: EndpointConfig, conversation_id: str, message: str, parse_data: Json | None = None
) -> Json:
    """Adds a message of the user, and the slots that it fills; answers the tracker.

    Rasa understands the message unless ``parse_data`` (with intent and entities) says what it means. Raises RasaFailed.
    """
    payload = {"sender": "user", "text": message, "parse_data": parse_data}
    return await _object(endpoint, "post", _path(conversation_id, "messages"), payload)


async def request_prediction(endpoint: EndpointConfig, conversation_id: str) -> Json:
    """``scores`` (best first), ``policy``, ``confidence`` and ``tracker``. Raises RasaFailed."""
    return await _object(endpoint, "post", _path(conversation_id, "predict"))


async def retrieve_domain(endpoint: EndpointConfig) -> Json:
    """The domain of the loaded model. Raises RasaFailed."""
    return await _object(endpoint, "get", "domain")


async def retrieve_status(endpoint: EndpointConfig) -> Json:
    """``model_file``, ``model_id``, ``num_active_training_jobs``. Raises RasaFailed, also where no model is loaded."""
    return await _object(endpoint, "get", "status")


async def retrieve_tracker(
    endpoint: EndpointConfig, conversation_id: str, verbosity: EventVerbosity = EventVerbosity.ALL
) -> Json:
    """The tracker's state with those of its events. Raises RasaFailed."""
    params = {"include_events": verbosity.name}
    answer = await endpoint.request("get", _path(conversation_id, "tracker"), params=params)
    return _as_object(answer)


async def send_action(
    endpoint: EndpointConfig,
    conversation_id: str,
    action_name: str,
    policy: str | None = None,
    confidence: float | None = None,
    is_new_action: bool = False,
) -> Json:
    """Runs an action; answers ``tracker`` (as it was before the action) and ``messages``. Raises RasaFailed.

    ``is_new_action``: where Rasa doesn't know the action, the fact that it ran is noted instead.
    """
    payload = {"event": "action", "name": action_name, "policy": policy, "confidence": confidence}
    try:
        return await _object(endpoint, "post", _path(conversation_id, "execute"), payload)
    except aiohttp.ClientError as error:
        unanswered = isinstance(error, RasaFailed) and error.status is None  # it may run yet
        if not is_new_action or unanswered:
            raise
        return await send_event(endpoint, conversation_id, {"event": "action", "name": action_name})


async def send_event(endpoint: EndpointConfig, conversation_id: str, evt: Sequence[Json] | Json) -> Json:
    """Appends one event or several; answers the tracker. Raises RasaFailed."""
    return await _object(endpoint, "post", _path(conversation_id, "tracker/events"), evt)


async def replace_events(endpoint: EndpointConfig, conversation_id: str, evts: Sequence[Json]) -> Json:
    """Puts these events in the place of all others, as far as the server's store does so. Raises RasaFailed."""
    return await _object(endpoint, "put", _path(conversation_id, "tracker/events"), list(evts))


async def wait_til_server_is_running(
    endpoint: EndpointConfig, max_retries: int = 30, sleep_between_retries: float = 1
) -> bool:
    """Whether the server answers, with a model, within so many tries; the pauses between them in seconds."""
    for number in range(max_retries):
        if number:
            await asyncio.sleep(sleep_between_retries)
        try:
            await _status_once(endpoint)
        except (aiohttp.ClientError, TimeoutError):
            continue
        return True
    return False


async def _status_once(endpoint: EndpointConfig) -> Any:
    if isinstance(endpoint, EndpointConfig):
        return await endpoint.request("get", "status", again=False)
    return await retrieve_status(endpoint)  # Rasa's own class asks once, and has no ``again``


async def is_listening_for_message(conversation_id: str, endpoint: EndpointConfig) -> bool:
    """Whether it is the user's turn: of actions and messages, ``action_listen`` was the latest. Raises RasaFailed."""
    tracker = await retrieve_tracker(endpoint, conversation_id, EventVerbosity.APPLIED)
    for event in reversed(tracker.get("events") or []):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action":
            return bool(event.get("name") == _LISTEN)
    return False


def latest_user_message(events: Sequence[Json]) -> Json | None:
    """The latest message of the user among the events; None if there is none."""
    return next((event for event in reversed(events) if event.get("event") == "user"), None)


def all_events_before_latest_user_msg(events: Sequence[Json]) -> list[Json]:
    """The events before the latest message of the user; all of them if there is none."""
    for index in range(len(events) - 1, -1, -1):
        if events[index].get("event") == "user":
            return list(events[:index])
    return list(events)


def _path(conversation_id: str, what: str) -> str:
    # A Rasa unquotes nothing, so an id is sent as its own client sends it: only what can't stand in a path is quoted,
    # by aiohttp, which would take these two for the path's end.
    return f"conversations/{conversation_id.replace('?', '%3F').replace('#', '%23')}/{what}"


async def _object(endpoint: EndpointConfig, method: str, path: str, payload: Any = None) -> Json:
    return _as_object(await endpoint.request(method, path, json=payload))


def _as_object(answer: Any) -> Json:
    if not isinstance(answer, dict):
        raise RasaFailed("the Rasa server's answer is no JSON object")
    return answer
