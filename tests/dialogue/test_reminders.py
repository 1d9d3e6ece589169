"""Reminders: what cancels them, and whether they are still to fire."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    ConversationPaused,
    Event,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
    event_from_dict,
)
from slackbot.dialogue.reminders import cancels, entities_key, fires, has_message_after, is_still_valid, pending
from slackbot.dialogue.tracker import Tracker
from tests.dialogue.logs import DOMAIN, logs

NOON = datetime(2030, 1, 1, 12)  # noqa: DTZ001  a reminder's time may be naive
ANN = [{"entity": "name", "value": "Ann"}]
LISTEN = ActionExecuted("action_listen")
SET = ActionExecuted("action_set_reminder")


def reminder(name: str | None = "r", **more: Any) -> ReminderScheduled:
    return ReminderScheduled("greet", NOON, name=name, **more)


def fired(*log: Event, asked: ReminderScheduled | None = None) -> bool:
    return fires(Tracker("c", Domain.from_dict(DOMAIN), log), asked or reminder())


@pytest.mark.parametrize(
    "cancellation",
    [
        ReminderCancelled(),
        ReminderCancelled("", "", []),
        ReminderCancelled("r"),
        ReminderCancelled(intent="greet"),
        ReminderCancelled(entities=[{"value": "Ann", "entity": "name"}]),
        ReminderCancelled(entities={"name": "Ann"}),
        ReminderCancelled("r", "greet", ANN),
    ],
)
def test_a_cancellation_meets_a_reminder_that_fits_all_it_says(cancellation: ReminderCancelled) -> None:
    assert cancels(cancellation, reminder(entities=ANN))


@pytest.mark.parametrize(
    "cancellation",
    [
        ReminderCancelled("other"),
        ReminderCancelled("r", "bye"),
        ReminderCancelled("other", "greet", ANN),
        ReminderCancelled(entities=[{"entity": "name", "value": "Bob"}]),
        ReminderCancelled(entities=[*ANN, *ANN]),
    ],
)
def test_a_cancellation_passes_by_what_does_not_fit_any_of_it(cancellation: ReminderCancelled) -> None:
    assert not cancels(cancellation, reminder(entities=ANN))
    assert not cancels(cancellation, reminder("another", entities=None))


def test_a_cancellation_keeps_what_it_says_when_it_is_stored() -> None:
    cancellation = ReminderCancelled("other", "bye", ANN)
    assert event_from_dict(cancellation.as_dict()) == cancellation


@given(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), min_size=1))
def test_the_order_of_an_entitys_keys_does_not_matter(entity: dict[str, Any]) -> None:
    turned = dict(reversed(entity.items()))
    assert entities_key([entity]) == entities_key([turned])
    assert entities_key(entity) == entities_key(turned)
    assert entities_key([entity, {}]) == entities_key([{}, entity]) != entities_key([entity])


def test_a_reminder_fires_while_nothing_speaks_against_it() -> None:
    assert fired(LISTEN, UserUttered("hi"), SET, reminder(), LISTEN)
    assert fired(LISTEN, UserUttered("hi"), SET, reminder(), LISTEN, ConversationPaused())


def test_a_message_kills_a_reminder_only_if_it_says_so() -> None:
    later = (LISTEN, UserUttered("wait"))
    assert not fired(SET, reminder(), *later)
    keeps_on = reminder(kill_on_user_message=False)
    assert fired(SET, keeps_on, *later, asked=keeps_on)
    assert fired(SET, reminder(), LISTEN, UserUttered(""))
    assert not fired(SET, reminder(), *later, UserUtteranceReverted(), LISTEN)


def test_scheduling_it_again_after_the_message_makes_it_fire() -> None:
    assert fired(SET, reminder(), LISTEN, UserUttered("wait"), SET, reminder())


@pytest.mark.parametrize("taken_back", [[Restarted()], [SessionStarted()], [ActionReverted()]])
def test_a_reminder_that_was_taken_back_does_not_fire(taken_back: list[Event]) -> None:
    keeps_on = reminder(kill_on_user_message=False)
    assert not fired(LISTEN, UserUttered("hi"), SET, keeps_on, *taken_back, asked=keeps_on)
    assert not is_still_valid([LISTEN], keeps_on)


def test_a_reminder_that_the_log_lacks_does_not_fire() -> None:
    assert not fired(LISTEN, asked=reminder(kill_on_user_message=False))
    assert has_message_after([LISTEN], reminder())


def test_a_cancellation_behind_it_stops_a_reminder_until_it_is_taken_back() -> None:
    cancel = (ActionExecuted("action_cancel"), ReminderCancelled("r"))
    assert not fired(SET, reminder(), *cancel)
    assert fired(SET, reminder(), *cancel, ActionReverted())
    assert fired(*cancel, SET, reminder())
    assert fired(SET, reminder(), ActionExecuted("action_cancel"), ReminderCancelled("other"))


def test_pending_are_the_last_of_each_name_that_would_fire() -> None:
    late = ReminderScheduled("bye", datetime(2031, 1, 1), name="r")  # noqa: DTZ001  see NOON
    nameless = [reminder(None), reminder(None, entities=ANN), reminder(None, entities=ANN)]
    log = [SET, reminder(), reminder("gone"), late, *nameless, ReminderCancelled("gone")]
    assert pending(Tracker("c", Domain.from_dict({}), log)) == [late, *nameless[:2]]


@given(logs())
def test_of_any_log_exactly_the_reminders_that_fire_are_pending(log: list[Event]) -> None:
    tracker = Tracker("c", Domain.from_dict(DOMAIN), log)
    found = pending(tracker)
    assert all(fires(tracker, each) and is_still_valid(tracker.applied_events(), each) for each in found)
    names = [each.name for each in found if each.name is not None]
    assert len(names) == len(set(names))
