"""The steps of conversations and stories, as the story picture shows them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from slackbot.dialogue.events import ActionExecuted, Event, SlotSet, UserUttered
from slackbot.learning.plan import ACTION_LISTEN

#: Actions that are no decision of the dialogue.
UNSHOWN = frozenset({ACTION_LISTEN, "action_session_start", "action_unlikely_intent", "..."})
_LONGEST_DETAIL = 200


class Kind(StrEnum):
    """What a step is."""

    #: Where every conversation begins.
    START = "start"
    #: Where a rule begins: anywhere, or where its condition holds.
    RULE = "rule"
    USER = "user"
    ACTION = "action"
    FORM = "form"
    #: Stands for what is left out.
    MORE = "more"


class State(StrEnum):
    """How far people have agreed on a step."""

    AGREED = "agreed"
    #: Suggested, and not decided yet.
    OPEN = "open"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True)
class Step:
    """A message of the user or an action. Steps of the same kind, label and state are the same step."""

    kind: Kind
    label: str
    state: State = State.AGREED
    #: The message's text, its entities, or the slots that were set.
    detail: str = field(default="", compare=False)
    #: What had been suggested, where people agreed on something else.
    instead_of: str = field(default="", compare=False)
    #: How the vote went, in words and without names; empty as long as it isn't over.
    tally: str = field(default="", compare=False)

    @property
    def key(self) -> tuple[Kind, str, bool]:
        """Equal for steps that are drawn as one. One that was taken back is never drawn as one that counts."""
        return self.kind, self.label, self.state is State.TAKEN_BACK


#: What more is known of the step that an event is.
Note = Callable[[Step, Event], Step]


def steps_of(events: Iterable[Event], forms: Collection[str], note: Note = lambda step, _: step) -> list[Step]:
    """The steps that these events are. Slots are details of the step before; what no step stands for is left out."""
    found: list[Step] = []
    for event in events:
        if isinstance(event, UserUttered):
            found.append(note(_message(event), event))
        elif isinstance(event, ActionExecuted):
            if event.action_name not in UNSHOWN:
                found.append(note(action_step(str(event.action_name or f"“{event.action_text}”"), forms), event))
        elif isinstance(event, SlotSet) and found and found[-1].kind is not Kind.USER:
            value = f"{event.key} = {event.value}"
            detail = f"{found[-1].detail}, {value}" if found[-1].detail else value
            found[-1] = replace(found[-1], detail=detail[:_LONGEST_DETAIL])
    return found


def action_step(name: str, forms: Collection[str], state: State = State.AGREED) -> Step:
    """The step of an action."""
    return Step(Kind.FORM if name in forms else Kind.ACTION, name, state)


def _message(event: UserUttered) -> Step:
    intent = event.intent.get("full_retrieval_intent_name") or event.intent_name
    detail = (event.text or "")[:_LONGEST_DETAIL]
    return Step(Kind.USER, str(intent or f"“{event.text}”"), detail=detail or entities_of(event))


def entities_of(event: Event) -> str:
    """A message's entities in words; empty for other events."""
    entities = event.entities if isinstance(event, UserUttered) else ()
    return ", ".join(f"{entity.get('entity')} = {entity.get('value')}" for entity in entities)[:_LONGEST_DETAIL]
