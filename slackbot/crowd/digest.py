"""A digest: one message that reminds somebody of the questions that wait for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mentioned:
    """A question as a digest shows it."""

    conversation: str
    question: str
    text: str
    #: Where it is asked, how long ago, and what waits behind it, in words.
    about: str
    link: str | None
    #: Whether its person is to decide it, and whether the person is asked as a backup.
    to_decide: bool = False
    as_backup: bool = False

    @property
    def id(self) -> str:
        """The question's, among those of all conversations."""
        return f"{self.conversation}\n{self.question}"


@dataclass(frozen=True)
class Digest:
    """One message to one person."""

    id: str
    #: Slack user id, and the id of the channel in which the app and the person are alone.
    person: str
    channel: str
    #: When it was claimed, Unix seconds; earlier once whoever claimed it has given it up, not knowing what came of it.
    at: float
    items: tuple[Mentioned, ...]
    #: Of the message; empty until it is known to be posted.
    ts: str = ""
