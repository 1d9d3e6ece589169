"""The endpoints of the model and its domain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from slackbot.api.conversations import as_json, verbosity
from slackbot.api.errors import ApiError, bad_request, json_body, json_object
from slackbot.api.events import events_of
from slackbot.api.operations import Operations
from slackbot.api.predictions import prediction_in_order
from slackbot.api.trackers import Draft
from slackbot.api.written import written
from slackbot.core.action_server import RASA_VERSION
from slackbot.dialogue.tracker import Tracker

#: Trains the project that is served, and gives the model's name and archive.
Train = Callable[[], Awaitable[tuple[str, bytes]]]
_FIXED = (
    "This server serves the newest model of the project that it was started with; POST /model/train makes a newer one."
)


class ModelRoutes:
    """Rasa's, for one assistant. ``train`` is None where it is not trained here."""

    def __init__(self, operations: Operations, train: Train | None = None) -> None:
        self._operations, self._train = operations, train
        self._trainings = 0

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/version", self._version),
            web.get("/status", self._status),
            web.get("/domain", self._domain),
            web.post("/model/parse", self._parse),
            web.post("/model/predict", self._predict),
            web.post("/model/train", self._train_now),
            web.put("/model", self._other),
            web.delete("/model", self._other),
        ]

    @staticmethod
    async def _version(_: web.Request) -> web.Response:
        """Of the Rasa whose API this is: clients compare it."""
        return web.json_response({"version": RASA_VERSION, "minimum_compatible_version": RASA_VERSION})

    async def _status(self, _: web.Request) -> web.Response:
        model = self._operations.model_id
        return web.json_response(
            {"model_file": f"{model}.zip", "model_id": model, "num_active_training_jobs": self._trainings}
        )

    async def _domain(self, request: web.Request) -> web.Response:
        accepted, domain = request.headers.get("Accept", "application/json"), self._operations.core.domain
        if accepted.endswith("json"):
            return as_json(written(domain.data))
        if accepted.endswith(("yml", "yaml")):
            return web.Response(text=domain.as_yaml(), content_type="application/x-yaml")
        message = (
            "Invalid Accept header. Domain can be provided as json (application/json) or yml (application/x-yml)."
            " Make sure you've set the appropriate Accept header."
        )
        raise ApiError(406, "NotAcceptable", message)

    async def _parse(self, request: web.Request) -> web.Response:
        if request.query.get("emulation_mode"):
            raise bad_request("There is no emulation mode here.", "emulation_mode", "query")
        body = await json_object(request, "No text message defined in request body. Add text message to request body.")
        if not isinstance(body.get("text"), str):
            raise bad_request("No text message defined in request body.", "text")
        return as_json(written(await self._operations.parse(body["text"].strip())))

    async def _predict(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        events = events_of(body)
        if not isinstance(body, list):
            raise bad_request("Supplied events are not valid. The request's body must be a list of events.")
        shown = verbosity(request)
        tracker = Tracker("default", self._operations.core.domain, events)
        prediction = await self._operations.core.predict(tracker)
        state = Draft(tracker, {}).state(shown, followup=False)
        return as_json(prediction_in_order(prediction, tracker.domain, state))

    async def _train_now(self, request: web.Request) -> web.Response:
        """Answers with the archive when it is trained, as Rasa does."""
        if self._train is None:
            raise ApiError(409, "Conflict", "The assistant that is served here is not trained here.")
        if "callback_url" in request.query:
            raise bad_request("There are no callbacks here; wait for the answer.", "callback_url", "query")
        if (await request.read()).strip() not in {b"", b"{}"}:
            raise bad_request("The project's own files are what is trained here; send no training data.")
        self._trainings += 1
        try:
            name, archive = await self._train()
        finally:
            self._trainings -= 1
        return web.Response(body=archive, content_type="application/octet-stream", headers={"filename": name})

    @staticmethod
    async def _other(_: web.Request) -> web.Response:
        raise ApiError(409, "Conflict", _FIXED)
