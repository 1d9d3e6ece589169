"""A client of action servers: it speaks the webhook protocol of the Rasa SDK."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.environment import Environment, expanded
from slackbot.dialogue.events import ActionExecutionRejected, Event, events_from_dicts
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.dialogue.yamlfile import line_of, read_yaml
from slackbot.errors import ActionFailed, FileError, UnknownEvent

Json = dict[str, Any]

#: The version of Rasa whose protocol this is; servers warn about other ones than their own.
RASA_VERSION = "3.6.21"
#: Seconds that an action may take.
TIMEOUT = 60.0
#: Seconds before each further try to connect. Nothing is sent twice: a request that was sent is never repeated.
_PAUSES = (0.2, 0.5)
#: Characters of what a server answers that people are shown.
_LONGEST_PROBLEM = 500
#: How the SDK says that an action did not want to run.
_REJECTED = 400


@dataclass(frozen=True)
class Outcome:
    """What running an action came to."""

    events: tuple[Event, ...]
    #: What the assistant is to say, as the SDK's dispatcher collects it: texts, or names of responses.
    responses: tuple[Mapping[str, Any], ...] = ()


class ActionServer:
    """The server at one URL. Holds no connection between two calls."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT) -> None:
        """``timeout`` in seconds, for one run of an action."""
        self.url = url
        self._timeout = aiohttp.ClientTimeout(total=timeout, sock_connect=min(timeout, 5.0))

    async def run(self, action: str, tracker: Tracker) -> Outcome:
        """Runs an action. One that rejects to run has ActionExecutionRejected among its events.

        Raises ActionFailed.
        """
        status, text = await self._post(action, json.dumps(_call(action, tracker), default=str))
        answer = _object(text)
        if status == _REJECTED and answer is not None and answer.get("action_name"):
            return Outcome((ActionExecutionRejected(str(answer["action_name"])),))
        if status != 200:
            raise ActionFailed(action, f"the action server answers {status}{_said(answer, text)}")
        return _outcome(action, answer or {} if text.strip() in {"", "null"} else answer)

    async def _post(self, action: str, body: str) -> tuple[int, str]:
        headers = {"Content-Type": "application/json"}
        async with aiohttp.ClientSession(timeout=self._timeout) as http:
            for pause in (*_PAUSES, None):
                try:
                    async with http.post(self.url, data=body.encode(), headers=headers) as response:
                        return response.status, await response.text(errors="replace")
                except aiohttp.ClientConnectorError as error:
                    if pause is None:
                        raise ActionFailed(
                            action, f"no action server answers at {self.url} ({error.strerror})"
                        ) from None
                    await asyncio.sleep(pause)
                except TimeoutError:
                    raise ActionFailed(action, f"no answer within {self._timeout.total:g} seconds") from None
                except aiohttp.ClientError as error:
                    problem = str(error) or type(error).__name__
                    raise ActionFailed(action, f"the connection to the action server broke: {problem}") from None
        raise AssertionError("the last try either answers or raises")


def _call(action: str, tracker: Tracker) -> Json:
    return {
        "next_action": action,
        "sender_id": tracker.conversation_id,
        "tracker": tracker.current_state(EventVerbosity.ALL),
        "domain": _as_rasa_3(tracker.domain),
        "version": RASA_VERSION,
    }


def _as_rasa_3(domain: Domain) -> Json:
    """The domain as the SDK reads it: slots with their mappings, forms with lists of slots."""
    slots = {
        slot.name: {**slot.data, "type": slot.declared_type or slot.type, "mappings": list(slot.mappings)}
        for slot in domain.slots.values()
    }
    forms = {
        name: {"required_slots": list(domain.required_slots(name)), "ignored_intents": form.get("ignored_intents", [])}
        for name, form in domain.forms.items()
    }
    return {**domain.data, "slots": slots, "forms": forms}


def _object(text: str) -> Json | None:
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _said(answer: Json | None, text: str) -> str:
    words = str(answer["error"]) if answer is not None and answer.get("error") else text
    words = " ".join(words.split())
    return f": {words[:_LONGEST_PROBLEM]}" if words else ""


def _outcome(action: str, answer: Json | None) -> Outcome:
    events, responses = (_list(answer, key) for key in ("events", "responses"))
    if events is None or responses is None:
        raise ActionFailed(action, "the action server's answer is no object with lists of events and responses")
    if not all(isinstance(response, dict) for response in responses):
        raise ActionFailed(action, "a response in the action server's answer is no object")
    try:
        return Outcome(tuple(events_from_dicts(events)), tuple(responses))
    except (UnknownEvent, ValueError) as error:
        raise ActionFailed(action, f"the action server answers with a broken event: {error}") from None


def _list(answer: Json | None, key: str) -> list[Any] | None:
    """What stands under the key, null being an empty list; None where it is no list."""
    if answer is None:
        return None
    found = answer.get(key)
    return [] if found is None else found if isinstance(found, list) else None


def action_server_of(
    folder: Path, url: str | None = None, environment: Environment = os.environ
) -> ActionServer | None:
    """The server at this URL, or else that of the project's ``endpoints.yml``; None where neither names one.

    Raises FileError where ``endpoints.yml`` can't be read as what it should be.
    """
    url = url or _url_in(folder / "endpoints.yml", environment)
    return ActionServer(url) if url else None


def _url_in(path: Path, environment: Environment) -> str | None:
    if not path.is_file():
        return None
    written = read_yaml(path)
    endpoints = expanded(written, path, environment)
    endpoint = endpoints.get("action_endpoint") if isinstance(endpoints, dict) else None
    if endpoint is None:
        return None
    url = endpoint.get("url") if isinstance(endpoint, dict) else None
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        line = line_of(endpoints, "action_endpoint")
        raise FileError(path, line, "action_endpoint has no URL", "write 'url: http://localhost:5055/webhook' below it")
    token = endpoint.get("token")
    return f"{url}{'&' if '?' in url else '?'}token={token}" if token else url
