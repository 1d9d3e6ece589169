"""A prediction looks at the end of a conversation, and says what looking at all of it would."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from slackbot.core.builtin.states import Featurizer
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    Event,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.tracker import Tracker
from tests.learning.assistant import tiny_assistant

DOMAIN = Domain.from_dict(
    {
        "intents": ["greet", {"order": {"use_entities": ["dish"]}}],
        "entities": ["dish", "drink"],
        "slots": {
            "dish": {"type": "text", "mappings": []},
            "tags": {"type": "list", "mappings": []},
            "size": {"type": "categorical", "values": ["s", "l"], "initial_value": "s", "mappings": []},
        },
        "forms": {"booking": {"required_slots": []}},
        "actions": ["action_a"],
    }
)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from(["action_listen", "action_a", "booking"]).map(ActionExecuted),
    st.builds(
        lambda intent, entity: UserUttered("hi", {"name": intent}, [{"entity": entity, "value": "x"}]),
        st.sampled_from(["greet", "order"]),
        st.sampled_from(["dish", "drink"]),
    ),
    st.builds(SlotSet, st.sampled_from(["dish", "tags", "size", "unknown"]), st.sampled_from([None, "x", "l", ""])),
    st.sampled_from([None, "booking"]).map(ActiveLoop),
    st.sampled_from([AllSlotsReset(), ActionReverted(), UserUtteranceReverted(), Restarted()]),
)


@given(st.lists(EVENTS, max_size=40))
def test_the_states_that_a_tracker_keeps_are_those_of_its_applied_events(events: list[Event]) -> None:
    tracker, featurizer = Tracker("c", DOMAIN, events), Featurizer(DOMAIN)
    kept = [featurizer.now(state) for state in tracker.states_before_actions()]
    assert tuple(reversed(kept)) == featurizer.decisions(tracker.applied_events()).states


async def test_a_long_conversation_is_answered_as_if_all_of_it_were_looked_at(tmp_path: Path) -> None:
    core = tiny_assistant(tmp_path)
    tracker = Tracker("c", core.domain, [ActionExecuted("action_listen")])
    chance = random.Random(1)
    policies = core._policies
    reach = policies._reach
    for _ in range(150):
        intent, action = chance.choice(["greet", "bye", "order", "pay", "aside"]), chance.choice(core.domain.actions)
        tracker.extend([UserUttered("x", {"name": intent}), ActionExecuted(action), ActionExecuted("action_listen")])
        if chance.random() < 0.5:
            tracker.append(UserUttered("x", {"name": "greet"}))
        policies._reach = reach
        near = await core.predict(tracker)
        policies._reach = 10**9
        assert await core.predict(tracker) == near
