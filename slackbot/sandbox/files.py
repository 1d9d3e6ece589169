"""Uploaded files: from an upload URL to a message that shows them."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from pathlib import PurePath

from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.ids import new_id, new_secret
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Workspace

_PRETTY = {"yml": "YAML", "png": "PNG", "svg": "SVG", "txt": "Plain Text", "csv": "CSV", "md": "Markdown"}


@dataclass
class File:
    """One file. Until `shared` it is known only to whoever uploads it."""

    id: str
    name: str
    length: int
    user: str
    created: int
    upload_key: str
    title: str = ""
    content: bytes = b""
    channel: str | None = None
    thread_ts: str | None = None
    #: The timestamp of the message that shows it.
    ts: str | None = None
    shared: bool = False
    #: What it shows, for those who can't see it.
    alt_text: str = ""

    @property
    def mimetype(self) -> str:
        """What the name says that it is."""
        return mimetypes.guess_type(self.name)[0] or "text/plain"

    @property
    def bytes(self) -> bytes:
        """The content."""
        return self.content


@dataclass
class Files:
    """The files of a workspace."""

    workspace: Workspace
    _by_id: dict[str, File] = field(default_factory=dict)

    def shared(self) -> list[File]:
        """Those whose upload was completed, in order."""
        return [file for file in self._by_id.values() if file.shared]

    def restore(self, file: File) -> None:
        """Put a file back as it was, without a word to anybody."""
        self._by_id[file.id] = file

    def expect(self, name: str, length: int, user: str, alt_text: str = "") -> File:
        """A file that is going to be uploaded."""
        created = int(self.workspace.clock.now())
        file = File(new_id("F"), name, length, user, created, new_secret(), title=name, alt_text=alt_text)
        self._by_id[file.id] = file
        return file

    def receive(self, key: str, content: bytes) -> bool:
        """What came to an upload URL; False if nobody expects it."""
        for file in self._by_id.values():
            if file.upload_key == key and not file.content:
                file.content, file.length = content, len(content)
                return True
        return False

    def uploaded(self, file_id: str) -> File:
        """A file that has its contents. ApiError ``file_not_found``."""
        file = self._by_id.get(file_id)
        if file is None or not file.content:
            raise ApiError("file_not_found")
        return file

    def delete(self, file: File) -> None:
        """Forget a file."""
        del self._by_id[file.id]
        self.workspace.changes.publish("file_deleted", channel=file.channel, file=file.id)

    def announce(self, file: File) -> None:
        """Tell the workspace that a file is there for all to see."""
        self.workspace.changes.publish("file", channel=file.channel, file=file.id, name=file.name, title=file.title)

    def as_dict(self, file: File, base_url: str) -> JSON:
        """A file as Slack describes it."""
        kind = PurePath(file.name).suffix.removeprefix(".") or "text"
        address = f"{base_url}/files-pri/{self.workspace.team.id}-{file.id}"
        link = f"https://{self.workspace.team.domain}.slack.com/files/{file.user}/{file.id}/{file.name}"
        channel = self.workspace.channels.get(file.channel or "")
        places = [file.channel] if channel else []
        is_public = bool(channel and channel.kind == "channel")
        described = {"alt_txt": file.alt_text} if file.alt_text else {}
        return {
            **described,
            "id": file.id,
            "created": file.created,
            "timestamp": file.created,
            "name": file.name,
            "title": file.title,
            "mimetype": file.mimetype,
            "filetype": kind,
            "pretty_type": _PRETTY.get(kind, kind.upper()),
            "user": file.user,
            "editable": False,
            "size": file.length,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": is_public,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": f"{address}/{file.name}",
            "url_private_download": f"{address}/download/{file.name}",
            "permalink": link,
            "permalink_public": f"https://slack-files.com/{self.workspace.team.id}-{file.id}",
            "has_rich_preview": False,
            "channels": places if is_public else [],
            "groups": places if channel and channel.kind == "group" else [],
            "ims": places if channel and channel.kind in ("im", "mpim") else [],
        }
