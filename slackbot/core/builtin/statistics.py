"""A guess for conversations that no rule and no story covers: how often which action came next in similar turns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass

from slackbot.core.builtin.lessons import Lesson
from slackbot.core.builtin.states import State
from slackbot.core.builtin.turn_features import last_own_action
from slackbot.dialogue.domain import DEFAULT_ACTIONS
from slackbot.dialogue.state import ACTION_LISTEN

#: Weight of the wider view's opinion, counted in decisions seen in the narrower.
_WIDER_WEIGHT = 1.0

#: Actions that the right one may be among and that nobody has taught yet: in small projects it's often none of theirs.
_NOT_YET_INVENTED = 10

#: The widest views: what the assistant has just met with.
_AFTER_MESSAGE, _AFTER_ACTION = "message", "action"

#: What the widest view may say at most: it knows no more than whether the user has just spoken.
_WIDEST_SHARE = 0.2


@dataclass(frozen=True)
class Guess:
    """A probability for every action."""

    scores: dict[str, float]

    @property
    def action(self) -> str:
        """The likeliest; of equals the first by name."""
        return min(self.scores, key=lambda action: (-self.scores[action], action))


class NextActionCounts:
    """Counts of the next action over views of the last turns, from wide to narrow.

    A view's probabilities are its counts smoothed with those of the next wider view (absolute counts with a Dirichlet
    prior), so that views with few or no sightings leave the say to wider ones.
    """

    def __init__(self, stories: Iterable[Lesson]) -> None:
        self._counts: dict[Hashable, Counter[str]] = defaultdict(Counter)
        self._stories: dict[tuple[Hashable, str], str] = {}
        # What is known before any story: an assistant that has acted listens.
        self._counts[_AFTER_ACTION][ACTION_LISTEN] += 1
        for story in stories:
            for (states, action), precedent in zip(story.decisions, story.precedents, strict=True):
                if states[-1].previous is not None:
                    self._learn(states, action, precedent.source)

    def _learn(self, states: Sequence[State], action: str, story: str) -> None:
        for view in _views(states):
            self._counts[view][action] += 1
            self._stories.setdefault((view, action), story)

    def knows(self, states: Sequence[State]) -> bool:
        """Whether training has anything about the message that was heard, or the action that was taken, just now."""
        return _views(states)[1] in self._counts

    def has_met(self, states: Sequence[State]) -> bool:
        """Whether training has the message as an answer to this question, or the action on this message."""
        return _views(states)[2] in self._counts

    def guess(self, states: Sequence[State], actions: Collection[str]) -> Guess:
        """Probabilities over these actions. With nothing similar in training, none reaches 0.3, where RulePolicy
        falls back by default.
        """
        scores = _by_chance(actions)
        widest, *narrower = _views(states)
        scores = self._blend(widest, scores, _WIDEST_SHARE)
        for view in narrower:
            seen = self._seen(view, actions).total()
            scores = self._blend(view, scores, seen / (seen + _WIDER_WEIGHT))
        return Guess(scores)

    def _blend(self, view: Hashable, wider: dict[str, float], share: float) -> dict[str, float]:
        seen = self._seen(view, wider)
        total = seen.total()
        if not total:
            return wider
        return {action: share * seen[action] / total + (1 - share) * score for action, score in wider.items()}

    def _seen(self, view: Hashable, actions: Collection[str]) -> Counter[str]:
        counts = self._counts.get(view, Counter())
        return Counter({action: count for action, count in counts.items() if action in actions})

    def most_similar(self, states: Sequence[State], action: str) -> str:
        """Where the action was taken in the turn that is most similar, and in which story; '' if there is none."""
        views = _views(states)[1:]
        found = (self._stories[view, action] for view in reversed(views) if (view, action) in self._stories)
        return next(found, "")


def _by_chance(actions: Collection[str]) -> dict[str, float]:
    """Equal for all actions that are the assistant's own; Rasa's default actions never come by chance."""
    own = set(actions) - set(DEFAULT_ACTIONS)
    chance = 1 / (len(own) + _NOT_YET_INVENTED)
    return {action: chance if action in own else 0.0 for action in actions}


def _views(states: Sequence[State]) -> list[Hashable]:
    """What the present moment looks like, from wide to narrow; equal views are the same context."""
    now = states[-1]
    question = last_own_action(states)
    step = (_AFTER_MESSAGE, now.intent) if now.answers_message else (_AFTER_ACTION, now.previous)
    context = question if now.answers_message else now.intent
    return [
        step[0],
        step,
        (step, context),
        (step, context, now.entities if now.answers_message else (), now.loop),
        (now, question),
        tuple(states[-2:]),
        tuple(states[-3:]),
    ]
