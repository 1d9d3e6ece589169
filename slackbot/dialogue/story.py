"""What a training story is: a path through a conversation, or a rule, with the place it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from slackbot.dialogue.events import Event


@dataclass(frozen=True)
class Checkpoint:
    """A place where stories join: those that end at it go on with those that start at it."""

    name: str
    #: Slot values that a conversation must have to start at this checkpoint.
    conditions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Story:
    """One story or rule. Waiting for the user (``action_listen``) is implied before each user message."""

    name: str
    kind: Literal["story", "rule"]
    #: UserUttered, ActionExecuted, SlotSet, ActiveLoop, and events that an action of the same name stands for.
    events: tuple[Event, ...]
    #: What must hold for a rule to apply: SlotSet and ActiveLoop.
    condition: tuple[Event, ...] = ()
    #: Where it starts; empty means at the beginning of a conversation (a rule: anywhere, see conversation_start).
    start: tuple[Checkpoint, ...] = ()
    end: tuple[Checkpoint, ...] = ()
    #: A rule that applies only at the beginning of a conversation.
    conversation_start: bool = False
    #: False for a rule after which the next action is predicted without waiting for the user.
    wait_for_user_input: bool = True
    path: Path | None = None
    #: 1-based, like event_lines.
    line: int | None = None
    #: The line of each event; empty where the story was not read from a file.
    event_lines: tuple[int | None, ...] = ()
    #: The file of each event, for a story that is joined of several; empty where all are in ``path``.
    event_paths: tuple[Path | None, ...] = ()
