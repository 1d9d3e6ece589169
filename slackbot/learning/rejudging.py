"""The verdicts on questions whose decisions count again, after an undo was taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.dialogue.events import event_from_dict
from slackbot.dialogue.history import jump_of
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.judging import verdict
from slackbot.learning.question import ClosedQuestion, Outcome
from slackbot.learning.turns import standing
from slackbot.store import Store


async def verdicts_again(
    store: Store, tracker: Tracker, new: Sequence[Mapping[str, Any]]
) -> dict[str, Sequence[Any] | None]:
    """For each question that counts again with the new events, JSON: what became of its suggestions.

    Raises StoreUnavailable.
    """
    found = dict[str, Sequence[Any] | None]()
    for question_id in _counting_again(tracker, new):
        record = await store.closed_question(tracker.conversation_id, question_id)
        closed = ClosedQuestion.from_dict(record) if record else None
        if closed is not None and closed.outcome is Outcome.DECIDED:
            found[question_id] = verdict(closed.question).as_list()
    return found


def _counting_again(tracker: Tracker, new: Sequence[Mapping[str, Any]]) -> set[str]:
    """None where the new events are no redo."""
    events = [event_from_dict(row) for row in new]
    jump = jump_of(events[0], len(tracker.events)) if events else None
    if jump is None or not jump.redo:
        return set()
    now = {position for _, position, _ in standing(tracker)}
    back = (event for _, position, event in standing(tracker.with_events(events)) if position not in now)
    return {str(event.metadata["question"]) for event in back if event.metadata.get("question")}
