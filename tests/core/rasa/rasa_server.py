"""A small server that speaks Rasa's conversation API as a real Rasa 3.6 does, its oddities too; the tiny assistant
answers.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Prediction
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    Event,
    SessionStarted,
    UserUttered,
    event_from_dict,
    events_from_dicts,
)
from slackbot.dialogue.tracker import EventVerbosity, Tracker

Json = dict[str, Any]
TOKEN = "sesame"
EXPIRY = 3600.0
_CONVERSATION = re.compile("/conversations/(.+)/(tracker|tracker/events|messages|predict|execute)")


class RasaServer:
    """One server. ``merges``: its store puts new events behind those that are there already, as Rasa's Redis does."""

    def __init__(self, core: BuiltinCore, *, merges: bool = False) -> None:
        self.core, self.merges = core, merges
        self.url = ""
        self.model = "model-1"
        self.conversations: dict[str, list[Event]] = {}
        self.requests: Counter[str] = Counter()
        #: Answers these instead, one after the other: a status, or None to answer too late.
        self.troubles: list[int | None] = []
        #: The action whose running is followed by a forgetting.
        self.forgets_after: str | None = None
        #: Actions in the order in which they were run, with what the conversation held.
        self.ran: list[tuple[str, list[str]]] = []

    # --- what befalls it ------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """As after a restart with conversations in memory only."""
        self.conversations.clear()

    def let_time_pass(self, seconds: float) -> None:
        """For all that it holds."""
        for conversation, events in self.conversations.items():
            rows = [event.as_dict() for event in events]
            older = [{**row, "timestamp": (row.get("timestamp") or 0) - seconds} for row in rows]
            self.conversations[conversation] = events_from_dicts(older)

    # --- HTTP -----------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[RasaServer]:
        """On this port, or any free one."""
        app = web.Application(middlewares=[self._middleware])
        conversation = "/conversations/{id:.+}"
        app.add_routes(
            [
                web.get("/status", self._status),
                web.get("/domain", self._domain),
                web.post("/model/parse", self._parse),
                web.post("/model/predict", self._model_predict),
                web.get(f"{conversation}/tracker", self._tracker),
                web.put(f"{conversation}/tracker/events", self._put),
                web.post(f"{conversation}/tracker/events", self._post),
                web.post(f"{conversation}/messages", self._message),
                web.post(f"{conversation}/predict", self._predict),
                web.post(f"{conversation}/execute", self._execute),
            ]
        )
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests[f"{request.method} {request.path.rpartition('/')[2]}"] += 1
        if self.troubles:
            trouble = self.troubles.pop(0)
            if trouble is None:
                await asyncio.sleep(30)
            return _failure(trouble or 500, "something is wrong")
        if request.query.get("token") != TOKEN and request.headers.get("Authorization") != "Bearer j.w.t":
            return _failure(401, "User is not authenticated.")
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _status(self, _: web.Request) -> web.Response:
        return web.json_response({"model_file": "m.tar.gz", "model_id": self.model, "num_active_training_jobs": 0})

    async def _domain(self, request: web.Request) -> web.Response:
        if "json" not in request.headers.get("Accept", ""):
            return _failure(406, "Invalid Accept header. Domain can be provided as json or yml.")
        return web.json_response(self.domain.data)

    async def _parse(self, request: web.Request) -> web.Response:
        text = (await request.json())["text"]
        return web.json_response(await self.core.parse(text, Tracker("parse", self.domain)))

    async def _model_predict(self, request: web.Request) -> web.Response:
        tracker = Tracker("predict", self.domain, events_from_dicts(await request.json()))
        return web.json_response(self._prediction(await self.core.predict(tracker), tracker, EventVerbosity.NONE))

    async def _tracker(self, request: web.Request) -> web.Response:
        verbosity = EventVerbosity[request.query.get("include_events", "AFTER_RESTART")]
        conversation, known = _id(request), dict(self.conversations)
        if conversation not in known:
            self._begin_session(conversation)  # shown, and not kept
        state = self._held(conversation).current_state(verbosity)
        self.conversations = known
        return web.json_response(state)

    async def _put(self, request: web.Request) -> web.Response:
        conversation, new = _id(request), events_from_dicts(await request.json())
        held = self.conversations.get(conversation, []) if self.merges else []
        known = [event.as_dict() for event in held]
        self.conversations[conversation] = [*held, *(event for event in new if event.as_dict() not in known)]
        return web.json_response(self._held(conversation).current_state(EventVerbosity.AFTER_RESTART))

    async def _post(self, request: web.Request) -> web.Response:
        conversation, given = _id(request), await request.json()
        rows = given if isinstance(given, list) else [given]
        if conversation not in self.conversations:
            self._begin_session(conversation)
        self._load(conversation)
        self._add(conversation, [event_from_dict(row) for row in rows])
        return web.json_response(self._held(conversation).current_state(EventVerbosity.AFTER_RESTART))

    async def _message(self, request: web.Request) -> web.Response:
        conversation, body = _id(request), await request.json()
        self._check_session(conversation)
        tracker = self._held(conversation)
        parsed = body.get("parse_data") or await self.core.parse(body["text"], tracker)
        user = UserUttered(body["text"], parse_data=parsed)
        slots = await self.core.execute(tracker.with_events([user]), "action_extract_slots")
        self._add(conversation, [user, *slots])
        return web.json_response(self._held(conversation).current_state(EventVerbosity.AFTER_RESTART))

    async def _predict(self, request: web.Request) -> web.Response:
        conversation = _id(request)
        if conversation not in self.conversations:
            return _failure(404, "Conversation ID not found.")
        self._check_session(conversation)
        tracker = self._held(conversation)
        return web.json_response(
            self._prediction(await self.core.predict(tracker), tracker, EventVerbosity.AFTER_RESTART)
        )

    async def _execute(self, request: web.Request) -> web.Response:
        conversation, body = _id(request), await request.json()
        if conversation not in self.conversations:
            return _failure(404, "Conversation ID not found.")
        if body["name"] not in self.domain.actions:
            return _failure(500, "An unexpected error occurred. Error: Cannot access action")
        self._check_session(conversation)
        tracker = self._held(conversation)
        before = tracker.current_state(EventVerbosity.AFTER_RESTART)
        self.ran.append((body["name"], [event.type_name for event in tracker.events]))
        options = {"policy": body.get("policy"), "confidence": body.get("confidence")}
        self._add(conversation, await self.core.execute(tracker, body["name"], **options))
        if body["name"] == self.forgets_after:
            self.forget()
        return web.json_response({"tracker": before, "messages": []})

    # --- conversations --------------------------------------------------------------------------------------------

    @property
    def domain(self) -> Domain:
        """Of the loaded model."""
        return self.core.domain

    def _held(self, conversation: str) -> Tracker:
        return Tracker(conversation, self.domain, self.conversations.get(conversation, []))

    def _add(self, conversation: str, events: Sequence[Event]) -> None:
        stamped = [{**event.as_dict(), "metadata": {"model_id": self.model}} for event in events]
        new = events_from_dicts([{"timestamp": time.time(), **row} for row in stamped])
        self.conversations[conversation] = [*self.conversations.get(conversation, []), *new]

    def _load(self, conversation: str) -> None:
        """What a request works on: in memory only the last session, so that what it saves lacks the others."""
        events = self.conversations.get(conversation, [])
        starts = [index for index, event in enumerate(events) if isinstance(event, SessionStarted)]
        if starts and not self.merges:
            self.conversations[conversation] = events[max(starts[-1] - 1, 0) :]

    def _begin_session(self, conversation: str) -> None:
        self._add(
            conversation,
            [ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")],
        )

    def _check_session(self, conversation: str) -> None:
        self._load(conversation)
        applied = self._held(conversation).applied_events()
        spoken = [event.timestamp or 0 for event in applied if isinstance(event, UserUttered)]
        if not applied or (spoken and time.time() - spoken[-1] > EXPIRY):
            self._begin_session(conversation)

    @staticmethod
    def _prediction(prediction: Prediction, tracker: Tracker, verbosity: EventVerbosity) -> Json:
        scores = [{"action": score.action, "score": score.score} for score in prediction.scores]
        return {
            "scores": sorted(scores, key=lambda row: str(row["action"])),  # in no order that says anything
            "policy": prediction.policy,
            "confidence": prediction.confidence,
            "tracker": tracker.current_state(verbosity),
        }


def _id(request: web.Request) -> str:
    """As it stands in the path: Rasa unquotes nothing of it."""
    found = _CONVERSATION.fullmatch(request.rel_url.raw_path)
    assert found is not None
    return found[1]


def _failure(code: int, message: str) -> web.Response:
    body = {"version": "3.6.21", "status": "failure", "message": message, "reason": "", "details": {}, "code": code}
    return web.json_response(body, status=code)
