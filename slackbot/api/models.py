"""The endpoints of the model and its domain."""

from __future__ import annotations

import logging
from functools import partial

from aiohttp import web

from slackbot.api.callbacks import call_back, can_be_called
from slackbot.api.conversations import as_json, verbosity
from slackbot.api.errors import ApiError, as_api_error, bad_request, json_body, json_object
from slackbot.api.events import events_of
from slackbot.api.operations import Operations
from slackbot.api.predictions import prediction_in_order
from slackbot.api.served_domain import served_domain
from slackbot.api.trackers import Draft
from slackbot.api.training import Train, of_data
from slackbot.api.written import written
from slackbot.background import Background
from slackbot.core.action_server import RASA_VERSION
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import to_yaml

log = logging.getLogger(__name__)

#: Trainings at once.
MOST_TRAININGS = 4
_FIXED = (
    "This server serves the newest model of the project that it was started with; POST /model/train makes a newer one."
)

_NO_TEXT = (
    "No text message defined in request_body. Add text message to request body in order to obtain the intent and "
    "extracted entities."
)
_NO_EVENTS = "Supplied events are not valid."
_NO_EMULATION = "Invalid parameter value for 'emulation_mode'. Should be one of 'WIT', 'LUIS', 'DIALOGFLOW'."


class ModelRoutes:
    """Rasa's, for one assistant. ``train`` is None where it is not trained here.

    ``calls_back``: whether answers are sent wherever a request says.
    """

    def __init__(self, operations: Operations, train: Train | None = None, *, calls_back: bool = False) -> None:
        self._operations, self._train, self._calls_back = operations, train, calls_back
        self._trainings, self._background = 0, Background()

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
        accepted, domain = (
            request.headers.get("Accept", "application/json"),
            served_domain(self._operations.core.domain),
        )
        if accepted.endswith("json"):
            return as_json(written(domain))
        if accepted.endswith(("yml", "yaml")):
            return web.Response(text=to_yaml(domain), content_type="application/x-yaml")
        message = (
            'Invalid Accept header. Domain can be provided as json ("Accept: application/json") or'
            'yml ("Accept: application/x-yaml"). Make sure you\'ve set the appropriate Accept header.'
        )
        raise ApiError(406, "NotAcceptable", message)

    async def _parse(self, request: web.Request) -> web.Response:
        body = await json_object(request, _NO_TEXT)
        if emulated := request.query.get("emulation_mode"):
            known = emulated.lower() in {"wit", "luis", "dialogflow"}
            problem = "There is no emulation mode here." if known else _NO_EMULATION
            raise bad_request(problem, "emulation_mode", "query")
        if not isinstance(body.get("text"), str):
            raise bad_request("No text message defined in request body.", "text")
        return as_json(written(await self._operations.parse(body["text"].strip())))

    async def _predict(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        events = events_of(body, _NO_EVENTS)
        if not isinstance(body, list):
            raise bad_request(f"{_NO_EVENTS} The request's body must be a list of events.", "")
        shown = verbosity(request)
        tracker = Tracker("default", self._operations.core.domain, events)
        prediction = await self._operations.core.predict(tracker)
        state = Draft(tracker, {}).state(shown, followup=False)
        return as_json(prediction_in_order(prediction, tracker.domain, state))

    async def _train_now(self, request: web.Request) -> web.Response:
        """Answers with the archive when it is trained, or at once where it is sent elsewhere then."""
        url, data = request.query.get("callback_url"), await request.read()
        if self._trainings >= MOST_TRAININGS:
            raise ApiError(503, "Unavailable", f"{MOST_TRAININGS} models are being trained; try again later.")
        if url and not self._calls_back:
            raise ApiError(403, "NotAuthorized", "Without a token, nothing is sent to a callback_url.")
        self._trainings += 1
        if url:
            self._background.start(self._trained_for(url, data, request), "training for a callback")
            return web.Response(status=204)
        try:
            return await self._trained(data)
        finally:
            self._trainings -= 1

    async def _trained(self, data: bytes) -> web.Response:
        train = partial(of_data, data) if data.strip() else self._train
        if train is None:
            message = "You must provide training data in the request body in order to train your model."
            raise bad_request(message)
        name, archive = await train()
        headers = {"filename": name, "Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=archive, content_type="application/octet-stream", headers=headers)

    async def _trained_for(self, url: str, data: bytes, request: web.Request) -> None:
        try:
            if can_be_called(url):
                await call_back(url, await self._answer(data, request))
            else:  # as in Rasa, whoever asks hears nothing of it
                log.warning("callback_url is no address that begins with http:// or https://: nothing is trained")
        finally:
            self._trainings -= 1

    async def _answer(self, data: bytes, request: web.Request) -> web.Response:
        try:
            return await self._trained(data)
        except Exception as error:  # noqa: BLE001  whoever waits must hear of it, whatever it is
            return as_api_error(error, request).response()

    async def close(self) -> None:
        """Ends the trainings that nobody waits for."""
        await self._background.close(0)

    @staticmethod
    async def _other(request: web.Request) -> web.Response:
        if request.method == "PUT" and not await request.read():
            raise bad_request("No path to model file defined in request_body.")
        raise ApiError(409, "Conflict", _FIXED)
