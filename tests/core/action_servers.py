"""A small action server that speaks the Rasa SDK's webhook protocol, with actions written in the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Answer = Json | web.Response
#: Gets the call; gives what the server answers with status 200, or a response of its own, at once or after a while.
Action = Callable[[Json], Answer | Awaitable[Answer]]


class ScriptedServer:
    """Answers calls by its actions; keeps all that it was asked."""

    def __init__(self) -> None:
        self.actions: dict[str, Action] = {}
        self.calls: list[Json] = []
        self.url = ""

    @property
    def names(self) -> list[str]:
        """The actions that were asked for."""
        return [call["next_action"] for call in self.calls]

    def answers(self, action: str, *events: Json, responses: list[Json] | None = None) -> None:
        """Makes an action always give these events and responses."""
        self.actions[action] = lambda _: {"events": list(events), "responses": responses or []}

    async def handle(self, request: web.Request) -> web.Response:
        """Runs an action."""
        call = await request.json()
        self.calls.append(call)
        action = self.actions.get(call["next_action"])
        if action is None:
            error = {"error": f"No registered action found for name '{call['next_action']}'."}
            return web.json_response({**error, "action_name": call["next_action"]}, status=404)
        said = action(call)
        answer = await said if isawaitable(said) else said
        return answer if isinstance(answer, web.Response) else web.json_response(answer)


@asynccontextmanager
async def scripted_server(port: int = 0) -> AsyncIterator[ScriptedServer]:
    """A server on a free port, or on this one."""
    server, app = ScriptedServer(), web.Application()
    app.router.add_post("/webhook", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
        yield server
    finally:
        await runner.cleanup()


def slot(name: str, value: Any) -> Json:
    """A slot event."""
    return {"event": "slot", "name": name, "value": value}
