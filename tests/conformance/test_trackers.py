"""A tracker tells of the same events what Rasa 3.6.21 told of them, live and loaded again from a store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import EVENT_CLASSES, UserUttered, events_from_dicts
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from tests.conformance.comparing import REFUSED, Difference, Record
from tests.conformance.conftest import Compare

State = dict[str, Any]

#: What we write and Rasa loses: a cancellation's criteria, an export's path, and keys that Rasa doesn't know.
LOST_BY_RASA = {"cancel_reminder": {"name", "intent", "entities"}, "export": {"path"}}


def test_the_state_is_rasas(compare: Compare, domain: Domain) -> None:
    def found(record: Record) -> Any:
        return state(tracker(record, domain))

    compare("trackers", found, expected_state, [EVENTS_NEVER_CHANGE, NAMELESS])


def test_the_events_since_the_last_restart_are_rasas(compare: Compare, domain: Domain) -> None:
    def found(record: Record) -> Any:
        return {"events": state(tracker(record, domain), EventVerbosity.AFTER_RESTART)["events"]}

    def expected(record: Record) -> Any:
        if "error" in record:
            return REFUSED
        events = record["after_restart_events"]
        return {"events": record["state"]["events"] if events == "=APPLIED" else events}

    compare("trackers", found, expected, [EVENTS_NEVER_CHANGE, NAMELESS])


def test_a_reloaded_tracker_differs_from_the_live_one_where_rasas_does(compare: Compare, domain: Domain) -> None:
    def found(record: Record) -> Any:
        live = tracker(record, domain)
        before, after = state(live), state(live.reloaded())
        return {key: after[key] for key in after if after[key] != before[key]}

    def expected(record: Record) -> Any:
        return REFUSED if "error" in record else record["reload_state_diff"]

    compare("trackers", found, expected, [NAMELESS, STAYS_TAKEN_BACK])


def tracker(record: Mapping[str, Any], domain: Domain) -> Tracker:
    """Rasa stamps events that have no time as it reads them; here the caller does, with the record's clock."""
    events = [event.stamped(record["clock"]) for event in events_from_dicts(record["events"])]
    return Tracker(record["state"]["sender_id"] if "state" in record else "", domain, events)


def state(live: Tracker, verbosity: EventVerbosity = EventVerbosity.APPLIED) -> State:
    shown = live.current_state(verbosity)
    return {**shown, "events": [as_rasa_writes(event) for event in shown["events"]]}


def expected_state(record: Record) -> Any:
    return REFUSED if "error" in record else record["state"]


def as_rasa_writes(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event without what only we keep."""
    known = {"event", "timestamp", "metadata", *(item.key for item in EVENT_CLASSES[event["event"]].json_fields)}
    kept = known - LOST_BY_RASA.get(event["event"], set())
    return {key: value for key, value in event.items() if key in kept}


# -- deliberate differences ------------------------------------------------------------------------------------------


def only_added_entities_differ(_: Record, ours: Any, rasas: Any) -> bool:
    """Whether the two are the same but for entities behind ours, in messages of the log."""
    if not isinstance(ours, dict) or not isinstance(rasas, dict):
        return False
    same_otherwise = [_without_entities(each) for each in (ours, rasas)]
    pairs = zip(_messages(ours), _messages(rasas), strict=False)
    return same_otherwise[0] == same_otherwise[1] and all(
        theirs["entities"][: len(own["entities"])] == own["entities"] for own, theirs in pairs
    )


def _messages(shown: State) -> list[dict[str, Any]]:
    messages = [event["parse_data"] for event in shown["events"] if event["event"] == UserUttered.type_name]
    loop = shown.get("active_loop")
    latest = [shown["latest_message"]] if "latest_message" in shown else []
    return [*messages, *latest, *([loop["trigger_message"]] if loop else [])]


def _without_entities(shown: State) -> State:
    events = [
        {**event, "parse_data": {**event["parse_data"], "entities": []}} if event["event"] == "user" else event
        for event in shown["events"]
    ]
    loop = shown.get("active_loop")
    if loop:
        loop = {**loop, "trigger_message": {**loop["trigger_message"], "entities": []}}
    latest = {**shown["latest_message"], "entities": []} if "latest_message" in shown else None
    return {**shown, "events": events, "active_loop": loop, "latest_message": latest}


def adds_entities(record: Record) -> bool:
    return any(event.get("event") == "entities" for event in record["events"])


def only_what_has_entities_differs(record: Record, ours: Any, rasas: Any) -> bool:
    """Whether the reloaded tracker differs in more than ours does, and only where a message may stand."""
    if not isinstance(ours, dict) or not isinstance(rasas, dict):
        return False
    differing = {key for key in {*ours, *rasas} if ours.get(key) != rasas.get(key)}
    taken_back = any(event.get("event") in ("undo", "rewind") for event in record["events"])
    return taken_back and adds_entities(record) and differing <= {"latest_message", "events", "active_loop"}


def names_nothing(record: Record, ours: Any, _: Any) -> bool:
    kinds = {"slot", "action_execution_rejected"}
    return ours == REFUSED and any(
        event.get("event") in kinds and event.get("name") is None for event in record["events"]
    )


NAMELESS = Difference(
    "a slot or a rejection without a name is refused, as Rasa's own HTTP API refuses it", names_nothing
)
EVENTS_NEVER_CHANGE = Difference(
    "Rasa writes entities that are added to a message into that event of its log (MUTATED_PARSE_DATA); "
    "our events never change, the added ones are in latest_message alone",
    lambda record, ours, rasas: adds_entities(record) and only_added_entities_differ(record, ours, rasas),
)
STAYS_TAKEN_BACK = Difference(
    "entities that were added and taken back stay in Rasa's live tracker and are gone when it is reloaded",
    only_what_has_entities_differs,
)
