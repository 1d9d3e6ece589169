"""The endpoints of conversations."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from slackbot.api.errors import ApiError, bad_request, json_body, json_object
from slackbot.api.events import events_of
from slackbot.api.messages import messages
from slackbot.api.operations import Operations
from slackbot.api.predictions import prediction_as_json
from slackbot.api.stories import written_story
from slackbot.api.written import Raw, written
from slackbot.dialogue.events import BotUttered
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.store.keys import LONGEST_ID

_NO_MESSAGE = "No message defined in request body. Add a message to the request body in order to add it to the tracker."
_NO_ACTION = "Name of the action not provided in request body."


class ConversationRoutes:
    """Rasa's, for one store and one assistant."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    def routes(self) -> list[web.RouteDef]:
        """Ids may hold slashes."""
        one = "/conversations/{id:.+}"
        return [
            web.get(f"{one}/tracker", self._tracker),
            web.post(f"{one}/tracker/events", self._append),
            web.put(f"{one}/tracker/events", self._replace),
            web.get(f"{one}/story", self._story),
            web.post(f"{one}/messages", self._message),
            web.post(f"{one}/predict", self._predict),
            web.post(f"{one}/execute", self._execute),
            web.post(f"{one}/trigger_intent", self._trigger),
        ]

    async def _tracker(self, request: web.Request) -> web.Response:
        shown, until = verbosity(request), _until(request)
        draft = await self._operations.opened(_id(request))
        if until is not None:
            draft.tracker = _until_then(draft.tracker, until)
        return as_json(draft.state(shown))

    async def _append(self, request: web.Request) -> web.Response:
        events = events_of(await json_body(request))
        if not events:
            raise bad_request("Couldn't extract a proper event from the request body.", "")
        shown = verbosity(request)
        return as_json((await self._operations.append(_id(request), events)).state(shown))

    async def _replace(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        events = events_of(body)
        if not isinstance(body, list):
            raise bad_request("The request's body must be a list of events.", "")
        shown = verbosity(request)
        return as_json((await self._operations.replace(_id(request), events)).state(shown))

    async def _message(self, request: web.Request) -> web.Response:
        body, shown = await json_object(request, _NO_MESSAGE), verbosity(request)
        if body.get("sender") != "user":
            problem = f"Messages of sender '{body.get('sender')}' cannot be handled."
            message = f"Currently, only user messages can be passed to this endpoint. {problem}"
            raise bad_request(message, "sender")
        draft = await self._operations.message(_id(request), *_spoken(body))
        return as_json(draft.state(shown))

    async def _predict(self, request: web.Request) -> web.Response:
        try:
            shown = verbosity(request)
        except ApiError:
            shown = EventVerbosity.AFTER_RESTART  # Rasa's has no such parameter
        prediction, draft = await self._operations.predict(_id(request))
        return as_json(prediction_as_json(prediction, draft.state(shown, followup=False)))

    async def _execute(self, request: web.Request) -> web.Response:
        conversation_id = _id(request)
        try:
            (name, policy, confidence), shown = await _action(request), verbosity(request)
        except ApiError:
            await self._operations.found(conversation_id)  # as in Rasa, the first that is wrong is that there is none
            raise
        said, draft = await self._operations.execute(conversation_id, name, policy, confidence)
        return as_json(_done(conversation_id, said, draft.state(shown)))

    async def _trigger(self, request: web.Request) -> web.Response:
        conversation_id = _id(request)
        body = await json_object(request, "Name of the intent not provided in request body.")
        name, entities = body.get("name"), body.get("entities") or []
        if not isinstance(name, str) or not name:
            raise bad_request("Name of the intent not provided in request body.", "name")
        if not (isinstance(entities, dict) or _are_entities(entities)):
            raise bad_request("entities must be a list of objects, or an object.", "entities")
        shown = verbosity(request)
        said, draft = await self._operations.trigger(conversation_id, name, entities)
        return as_json(_done(conversation_id, said, draft.state(shown)))

    async def _story(self, request: web.Request) -> web.Response:
        tracker = (await self._operations.found(_id(request))).tracker
        all_sessions = request.query.get("all_sessions", "").lower() == "true"
        story = written_story(tracker, until=_until(request), all_sessions=all_sessions)
        return web.Response(text=story, content_type="text/plain")


def as_json(answer: Raw) -> web.Response:
    """An answer that is JSON already."""
    return web.Response(body=bytes(answer), content_type="application/json", charset="utf-8")


def verbosity(request: web.Request) -> EventVerbosity:
    """Which events are asked for. Raises ApiError for another word than Rasa has."""
    word = request.query.get("include_events") or EventVerbosity.AFTER_RESTART.name
    try:
        return EventVerbosity[word.upper()]
    except KeyError:
        known = ", ".join(each.name for each in EventVerbosity)
        message = f"Invalid parameter value for 'include_events'. Should be one of {known}"
        raise bad_request(message, "include_events", "query") from None


def _id(request: web.Request) -> str:
    found = request.match_info["id"]
    if len(found) > LONGEST_ID or not found.isprintable():
        raise bad_request(
            f"A conversation's id has at most {LONGEST_ID} printable characters.", "conversation_id", "path"
        )
    return found


async def _action(request: web.Request) -> tuple[str, str | None, float | None]:
    """The name, policy and confidence of the action to run."""
    body = await json_object(request, _NO_ACTION)
    name, policy, confidence = body.get("name"), body.get("policy"), body.get("confidence")
    if not isinstance(name, str) or not name:
        raise bad_request(_NO_ACTION, "name")
    if not isinstance(policy, str | None) or not _is_number(confidence):
        raise bad_request("policy must be text, and confidence a number.", "policy")
    return name, policy, confidence


def _until(request: web.Request) -> float | None:
    """Seconds since 1970. As in Rasa, what is no number is no limit."""
    try:
        until = float(request.query.get("until", ""))
    except ValueError:
        return None
    return until if math.isfinite(until) else None


def _until_then(tracker: Tracker, until: float) -> Tracker:
    events = list(tracker.events)
    late = (index for index, event in enumerate(events) if (event.timestamp or 0) > until)
    return Tracker(tracker.conversation_id, tracker.domain, events[: next(late, len(events))])


def _spoken(body: Mapping[str, Any]) -> tuple[str, dict[str, Any] | None]:
    text, parsed = body.get("text"), body.get("parse_data")
    if not isinstance(text, str):
        raise bad_request("The message has no text.", "text")
    text = text.strip()
    if not parsed:  # as in Rasa, what says nothing is understood here
        return text, None
    if not (isinstance(parsed, dict) and _is_intent(parsed) and _has_entities(parsed)):
        raise bad_request("parse_data must be an object with intent and entities.", "parse_data")
    return text, {"text": text, **parsed}


def _is_intent(parsed: Mapping[str, Any]) -> bool:
    intent = parsed.get("intent", "")
    return intent is None or (isinstance(intent, dict) and isinstance(intent.get("name"), str | None))


def _has_entities(parsed: Mapping[str, Any]) -> bool:
    return "entities" in parsed and (parsed["entities"] is None or _are_entities(parsed["entities"]))


def _are_entities(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict) and isinstance(one.get("entity"), str) for one in value
    )


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _done(conversation_id: str, said: Sequence[BotUttered], state: Raw) -> Raw:
    told = [message for one in said for message in messages(conversation_id, one)]
    return written({"tracker": state, "messages": told})
