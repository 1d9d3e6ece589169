"""Where a Rasa server is, and how it is asked: with a token, with bounded retries, and with errors in plain words."""

from __future__ import annotations

import asyncio
import json as jsonlib
from base64 import b64encode
from collections.abc import Mapping
from functools import cached_property, partial
from ssl import SSLContext, create_default_context
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from slackbot.errors import CoreFailed, FileError

#: Seconds that an answer may take. A custom action that Rasa runs is waited for, too.
TIMEOUT = 60.0
_CONNECT = 5.0
#: Seconds before each further try.
PAUSES = (0.2, 0.6, 1.5)
#: Statuses of a server that is starting, overloaded or behind a gateway that can't reach it.
_PASSING = {502, 503, 504}
#: Characters of what a server says that people are shown.
_LONGEST = 300


class RasaFailed(CoreFailed, aiohttp.ClientError):
    """The Rasa server didn't answer, or answered with an error. ``status`` is its HTTP status; None without answer.

    A ClientError, as what Rasa's own client raises is.
    """

    def __init__(self, problem: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(problem)


class EndpointConfig:
    """A Rasa 3 server that was started with ``--enable-api``. The arguments are those of Rasa's class of that name."""

    def __init__(
        self,
        url: str | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        basic_auth: Mapping[str, str] | None = None,
        token: str | None = None,
        token_name: str = "token",  # noqa: S107  the parameter's name
        cafile: str | None = None,
        *,
        jwt: str | None = None,
        timeout: float = TIMEOUT,
        **kwargs: Any,
    ) -> None:
        """``url``: such as ``http://localhost:5005``. ``token``: what the server was given as ``--auth-token``.

        ``basic_auth``: ``username`` and ``password``, for what stands before a server. ``cafile``: certificates to
        trust. ``jwt``: a finished one, for a server with ``--jwt-secret``. ``timeout``: seconds. ``kwargs`` are kept.
        """
        self.url = url or ""
        self.params, self.headers, self.basic_auth = dict(params or {}), dict(headers or {}), dict(basic_auth or {})
        self.token, self.token_name, self.cafile = token, token_name, cafile
        self.jwt, self.timeout, self.kwargs = jwt, timeout, kwargs

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """With the mapping's values as arguments."""
        return cls(**data)

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if isinstance(other, EndpointConfig) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.url)

    def __repr__(self) -> str:
        """Without secrets."""
        return f"EndpointConfig({self.place!r})"

    @property
    def place(self) -> str:
        """The address as people are shown it: without a name and password, and without a query."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

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
        ``again`` is set (by default: GET and PUT, which change nothing the second time). If it is False, nothing is
        sent again. Raises RasaFailed, and FileError where ``cafile`` holds no certificates.
        """
        repeatable = method.lower() in {"get", "put"} if again is None else again
        for pause in (*(PAUSES if again is not False else ()), None):
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
        own = {"Accept": "application/json", **self._authorization(), **headers, **self.headers}
        asked = {**self.params, **({self.token_name: self.token} if self.token else {}), **params}
        url = f"{self.url.rstrip('/')}/{subpath.lstrip('/')}"
        timeout = aiohttp.ClientTimeout(total=self.timeout, sock_connect=min(self.timeout, _CONNECT))
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, json_serialize=partial(jsonlib.dumps, default=str)) as http,
                http.request(method, url, params=asked, json=json, headers=own, ssl=self._trusted) as response,
            ):
                status, text = response.status, await response.text(errors="replace")
        except aiohttp.ClientConnectorError as error:
            why = error.strerror or type(error).__name__
            raise _Passing(f"no Rasa server answers at {self.place} ({why})", unsent=True) from None
        except TimeoutError:
            raise _Passing(f"the Rasa server at {self.place} did not answer within {self.timeout:g} seconds") from None
        except aiohttp.ClientError as error:
            problem = str(error) or type(error).__name__
            raise _Passing(f"the connection to the Rasa server at {self.place} broke ({problem})") from None
        return self._answer(status, text)

    def _authorization(self) -> dict[str, str]:
        if self.jwt:
            return {"Authorization": f"Bearer {self.jwt}"}
        if not self.basic_auth:
            return {}
        pair = f"{self.basic_auth['username']}:{self.basic_auth['password']}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}

    @cached_property
    def _trusted(self) -> SSLContext | bool:
        if not self.cafile:
            return True
        try:
            return create_default_context(cafile=self.cafile)
        except OSError as error:  # an SSLError too
            raise FileError(self.cafile, None, f"no certificates ({error.strerror})", "correct cafile") from None

    def _answer(self, status: int, text: str) -> Any:
        answer = _parsed(text)
        if status in _PASSING:
            raise _Passing(f"the Rasa server at {self.place} answers {status}", status=status)
        if status == 401:
            raise RasaFailed("the Rasa server refuses the token; correct STORYTHREAD_CORE_TOKEN", status)
        if status == 403:
            raise RasaFailed("the Rasa server refuses the JWT; its user needs the role admin", status)
        if status >= 400:
            raise RasaFailed(f"the Rasa server answers {status}{_words(answer, text)}", status)
        if answer is None and text.strip() not in {"", "null"}:
            raise RasaFailed(f"what answers at {self.place} is no Rasa server: its answer is no JSON", status)
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
