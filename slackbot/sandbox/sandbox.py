"""A Slack workspace on loopback: the app runs against it unchanged, people act in it, tests look at all of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from slackbot.sandbox.backend import Backend, Credentials
from slackbot.sandbox.calls import Call, Calls, Observer
from slackbot.sandbox.changes import Change
from slackbot.sandbox.clock import Clock
from slackbot.sandbox.delivery import Deliverer, Delivery, Transport
from slackbot.sandbox.events import Events
from slackbot.sandbox.faults import Faults
from slackbot.sandbox.files import File
from slackbot.sandbox.http_delivery import HTTPDelivery
from slackbot.sandbox.ids import new_app_token, new_bot_token, new_secret
from slackbot.sandbox.installation import Installation, installation_of
from slackbot.sandbox.keeping import Kept
from slackbot.sandbox.page import Page
from slackbot.sandbox.people import Person
from slackbot.sandbox.server import Server
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.socket_delivery import SocketDelivery
from slackbot.sandbox.transcript import Transcript
from slackbot.sandbox.workspace import ChannelKind, Workspace

T = TypeVar("T")

RETRY_DELAYS = (0.0, 60.0, 300.0)  # seconds: Slack's
ACK_TIMEOUT = 3.0  # seconds: Slack's
CONNECT_TIMEOUT = 10.0  # seconds


class Sandbox:
    """A workspace with one app installed. Use it as an async context manager; leaving it stops everything.

    `manifest`: the app's manifest, as read from its file; the app then has the scopes, events, commands and shortcuts
    that stand there and no others. Without one it has all.
    `scopes`: the bot scopes granted, where they differ from the manifest's.
    `events`: the events subscribed to (``message.channels``, ``app_mention``), where they differ likewise.
    `retry_delays`: seconds before an event's retries 1 to 3.
    `ack_timeout`: seconds that Slack waits for an acknowledgement.
    `connect_timeout`: seconds that a delivery waits for a Socket Mode connection, so that a process can be replaced
    meanwhile (Slack itself waits less).
    `folder`: where everything is kept and found again, tokens and ids too; None: nowhere.
    `keep`: how many calls and how many deliveries are remembered; None: all of them.
    """

    def __init__(
        self,
        *,
        bot_token: str | None = None,
        app_token: str | None = None,
        signing_secret: str | None = None,
        manifest: Mapping[str, Any] | None = None,
        scopes: Iterable[str] | None = None,
        events: Iterable[str] | None = None,
        rate_limits: bool = True,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        ack_timeout: float = ACK_TIMEOUT,
        connect_timeout: float = CONNECT_TIMEOUT,
        host: str = "127.0.0.1",
        port: int = 0,
        keep: int | None = None,
        folder: Path | None = None,
    ) -> None:
        installation = installation_of(manifest) if manifest is not None else Installation()
        if scopes is not None:
            installation = replace(installation, scopes=frozenset(scopes))
        if events is not None:
            installation = replace(installation, events=frozenset(events))
        self._kept = Kept(folder) if folder is not None else None
        known = self._kept.identity if self._kept else None
        workspace = Workspace(installation.bot_name, *((known.team, known.app) if known else ()))
        credentials = Credentials(
            bot_token or (known.credentials.bot_token if known else new_bot_token()),
            app_token or (known.credentials.app_token if known else new_app_token(workspace.app.id)),
            signing_secret or (known.credentials.signing_secret if known else new_secret()),
        )
        sockets = SocketDelivery(
            workspace.app.id,
            connect_timeout,
            lambda count: workspace.changes.publish("connections", count=count),
        )
        self._backend = Backend(credentials, sockets, installation, workspace)
        self._http = HTTPDelivery(credentials.signing_secret)
        self._deliverer = Deliverer(
            self._transport,
            self._backend.faults,
            workspace.changes.wake,
            retry_delays=retry_delays,
            ack_timeout=ack_timeout,
            keep=keep,
        )
        #: Everybody who was added, in that order.
        self.people: list[Person] = []
        self._ack_timeout = ack_timeout
        self._events = Events(workspace, installation, self._deliverer.send_event)
        self._calls = Calls(self._backend, rate_limits=rate_limits, keep=keep)
        page = Page(self._backend, self._deliverer, self._calls, self.people, self.add_person)
        self._server = Server(self._backend, self._calls, page)
        self._address = (host, port)
        if self._kept is not None:
            self._restore(self._kept)
        self._backend.faults.on_disconnect(sockets.disconnect)

    async def __aenter__(self) -> Sandbox:
        self._backend.response_urls.base_url = await self._server.start(*self._address)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._deliverer.close()
        await self._backend.sockets.close()
        await self._http.close()
        await self._server.stop()
        self._backend.workspace.changes.close()
        if self._kept is not None:
            self._kept.close()

    # --- what the app needs to know ---------------------------------------------------------------------------

    @property
    def api_url(self) -> str:
        """For ``SLACK_API_URL``."""
        return f"{self._backend.base_url}/api/"

    @property
    def url(self) -> str:
        """Where the workspace is for a browser."""
        return f"{self._backend.base_url}/"

    @property
    def bot_token(self) -> str:
        """For ``SLACK_BOT_TOKEN``."""
        return self._backend.credentials.bot_token

    @property
    def app_token(self) -> str:
        """For ``SLACK_APP_TOKEN``."""
        return self._backend.credentials.app_token

    @property
    def signing_secret(self) -> str:
        """For ``SLACK_SIGNING_SECRET``."""
        return self._backend.credentials.signing_secret

    @property
    def bot_user_id(self) -> str:
        """The bot's user id."""
        return self._backend.workspace.app.bot_user_id

    @property
    def bot_id(self) -> str:
        """The bot's id (``B...``)."""
        return self._backend.workspace.app.bot_id

    @property
    def app_id(self) -> str:
        """The app's id."""
        return self._backend.workspace.app.id

    @property
    def team_id(self) -> str:
        """The workspace's id."""
        return self._backend.workspace.team.id

    @property
    def request_url(self) -> str | None:
        """Where deliveries go by HTTP; None: by Socket Mode."""
        return self._http.url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._http.url = url

    async def verify_request_url(self) -> bool:
        """Whether the app answers Slack's challenge at `request_url`."""
        token = self._backend.workspace.app.verification_token
        return await self._http.challenge(token, self._ack_timeout)

    @property
    def connections(self) -> int:
        """How many Socket Mode connections get payloads."""
        return self._backend.sockets.connections

    # --- setting the scene ------------------------------------------------------------------------------------

    def add_channel(self, name: str, private: bool = False, *, bot: bool = True) -> str:
        """A new channel, empty but for the bot (not even that with ``bot=False``); answers its id. No event."""
        members = [self.bot_user_id] if bot else []
        kind: ChannelKind = "group" if private else "channel"
        return self._backend.workspace.add_channel(name, kind, "USLACKBOT", members).id

    def add_person(self, name: str, display_name: str | None = None, *, is_admin: bool = False) -> Person:
        """A new member of the workspace, in no channel yet."""
        account = self._backend.workspace.add_account(name, display_name or name, is_admin=is_admin)
        person = Person(self._backend, self._deliverer, account)
        self.people.append(person)
        return person

    def join(self, channel: str, *people: Person) -> None:
        """Put people into a channel, without any message or event."""
        members = self._backend.workspace.channel(channel).members
        members.extend(person.id for person in people if person.id not in members)
        self._backend.workspace.changes.publish("channel_changed", channel=channel)

    def archive(self, channel: str) -> None:
        """Archive a channel: nobody can write there any more."""
        self._backend.workspace.channel(channel).archived = True
        self._backend.workspace.changes.publish("channel_changed", channel=channel)

    def channel_named(self, name: str) -> str | None:
        """The id of the channel with this name, if there is one."""
        return self._backend.workspace.channel_named(name)

    def move(self, person: Person, tz: str) -> None:
        """Let a person live in the time zone of this name, such as ``Europe/Berlin``."""
        self._backend.workspace.accounts[person.id].tz = tz
        self._backend.workspace.changes.publish("person_changed", user=person.id)

    def direct_message(self, person: Person) -> str:
        """The id of the direct message channel of a person and the bot."""
        return self._backend.workspace.direct([person.id])[0].id

    # --- what goes wrong --------------------------------------------------------------------------------------

    @property
    def faults(self) -> Faults:
        """Switches for failures."""
        return self._backend.faults

    @property
    def clock(self) -> Clock:
        """The workspace's time, which can be moved forward."""
        return self._backend.workspace.clock

    @property
    def copies(self) -> int:
        """How many times everything is delivered, with the same ids."""
        return self._deliverer.copies

    @copies.setter
    def copies(self, copies: int) -> None:
        self._deliverer.copies = copies

    # --- what happened ----------------------------------------------------------------------------------------

    @property
    def calls(self) -> list[Call]:
        """Every Web API call, in order of its answer."""
        return self._calls.records.all()

    def on_call(self, callback: Observer) -> None:
        """Call back on each Web API call, after its effect and before its answer is sent."""
        self._calls.observers.append(callback)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver something, in order of their starts."""
        return self._deliverer.records.all()

    async def deliver_again(self, delivery: Delivery) -> JSON | None:
        """Hand a payload to the app once more, the same to the letter; answers and raises as the first time."""
        return await self._deliverer.interact(delivery.kind, delivery.payload)

    def messages(self, channel: str, thread_ts: str | None = None) -> list[JSON]:
        """Every message of a channel, replies among them, or those of one thread, in order of posting."""
        place = self._backend.workspace.channel(channel)
        if thread_ts is None:
            return list(place.messages.values())
        return self._backend.messages.thread(place, thread_ts)

    def message(self, channel: str, ts: str) -> JSON | None:
        """One message as it is now; None if there is none."""
        return self._backend.workspace.channel(channel).messages.get(ts)

    @property
    def files(self) -> list[File]:
        """The files whose upload was completed: name, title, bytes, channel, thread_ts, ts."""
        return self._backend.files.shared()

    def transcript(self, channel: str, thread_ts: str | None = None) -> str:
        """A channel or a thread as plain text for people."""
        return Transcript(self._name_of).messages(self.messages(channel, thread_ts))

    def describe(self, message: JSON) -> str:
        """One message as plain text for people."""
        return Transcript(self._name_of).messages([message])

    def changes(self) -> AsyncIterator[Change]:
        """Every change of the workspace from now on; it ends when the sandbox stops."""
        return self._backend.workspace.changes.stream()

    async def wait_for(self, predicate: Callable[[], T | None], timeout: float = 60.0) -> T:  # noqa: ASYNC109  it says what it waited for
        """Wait until `predicate` is truthy and answer its value. Looks again after every change, call and delivery.

        TimeoutError shows every conversation as text.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not (value := predicate()):
            try:
                async with asyncio.timeout_at(deadline):
                    await self._backend.workspace.changes.wait()
            except TimeoutError:
                raise TimeoutError(f"not within {timeout} seconds; there is:\n{self._everything()}") from None
        return value

    async def idle(self, timeout: float = 10.0) -> None:  # noqa: ASYNC109  as above
        """Wait until no delivery is under way, retries included. TimeoutError."""
        await self._deliverer.idle(timeout)

    def _restore(self, kept: Kept) -> None:
        kept.restore(self._backend)
        accounts = self._backend.workspace.accounts.values()
        self.people += [Person(self._backend, self._deliverer, a) for a in accounts if not a.is_bot]
        kept.follow(self._backend)

    def _transport(self) -> Transport:
        return self._http if self._http.url is not None else self._backend.sockets

    def _name_of(self, some_id: str) -> str:
        channel = self._backend.workspace.channels.get(some_id)
        return channel.name if channel else self._backend.workspace.name_of(some_id)

    def _everything(self) -> str:
        """Every screen of everybody, for whoever waited in vain."""
        backend, write = self._backend, Transcript(self._name_of)
        parts = [f"#{c.name or c.kind}\n{self.transcript(c.id)}" for c in backend.workspace.channels.values()]
        for account in backend.workspace.accounts.values():
            alone = [
                write.messages(backend.ephemerals.of(account.id)),
                *(write.view(backend.views.as_dict(view)) for view in backend.views.stack(account.id)),
            ]
            parts += [f"before {account.display_name} alone\n{shown}" for shown in alone if shown]
        return "\n\n".join(parts)
