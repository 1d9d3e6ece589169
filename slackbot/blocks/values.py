"""What a button carries: one small typed value each, packed into the text that Slack gives back on a press."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar, Self, get_type_hints

from slackbot.blocks.kit import BUTTON_VALUE
from slackbot.crowd.votes import Mark

_SEPARATOR = "|"


class ButtonValue:
    """Base of the values. ``pack`` and ``unpack`` are each other's inverse."""

    prefix: ClassVar[str]

    def pack(self) -> str:
        """The value as text. Raises ValueError when Slack would refuse it."""
        texts = [self.prefix, *(str(getattr(self, name)) for name in _names(type(self)))]
        packed = _SEPARATOR.join(texts)
        if len(packed) > BUTTON_VALUE or packed.count(_SEPARATOR) != len(texts) - 1:
            raise ValueError(f"{packed[:40]}… can't be the value of a button")
        return packed

    @classmethod
    def unpack(cls, packed: str) -> Self:
        """The other way. Raises ValueError for anything that ``pack`` of this class doesn't give."""
        prefix, *texts = packed.split(_SEPARATOR)
        names = _names(cls)
        if prefix != cls.prefix or len(texts) != len(names):
            raise ValueError(f"{packed[:40]!r} is not the value of one of our buttons")
        hints = get_type_hints(cls)
        return cls(**{name: hints[name](text) for name, text in zip(names, texts, strict=True)})


def _names(cls: type) -> list[str]:
    return [field.name for field in fields(cls)]


@dataclass(frozen=True)
class CardButton(ButtonValue):
    """A button on a turn card: which question it shows, and how often that had been suggested anew by then."""

    prefix: ClassVar[str] = "card"
    conversation: str
    question: str
    revision: int


@dataclass(frozen=True)
class RemarkChoice(ButtonValue):
    """A button or option on a turn card that says something in the place of an answer: what, and of which question."""

    prefix: ClassVar[str] = "remark"
    mark: Mark
    conversation: str
    question: str
    revision: int

    @property
    def card(self) -> CardButton:
        """The card that it is on."""
        return CardButton(self.conversation, self.question, self.revision)


@dataclass(frozen=True)
class SessionButton(ButtonValue):
    """A button on a session's parent message: the session, and the length of its log when it was drawn."""

    prefix: ClassVar[str] = "session"
    conversation: str
    version: int


@dataclass(frozen=True)
class SessionChoice(ButtonValue):
    """An option in the menu of a session's parent message: what is chosen, and the same as a ``SessionButton``."""

    prefix: ClassVar[str] = "menu"
    choice: str
    conversation: str
    version: int

    @property
    def button(self) -> SessionButton:
        """The session as it was when the menu was drawn."""
        return SessionButton(self.conversation, self.version)


@dataclass(frozen=True)
class EntityButton(ButtonValue):
    """A button beside an entity in the modal: which one it is (``entity_id``)."""

    prefix: ClassVar[str] = "entity"
    entity: str
