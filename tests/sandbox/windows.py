"""A browser's window without a browser: the page's endpoints over real HTTP, as one person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientResponse, ClientSession

JSON = dict[str, Any]
BOUND = 60.0  # seconds


class Window:
    """One window of one person."""

    def __init__(self, session: ClientSession, url: str, user: str) -> None:
        self.session, self.url, self.user = session, url.rstrip("/"), user

    async def get(self, path: str, **headers: str) -> JSON:
        async with self.session.get(self.address(path), headers=headers) as answer:
            found: JSON = await answer.json()
            return found

    async def post(self, path: str, body: Any) -> tuple[int, JSON]:
        async with self.session.post(self.address(path), json=body) as answer:
            return answer.status, await answer.json()

    async def state(self) -> JSON:
        return await self.get("/page/state")

    async def do(self, verb: str, **arguments: Any) -> Any:
        status, answer = await self.post(f"/page/do/{verb}", arguments)
        assert status == 200, answer
        assert answer["ok"]
        return answer["result"]

    async def fail(self, verb: str, **arguments: Any) -> JSON:
        status, answer = await self.post(f"/page/do/{verb}", arguments)
        assert status == 400, answer
        assert not answer["ok"]
        return answer

    @asynccontextmanager
    async def changes(self, path: str = "/page/changes", **headers: str) -> AsyncIterator[Events]:
        async with self.session.get(self.address(path), headers=headers) as answer:
            assert answer.content_type == "text/event-stream"
            yield Events(answer)

    def address(self, path: str) -> str:
        mark = "&" if "?" in path else "?"
        return f"{self.url}{path}{mark}as={self.user}"


class Events:
    """Server-Sent Events, one after the other."""

    def __init__(self, answer: ClientResponse) -> None:
        self._answer = answer

    async def next(self) -> JSON:
        """The next event: event, id, data."""
        fields: JSON = {"event": "message"}
        async with asyncio.timeout(BOUND):
            while True:
                line = (await self._answer.content.readline()).decode()
                if not line:
                    raise EOFError("the stream has ended")
                name, _, value = line.rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    return {**fields, "id": int(fields["id"]), "data": json.loads(fields["data"])}

    async def until(self, kind: str) -> JSON:
        """The data of the next change of this type."""
        while True:
            data: JSON = (await self.next())["data"]
            if data.get("type") == kind:
                return data
