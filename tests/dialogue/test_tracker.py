"""Trackers: what a log of events leads to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.dialogue.applied import AppliedEvents
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.state import State, initial_state, next_state
from slackbot.dialogue.tracker import EventVerbosity, Tracker

from .logs import DOMAIN, events, logs

domain = Domain.from_dict(DOMAIN)
LISTEN = ActionExecuted("action_listen")
HI = UserUttered("hi", {"name": "greet"}, [{"entity": "city", "value": "Rome"}])
GREET, SAID = ActionExecuted("utter_greet"), BotUttered("Hello")
FORM = ActionExecuted("form")


def track(*log: Event) -> Tracker:
    return Tracker("c", domain, log)


def all_of(tracker: Tracker) -> list[Any]:
    """Everything that a tracker tells."""
    return [
        *(tracker.current_state(verbosity) for verbosity in EventVerbosity),
        tracker.latest_message,
        tracker.is_listening,
        tracker.applied_events(),
    ]


# -- any log ---------------------------------------------------------------------------------------------------------


@given(logs())
def test_any_log_has_a_state_that_can_be_written(log: list[Event]) -> None:
    tracker = track(*log)
    json.dumps(all_of(tracker)[:4])
    assert list(tracker.events) == log
    assert set(tracker.slots) == {"name", "tags", "requested_slot", "session_started_metadata"}


@given(logs(), st.integers(0, 40))
def test_it_makes_no_difference_when_events_come_and_who_looks_in_between(log: list[Event], cut: int) -> None:
    at_once, looked_at = track(*log), track()
    for event in log:
        looked_at.append(event)
        all_of(looked_at)
    in_parts = track(*log[:cut]).with_events(log[cut:])
    assert all_of(at_once) == all_of(looked_at) == all_of(in_parts)


def test_a_copy_learns_of_loops_and_runs_on_its_own() -> None:
    tracker = track(FORM)
    tracker.with_events([ActiveLoop("form"), FORM])
    assert tracker.with_events([FORM]).applied_events() == [FORM, FORM]
    tracker.with_events([Restarted()])
    assert tracker.with_events([FORM, ActiveLoop("form")]).applied_events() == [FORM, ActiveLoop("form")]


@given(logs(), logs(10))
def test_a_tracker_is_untouched_by_what_is_added_to_a_copy_of_it(log: list[Event], more: list[Event]) -> None:
    tracker = track(*log)
    before = all_of(tracker)
    tracker.with_events(more)
    assert all_of(tracker) == before


@settings(max_examples=500)
@given(logs(), logs(10), logs(10))
def test_copies_go_their_own_ways_whoever_goes_on_first(log: list[Event], one: list[Event], two: list[Event]) -> None:
    tracker = track(*log)
    first, second = tracker.with_events(()), tracker.reloaded()
    third = second.with_events(two)
    tracker.extend(one)
    second.extend(one)
    assert all_of(first) == all_of(track(*log))
    assert all_of(tracker) == all_of(track(*log, *one))
    assert all_of(second.reloaded()) == all_of(track(*log, *one).reloaded())
    assert all_of(third.reloaded()) == all_of(track(*log, *two).reloaded())
    assert all_of(first.with_events(two)) == all_of(track(*log, *two))


@given(logs(20))
def test_events_are_applied_as_rasa_says_however_they_came(log: list[Event]) -> None:
    tracker = track()
    for length, event in enumerate(log, 1):
        tracker.append(event)
        assert tracker.applied_events() == applied_by_the_book(log[:length])


@given(logs())
def test_a_reloaded_tracker_is_the_replay_of_the_applied_events(log: list[Event]) -> None:
    tracker = track(*log)
    replayed = folded(applied_by_the_book(log))
    reloaded = tracker.reloaded()
    assert reloaded._state == replayed
    assert (list(reloaded.events), reloaded.applied_events()) == (list(tracker.events), tracker.applied_events())


@given(logs(), st.sampled_from([ActionReverted(), UserUtteranceReverted()]))
def test_taking_back_leaves_the_state_of_what_is_left(log: list[Event], revert: Event) -> None:
    tracker = track(*log, revert)
    assert tracker._state == folded(tracker.applied_events())


def folded(log: Sequence[Event]) -> State:
    state = initial_state(domain.slots)
    for event in log:
        state = next_state(state, event, domain.slots)
    return state


def applied_by_the_book(log: Sequence[Event]) -> list[Event]:
    """Goes through a whole log once, knowing all loops in advance, with no thought of speed."""
    loops = {event.name for event in log if isinstance(event, ActiveLoop) and event.name}
    kept: list[Event] = []
    for event in log:
        match event:
            case Restarted() | SessionStarted():
                kept = []
            case ActionReverted():
                kept = without_last(kept, ActionExecuted)
            case UserUtteranceReverted():
                kept = without_last(without_last(kept, UserUttered), ActionExecuted)
            case ActionExecuted(action_name=str(name)) if name in loops and not is_first_or_unhappy(name, kept):
                kept = without_last_turn(kept, name)
            case _:
                kept = [*kept, event]
    return kept


def without_last(kept: list[Event], kind: type[Event]) -> list[Event]:
    positions = [at for at, event in enumerate(kept) if isinstance(event, kind)]
    return kept[: positions[-1]] if positions else []


def is_first_or_unhappy(loop: str, kept: list[Event]) -> bool:
    for at in reversed(range(len(kept))):
        event = kept[at]
        later = [other.action_name for other in kept[at:] if isinstance(other, ActionExecuted)]
        if isinstance(event, ActiveLoop) and event.name is None:
            return True
        if isinstance(event, ActionExecutionRejected) and event.action_name == loop:
            return True
        if isinstance(event, UserUttered) and later and later[0] not in {None, loop}:
            return True
        if isinstance(event, ActionExecuted) and event.action_name == loop:
            return False
    return True


def without_last_turn(kept: list[Event], loop: str) -> list[Event]:
    runs = [at for at, event in enumerate(kept) if isinstance(event, ActionExecuted) and event.action_name == loop]
    turn = (ActionExecuted, UserUttered, DefinePrevUserUtteredFeaturization)
    return kept[: runs[-1] + 1] + [event for event in kept[runs[-1] + 1 :] if not isinstance(event, turn)]


# -- what single events do -------------------------------------------------------------------------------------------


def test_before_anything_was_said_slots_have_their_initial_values_and_the_bot_is_to_listen() -> None:
    tracker = track()
    assert tracker.slots == {
        "name": "Ann",
        "tags": ["a"],
        "requested_slot": None,
        "session_started_metadata": None,
    }
    assert (tracker.followup_action, tracker.is_listening) == ("action_listen", False)
    assert (tracker.latest_message, tracker.latest_action_name, tracker.active_loop) == (None, None, {})
    assert tracker.current_state()["latest_message"] == UserUttered().parse_data


@pytest.mark.parametrize(
    ("value", "held"),
    [("b", ["b"]), ({"a": 1}, [{"a": 1}]), (["b"], ["b"]), ("", ""), (0, 0), (None, None), ({}, {})],
)
def test_a_list_slot_wraps_what_is_neither_a_list_nor_empty(value: Any, held: Any) -> None:
    assert track(SlotSet("tags", value)).slots["tags"] == held


def test_other_slots_hold_what_they_are_set_to_and_unknown_ones_are_not_set() -> None:
    tracker = track(SlotSet("name", 3), SlotSet("unknown", 3))
    assert tracker.slots["name"] == 3
    assert "unknown" not in tracker.slots
    assert len(tracker.applied_events()) == 2


def test_slots_are_shown_but_cannot_be_set_from_outside() -> None:
    with pytest.raises(TypeError):
        track().slots["name"] = "Bob"  # type: ignore[index]


def test_a_slot_set_to_null_is_null_and_a_reset_one_initial() -> None:
    assert track(SlotSet("name", None)).slots["name"] is None
    assert track(SlotSet("name", None), AllSlotsReset()).slots["name"] == "Ann"


@pytest.mark.parametrize("begin", [Restarted(), SessionStarted()])
def test_restart_and_session_begin_anew(begin: Event) -> None:
    tracker = track(LISTEN, HI, SlotSet("name", "Bob"), ConversationPaused(), ActiveLoop("form"), begin)
    assert (tracker.slots["name"], tracker.paused, tracker.active_loop) == ("Ann", False, {})
    assert (tracker.latest_message, tracker.latest_action_name) == (None, None)
    assert tracker.applied_events() == []
    follows = "action_session_start" if isinstance(begin, Restarted) else "action_listen"
    assert tracker.followup_action == follows
    assert tracker.reloaded().followup_action == "action_listen"


def test_a_message_and_an_action_clear_the_followup_action_and_a_bot_message_does_not() -> None:
    assert track(FollowupAction("utter_greet"), SAID, SlotSet("name", 1)).followup_action == "utter_greet"
    assert track(FollowupAction("utter_greet"), HI).followup_action is None
    assert track(FollowupAction("utter_greet"), GREET).followup_action is None


def test_pausing_lasts_until_the_bot_is_resumed() -> None:
    assert track(ConversationPaused(), HI).paused
    assert not track(ConversationPaused(), ConversationResumed()).paused


def test_a_predicted_text_is_the_latest_action() -> None:
    by_text = track(ActionExecuted(action_text="Hi!"))
    assert by_text.current_state()["latest_action"] == {"action_text": "Hi!"}
    assert by_text.latest_action_name == "Hi!"
    assert track(ActionExecuted("", action_text="Hi!")).current_state()["latest_action"] == {"action_text": "Hi!"}
    assert track(GREET).current_state()["latest_action"] == {"action_name": "utter_greet"}


def test_entities_are_added_to_the_latest_message_once_and_only_while_listening() -> None:
    city, date = {"entity": "city", "value": "Rome"}, {"entity": "date"}
    tracker = track(LISTEN, HI, EntitiesAdded([city, date]), EntitiesAdded([date]))
    assert tracker.latest_message is not None
    assert tracker.latest_message.entities == [city, date]
    assert tracker.current_state()["latest_message"]["entities"] == [city, date]
    assert tracker.events[1] is HI
    assert HI.entities == [city]
    after_action = track(LISTEN, HI, GREET, EntitiesAdded([date])).latest_message
    assert after_action == HI
    of_the_next = track(LISTEN, HI, EntitiesAdded([date]), LISTEN, UserUttered("yes")).latest_message
    assert of_the_next == UserUttered("yes")


def test_an_entity_found_twice_at_once_is_added_once() -> None:
    found = {"entity": "date"}
    message = track(LISTEN, UserUttered("now"), EntitiesAdded([found, found])).latest_message
    assert message is not None
    assert message.entities == [found]


# -- whose turn it is ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("log", "listening"),
    [
        ([], False),
        ([LISTEN], True),
        ([LISTEN, SlotSet("name", 1), SAID], True),
        ([LISTEN, HI], False),
        ([LISTEN, HI, GREET], False),
        ([LISTEN, HI, GREET, SAID, LISTEN], True),
        ([LISTEN, HI, UserUtteranceReverted()], False),
        ([LISTEN, HI, UserUtteranceReverted(), LISTEN], True),
        ([LISTEN, Restarted()], False),
        ([SAID], False),
    ],
    ids=str,
)
def test_it_is_the_users_turn_when_the_last_action_listens(log: list[Event], listening: bool) -> None:
    assert track(*log).is_listening is listening


# -- taking back -----------------------------------------------------------------------------------------------------


def test_undo_takes_back_an_action_with_what_it_did() -> None:
    tracker = track(LISTEN, HI, GREET, SAID, SlotSet("name", "Bob"), ActionReverted())
    assert tracker.applied_events() == [LISTEN, HI]
    assert tracker.slots["name"] == "Ann"
    assert len(tracker.events) == 6


def test_undo_without_an_action_takes_back_everything() -> None:
    assert track(HI, SAID, ActionReverted()).applied_events() == []


def test_undo_after_undo_goes_further_back() -> None:
    assert track(LISTEN, HI, GREET, ActionReverted(), ActionReverted()).applied_events() == []


def test_rewind_takes_back_a_message_and_the_listening_before_it() -> None:
    tracker = track(LISTEN, HI, GREET, LISTEN, SlotSet("name", 1), UserUttered("no"), UserUtteranceReverted())
    assert tracker.applied_events() == [LISTEN, HI, GREET]
    assert tracker.latest_message == HI


def test_rewind_without_a_message_takes_back_everything() -> None:
    assert track(LISTEN, SAID, UserUtteranceReverted()).applied_events() == []


def test_a_pause_lasts_over_an_undo_that_did_not_take_it_back() -> None:
    assert track(ConversationPaused(), LISTEN, ActionReverted()).paused
    assert not track(LISTEN, ConversationPaused(), ActionReverted()).paused


def test_a_followup_action_does_not_come_back_with_an_undo() -> None:
    assert track(FollowupAction("utter_greet"), LISTEN, GREET, ActionReverted()).followup_action is None


def test_the_input_channel_is_that_of_the_last_message_of_all() -> None:
    tracker = track(LISTEN, UserUttered("hi", input_channel="slack"), UserUtteranceReverted(), Restarted())
    assert tracker.current_state()["latest_input_channel"] == "slack"


def test_a_state_shows_the_events_that_it_is_asked_for() -> None:
    tracker = track(LISTEN, Restarted(), LISTEN, HI, GREET.stamped(4.0), ActionReverted(timestamp=5.0))
    shown = {
        verbosity: [event["event"] for event in tracker.current_state(verbosity)["events"] or ()]
        for verbosity in EventVerbosity
    }
    assert shown == {
        EventVerbosity.NONE: [],
        EventVerbosity.APPLIED: ["action", "user"],
        EventVerbosity.AFTER_RESTART: ["action", "user", "action", "undo"],
        EventVerbosity.ALL: ["action", "restart", "action", "user", "action", "undo"],
    }
    assert tracker.current_state(EventVerbosity.NONE)["events"] is None
    assert tracker.current_state()["latest_event_time"] == 5.0


# -- loops -----------------------------------------------------------------------------------------------------------


def test_a_loop_knows_the_message_that_triggered_it() -> None:
    assert track(LISTEN, HI, FORM, ActiveLoop("form")).active_loop == {
        "name": "form",
        "is_interrupted": False,
        "rejected": False,
        "trigger_message": HI.parse_data,
    }
    assert track(ActiveLoop("form"), ActiveLoop(None)).active_loop == {}


def flags(*log: Event) -> tuple[bool, bool]:
    loop = track(ActiveLoop("form"), *log).active_loop
    return loop["is_interrupted"], loop["rejected"]


def test_a_loop_is_interrupted_until_any_action_runs() -> None:
    assert flags(LoopInterrupted(True), HI) == (True, False)
    assert flags(LoopInterrupted(True), LISTEN) == (False, False)
    assert flags(LoopInterrupted(True), LoopInterrupted(False)) == (False, False)


def test_a_loop_is_rejected_until_it_runs() -> None:
    assert flags(ActionExecutionRejected("form"), GREET, LISTEN) == (False, True)
    assert flags(ActionExecutionRejected("form"), FORM) == (False, False)
    assert flags(ActionExecutionRejected("other_form")) == (False, False)


def test_activating_a_loop_again_begins_it_anew() -> None:
    assert flags(ActionExecutionRejected("form"), LoopInterrupted(True), ActiveLoop("form")) == (False, False)


def test_without_a_loop_nothing_can_be_interrupted_or_rejected() -> None:
    assert track(LoopInterrupted(True), ActionExecutionRejected("form")).active_loop == {}


def test_the_turns_of_a_forms_happy_path_are_not_applied_but_what_was_filled_is() -> None:
    filled = SlotSet("name", "Bob")
    tracker = track(LISTEN, HI, FORM, ActiveLoop("form"), SAID, LISTEN, UserUttered("Bob"), FORM, filled)
    assert tracker.applied_events() == [LISTEN, HI, FORM, ActiveLoop("form"), SAID, filled]
    assert tracker.latest_message == UserUttered("Bob")
    assert tracker.reloaded().latest_message == HI


def test_a_turn_that_the_form_rejected_is_applied() -> None:
    rejected = [LISTEN, UserUttered("why?"), ActionExecutionRejected("form"), GREET, FORM]
    log = [LISTEN, HI, FORM, ActiveLoop("form"), *rejected]
    assert track(*log).applied_events() == log


def test_a_turn_that_another_action_answered_is_applied() -> None:
    log = [HI, FORM, ActiveLoop("form"), LISTEN, UserUttered("why?"), GREET, LISTEN, FORM]
    assert track(*log).applied_events() == log


def test_a_rejection_of_another_loop_does_not_keep_a_turn() -> None:
    other = ActionExecutionRejected("other_form")
    log = [HI, FORM, ActiveLoop("form"), LISTEN, UserUttered("Bob"), other, FORM]
    assert track(*log).applied_events() == [HI, FORM, ActiveLoop("form"), other]


def test_runs_from_before_a_restart_do_not_count() -> None:
    log = [FORM, ActiveLoop("form"), Restarted(), FORM]
    assert track(*log).applied_events() == [FORM]
    assert track(HI, FORM, Restarted(), FORM, FORM, ActiveLoop("form")).applied_events() == [FORM, ActiveLoop("form")]


def test_an_action_counts_as_a_loop_from_before_it_was_first_activated() -> None:
    log = [FORM, LISTEN, HI, FORM, SAID]
    assert track(*log).applied_events() == log
    late, other = ActiveLoop("form"), ActiveLoop("other_form")
    assert track(*log, late).applied_events() == [FORM, SAID, late]
    assert track(*log, late, other).applied_events() == [FORM, SAID, late, other]


# -- cost ------------------------------------------------------------------------------------------------------------

TURN = [LISTEN, HI, SlotSet("name", "Bob"), GREET, SAID]
FORM_TURN = [LISTEN, UserUttered("Bob"), FORM, SlotSet("name", "Bob"), SAID]
UNDONE = [GREET, SAID, ActionReverted(), GREET, UserUtteranceReverted(), LISTEN, HI]
LATE_LOOPS = [event for at in range(300) for event in [ActionExecuted(f"l{at}")] * 2]


@pytest.mark.parametrize(
    "log",
    [TURN * 600, [FORM, ActiveLoop("form"), *FORM_TURN * 600], TURN * 300 + UNDONE * 200],
    ids=["turns", "one long form", "undo after undo"],
)
def test_every_event_of_a_long_log_changes_a_state_a_few_times_at_most(log: list[Event]) -> None:
    folds = 0

    def counted(state: State, event: Event) -> State:
        nonlocal folds
        folds += 1
        return next_state(state, event, domain.slots)

    live = initial_state(domain.slots)
    applied = AppliedEvents(live, counted, live)
    most = 0
    for event in log:
        before = folds
        live = applied.append(event, live)
        most = max(most, folds - before)
    assert most <= 4


def test_a_log_with_many_late_loops_is_gone_through_again_once() -> None:
    folds = 0

    def counted(state: State, event: Event) -> State:
        nonlocal folds
        folds += 1
        return next_state(state, event, domain.slots)

    live = initial_state(domain.slots)
    applied = AppliedEvents(live, counted, live)
    log = [*LATE_LOOPS, *(ActiveLoop(f"l{at}") for at in range(300))]
    for event in log:
        live = applied.append(event, live)
    assert len(applied.events) == 600
    assert folds <= 4 * len(log)


@given(st.lists(events(), min_size=1, max_size=20))
def test_a_tracker_with_other_events_has_its_own_log(log: list[Event]) -> None:
    tracker = track(*log)
    other = tracker.with_events([HI])
    assert (len(tracker.events), len(other.events)) == (len(log), len(log) + 1)
