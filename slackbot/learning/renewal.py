"""Lets a process notice what was taught: it asks for training, and takes the newest model without a pause."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from slackbot.errors import StorythreadError
from slackbot.learning.assistant import Assistant
from slackbot.learning.judging import Turn, Verdict, turns_of
from slackbot.store.models import Model, Models, Training

log = logging.getLogger(__name__)

#: Seconds between looks for corrections and for newer models.
LOOK_EVERY = 1.0
#: Seconds after which a training that was asked for, and neither runs nor has ended, is asked for again.
ASK_AGAIN = 10.0


@dataclass(frozen=True)
class Report:
    """How learning stands, for people."""

    #: What answers in this process.
    in_use: Model
    training: Training
    #: All turns that were agreed, the oldest first.
    turns: list[Turn]


class Renewal:
    """Of one process's assistant."""

    def __init__(self, assistant: Assistant, models: Models, ask_for_training: Callable[[], Awaitable[None]]) -> None:
        """``ask_for_training`` may be called again and again: what waits is as good as asked for."""
        self._assistant, self._models, self._ask = assistant, models, ask_for_training
        self._asked: tuple[int, float] = (0, 0.0)
        self._trouble = ""

    async def run(self) -> None:
        """Looks from time to time, until it is cancelled. Whatever fails, the model in use stays in use."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
                self._trouble = ""
            except StorythreadError as error:
                if str(error) != self._trouble:
                    log.warning("the model stays as it is: %s", error)
                self._trouble = str(error)
            except Exception:
                log.exception("looking for a newer model failed")

    async def look(self) -> None:
        """Asks for training if something was corrected, and takes the newest model if there is a newer one."""
        training = await asyncio.to_thread(self._models.training)
        if self._must_ask(training):
            await self._ask()
            self._asked = (training.wanted, time.monotonic())
        if await asyncio.to_thread(self._assistant.renew, self._models, training):
            log.info("version %d of the model is in use", self._assistant.model.version)

    def _must_ask(self, training: Training) -> bool:
        wanted, at = self._asked
        overdue = training.running_since is None and time.monotonic() - at > ASK_AGAIN
        return training.is_due and (training.wanted != wanted or overdue)

    async def report(self) -> Report:
        """How learning stands. Raises StoreUnavailable."""
        training = await asyncio.to_thread(self._models.training)
        verdicts = await asyncio.to_thread(self._models.verdicts)
        turns = turns_of((name, Verdict.from_list(row)) for name, row in verdicts)
        return Report(self._assistant.model, training, turns)
