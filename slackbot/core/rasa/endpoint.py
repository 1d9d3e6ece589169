"""Where a Rasa server is, and how it is asked: with a token, with bounded retries, and with errors in plain words."""

from __future__ import annotations

import asyncio
import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from slackbot.errors import CoreFailed

#: Seconds that an answer may take. A custom action that Rasa runs is waited for, too.
TIMEOUT = 60.0
_CONNECT = 5.0
#: Seconds before each further try.
PAUSES = (0.2, 0.6, 1.5)
#: Statuses of a server that is starting, overloaded or behind a gateway that can't reach it.
_PASSING = {502, 503, 504}
#: Characters of what a server says that people are shown.
_LONGEST = 300


class RasaFailed(CoreFailed):
    """The Rasa server didn't answer, or answered with an error. ``status`` is its HTTP status; None without answer."""

    def __init__(self, problem: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(problem)


@dataclass(frozen=True)
class EndpointConfig:
    """A Rasa 3 server that was started with ``--enable-api``."""

    #: Such as ``http://localhost:5005``.
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: What the server was given as ``--auth-token``.
    token: str | None = field(default=None, repr=False)
    token_name: str = "token"  # noqa: S105  the parameter's name
    #: A finished JWT, for a server with ``--jwt-secret``.
    jwt: str | None = field(default=None, repr=False)
    #: Seconds.
    timeout: float = TIMEOUT

    async def request(
        self,
        method: str = "post",
        subpath: str | None = None,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        again: bool | None = None,
    ) -> Any:
        """The parsed JSON of the answer; None where it is empty.

        A request that can't be sent is sent again, with pauses, and so is one that may have reached the server if
        ``again`` is set (by default: GET and PUT, which change nothing the second time). Raises RasaFailed.
        """
        repeatable = method.lower() in {"get", "put"} if again is None else again
        for pause in (*PAUSES, None):
            try:
                return await self._once(method, subpath or "", json, params or {}, headers or {})
            except _Passing as error:
                if pause is None or not (repeatable or error.unsent):
                    raise RasaFailed(error.problem, error.status) from None
                await asyncio.sleep(pause)
        raise AssertionError("the last try either answers or raises")

    async def _once(
        self, method: str, subpath: str, json: Any, params: Mapping[str, str], headers: Mapping[str, str]
    ) -> Any:
        own = {"Accept": "application/json", **self.headers, **headers}
        if self.jwt:
            own["Authorization"] = f"Bearer {self.jwt}"
        if json is not None:
            own["Content-Type"] = "application/json"
        asked = {**self.params, **params, **({self.token_name: self.token} if self.token else {})}
        url = f"{self.url.rstrip('/')}/{subpath.lstrip('/')}"
        data = jsonlib.dumps(json, default=str).encode() if json is not None else None
        timeout = aiohttp.ClientTimeout(total=self.timeout, sock_connect=min(self.timeout, _CONNECT))
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as http,
                http.request(method, url, params=asked, data=data, headers=own) as response,
            ):
                return self._answer(response.status, await response.text(errors="replace"))
        except aiohttp.ClientConnectorError as error:
            why = error.strerror or type(error).__name__
            raise _Passing(f"no Rasa server answers at {self.url} ({why})", unsent=True) from None
        except TimeoutError:
            raise _Passing(f"the Rasa server at {self.url} did not answer within {self.timeout:g} seconds") from None
        except aiohttp.ClientError as error:
            problem = str(error) or type(error).__name__
            raise _Passing(f"the connection to the Rasa server at {self.url} broke ({problem})") from None

    def _answer(self, status: int, text: str) -> Any:
        answer = _parsed(text)
        if status in _PASSING:
            raise _Passing(f"the Rasa server at {self.url} answers {status}", status=status)
        if status == 401:
            raise RasaFailed("the Rasa server refuses the token; correct STORYTHREAD_CORE_TOKEN", status)
        if status == 403:
            raise RasaFailed("the Rasa server refuses the JWT; its user needs the role admin", status)
        if status >= 400:
            raise RasaFailed(f"the Rasa server answers {status}{_words(answer, text)}", status)
        if answer is None and text.strip() not in {"", "null"}:
            raise RasaFailed(f"what answers at {self.url} is no Rasa server: its answer is no JSON", status)
        return answer


class _Passing(Exception):
    """A failure that another try may not meet."""

    def __init__(self, problem: str, *, status: int | None = None, unsent: bool = False) -> None:
        self.problem, self.status, self.unsent = problem, status, unsent
        super().__init__(problem)


def _parsed(text: str) -> Any:
    try:
        return jsonlib.loads(text)
    except ValueError:
        return None


def _words(answer: Any, text: str) -> str:
    page = text.lstrip().startswith("<")  # of another server than Rasa
    said = answer.get("message") if isinstance(answer, dict) else "" if page else text
    words = " ".join(str(said or "").split())
    return f": {words[:_LONGEST]}" if words else ""
