"""Actions that people suggest or vote for where a rule or story of the assistant says something else."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slackbot.core.protocol import Core, Precedent, Prediction
from slackbot.crowd.votes import Vote, counting
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.plan import understood
from slackbot.learning.question import Branch, PartKind, Question

log = logging.getLogger(__name__)

#: Branches of one question that are looked into, so that no number of odd votes keeps the core busy.
MOST_BRANCHES = 20


@dataclass(frozen=True)
class Contradiction:
    """An action that somebody wants, and what says otherwise."""

    #: The answers before the action.
    path: tuple[str, ...]
    action: str
    precedent: Precedent


@dataclass(frozen=True)
class Explore:
    """Find out what rules and stories say where votes lead away from what the card shows."""

    paths: tuple[tuple[str, ...], ...]


def contradictions_in(question: Question, votes: Iterable[Vote] = ()) -> list[Contradiction]:
    """What the question's answers and the votes that count contradict, in the order of the parts. Pure.

    What is decided comes first among the answers to a part, or else what is suggested, then the votes in their order.
    """
    paths = [question.suggestion, *(vote.answers for vote in counting(votes, question.decided))]
    known = {branch.path: branch.precedents for branch in question.branches}
    for index, part in enumerate(question.parts):
        known[question.suggestion[:index]] = part.precedents
    found = [
        Contradiction(path[:index], path[index], precedent)
        for index in range(_first_action(question), max(map(len, paths)))
        for path in paths
        if index < len(path)
        for precedent in known.get(path[:index], ())
        if precedent.contradicts(path[index])
    ]
    return list(dict.fromkeys(found))


def unexplored(question: Question, votes: Iterable[Vote]) -> Explore | None:
    """What must be explored before ``contradictions_in`` knows about all of the votes. Pure."""
    known = {branch.path for branch in question.branches}
    shown = question.suggestion
    paths = [
        vote.answers[:index]
        for vote in counting(votes, question.decided)
        for index in range(_first_action(question), len(vote.answers))
        if vote.answers[:index] != shown[:index]
    ]
    new = [path for path in dict.fromkeys(paths) if path not in known]
    return Explore(tuple(new[: MOST_BRANCHES - len(known)])) if new and len(known) < MOST_BRANCHES else None


async def explored(core: Core, tracker: Tracker, question: Question, path: Sequence[str]) -> Branch:
    """What rules and stories say in the state that these answers lead to. Raises nothing.

    They say nothing where the core fails, and behind an action whose outcome only running it tells.
    """
    try:
        return Branch(tuple(path), await _precedents(core, tracker, question, path))
    except Exception:  # nobody's vote is held up by a look ahead
        log.warning("a vote's answers %s could not be looked into", path, exc_info=True)
        return Branch(tuple(path), ())


async def _precedents(core: Core, tracker: Tracker, question: Question, path: Sequence[str]) -> tuple[Precedent, ...]:
    prediction = await prediction_after(core, tracker, question, path)
    return prediction.precedents if prediction is not None else ()


async def prediction_after(core: Core, tracker: Tracker, question: Question, path: Sequence[str]) -> Prediction | None:
    """What would be predicted after these answers to the first parts, which reach behind the message at least.

    None where nothing is to be predicted then, or only running an action would tell. Raises CoreFailed.
    """
    done = question.appended
    if done < _first_action(question):
        done = _first_action(question)
        for index, answer in enumerate(path[:done]):
            question = question.with_decision(index, answer, ())
        tracker = tracker.with_events(await understood(core, tracker, question))
    for action in path[done:]:
        if core.runs_elsewhere(action, tracker):
            return None
        tracker = tracker.with_events(await core.execute(tracker, action))
    return None if tracker.is_listening or tracker.paused else await core.predict(tracker)


def _first_action(question: Question) -> int:
    """The index of the first part that is about an action."""
    return sum(part.kind is not PartKind.ACTION for part in question.parts)
