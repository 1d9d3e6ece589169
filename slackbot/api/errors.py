"""What a request is refused with: Rasa's statuses, reasons and bodies."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from slackbot.core.action_server import RASA_VERSION
from slackbot.errors import Conflict, PersonError, Refused, StoreUnavailable, StorythreadError
from slackbot.strict_json import loads

log = logging.getLogger(__name__)


class ApiError(PersonError):
    """A request that is answered with an error. ``reason`` is Rasa's word for it."""

    def __init__(
        self, status: int, reason: str, message: str, details: Mapping[str, str] | None = None, help_url: str = ""
    ) -> None:
        self.status, self.reason, self.message = status, reason, message
        self.details, self.help_url = dict(details or {}), help_url or None
        super().__init__(message)

    def response(self) -> web.Response:
        """The answer, with Rasa's body."""
        body = {
            "version": RASA_VERSION,
            "status": "failure",
            "message": self.message,
            "reason": self.reason,
            "details": self.details,
            "help": self.help_url,
            "code": self.status,
        }
        return web.Response(status=self.status, text=json.dumps(body), content_type="application/json")

    def page(self) -> web.Response:
        """The answer to somebody who reads it in a browser."""
        return web.Response(status=self.status, text=self.message)


def bad_request(message: str, parameter: str | None = None, place: str = "body") -> ApiError:
    """400, with which parameter is wrong, and where; an empty one is all that is there."""
    return ApiError(400, "BadRequest", message, None if parameter is None else {"parameter": parameter, "in": place})


def not_found(message: str) -> ApiError:
    """404."""
    return ApiError(404, "NotFound", message)


def no_conversation() -> ApiError:
    """404, with the words that Rasa has for it."""
    return ApiError(404, "Not found", "Conversation ID not found.")


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every error that a handler raises, as Rasa's body."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        answer = ApiError(error.status, error.reason.replace(" ", ""), f"{error.reason}.").response()
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer
    except Exception as error:  # noqa: BLE001  a server answers, whatever happens
        problem = as_api_error(error, request)
        return problem.page() if "text/html" in request.headers.get("Accept", "") else problem.response()


def as_api_error(error: Exception, request: web.Request) -> ApiError:
    """What the request is answered with. Nothing of an unforeseen error is told, but logged."""
    match error:
        case ApiError():
            return error
        case Conflict() | Refused():
            return ApiError(409, "Conflict", str(error))
        case StoreUnavailable():
            return ApiError(503, "StoreUnavailable", str(error))
        case web.RequestPayloadError() | ConnectionError():
            return bad_request("The request's body can't be read to its end.")
        case StorythreadError():
            return ApiError(500, "ConversationError", f"An unexpected error occurred. Error: {error}")
    log.error("%s %s failed", request.method, request.path, exc_info=error)
    return ApiError(500, "ConversationError", "An unexpected error occurred. The server's log has it.")


async def json_body(request: web.Request) -> Any:
    """The body, which must be JSON; None where there is none."""
    written = await request.read()
    if not written:
        return None
    try:
        return loads(written.decode("utf-8-sig"))  # whatever the header says: JSON that is exchanged is UTF-8
    except (ValueError, RecursionError):
        raise bad_request("Failed when parsing body as json, which it must be in UTF-8.") from None


async def json_object(request: web.Request, if_missing: str) -> dict[str, Any]:
    """The body, which must be a JSON object."""
    body = await json_body(request)
    if not isinstance(body, dict):
        raise bad_request(if_missing)
    return body
