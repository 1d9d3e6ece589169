"""Who and what is in the workspace: the team, the app, accounts, channels and who is in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from slackbot.sandbox.changes import Changes
from slackbot.sandbox.clock import Clock
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.ids import new_id, new_secret
from slackbot.sandbox.shapes import JSON

#: As ``channel_type`` in events calls it: public channel, private channel, direct message, group of several.
ChannelKind = Literal["channel", "group", "im", "mpim"]


@dataclass
class Account:
    """A member of the workspace, a person or the app's bot."""

    id: str
    name: str
    display_name: str
    is_bot: bool = False
    is_admin: bool = False
    #: The name of a time zone.
    tz: str = "Etc/UTC"


@dataclass
class Channel:
    """A conversation of any kind, with its messages by timestamp in the order of posting."""

    id: str
    name: str
    kind: ChannelKind
    created: int
    creator: str
    members: list[str] = field(default_factory=list)
    archived: bool = False
    messages: dict[str, JSON] = field(default_factory=dict)
    topic: JSON = field(default_factory=lambda: {"value": "", "creator": "", "last_set": 0})


@dataclass(frozen=True)
class Team:
    """The workspace itself."""

    id: str = field(default_factory=lambda: new_id("T"))
    name: str = "Sandbox"
    domain: str = "sandbox"


@dataclass(frozen=True)
class App:
    """The one app that is installed in the workspace."""

    name: str
    id: str = field(default_factory=lambda: new_id("A"))
    bot_id: str = field(default_factory=lambda: new_id("B"))
    bot_user_id: str = field(default_factory=lambda: new_id("U"))
    #: Slack's old shared secret; still in every payload.
    verification_token: str = field(default_factory=new_secret)


class Workspace:
    """The state that has no owner of its own. Changes of it are published on `changes`."""

    def __init__(self, bot_name: str = "storythread", team: Team | None = None, app: App | None = None) -> None:
        self.clock = Clock()
        self.changes = Changes()
        self.team = team or Team()
        self.app = replace(app, name=bot_name) if app else App(name=bot_name)
        self.accounts: dict[str, Account] = {}
        self.channels: dict[str, Channel] = {}
        bot = Account(self.app.bot_user_id, self.app.name.lower(), self.app.name, is_bot=True)
        self.accounts[bot.id] = bot

    def add_account(self, name: str, display_name: str, *, is_admin: bool = False) -> Account:
        """A new person; the name must be free."""
        if any(account.name == name for account in self.accounts.values()):
            raise ValueError(f"there is a {name!r} already")
        account = Account(new_id("U"), name, display_name, is_admin=is_admin)
        self.accounts[account.id] = account
        self.changes.publish("person_added", user=account.id)
        return account

    def add_channel(self, name: str, kind: ChannelKind, creator: str, members: Iterable[str]) -> Channel:
        """A new conversation, without any message or event about it."""
        prefix = "D" if kind == "im" else "C"
        channel = Channel(new_id(prefix), name, kind, int(self.clock.now()), creator, list(members))
        self.channels[channel.id] = channel
        self.changes.publish("channel_created", channel=channel.id)
        return channel

    def channel(self, id_or_name: str) -> Channel:
        """The channel with this id or, with or without #, this name. ApiError ``channel_not_found``."""
        found = self.channels.get(id_or_name) or self.channels.get(
            self.channel_named(id_or_name.removeprefix("#")) or ""
        )
        if found is None:
            raise ApiError("channel_not_found")
        return found

    def direct(self, user_ids: Iterable[str]) -> tuple[Channel, bool]:
        """The direct conversation of exactly these people and the bot, and whether it was there already."""
        members = sorted({*user_ids, self.app.bot_user_id})
        for channel in self.channels.values():
            if channel.kind in ("im", "mpim") and sorted(channel.members) == members:
                return channel, True
        if len(members) == 2:
            return self.add_channel("", "im", self.app.bot_user_id, members), False
        name = "mpdm-" + "--".join(self.accounts[member].name for member in members) + "-1"
        return self.add_channel(name, "mpim", self.app.bot_user_id, members), False

    def user_named(self, name: str) -> str | None:
        """The id of the member with this name or display name, in whatever case; None if there is none."""
        for account in self.accounts.values():
            if name.lower() in (account.name.lower(), account.display_name.lower()):
                return account.id
        return None

    def channel_named(self, name: str) -> str | None:
        """The id of the channel with this name; None if there is none."""
        return next((channel.id for channel in self.channels.values() if name and channel.name == name), None)

    def other_member(self, channel: Channel) -> str:
        """Whom the bot talks with in a direct message."""
        return next(member for member in channel.members if member != self.app.bot_user_id)

    def has_bot(self, channel: Channel) -> bool:
        """Whether the app's bot is a member: only then does it get the channel's events."""
        return self.app.bot_user_id in channel.members

    def name_of(self, user_id: str) -> str:
        """A display name for people; the id itself for someone unknown."""
        account = self.accounts.get(self.app.bot_user_id if user_id == self.app.bot_id else user_id)
        return account.display_name if account else user_id
