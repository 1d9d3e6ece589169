"""A workspace that is there again at the next start: who and what is in it, in a folder.

What Slack's client forgets too is not kept: messages for one person alone, open modals, response URLs.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from slackbot.errors import Refused, SettingsError
from slackbot.sandbox.backend import Backend, Credentials
from slackbot.sandbox.changes import Change
from slackbot.sandbox.files import File
from slackbot.sandbox.journal import Entries, Journal, Key, read_journal, replace_file
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.views import View
from slackbot.sandbox.workspace import Account, App, Channel, Team

T = TypeVar("T")


@dataclass(frozen=True)
class Identity:
    """What must stay the same for an app to find its workspace again."""

    team: Team
    app: App
    credentials: Credentials


class Kept:
    """One folder, for one program at a time."""

    def __init__(self, folder: Path) -> None:
        """Reads what is there. Refused: another program is in it; FileError: it is damaged; SettingsError."""
        self._folder = folder.absolute()
        self._lock = _locked(self._folder)
        try:
            self._found = read_journal(self._journal_path)
        except BaseException:
            os.close(self._lock)
            raise
        self._journal: Journal | None = None

    @property
    def identity(self) -> Identity | None:
        """Who the workspace and the app are; None if nothing was kept."""
        kept = self._found.get(("identity",))
        if kept is None:
            return None
        return Identity(Team(**kept["team"]), App(**kept["app"]), Credentials(**kept["credentials"]))

    def restore(self, backend: Backend) -> None:
        """Put everything that was kept into an empty workspace."""
        workspace = backend.workspace
        for account in self._all("account"):
            if account["id"] != workspace.app.bot_user_id:
                workspace.accounts[account["id"]] = _made(Account, account)
        for channel in self._all("channel"):
            workspace.channels[channel["id"]] = _made(Channel, channel)
        for (_, channel_id, ts), message in sorted(self._entries("message"), key=lambda entry: float(entry[0][2])):
            workspace.channels[channel_id].messages[ts] = message
            workspace.clock.restart_after(ts)
        for (_, user, channel_id), ts in self._entries("read"):
            backend.read_marks.by_person.setdefault(user, {})[channel_id] = ts
        for home in self._all("home"):
            backend.views.restore_home(_made(View, home))
        for file in self._all("file"):
            content = self._content(file["id"])
            if content is not None:
                backend.files.restore(_made(File, {**file, "content": content}))
        self._found = {}

    def follow(self, backend: Backend) -> None:
        """Keep everything from now on. A change is kept before the app or a person is told that it was made."""
        self._journal = Journal(self._journal_path, lambda: _everything(backend))
        self._journal.start()
        backend.workspace.changes.listen(lambda change: self._keep(backend, change))

    def close(self) -> None:
        """Keep nothing more, and let another program in."""
        if self._journal is not None:
            self._journal.close()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    @property
    def _journal_path(self) -> Path:
        return self._folder / "workspace.jsonl"

    def _entries(self, kind: str) -> Iterator[tuple[Key, Any]]:
        return ((key, value) for key, value in self._found.items() if key[0] == kind)

    def _all(self, kind: str) -> Iterator[Any]:
        return (value for _, value in self._entries(kind))

    def _content(self, file_id: str) -> bytes | None:
        try:
            return (self._folder / "files" / file_id).read_bytes()
        except FileNotFoundError:
            return None

    def _keep(self, backend: Backend, change: Change) -> None:
        if self._journal is None:
            return
        if change["type"] == "file_deleted":
            (self._folder / "files" / change["file"]).unlink(missing_ok=True)
        if change["type"] == "file":
            content = backend.files.uploaded(change["file"]).content
            (self._folder / "files").mkdir(mode=0o700, exist_ok=True)
            replace_file(self._folder / "files" / change["file"], content)
        for key, value in _changed(backend, change):
            self._journal.put(key, value)


def forget(folder: Path) -> None:
    """Remove what was kept in a folder. Raises like Kept."""
    lock = _locked(folder.absolute())
    try:
        for kept in (*folder.glob("workspace.jsonl"), *folder.glob("files/*")):
            kept.unlink()
    finally:
        os.close(lock)


def _changed(backend: Backend, change: Change) -> Iterator[tuple[Key, Any]]:
    """What of that which is kept has changed."""
    workspace = backend.workspace
    match change["type"]:
        case "person_added" | "person_changed":
            yield ("account", change["user"]), asdict(workspace.accounts[change["user"]])
        case "channel_created" | "channel_changed" | "member_joined_channel" | "member_left_channel":
            yield ("channel", change["channel"]), _channel(workspace.channels[change["channel"]])
        case "message" | "message_changed" | "message_deleted" | "reaction_added" | "reaction_removed":
            yield from _message(workspace.channels[change["channel"]], change)
        case "read":
            yield ("read", change["user"], change["channel"]), change["ts"]
        case "view":
            home = backend.views.home(change["user"])
            if home is not None and home.id == change["view"]["id"]:
                yield ("home", change["user"]), asdict(home)
        case "file_deleted":
            yield ("file", change["file"]), None
        case "file":
            yield ("file", change["file"]), _file(backend.files.uploaded(change["file"]))


def _message(channel: Channel, change: Change) -> Iterator[tuple[Key, Any]]:
    ts = change["ts"]
    yield ("message", channel.id, ts), channel.messages.get(ts)
    thread_ts = (change.get("message") or change.get("previous_message") or {}).get("thread_ts", ts)
    if thread_ts != ts and thread_ts in channel.messages:  # its counts
        yield ("message", channel.id, thread_ts), channel.messages[thread_ts]


def _everything(backend: Backend) -> Entries:
    workspace = backend.workspace
    identity = Identity(workspace.team, workspace.app, backend.credentials)
    yield ("identity",), asdict(identity)
    for account in workspace.accounts.values():
        yield ("account", account.id), asdict(account)
    for channel in workspace.channels.values():
        yield ("channel", channel.id), _channel(channel)
        for ts, message in channel.messages.items():
            yield ("message", channel.id, ts), message
    for user, marks in backend.read_marks.by_person.items():
        for channel_id, ts in marks.items():
            yield ("read", user, channel_id), ts
    for user in workspace.accounts:
        home = backend.views.home(user)
        if home is not None:
            yield ("home", user), asdict(home)
    for file in backend.files.shared():
        yield ("file", file.id), _file(file)


def _channel(channel: Channel) -> JSON:
    return {name: value for name, value in vars(channel).items() if name != "messages"}


def _file(file: File) -> JSON:
    return {name: value for name, value in vars(file).items() if name != "content"}


def _made(kind: type[T], kept: JSON) -> T:
    """A dataclass from what an earlier or a later version kept of it."""
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]  # only dataclasses come here
    return kind(**{name: value for name, value in kept.items() if name in known})


def _locked(folder: Path) -> int:
    """Keeps other programs out of the folder; the kernel lets go when this one dies."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        problem = f"the folder {folder} can't be used ({error.strerror}); name one that you can write to"
        raise SettingsError(f"STORYTHREAD_DATA: {problem}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise Refused(
            f"another demo is using {folder}; stop it, or name another folder with STORYTHREAD_DATA"
        ) from None
    return lock
