"""Trigger ids: what lets an app open a modal for somebody who just did something."""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbot.sandbox.clock import Clock
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.ids import new_trigger_id

TRIGGER_LIFETIME = 3.0  # seconds
#: How many are remembered, to tell one that has expired from one that never was.
REMEMBERED = 1000


@dataclass
class Trigger:
    """Made by one interaction of one person, in a view or elsewhere; good for one modal."""

    id: str
    user_id: str
    made_at: float
    view_id: str | None = None
    exchanged: bool = False


@dataclass
class Triggers:
    """The trigger ids that were given out."""

    clock: Clock
    _by_id: dict[str, Trigger] = field(default_factory=dict)

    def new(self, user_id: str, view_id: str | None = None) -> str:
        """A fresh trigger id for an interaction that is about to be delivered."""
        trigger = Trigger(new_trigger_id(), user_id, self.clock.now(), view_id)
        self._by_id[trigger.id] = trigger
        if len(self._by_id) > REMEMBERED:
            del self._by_id[next(iter(self._by_id))]
        return trigger.id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger up. ApiError ``invalid_``, ``exchanged_`` or ``expired_trigger_id``."""
        trigger = self._by_id.get(trigger_id)
        if trigger is None:
            raise ApiError("invalid_trigger_id")
        if trigger.exchanged:
            raise ApiError("exchanged_trigger_id")
        if self.clock.now() - trigger.made_at > TRIGGER_LIFETIME:
            raise ApiError("expired_trigger_id")
        trigger.exchanged = True
        return trigger
