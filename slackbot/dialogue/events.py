"""The events of a conversation, as Rasa defines and writes them: one immutable class a type.

An event never looks at the clock: ``timestamp`` stays None until somebody stamps it. The order of events is their
position in the log, never their time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType, NoneType
from typing import Any, ClassVar, Self

from slackbot.dialogue.event import BOOL, NUMBER_OR_NULL, TEXT, TEXT_OR_NULL, Event, JsonField, broken
from slackbot.errors import UnknownEvent

__all__ = [
    "EVENT_CLASSES",
    "ActionExecuted",
    "ActionExecutionRejected",
    "ActionReverted",
    "ActiveLoop",
    "AgentUttered",
    "AllSlotsReset",
    "BotUttered",
    "ConversationPaused",
    "ConversationResumed",
    "DefinePrevUserUtteredFeaturization",
    "Entities",
    "EntitiesAdded",
    "Event",
    "FollowupAction",
    "LoopInterrupted",
    "ReminderCancelled",
    "ReminderScheduled",
    "Restarted",
    "SessionStarted",
    "SlotSet",
    "StoryExported",
    "UserUtteranceReverted",
    "UserUttered",
    "event_from_dict",
    "events_from_dicts",
]

Entities = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, init=False)
class UserUttered(Event):
    """A message of the user. It becomes the tracker's latest message and clears a pending followup action."""

    type_name: ClassVar[str] = "user"
    writes_empty_metadata: ClassVar[bool] = True
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("text", "text", TEXT_OR_NULL),
        JsonField("parse_data", "parse_data", (Mapping,), required=True),
        JsonField("input_channel", "input_channel"),
        JsonField("message_id", "message_id"),
    )

    text: str | None
    #: What the message was understood as; always has intent, entities, text, message_id and metadata.
    parse_data: Mapping[str, Any]
    input_channel: str | None
    message_id: str | None

    def __init__(
        self,
        text: str | None = None,
        intent: Mapping[str, Any] | None = None,
        entities: Entities | None = None,
        parse_data: Mapping[str, Any] | None = None,
        timestamp: float | None = None,
        input_channel: str | None = None,
        message_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        """What ``parse_data`` holds wins over ``intent`` and ``entities``."""
        self._check("parse_data", parse_data, (Mapping, NoneType))
        understood = {
            "intent": intent or {},
            "entities": list(entities or ()),
            "text": text,
            "message_id": message_id,
            "metadata": metadata or {},
            **(parse_data or {}),
        }
        values = {
            "timestamp": timestamp,
            "metadata": metadata or {},
            "extra": extra or {},
            "text": text,
            "parse_data": understood,
            "input_channel": input_channel,
            "message_id": message_id,
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        Event.__post_init__(self)
        self._check("parse_data.intent", understood["intent"], (Mapping, NoneType))
        self._check("parse_data.intent.name", self.intent_name, TEXT_OR_NULL)
        _check_entities(self, "parse_data.entities", understood["entities"] or ())

    @property
    def intent(self) -> dict[str, Any]:
        """``{"name", "confidence", ...}``, or ``{}`` where none is known."""
        return dict(self.parse_data["intent"] or {})

    @property
    def intent_name(self) -> str | None:
        name: str | None = (self.parse_data["intent"] or {}).get("name")
        return name

    @property
    def entities(self) -> list[dict[str, Any]]:
        return [dict(entity) for entity in self.parse_data["entities"] or ()]


@dataclass(frozen=True, slots=True)
class BotUttered(Event):
    """A message of the bot. Changes nothing but what was said last; a pending followup action stays."""

    type_name: ClassVar[str] = "bot"
    writes_empty_metadata: ClassVar[bool] = True
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("text", "text", TEXT_OR_NULL),
        JsonField("data", "data", (Mapping,)),
    )

    text: str | None = None
    #: Buttons, image, attachment, elements, custom, ...: whatever the response has beside its text.
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.data is None:
            object.__setattr__(self, "data", {})
        Event.__post_init__(self)


@dataclass(frozen=True, slots=True)
class ActionExecuted(Event):
    """An action was run, or a bot text was predicted end-to-end (``action_text``).

    It becomes the latest action, clears a pending followup action and takes back the active loop's interruption;
    where it is the active loop itself, its rejection too. Running a loop again on its happy path is not kept among
    the applied events and takes the turn that led to it with it.
    """

    type_name: ClassVar[str] = "action"
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("action_name", "name", TEXT_OR_NULL),
        JsonField("policy", "policy"),
        JsonField("confidence", "confidence", NUMBER_OR_NULL),
        JsonField("action_text", "action_text", TEXT_OR_NULL),
        JsonField("hide_rule_turn", "hide_rule_turn"),
    )

    action_name: str | None = None
    policy: str | None = None
    confidence: float | None = None
    action_text: str | None = None
    hide_rule_turn: bool = False

    def __post_init__(self) -> None:
        Event.__post_init__(self)
        if self.action_name is None and self.action_text is None:
            raise broken(self, "it needs a name or an action_text")


@dataclass(frozen=True, slots=True)
class SlotSet(Event):
    """A slot gets a value, unchecked and uncoerced. Only a list slot wraps a single value in a list.

    A slot that the domain lacks is not set; the event stays in the log.
    """

    type_name: ClassVar[str] = "slot"
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("key", "name", TEXT, required=True),
        JsonField("value", "value"),
    )

    key: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class AllSlotsReset(Event):
    """All slots get their initial values."""

    type_name: ClassVar[str] = "reset_slots"


@dataclass(frozen=True, slots=True)
class Restarted(Event):
    """The conversation begins anew: nothing before it is applied any more, ``action_session_start`` is to follow."""

    type_name: ClassVar[str] = "restart"


@dataclass(frozen=True, slots=True)
class SessionStarted(Event):
    """A session begins: nothing before it is applied any more, ``action_listen`` is to follow."""

    type_name: ClassVar[str] = "session_started"


@dataclass(frozen=True, slots=True)
class ActionReverted(Event):
    """Takes back the last action still applied, and everything after it. The state is that of what is left."""

    type_name: ClassVar[str] = "undo"


@dataclass(frozen=True, slots=True)
class UserUtteranceReverted(Event):
    """Takes back the last user message still applied, everything after it, and back to the action before it.

    That action is normally the ``action_listen`` that waited for the message: whoever reverts a message appends
    one again.
    """

    type_name: ClassVar[str] = "rewind"


@dataclass(frozen=True, slots=True)
class ConversationPaused(Event):
    """The tracker is paused: the bot says nothing until it is resumed, or a session or restart begins."""

    type_name: ClassVar[str] = "pause"


@dataclass(frozen=True, slots=True)
class ConversationResumed(Event):
    """The tracker is no longer paused."""

    type_name: ClassVar[str] = "resume"


@dataclass(frozen=True, slots=True)
class FollowupAction(Event):
    """The action that is to run next, whatever the policies say; cleared by the next message or action."""

    type_name: ClassVar[str] = "followup"
    json_fields: ClassVar[tuple[JsonField, ...]] = (JsonField("name", "name", TEXT_OR_NULL),)

    name: str | None = None


@dataclass(frozen=True, slots=True)
class ActiveLoop(Event):
    """A loop (a form) becomes active, triggered by the latest message; a name of None ends the active one.

    Activating the active loop again begins it anew. Read also under its old name ``form``.
    """

    type_name: ClassVar[str] = "active_loop"
    json_fields: ClassVar[tuple[JsonField, ...]] = (JsonField("name", "name", TEXT_OR_NULL),)

    name: str | None = None


@dataclass(frozen=True, slots=True)
class LoopInterrupted(Event):
    """The active loop is interrupted, or not: an interrupted form doesn't validate the next message.

    Read also under its old name ``form_validation``, which says the opposite (``validate``).
    """

    type_name: ClassVar[str] = "loop_interrupted"
    json_fields: ClassVar[tuple[JsonField, ...]] = (JsonField("is_interrupted", "is_interrupted", BOOL),)

    is_interrupted: bool = False

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read either spelling; ``validate`` is true where it is missing. Raises ValueError."""
        if data.get("event") != "form_validation":
            return cls(data.get("is_interrupted") or False, **cls._common(data))
        rest = {key: value for key, value in data.items() if key != "validate"}
        return cls(not data.get("validate", True), **cls._common(rest))


@dataclass(frozen=True, slots=True)
class ActionExecutionRejected(Event):
    """An action refused to run. Where it is the active loop, the loop counts as rejected."""

    type_name: ClassVar[str] = "action_execution_rejected"
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("action_name", "name", TEXT, required=True),
        JsonField("policy", "policy"),
        JsonField("confidence", "confidence", NUMBER_OR_NULL),
    )

    action_name: str
    policy: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class EntitiesAdded(Event):
    """Entities found after parsing.

    The latest message gets those it lacks, if ``action_listen`` is the latest action.
    """

    type_name: ClassVar[str] = "entities"
    json_fields: ClassVar[tuple[JsonField, ...]] = (JsonField("entities", "entities", required=True),)

    entities: Entities

    def __post_init__(self) -> None:
        Event.__post_init__(self)
        _check_entities(self, "entities", self.entities)


@dataclass(frozen=True, slots=True)
class DefinePrevUserUtteredFeaturization(Event):
    """Says whether the policies took the latest message by its text or by its intent. Changes no state.

    A story shows a message by its text where this says so and ``action_listen`` is the latest action.
    """

    type_name: ClassVar[str] = "user_featurization"
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("use_text_for_featurization", "use_text_for_featurization"),
    )

    use_text_for_featurization: bool | None = None


@dataclass(frozen=True, slots=True)
class ReminderScheduled(Event):
    """An intent is to be triggered at a time. Changes no state; it fires only while it is among the applied events."""

    type_name: ClassVar[str] = "reminder"
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("intent", "intent", TEXT_OR_NULL),
        JsonField("trigger_date_time", "date_time", (datetime,), required=True),
        JsonField("entities", "entities"),
        JsonField("name", "name", TEXT_OR_NULL),
        JsonField("kill_on_user_message", "kill_on_user_msg"),
    )

    intent: str | None
    #: May be naive: then it is local time of whoever schedules it.
    trigger_date_time: datetime
    #: A list of entities, or a mapping of type to value.
    entities: Any = None
    #: None: whoever schedules it names it.
    name: str | None = None
    #: A message of the user before the time cancels it.
    kill_on_user_message: bool = True

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read ``date_time`` in any ISO 8601 form. Raises ValueError."""
        written = data.get("date_time")
        try:
            moment = datetime.fromisoformat(written)  # type: ignore[arg-type]  # what isn't text raises TypeError
        except (TypeError, ValueError) as error:
            raise broken(cls, f"date_time must be an ISO 8601 time, not {written!r:.80}") from error
        return cls(
            data.get("intent"),
            moment,
            data.get("entities"),
            data.get("name"),
            data.get("kill_on_user_msg", True),
            **cls._common(data),
        )


@dataclass(frozen=True, slots=True)
class ReminderCancelled(Event):
    """Reminders that match every criterion given are cancelled, all of them if none is given. Changes no state."""

    type_name: ClassVar[str] = "cancel_reminder"
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("name", "name", TEXT_OR_NULL, omit_null=True),
        JsonField("intent", "intent", TEXT_OR_NULL, omit_null=True),
        JsonField("entities", "entities", omit_null=True),
    )

    name: str | None = None
    intent: str | None = None
    entities: Any = None


@dataclass(frozen=True, slots=True)
class StoryExported(Event):
    """The conversation was exported to a file. Changes no state and, unlike in Rasa, writes no file."""

    type_name: ClassVar[str] = "export"
    json_fields: ClassVar[tuple[JsonField, ...]] = (JsonField("path", "path", TEXT_OR_NULL, omit_null=True),)

    path: str | None = None


@dataclass(frozen=True, slots=True)
class AgentUttered(Event):
    """A message of a human agent, who answers in the bot's place. Changes no state."""

    type_name: ClassVar[str] = "agent"
    json_fields: ClassVar[tuple[JsonField, ...]] = (
        JsonField("text", "text", TEXT_OR_NULL),
        JsonField("data", "data"),
    )

    text: str | None = None
    data: Mapping[str, Any] | None = None


_CLASSES: tuple[type[Event], ...] = (
    UserUttered,
    BotUttered,
    ActionExecuted,
    SlotSet,
    AllSlotsReset,
    Restarted,
    SessionStarted,
    ActionReverted,
    UserUtteranceReverted,
    ConversationPaused,
    ConversationResumed,
    FollowupAction,
    ActiveLoop,
    LoopInterrupted,
    ActionExecutionRejected,
    EntitiesAdded,
    DefinePrevUserUtteredFeaturization,
    ReminderScheduled,
    ReminderCancelled,
    StoryExported,
    AgentUttered,
)

#: Rasa's name of each type to its class, the names of Rasa 1 and 2 included.
EVENT_CLASSES: Mapping[str, type[Event]] = MappingProxyType(
    {cls.type_name: cls for cls in _CLASSES} | {"form": ActiveLoop, "form_validation": LoopInterrupted}
)


def event_from_dict(data: Mapping[str, Any]) -> Event:
    """Read one event of Rasa's JSON. Raises UnknownEvent for a type Rasa lacks, ValueError for a broken one."""
    if not isinstance(data, Mapping):
        raise ValueError(f"an event is a JSON object, not {data!r:.80}")  # noqa: TRY004  one error for all bad input
    name = data.get("event")
    cls = EVENT_CLASSES.get(name) if isinstance(name, str) else None
    if cls is None:
        raise UnknownEvent(f"Rasa has no event {name!r:.80}")
    return cls.from_dict(data)


def events_from_dicts(items: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Read a log of Rasa's, leaving out what Rasa leaves out: entries without a type, and ``topic``.

    Raises UnknownEvent or ValueError, as ``event_from_dict`` does.
    """
    return [event_from_dict(item) for item in items if not _is_skipped(item)]


def _is_skipped(item: object) -> bool:
    return isinstance(item, Mapping) and item.get("event") in (None, "topic")


def _check_entities(event: Event, key: str, entities: object) -> None:
    if not isinstance(entities, list | tuple) or not all(isinstance(item, Mapping) for item in entities):
        raise broken(event, f"{key} must be a list of objects, not {entities!r:.80}")
