"""Random events and logs. Few names, so that loops, slots and actions meet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SessionStarted,
    SlotSet,
    StoryExported,
    UserUtteranceReverted,
    UserUttered,
)

ACTIONS = ("action_listen", "utter_greet", "form", "other_form")
LOOPS = ("form", "other_form", None)
SLOTS = ("name", "tags", "requested_slot", "unknown")
DOMAIN: dict[str, Any] = {
    "slots": {"name": {"type": "text", "initial_value": "Ann"}, "tags": {"type": "list", "initial_value": "a"}},
    "forms": {"form": {"required_slots": ["name"]}},
}

_values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.lists(st.integers(), max_size=2))
_entities = st.lists(st.sampled_from([{"entity": "city", "value": "Rome"}, {"entity": "date"}, {}]), max_size=2)
_moments = st.datetimes(timezones=st.one_of(st.none(), st.just(UTC)), min_value=datetime(2000, 1, 1))  # noqa: DTZ001  naive ones too

_turns = (
    st.builds(ActionExecuted, st.sampled_from(ACTIONS)),
    st.builds(ActionExecuted, st.sampled_from([None, ""]), action_text=st.sampled_from(["Hi", "form"])),
    st.builds(UserUttered, st.sampled_from(["hi", None]), st.sampled_from([{}, {"name": "greet"}]), _entities),
    st.builds(DefinePrevUserUtteredFeaturization, st.booleans()),
    st.builds(EntitiesAdded, _entities),
    st.builds(BotUttered, st.text(max_size=3)),
    st.builds(SlotSet, st.sampled_from(SLOTS), _values),
)
_loops = (
    st.builds(ActiveLoop, st.sampled_from(LOOPS)),
    st.builds(LoopInterrupted, st.booleans()),
    st.builds(ActionExecutionRejected, st.sampled_from(ACTIONS)),
)
_reverting = (st.builds(ActionReverted), st.builds(UserUtteranceReverted))
_others = (
    st.builds(AllSlotsReset),
    st.builds(Restarted),
    st.builds(SessionStarted),
    st.builds(ConversationPaused),
    st.builds(ConversationResumed),
    st.builds(FollowupAction, st.sampled_from([*ACTIONS, None])),
    st.builds(ReminderScheduled, st.just("greet"), _moments, name=st.sampled_from(["r", None])),
    st.builds(ReminderCancelled, name=st.sampled_from(["r", None])),
    st.builds(StoryExported, st.sampled_from(["p", None])),
    st.builds(AgentUttered, st.text(max_size=3)),
)


def events() -> st.SearchStrategy[Event]:
    """Any event; those that make up turns and forms more often than others."""
    return st.one_of(*_turns, *_turns, *_loops, *_reverting, st.one_of(*_others))


#: What decides whether a form's turn is applied.
_in_forms = (
    ActionExecuted("form"),
    ActionExecuted("form"),
    ActionExecuted("other_form"),
    ActionExecuted("action_listen"),
    ActionExecuted(action_text="Hi"),
    UserUttered("hi"),
    ActiveLoop("form"),
    ActiveLoop(None),
    ActionExecutionRejected("form"),
    ActionExecutionRejected("other_form"),
    SlotSet("name", "Bob"),
    DefinePrevUserUtteredFeaturization(True),
    ActionReverted(),
    Restarted(),
)


def logs(max_size: int = 40) -> st.SearchStrategy[list[Event]]:
    """Any log; half of them happen in forms."""
    in_forms = st.lists(st.sampled_from(_in_forms), max_size=max_size)
    return st.one_of(st.lists(events(), max_size=max_size), in_forms)
