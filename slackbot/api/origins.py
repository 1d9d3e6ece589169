"""Which web pages may ask from a browser: cross-origin resource sharing, off unless origins are listed."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

#: Stands for every origin.
ANY = "*"
_METHODS = "DELETE, GET, HEAD, OPTIONS, POST, PUT"


@dataclass(frozen=True)
class Origins:
    """The origins, such as ``https://example.com``, whose pages are let in."""

    listed: tuple[str, ...] = ()

    def allow(self, origin: str) -> bool:
        """Whether pages of this origin may ask and read the answers."""
        return ANY in self.listed or origin in self.listed

    def add_to(self, app: web.Application) -> None:
        """Tells browsers so with every answer, errors among them."""
        if self.listed:
            app.on_response_prepare.append(self._tell)

    async def _tell(self, request: web.Request, response: web.StreamResponse) -> None:
        if ANY not in self.listed:
            response.headers.add("Vary", "Origin")
        origin = request.headers.get("Origin")
        if origin is None or not self.allow(origin):
            return
        told = {"Access-Control-Allow-Origin": ANY, "Access-Control-Expose-Headers": "filename"}
        if ANY not in self.listed:  # what a browser knows of somebody is never shared with every page
            told |= {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
        if "Access-Control-Request-Method" in request.headers:
            told["Access-Control-Allow-Methods"] = _METHODS
            told["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "")
        response.headers.update(told)


@web.middleware
async def options_tell_nothing(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Browsers ask with OPTIONS before they send a token: as in Rasa, the answer is 200 and empty for every path."""
    return web.Response() if request.method == "OPTIONS" else await handler(request)
