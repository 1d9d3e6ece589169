"""People who act as in Slack's client: they type, press, fill in and see only what is before them."""

from __future__ import annotations

import asyncio
from typing import Any

from slackbot.sandbox.authors import by_person
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.block_kit import view_definition
from slackbot.sandbox.delivery import Deliverer
from slackbot.sandbox.elements import Placed, State, chosen_state, find_element, merged_state, reported_action
from slackbot.sandbox.errors import ApiError, NotAcknowledged, NotOnScreen
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.text import Typed, typed
from slackbot.sandbox.views import View
from slackbot.sandbox.workspace import Account, Channel


class Person:
    """One person. Every action waits, for a bounded time, until the app has acknowledged what came of it.

    An interaction that isn't acknowledged raises NotAcknowledged; reaching for something that isn't there raises
    NotOnScreen.
    """

    def __init__(self, backend: Backend, deliverer: Deliverer, account: Account) -> None:
        self._backend, self._deliverer, self._account = backend, deliverer, account
        #: What this person has chosen in messages: timestamp -> state. Others don't see it.
        self._chosen: dict[str, State] = {}

    def __repr__(self) -> str:
        return f"<{self._account.name} {self.id}>"

    @property
    def id(self) -> str:
        """The user id."""
        return self._account.id

    @property
    def name(self) -> str:
        """The handle that mentions use."""
        return self._account.name

    @property
    def display_name(self) -> str:
        """What others see."""
        return self._account.display_name

    @property
    def mention(self) -> str:
        """How Slack's markup names this person."""
        return f"<@{self.id}>"

    # --- messages ---------------------------------------------------------------------------------------------

    async def say(self, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message; answers its timestamp. Known ``@names``, ``#names`` and URLs become Slack's markup."""
        place = self._present_in(channel)
        message = by_person(self._account, self._typed(text))
        before = self._deliverer.under_way()
        try:
            stored = self._backend.messages.post(place, message, thread_ts=thread_ts)
        except ApiError as error:
            raise NotOnScreen(f"there is no thread {thread_ts} in {channel}: {error.error}") from None
        await self._deliverer.caused(before)
        return str(stored["ts"])

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Change a message of one's own."""
        place, message = self._own_message(channel, ts)
        written = self._typed(text)
        before = self._deliverer.under_way()
        changed = {"text": written.text, "blocks": written.blocks}
        self._backend.messages.update(place, message["ts"], changed, editor=self.id)
        await self._deliverer.caused(before)

    async def delete(self, channel: str, ts: str) -> None:
        """Remove a message of one's own."""
        place, message = self._own_message(channel, ts)
        before = self._deliverer.under_way()
        self._backend.messages.delete(place, message["ts"])
        await self._deliverer.caused(before)

    async def react(self, channel: str, ts: str, name: str) -> None:
        """Add a reaction, named without colons."""
        place = self._present_in(channel)
        before = self._deliverer.under_way()
        self._backend.messages.react(place, self._message(place, ts)["ts"], name, self.id)
        await self._deliverer.caused(before)

    async def unreact(self, channel: str, ts: str, name: str) -> None:
        """Take a reaction of one's own away."""
        place = self._present_in(channel)
        before = self._deliverer.under_way()
        self._backend.messages.unreact(place, self._message(place, ts)["ts"], name, self.id)
        await self._deliverer.caused(before)

    # --- commands and shortcuts -------------------------------------------------------------------------------

    async def command(self, command: str, text: str, channel: str) -> JSON | None:
        """Run a slash command; answers what acknowledged it, which is also shown as Slack shows it."""
        place = self._present_in(channel)
        payload = self._backend.payloads.command(self._account, place, command, text)
        answer = await self._deliverer.interact("slash_commands", payload)
        if answer:
            try:
                self._backend.responses.to_command(self.id, place, answer)
            except ApiError as error:
                raise NotAcknowledged(f"Slack can't show the answer to {command}: {error.error}") from None
        return answer

    async def shortcut(self, callback_id: str) -> None:
        """Use a global shortcut."""
        await self._deliverer.interact("interactive", self._backend.payloads.shortcut(self._account, callback_id))

    async def message_action(self, callback_id: str, channel: str, ts: str) -> None:
        """Use a shortcut from a message's menu."""
        place = self._present_in(channel)
        message = self._message(place, ts)
        payload = self._backend.payloads.message_shortcut(self._account, callback_id, place, message)
        await self._deliverer.interact("interactive", payload)

    # --- elements in messages ---------------------------------------------------------------------------------

    async def press(self, channel: str, ts: str, action: str, *, block_id: str | None = None, times: int = 1) -> None:
        """Press a button of a message, by its action id or its text, `times` in quick succession."""
        place = self._present_in(channel)
        message = self._message(place, ts)
        placed = find_element(message.get("blocks", ()), action, block_id)
        await self._together([self._message_click(place, message, placed) for _ in range(times)])

    async def choose(self, channel: str, ts: str, action: str, value: Any, *, block_id: str | None = None) -> None:
        """Choose from a menu, boxes or a date of a message; the value is an option's value or text."""
        place = self._present_in(channel)
        message = self._message(place, ts)
        placed = find_element(message.get("blocks", ()), action, block_id)
        await self._deliverer.interact("interactive", self._message_click(place, message, placed, value))

    async def press_ephemeral(self, ephemeral: JSON, action: str, *, value: Any = None) -> None:
        """Press a button (or choose `value`) in one of this person's `ephemerals`."""
        if not any(shown["ts"] == ephemeral["ts"] for shown in self.ephemerals):
            raise NotOnScreen("this ephemeral message is gone")
        placed = find_element(ephemeral.get("blocks", ()), action)
        place = self._backend.workspace.channel(ephemeral["channel"])
        chosen = self._note_choice(ephemeral, placed, value)
        payload = self._backend.payloads.ephemeral_action(
            self._account, place, ephemeral, chosen, self._chosen[ephemeral["ts"]]
        )
        await self._deliverer.interact("interactive", payload)

    @property
    def ephemerals(self) -> list[JSON]:
        """The messages that only this person sees, oldest first: channel, thread_ts, ts, text, blocks."""
        return self._backend.ephemerals.of(self.id)

    # --- modals and the home tab ------------------------------------------------------------------------------

    @property
    def views(self) -> list[JSON]:
        """The open modals, the top one last."""
        return [self._backend.views.as_dict(view) for view in self._backend.views.stack(self.id)]

    @property
    def view(self) -> JSON | None:
        """The modal on top, None if none is open."""
        return self.views[-1] if self.views else None

    @property
    def view_errors(self) -> dict[str, str]:
        """What stands under the top modal's inputs after a refused submission, by block id."""
        stack = self._backend.views.stack(self.id)
        return dict(stack[-1].errors) if stack else {}

    @property
    def home(self) -> JSON | None:
        """What the app published to this person's home tab."""
        view = self._backend.views.home(self.id)
        return self._backend.views.as_dict(view) if view else None

    async def view_press(self, action: str, block_id: str | None = None) -> None:
        """Press a button in the modal on top."""
        await self._press_in(self._top(), action, block_id)

    async def home_press(self, action: str, block_id: str | None = None) -> None:
        """Press a button on the home tab."""
        await self._press_in(self._home(), action, block_id)

    async def fill(self, action: str, value: Any, block_id: str | None = None) -> None:
        """Put a value into an element of the modal on top; for menus and boxes by option value or text.

        The app hears of it at once if the element is no input, or its block has ``dispatch_action``.
        """
        view = self._top()
        placed = find_element(view.blocks, action, block_id)
        state = chosen_state(placed.element, value)
        self._backend.views.set_state(view, placed.block["block_id"], placed.element["action_id"], state)
        if placed.dispatches:
            reported = reported_action(placed, self._backend.workspace.clock.next_ts(), state)
            payload = self._backend.payloads.view_action(self._account, view, reported)
            await self._deliverer.interact("interactive", payload)

    async def submit(self) -> JSON | None:
        """Press the modal's submit button and do what the answer says; answers it.

        Errors, the app's or those that Slack's client finds by itself, are answered and kept as `view_errors`.
        """
        view = self._top()
        answer = await self._deliverer.interact(
            "interactive", self._backend.payloads.view_submission(self._account, view)
        )
        try:
            self._follow(view, answer or {})
        except ApiError as error:
            raise NotAcknowledged(f"Slack can't do what the submission's answer says: {error.error}") from None
        return answer

    async def close_view(self, *, everything: bool = False) -> None:
        """Close the modal on top, or with `everything` the whole stack."""
        self._top()
        for view in self._backend.views.close(self.id, everything=everything):
            if view.definition.get("notify_on_close"):
                payload = self._backend.payloads.view_closed(self._account, view, is_cleared=everything)
                await self._deliverer.interact("interactive", payload)

    async def open_home(self, tab: str = "home") -> None:
        """Open the app's home (``home`` or ``messages``)."""
        channel, _ = self._backend.workspace.direct([self.id])
        before = self._deliverer.under_way()
        view = self.home if tab == "home" else None
        changes = self._backend.workspace.changes
        changes.publish("home_opened", user=self.id, channel=channel.id, tab=tab, view=view)
        await self._deliverer.caused(before)

    # --- what all of them need --------------------------------------------------------------------------------

    def _present_in(self, channel: str) -> Channel:
        try:
            place = self._backend.workspace.channel(channel)
        except ApiError:
            raise NotOnScreen(f"there is no channel {channel!r}") from None
        if self.id not in place.members:
            raise NotOnScreen(f"{self.name} is not in {place.name}; use join")
        return place

    def _message(self, place: Channel, ts: str) -> JSON:
        try:
            return self._backend.messages.find(place, ts)
        except ApiError:
            raise NotOnScreen(f"there is no message {ts} in {place.name}") from None

    def _own_message(self, channel: str, ts: str) -> tuple[Channel, JSON]:
        place = self._present_in(channel)
        message = self._message(place, ts)
        if message.get("user") != self.id:
            raise NotOnScreen(f"the message {ts} is not {self.name}'s own")
        return place, message

    def _typed(self, text: str) -> Typed:
        workspace = self._backend.workspace
        users = {account.name: account.id for account in workspace.accounts.values()}
        channels = {channel.name: channel.id for channel in workspace.channels.values()}
        return typed(text, users.get, channels.get)

    def _message_click(self, place: Channel, message: JSON, placed: Placed, value: Any = None) -> JSON:
        action = self._note_choice(message, placed, value)
        state = self._chosen[message["ts"]]
        return self._backend.payloads.message_action(self._account, place, message, action, state)

    def _note_choice(self, message: JSON, placed: Placed, value: Any) -> JSON:
        element, block = placed
        state = self._chosen[message["ts"]] = merged_state(
            message.get("blocks", ()), self._chosen.get(message["ts"], {})
        )
        chosen = None
        if block["block_id"] in state and element["action_id"] in state[block["block_id"]]:
            chosen = state[block["block_id"]][element["action_id"]] = chosen_state(element, value)
        return reported_action(placed, self._backend.workspace.clock.next_ts(), chosen)

    async def _together(self, payloads: list[JSON]) -> None:
        await asyncio.gather(*(self._deliverer.interact("interactive", payload) for payload in payloads))

    async def _press_in(self, view: View, action: str, block_id: str | None) -> None:
        placed = find_element(view.blocks, action, block_id)
        reported = reported_action(placed, self._backend.workspace.clock.next_ts(), None)
        payload = self._backend.payloads.view_action(self._account, view, reported)
        await self._deliverer.interact("interactive", payload)

    def _top(self) -> View:
        stack = self._backend.views.stack(self.id)
        if not stack:
            raise NotOnScreen(f"{self.name} has no modal open")
        return stack[-1]

    def _home(self) -> View:
        view = self._backend.views.home(self.id)
        if view is None:
            raise NotOnScreen(f"nothing was published to {self.name}'s home tab")
        return view

    def _follow(self, view: View, answer: JSON) -> None:
        """Do what the answer to a submission says: nothing said closes the view."""
        views, action = self._backend.views, answer.get("response_action")
        if action == "errors":
            views.refuse(view, answer["errors"])
        elif action == "update":
            views.update(view, view_definition(answer["view"], ("modal",)))
        elif action == "push":
            views.push(self.id, view_definition(answer["view"], ("modal",)))
        else:
            views.close(self.id, everything=action == "clear")
