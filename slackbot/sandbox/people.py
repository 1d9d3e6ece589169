"""People who act as in Slack's client: they type, press, fill in and see only what is before them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from slackbot.sandbox.authors import by_person
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.delivery import Deliverer
from slackbot.sandbox.elements import State
from slackbot.sandbox.errors import ApiError, NotAcknowledged, NotOnScreen
from slackbot.sandbox.hands import Hands
from slackbot.sandbox.membership import join, leave
from slackbot.sandbox.payloads import InMessage, InView
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.submission import complaints, follow
from slackbot.sandbox.text import Typed, escape, typed
from slackbot.sandbox.views import View
from slackbot.sandbox.workspace import Account, Channel


class Person:
    """One person. Every action waits, for a bounded time, until the app has acknowledged what came of it.

    An interaction that isn't acknowledged raises NotAcknowledged; reaching for something that isn't there raises
    NotOnScreen.
    """

    def __init__(self, backend: Backend, deliverer: Deliverer, account: Account) -> None:
        self._backend, self._deliverer, self._account = backend, deliverer, account
        self._hands = Hands(backend, deliverer, account)

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
        """Write a message; answers its timestamp. Known ``@names``, ``#names`` and URLs become Slack's markup.

        Slack shows no error if the app doesn't take the event, so neither does this; the retries go on meanwhile.
        """
        place = self._present_in(channel)
        if not text.strip():
            raise NotOnScreen("Slack sends no empty message")
        if place.kind == "im" and not self._can_write_to_app:
            raise NotOnScreen("the app's manifest gives it no tab in which people can write to it")
        message = by_person(self._account, self._typed(text))
        async with self._deliverer.told():
            try:
                stored = self._backend.messages.post(place, message, thread_ts=thread_ts)
            except ApiError as error:
                raise NotOnScreen(f"there is no thread {thread_ts} in {channel}: {error.error}") from None
            if thread_ts is None:
                self._backend.read_marks.move(self.id, place, stored["ts"])
        return str(stored["ts"])

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """Change a message of one's own."""
        place, message = self._own_message(channel, ts)
        written = self._typed(text)
        changed = {"text": written.text, "blocks": written.blocks}
        async with self._deliverer.told():
            self._backend.messages.update(place, message["ts"], changed, editor=self.id)

    async def delete(self, channel: str, ts: str) -> None:
        """Remove a message of one's own."""
        place, message = self._own_message(channel, ts)
        async with self._deliverer.told():
            self._backend.messages.delete(place, message["ts"])

    async def react(self, channel: str, ts: str, name: str) -> None:
        """Add a reaction, named without colons."""
        place = self._in_message(channel, ts).channel
        async with self._deliverer.told():
            try:
                self._backend.messages.react(place, ts, name, self.id)
            except ApiError:
                raise NotOnScreen(f"{self.name} has reacted with {name} already") from None

    async def unreact(self, channel: str, ts: str, name: str) -> None:
        """Take a reaction of one's own away."""
        place = self._in_message(channel, ts).channel
        async with self._deliverer.told():
            try:
                self._backend.messages.unreact(place, ts, name, self.id)
            except ApiError:
                raise NotOnScreen(f"{self.name} has not reacted with {name}") from None

    # --- channels ---------------------------------------------------------------------------------------------

    async def join(self, channel: str) -> None:
        """Enter a public channel, for all to see."""
        place = self._place(channel)
        if place.kind != "channel":
            raise NotOnScreen(f"{self.name} must be invited to {place.name}")
        await self._bring(place, self.id, None)

    async def invite(self, channel: str, user_id: str) -> None:
        """Bring somebody, or the bot, into a channel that this person is in."""
        await self._bring(self._present_in(channel), user_id, self.id)

    async def leave(self, channel: str) -> None:
        """Leave a channel, for all to see."""
        place = self._present_in(channel)
        async with self._deliverer.told():
            leave(self._backend.messages, place, self.id)

    def read(self, channel: str, ts: str) -> None:
        """Note that everything in a channel up to `ts` was read; the app isn't told."""
        self._backend.read_marks.move(self.id, self._place(channel), ts)

    # --- commands and shortcuts -------------------------------------------------------------------------------

    async def command(self, command: str, text: str, channel: str) -> JSON | None:
        """Run a slash command; answers what acknowledged it, which is also shown as Slack shows it."""
        place = self._present_in(channel)
        installed = self._backend.installation
        if not installed.has_command(command):
            raise NotOnScreen(f"{command} is not a valid command: the app has no such one, or not the scope commands")
        written = self._typed(text, labelled=True).text if installed.escapes(command) else escape(text)
        payload = self._backend.payloads.command(self._account, place, command, written)
        answer = await self._deliverer.interact("slash_commands", payload)
        if answer:
            try:
                self._backend.responses.to_command(self.id, place, answer)
            except ApiError as error:
                raise NotAcknowledged(f"Slack can't show the answer to {command}: {error.error}") from None
        return answer

    async def shortcut(self, callback_id: str) -> None:
        """Use a global shortcut."""
        self._check_shortcut(callback_id, in_message=False)
        await self._deliverer.interact("interactive", self._backend.payloads.shortcut(self._account, callback_id))

    async def message_action(self, callback_id: str, channel: str, ts: str) -> None:
        """Use a shortcut from a message's menu."""
        self._check_shortcut(callback_id, in_message=True)
        place = self._present_in(channel)
        message = self._message(place, ts)
        payload = self._backend.payloads.message_shortcut(self._account, callback_id, place, message)
        await self._deliverer.interact("interactive", payload)

    @property
    def chosen(self) -> dict[str, State]:
        """The state of the menus and boxes of messages, as this person alone has set it, by timestamp."""
        return self._hands.chosen

    # --- elements in messages ---------------------------------------------------------------------------------

    async def press(
        self,
        channel: str,
        ts: str,
        action: str,
        *,
        block_id: str | None = None,
        times: int = 1,
        seen: JSON | None = None,
    ) -> None:
        """Press a button of a message, by its action id or its text, `times` in quick succession.

        `seen` is the message as this person's client still shows it, if it has changed since.
        """
        place = self._in_message(channel, ts)
        await self._hands.use(replace(place, message=seen or place.message), action, None, block_id, times=times)

    async def choose(self, channel: str, ts: str, action: str, value: Any, *, block_id: str | None = None) -> None:
        """Choose from a menu, boxes, dates or feedback buttons of a message, by value or text."""
        await self._hands.use(self._in_message(channel, ts), action, value, block_id)

    async def message_options(
        self, channel: str, ts: str, action: str, query: str, *, block_id: str | None = None
    ) -> list[JSON]:
        """What the app offers for a query in a message's menu whose options it looks up."""
        return await self._hands.search(self._in_message(channel, ts), action, query, block_id)

    async def press_ephemeral(
        self, ephemeral: JSON, action: str, value: Any = None, *, block_id: str | None = None
    ) -> None:
        """Press a button (or choose `value`) in one of this person's `ephemerals`."""
        for shown in self.ephemerals:
            if shown["ts"] == ephemeral["ts"]:
                channel = self._backend.workspace.channel(shown["channel"])
                await self._hands.use(InMessage(channel, shown, is_ephemeral=True), action, value, block_id)
                return
        raise NotOnScreen("this ephemeral message is gone")

    def dismiss(self, ephemeral: JSON) -> None:
        """Take one of this person's `ephemerals` off the screen; the app isn't told."""
        if not self._backend.ephemerals.remove(self.id, ephemeral["ts"]):
            raise NotOnScreen("this ephemeral message is gone")

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
        await self._hands.use(InView(self._top()), action, None, block_id)

    async def home_press(self, action: str, value: Any = None, block_id: str | None = None) -> None:
        """Press a button (or choose `value`) on the home tab."""
        await self._hands.use(InView(self._home()), action, value, block_id)

    async def fill(self, action: str, value: Any, block_id: str | None = None) -> None:
        """Put a value into an element of the modal on top; for menus and boxes by option value or text.

        The app hears of it at once if the element is no input, or its block has ``dispatch_action``. A menu whose
        options the app looks up is searched for `value` unless `options` has found it before.
        """
        await self._hands.use(InView(self._top()), action, value, block_id)

    async def options(self, action: str, query: str, block_id: str | None = None) -> list[JSON]:
        """What the app offers for a query in a menu of the modal on top whose options it looks up."""
        return await self._hands.search(InView(self._top()), action, query, block_id)

    async def submit(self) -> JSON | None:
        """Press the modal's submit button and do what the answer says; answers it.

        Errors, the app's or those that Slack's client finds by itself, are answered and kept as `view_errors`.
        """
        view = self._top()
        found = complaints(view)
        if found:
            self._backend.views.refuse(view, found)
            return {"response_action": "errors", "errors": found}
        payload = self._backend.payloads.view_submission(self._account, view)
        answer = await self._deliverer.interact("interactive", payload)
        try:
            follow(self._backend.views, view, answer or {})
        except ApiError as error:
            raise NotAcknowledged(f"Slack can't do what the submission's answer says: {error.as_dict()}") from None
        return answer

    async def close_view(self, *, everything: bool = False) -> None:
        """Close the modal on top; with `everything`, or where the modal says so, the whole stack."""
        top = self._top()
        cleared = everything or bool(top.definition.get("clear_on_close"))
        if not cleared:
            self._backend.views.close(top)
        for view in self._backend.views.close_all(self.id) if cleared else [top]:
            if view.definition.get("notify_on_close"):
                payload = self._backend.payloads.view_closed(self._account, view, is_cleared=cleared)
                await self._deliverer.interact("interactive", payload)

    async def open_home(self, tab: str = "home") -> None:
        """Open the app's home (``home`` or ``messages``)."""
        installed = self._backend.installation
        if not (installed.home_tab if tab == "home" else installed.messages_tab):
            raise NotOnScreen(f"the app's manifest gives it no {tab} tab")
        channel, _ = self._backend.workspace.direct([self.id])
        view = self.home if tab == "home" else None
        changes = self._backend.workspace.changes
        async with self._deliverer.told():
            changes.publish("home_opened", user=self.id, channel=channel.id, tab=tab, view=view)

    # --- what all of them need --------------------------------------------------------------------------------

    def _place(self, channel: str) -> Channel:
        try:
            return self._backend.workspace.channel(channel)
        except ApiError:
            raise NotOnScreen(f"there is no channel {channel!r}") from None

    async def _bring(self, place: Channel, user_id: str, inviter: str | None) -> None:
        if user_id in place.members:
            raise NotOnScreen(f"{user_id} is in {place.name} already")
        async with self._deliverer.told():
            join(self._backend.messages, place, user_id, inviter=inviter)

    def _present_in(self, channel: str) -> Channel:
        place = self._place(channel)
        if self.id not in place.members:
            raise NotOnScreen(f"{self.name} is not in {place.name}; use join")
        return place

    @property
    def _can_write_to_app(self) -> bool:
        installed = self._backend.installation
        return installed.messages_tab and not installed.messages_tab_is_read_only

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

    def _check_shortcut(self, callback_id: str, *, in_message: bool) -> None:
        if not self._backend.installation.has_shortcut(callback_id, in_message=in_message):
            raise NotOnScreen(f"the app has no shortcut {callback_id!r} here")

    def _typed(self, text: str, *, labelled: bool = False) -> Typed:
        workspace = self._backend.workspace
        return typed(text, workspace.user_named, workspace.channel_named, labelled=labelled)

    def _in_message(self, channel: str, ts: str) -> InMessage:
        place = self._present_in(channel)
        return InMessage(place, self._message(place, ts))

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
