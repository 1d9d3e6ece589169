"""One person's use of elements, the same in messages, modals and home tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from slackbot.sandbox.backend import Backend
from slackbot.sandbox.block_kit import suggested_options
from slackbot.sandbox.delivery import Deliverer
from slackbot.sandbox.elements import (
    VALUE_KEYS,
    Placed,
    State,
    chosen_state,
    find_element,
    merged_state,
    momentary_choice,
    reported_action,
)
from slackbot.sandbox.errors import ApiError, NotAcknowledged, NotOnScreen
from slackbot.sandbox.payloads import InView, Place
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import unescape
from slackbot.sandbox.workspace import Account

_LOOKED_UP = ("external_select", "multi_external_select")


class Hands:
    """Finds elements, changes their state as a client does, and tells the app."""

    def __init__(self, backend: Backend, deliverer: Deliverer, account: Account) -> None:
        self._backend, self._deliverer, self._account = backend, deliverer, account
        #: What this person has chosen in messages: timestamp -> state. Nobody else sees it.
        self._chosen: dict[str, State] = {}
        #: What the app has offered in the menus whose options it looks up: block id, action id -> options.
        self._offered: dict[tuple[str, str], list[JSON]] = {}

    @property
    def chosen(self) -> dict[str, State]:
        """What this person has chosen in messages, by their timestamps."""
        return dict(self._chosen)

    async def use(
        self, place: Place, action: str, value: Any = None, block_id: str | None = None, *, times: int = 1
    ) -> None:
        """Press an element, or put `value` into it. The app is told unless the element is a mere input.

        NotOnScreen if there is no such element or option; NotAcknowledged.
        """
        placed = find_element(place.blocks, action, block_id, viewer=self._account.id)
        if placed.element["type"] in _LOOKED_UP and value is not None:
            await self._look_up(place, placed, value)
        payloads = [self._used(place, placed, value) for _ in range(times)]
        if placed.dispatches:
            await asyncio.gather(*(self._deliverer.interact("interactive", payload) for payload in payloads))

    async def search(self, place: Place, action: str, query: str, block_id: str | None = None) -> list[JSON]:
        """Type into a menu whose options the app looks up; answers what it offers."""
        placed = find_element(place.blocks, action, block_id, viewer=self._account.id)
        return await self._search(place, placed, query)

    def _used(self, place: Place, placed: Placed, value: Any) -> JSON:
        """Change the state, and answer the payload that tells of it."""
        element, block = placed
        if element["type"] in VALUE_KEYS:
            chosen: JSON | None = self._choice(placed, value)
            state = self._keep(place, block["block_id"], element["action_id"], chosen or {})
        else:
            chosen, state = momentary_choice(element, value), self._state(place)
        action = reported_action(placed, self._backend.workspace.clock.next_ts(), chosen)
        return self._backend.payloads.block_actions(self._account, place, action, state)

    def _choice(self, placed: Placed, value: Any) -> JSON:
        element, block = placed
        looked_up = element["type"] in _LOOKED_UP
        offered = self._offered.get((block["block_id"], element["action_id"]), [])
        return chosen_state(element, value, offered if looked_up else None)

    def _state(self, place: Place) -> State:
        if isinstance(place, InView):
            return place.view.state
        ts = place.message["ts"]
        self._chosen[ts] = merged_state(place.blocks, self._chosen.get(ts, {}))
        return self._chosen[ts]

    def _keep(self, place: Place, block_id: str, action_id: str, chosen: JSON) -> State:
        if isinstance(place, InView):
            self._backend.views.set_state(place.view, block_id, action_id, chosen)
            return place.view.state
        state = self._state(place)
        state[block_id][action_id] = chosen
        return state

    async def _look_up(self, place: Place, placed: Placed, value: str | Sequence[str]) -> None:
        """Have the app offer what is wanted, unless it has done so already."""
        key = placed.block["block_id"], placed.element["action_id"]
        for wanted in [value] if isinstance(value, str) else value:
            offered = self._offered.get(key, [])
            if not any(wanted in (option["value"], unescape(option["text"]["text"])) for option in offered):
                await self._search(place, placed, wanted)

    async def _search(self, place: Place, placed: Placed, query: str) -> list[JSON]:
        element, block = placed
        if element["type"] not in _LOOKED_UP:
            raise NotOnScreen(f"{element['action_id']} is a {element['type']}: its options are there without a search")
        payload = self._backend.payloads.suggestion(self._account, place, placed, query)
        answer = await self._deliverer.interact("interactive", payload)
        try:
            options = suggested_options(answer)
        except ApiError as error:
            raise NotAcknowledged(f"Slack can't show these options: {error.as_dict()}") from None
        known = self._offered.setdefault((block["block_id"], element["action_id"]), [])
        known.extend(option for option in options if option not in known)
        return options
