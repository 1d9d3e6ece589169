"""A workspace on loopback with the program's real processes at work in it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from slackbot.sandbox import Sandbox
from slackbot.settings import Settings
from slackbot.store import Store
from slackbot.store.server import connect
from tests.end_to_end.stage import Scene
from tests.faults.programs import Program

Json = dict[str, Any]
#: Seconds that anything in a session may take, restarts included.
STEP = 100.0
#: Seconds before a message event is delivered again. Slack's are 0, 60 and 300.
RETRIES = (0.3, 3.0, 12.0)


@dataclass
class World:
    """What there is: the workspace, the store, and the processes."""

    slack: Sandbox
    redis_url: str
    folder: Path
    programs: list[Program] = field(default_factory=list)
    _redis: Redis | None = None

    @property
    def store(self) -> Store:
        """What is stored, at ``redis_url``."""
        self._redis = self._redis or connect(self.redis_url)
        return Store(self._redis)

    async def close(self) -> None:
        """Ends every process and the connection to the store."""
        for program in self.programs:
            program.kill()
        if self._redis is not None:
            await self._redis.aclose()

    @property
    def settings(self) -> Settings:
        """What the program is told."""
        return Settings(
            slack_bot_token=self.slack.bot_token,
            slack_app_token=self.slack.app_token,
            slack_signing_secret=self.slack.signing_secret,
            slack_api_url=self.slack.api_url,
            redis_url=self.redis_url or None,
            data=self.folder / "data",
            updates_per_minute=1000,
            learn=False,  # the scripts rely on what the assistant understands by itself
        )

    def program(self, command: str, **variables: str) -> Program:
        """A process of this world that isn't started yet."""
        ready = "storythread: ready" if command == "serve" else "ready: waiting for jobs"
        program = Program(command, {**self.settings.as_environment(), **variables}, self.folder, ready)
        self.programs.append(program)
        return program

    async def running(self, *commands: str) -> list[Program]:
        """Processes that are started and ready."""
        programs = [self.program(command) for command in commands]
        for program in programs:
            program.start()
        await asyncio.gather(*(program.is_ready() for program in programs))
        return programs

    async def until(self, condition: Callable[[], Any], seconds: float = STEP) -> Any:
        """Waits until a condition on the workspace holds."""
        return await self.slack.wait_for(condition, seconds)

    def report(self) -> str:
        """Everything that helps to see what went wrong."""
        calls = [f"{call.method} {call.error or ''} {_name(call.args)}" for call in self.slack.calls[-40:]]
        return "\n".join(["--- the latest calls", *calls, *(program.report() for program in self.programs)])


def _name(arguments: Any) -> str:
    metadata = arguments.get("metadata")
    if isinstance(metadata, str):
        metadata = json.loads(metadata)
    return str(metadata["event_payload"]["name"]) if metadata else str(arguments.get("ts") or "")


@asynccontextmanager
async def world(redis_url: str, folder: Path, *, seconds: float = 220, **sandbox: Any) -> AsyncIterator[World]:
    """A workspace without any process yet. Processes are stopped at the end; a failure tells what they said.

    ``seconds`` is the bound for all of it.
    """
    options = {"retry_delays": RETRIES, "connect_timeout": 0.5, "rate_limits": False, **sandbox}
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  nothing else goes on yet
    async with Sandbox(**options) as slack:
        made = World(slack, redis_url, folder)
        try:
            async with asyncio.timeout(seconds):
                yield made
                for program in reversed(made.programs):
                    await program.stop()
        except BaseException as error:
            error.add_note(made.report())
            raise
        finally:
            await made.close()


async def poll(condition: Callable[[], Any], seconds: float = STEP) -> None:
    """Waits for something outside the workspace."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


async def conversation_of(scene: Scene) -> str:
    """The id of the conversation held in a thread, as soon as the app has noted whose thread it is."""
    async with asyncio.timeout(STEP):
        while not (found := await scene.stage.teaching.store.conversation_in(scene.stage.channel, scene.ts)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return found
