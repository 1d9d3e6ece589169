"""A tracker tells of the same events what Rasa 3.6.21 told of them, live and loaded again from a store.

Where ours differs on purpose is said in ``as_rasa_writes`` and ``comparable``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import events_from_dicts
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.errors import UnknownEvent

Records = Callable[[str], list[dict[str, Any]]]
State = dict[str, Any]

#: What we write and Rasa loses: a cancellation's criteria, an export's path.
LOST_BY_RASA = {"cancel_reminder": {"name", "intent", "entities"}, "export": {"path"}}


@pytest.fixture(scope="module")
def domain(golden: Path) -> Domain:
    return Domain.load(golden / "domain.yml")


@pytest.fixture(scope="module")
def answered(records: Records) -> list[dict[str, Any]]:
    """The records of events that Rasa could read."""
    found = [record for record in records("trackers") if "error" not in record]
    assert len(found) > 1000
    return found


def test_the_state_is_rasas(answered: list[dict[str, Any]], domain: Domain) -> None:
    check(answered, lambda record: comparable(state(tracker(record, domain)), record), expected_state)


def test_the_events_since_the_last_restart_are_rasas(answered: list[dict[str, Any]], domain: Domain) -> None:
    def found(record: dict[str, Any]) -> Any:
        shown = state(tracker(record, domain), EventVerbosity.AFTER_RESTART)
        return comparable(shown, record)["events"]

    def expected(record: dict[str, Any]) -> Any:
        events = record["after_restart_events"]
        same = {"events": record["state"]["events"] if events == "=APPLIED" else events}
        return comparable({**record["state"], **same}, record)["events"]

    check(answered, found, expected)


def test_a_reloaded_tracker_differs_from_the_live_one_where_rasas_does(
    answered: list[dict[str, Any]], domain: Domain
) -> None:
    def found(record: dict[str, Any]) -> Any:
        live = tracker(record, domain)
        before, after = state(live), state(live.reloaded())
        return {key: after[key] for key in after if after[key] != before[key]}

    check(answered, found, lambda record: record["reload_state_diff"])


def test_what_rasa_cannot_read_is_refused(records: Records) -> None:
    broken = [record for record in records("trackers") if "error" in record]
    assert broken
    for record in broken:
        with pytest.raises((ValueError, UnknownEvent)):
            events_from_dicts(record["events"])


def check(records: list[dict[str, Any]], found: Callable[[Any], Any], expected: Callable[[Any], Any]) -> None:
    wrong = [record["id"] for record in records if found(record) != expected(record)]
    assert wrong == [], f"{len(wrong)} of {len(records)} records differ"


def tracker(record: Mapping[str, Any], domain: Domain) -> Tracker:
    """Rasa stamps events that have no time as it reads them; here the caller does, with the record's clock."""
    events = [event.stamped(record["clock"]) for event in events_from_dicts(record["events"])]
    return Tracker(record["state"]["sender_id"], domain, events)


def state(live: Tracker, verbosity: EventVerbosity = EventVerbosity.APPLIED) -> State:
    shown = live.current_state(verbosity)
    return {**shown, "events": [as_rasa_writes(event) for event in shown["events"]]}


def expected_state(record: Mapping[str, Any]) -> State:
    return comparable(record["state"], record)


def as_rasa_writes(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event without what only we keep: ``LOST_BY_RASA``, and keys that Rasa doesn't know."""
    lost = LOST_BY_RASA.get(event["event"], set()) | {"foo"}  # the one unknown key in the records
    return {key: value for key, value in event.items() if key not in lost}


def comparable(shown: State, record: Mapping[str, Any]) -> State:
    """A state without the entities that Rasa writes into an event of its log when some are added to its message.

    Our events never change; the added ones show in ``latest_message`` alone.
    """
    if "MUTATED_PARSE_DATA" not in record["tags"]:
        return shown
    loop = shown["active_loop"]
    if loop:
        loop = {**loop, "trigger_message": without_entities(loop["trigger_message"])}
    events = [
        {**event, "parse_data": without_entities(event["parse_data"])} if event["event"] == "user" else event
        for event in shown["events"]
    ]
    return {**shown, "events": events, "active_loop": loop}


def without_entities(parse_data: Mapping[str, Any]) -> dict[str, Any]:
    return {**parse_data, "entities": []}
