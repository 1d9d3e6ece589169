"""The arguments of one call, in whichever of Slack's encodings they came."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from slackbot.sandbox.errors import ApiError, invalid_arguments

_TRUE = (True, 1, "1", "true", "True", "yes")


class Arguments:
    """Typed access to what the caller sent; a wrong type is ApiError ``invalid_arguments``."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = dict(values)

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as their digits."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise invalid_arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean as JSON or as a form says it."""
        value = self.values.get(name)
        return default if value in (None, "") else value in _TRUE

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        if name not in self:
            return default
        try:
            return int(self.values[name])
        except (TypeError, ValueError):
            raise invalid_arguments(f"must be an integer [json-pointer:/{name}]") from None

    def object(self, name: str, error: str) -> Any:
        """JSON, parsed already or as text; None if absent, ApiError `error` if it is no JSON."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None

    def words(self, name: str) -> list[str]:
        """A list, as JSON or separated by commas."""
        value = self.values.get(name) or []
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]


async def read_arguments(request: web.Request) -> Arguments:
    """Everything from the query and the body. ApiError ``invalid_json``, ``invalid_post_type``."""
    values: dict[str, Any] = dict(request.query)
    kind = request.content_type
    if kind == "application/json" and request.can_read_body:
        values |= await _json_body(request)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        values |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return Arguments(values)


async def _json_body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        raise ApiError("invalid_json") from None
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body
