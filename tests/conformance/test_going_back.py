"""Going back anywhere in a conversation of Rasa's leads its replay, which is Rasa's, to the state that was there."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from slackbot.dialogue.domain import Domain
from slackbot.learning.undoing import is_as, way_to
from tests.conformance.comparing import Record
from tests.conformance.test_trackers import tracker


def test_the_state_of_any_earlier_point_is_reached_by_rasas_events(
    records: Callable[[str], list[Record]], domain: Domain
) -> None:
    random, wrong = Random(1), []
    for record in records("trackers"):
        if "error" in record or not record["events"]:
            continue
        length = random.randrange(len(record["events"]))
        target = tracker({**record, "events": record["events"][:length]}, domain)
        live = tracker(record, domain)
        if not is_as(live.with_events(way_to(live, length)), target):
            wrong.append((record["id"], length))
    assert wrong == []
