"""Who may ask: Rasa's token and JWT; without either, nobody but this machine."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

import jwt
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from slackbot.api.errors import ApiError
from slackbot.api.origins import ANY, Origins
from slackbot.errors import SettingsError

_DOCS = "https://rasa.com/docs/rasa/user-guide/configuring-http-api/#security-considerations"
#: What is told to anybody: that there is a server, and whether it is well.
_OPEN = {"", "/version", "/health"}


@dataclass(frozen=True)
class Access:
    """What opens the API."""

    token: str | None = field(default=None, repr=False)
    #: Signs JWTs (HS256), whose ``user`` has a ``role``: admin, or user, who has the conversation of their username.
    jwt_secret: str | None = field(default=None, repr=False)
    #: Whose pages are let in.
    origins: Origins = field(default_factory=Origins)

    @property
    def is_guarded(self) -> bool:
        """Whether a token or a secret opens it."""
        return bool(self.token or self.jwt_secret)

    def check_host(self, host: str) -> None:
        """Raises SettingsError for an address that others reach, or for all pages let in, where nothing guards it."""
        if self.is_guarded:
            return
        if not is_loopback(host):
            raise SettingsError(
                f"STORYTHREAD_API_HOST is {host}, which others reach; set STORYTHREAD_API_TOKEN, or bind to 127.0.0.1"
            )
        if ANY in self.origins.listed:
            raise SettingsError(
                "STORYTHREAD_API_CORS is *, which lets in every page that a browser here shows;"
                " set STORYTHREAD_API_TOKEN, or list the origins"
            )

    def middleware(self, lets_in: Callable[[web.Request], bool] = lambda _: False) -> Middleware:
        """Lets through what may be asked, and whatever ``lets_in`` does; answers 401 or 403 otherwise."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.removesuffix("/") not in _OPEN and not lets_in(request):
                self._check(request)
            return await handler(request)

        return guard

    def _check(self, request: web.Request) -> None:
        if not self.is_guarded:
            self._check_from_here(request)
            return
        given = request.query.get("token")
        if (
            self.token
            and given is not None
            and hmac.compare_digest(given.encode(errors="replace"), self.token.encode())
        ):
            return
        header = request.headers.get("Authorization")
        if not self.jwt_secret or header is None:
            raise _unknown()
        scheme, _, signed = header.strip().partition(" ")
        if scheme.lower() != "bearer" or not signed:
            raise ApiError(400, "InvalidAuthorizationHeader", "Authorization header is invalid.")
        self._check_jwt(signed.strip(), self.jwt_secret, request.match_info.get("id"))

    def _check_from_here(self, request: web.Request) -> None:
        """Keeps out pages of the web that are open in a browser on this machine.

        They can send what a browser takes for harmless without asking first, and names can be made to lead here.
        """
        host, origin = _host_of(f"//{request.host}"), request.headers.get("Origin")
        if host is None or not is_loopback(host):
            raise _forbidden("Without a token, only this machine may ask, by the name of localhost.")
        if origin is None:
            is_a_pages = request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}
        else:
            is_a_pages = origin.partition("://")[2] != request.host and not self.origins.allow(origin)
        if is_a_pages:
            raise _forbidden(
                "Without a token, no page of another origin may ask. List its origin in STORYTHREAD_API_CORS."
            )

    @staticmethod
    def _check_jwt(signed: str, secret: str, conversation_id: str | None) -> None:
        try:
            user = jwt.decode(signed, secret, algorithms=["HS256"]).get("user")
        except (jwt.PyJWTError, UnicodeError):  # UnicodeError: of bytes that are no text
            raise _unknown() from None
        user = user if isinstance(user, dict) else {}
        is_own = conversation_id is not None and user.get("username") == conversation_id
        if not (user.get("role") == "admin" or (user.get("role") == "user" and is_own)):
            raise _forbidden("User has insufficient permissions.")


@lru_cache(maxsize=256)
def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that is bound to this host."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _forbidden(message: str) -> ApiError:
    return ApiError(403, "NotAuthorized", message)


def _unknown() -> ApiError:
    return ApiError(401, "NotAuthenticated", "User is not authenticated.", help_url=_DOCS)
