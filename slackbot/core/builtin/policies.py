"""What the assistant would do next: the policies in the order of their say, and the score of every action."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from slackbot.core.builtin.archive import State as ArchivedState
from slackbot.core.builtin.blending import Blend, best_blend, blended
from slackbot.core.builtin.lessons import rule_lesson, story_lesson
from slackbot.core.builtin.memory import StoryMemory
from slackbot.core.builtin.regression import NextActionRegression
from slackbot.core.builtin.rules import RuleBook, next_in_loop
from slackbot.core.builtin.states import Featurizer, State
from slackbot.core.builtin.statistics import Guess, NextActionCounts
from slackbot.core.protocol import ActionScore, Precedent, Prediction
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecutionRejected, UserUttered
from slackbot.dialogue.state import ACTION_LISTEN, initial_state
from slackbot.dialogue.state import State as ConversationState
from slackbot.dialogue.stories import Story, linked
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import line_of
from slackbot.errors import FileError
from slackbot.progress import reached

RULES = "RulePolicy"
MEMORY = "MemoizationPolicy"
PARTIAL_MEMORY = "AugmentedMemoizationPolicy"
STATISTICS = "StatisticalPolicy"
FOLLOWUP = "followup_action"

#: So many states the statistics look at, and a few more.
LONGEST_VIEW = 30

_MESSAGE_OR_REJECTION = (UserUttered, ActionExecutionRejected)


@dataclass(frozen=True)
class _Choice:
    action: str
    policy: str
    confidence: float
    reason: str


class Policies:
    """Rules, memory and statistics of one project, learned from its stories and rules."""

    def __init__(
        self,
        stories: Sequence[Story],
        domain: Domain,
        config: Mapping[str, Any],
        *,
        folder: Path | None = None,
        state: ArchivedState = None,
    ) -> None:
        """``folder`` is the project's; people are told of its files relative to it.

        With the ``state`` of policies of the same stories, only what takes little time is learned anew.
        """
        self._featurizer = Featurizer(domain)
        whole = linked(stories)
        rules = [rule_lesson(rule, domain, self._featurizer, folder) for rule in whole if rule.kind == "rule"]
        told = [story_lesson(story, domain, self._featurizer, folder) for story in whole if story.kind == "story"]
        self._rules = RuleBook(rules, told)
        #: What the stories speak of. What they leave to rules, or to nobody, doesn't disturb the memory of them.
        self._slots = {name for story in told for state in story.decisions.states for name, _ in state.slots}
        self._intents = {state.intent for story in told for state in story.decisions.states}
        lessons = (*rules, *told)
        self._reach = max((len(lesson.decisions.states) for lesson in lessons), default=0) + LONGEST_VIEW
        self._memory = StoryMemory(told)
        self._counts = NextActionCounts(told)
        if state is None:
            reached("Learning stories")
            self._blend = best_blend(told, self._rules)
            self._regression = NextActionRegression.learned(told) if self._blend.regression else None
        else:
            self._blend = Blend(**state["blend"])
            regression = state["regression"]
            self._regression = None if regression is None else NextActionRegression.from_state(regression)
        self._fallback = _fallback(config)

    def state(self) -> ArchivedState:
        """What took time to learn, for an archive."""
        regression = None if self._regression is None else self._regression.state()
        return {"blend": asdict(self._blend), "regression": regression}

    def predict(self, tracker: Tracker) -> Prediction:
        """The choice of the first policy that has one; the other actions are scored by the statistics."""
        states, told = self._recent(tracker)
        happened = tuple(state.with_only(self._slots) for state in states)
        actions = tracker.domain.actions
        # What was an aside to the stories before may be what the user speaks of now.
        similar = happened if self._counts.has_met(happened) else told
        guess = self._guess(similar, actions)
        choice = (
            _followup(tracker)
            or self._by_rules(states, tracker)
            or self._by_memory(told, happened, actions)
            or _resumed(states[-1], tracker)
            or self._by_statistics(similar, guess, actions)
        )
        scores = {**guess.scores, choice.action: choice.confidence}
        ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return Prediction(
            tuple(ActionScore(action, score) for action, score in ranked),
            choice.policy,
            choice.confidence,
            choice.reason,
            self._precedents(states, told, tracker),
        )

    def interrupts(self, tracker: Tracker, action: str) -> bool:
        """Whether the action is a form that must ask again and not take the latest message for an answer.

        That is so where it has rejected this very message, and where training returns to it from an excursion.
        """
        loop = tracker.active_loop
        if loop.get("name") != action or not loop["rejected"] or tracker.latest_action_name != ACTION_LISTEN:
            return False
        latest = next(event for event in reversed(tracker.events) if isinstance(event, _MESSAGE_OR_REJECTION))
        return isinstance(latest, ActionExecutionRejected) or self._rules.returns_to_loop(self._recent(tracker)[0])

    def _precedents(self, states: Sequence[State], told: Sequence[State], tracker: Tracker) -> tuple[Precedent, ...]:
        if states[-1].previous is None:
            # A story that begins with an action leaves out what came before; it says nothing about the beginning.
            return ()
        found = (*self._rules.precedents(states, tracker.active_loop), *self._memory.precedents(told))
        also = tuple(_due_anyway(states[-1], tracker))
        return tuple(replace(precedent, also=(*precedent.also, *also)) for precedent in found)

    def _recent(self, tracker: Tracker) -> tuple[tuple[State, ...], tuple[State, ...]]:
        """The latest states, and the latest of those that stories speak of; all of them where they are few.

        No rule and no story looks further back, so that a prediction costs the same however long the conversation is.
        Of the latter, turns about intents that no story has are left out, and slots that none has: such turns are
        asides that rules answer; Rasa hides them from the other policies as well.
        """
        recent: list[State] = []
        told: list[State] = []
        known: tuple[ConversationState, State] | None = None
        for before in tracker.states_before_actions():
            is_recent = len(recent) < self._reach
            is_told = not recent or self._is_told(before)
            if is_recent or is_told:
                state = self._featurizer.now(before, known)
                known = before, state
                recent += [state] if is_recent else []
                told += [state.with_only(self._slots)] if is_told else []
            if len(told) >= self._reach:
                break
        if len(recent) == self._reach:
            # What stands before it is out of sight, but for how conversations begin.
            recent.append(self._featurizer.now(initial_state(tracker.domain.slots)))
        return tuple(reversed(recent)), tuple(reversed(told))

    def _is_told(self, state: ConversationState) -> bool:
        intent = state.latest_message.intent_name if state.latest_message is not None else None
        return intent is None or intent in self._intents

    def _by_rules(self, states: Sequence[State], tracker: Tracker) -> _Choice | None:
        advice = self._rules.advice(states, tracker.active_loop)
        if advice is not None and advice.action in tracker.domain.actions:
            return _Choice(advice.action, RULES, 1.0, advice.reason)
        if states[-1].previous is None:
            return _Choice(ACTION_LISTEN, RULES, 1.0, "a conversation starts by listening")
        return None

    def _by_memory(self, told: Sequence[State], happened: Sequence[State], actions: Collection[str]) -> _Choice | None:
        memory = self._memory.recall_whole(told)
        if memory is None and self._blend.memory_of_ends:
            memory = self._memory.recall_end(told, happened)
        if memory is None or memory.action not in actions:
            return None
        policy = MEMORY if memory.whole else PARTIAL_MEMORY
        return _Choice(memory.action, policy, 1.0, memory.precedent.source)

    def _guess(self, states: Sequence[State], actions: Collection[str]) -> Guess:
        """What counts and regression say together. Of what training has never met with, the regression has no idea."""
        counts = self._counts.guess(states, actions)
        if self._regression is None or not self._counts.knows(states):
            return counts
        regression = self._regression.scores(states, actions)
        return Guess(blended(counts.scores, regression, self._blend.regression))

    def _by_statistics(self, states: Sequence[State], guess: Guess, actions: Collection[str]) -> _Choice:
        confidence = guess.scores[guess.action]
        fallback = self._fallback if states[-1].answers_message else None
        if fallback and fallback.action in actions and confidence < fallback.confidence:
            return fallback
        story = self._counts.most_similar(states, guess.action)
        reason = f"similar to {story}" if story else "a guess: nothing in training is similar"
        return _Choice(guess.action, STATISTICS, confidence, reason)


def _followup(tracker: Tracker) -> _Choice | None:
    action = tracker.followup_action
    if action is None or action not in tracker.domain.actions:
        return None
    return _Choice(action, FOLLOWUP, 1.0, "set to come next")


def _resumed(now: State, tracker: Tracker) -> _Choice | None:
    """Back to a loop that was left, once something else is done and nothing in training goes on from there."""
    loop = tracker.active_loop.get("name")
    if loop not in tracker.domain.actions or now.answers_message or now.previous == loop:
        return None
    return _Choice(loop, RULES, 1.0, f"back to {loop}, which is still active")


def _due_anyway(now: State, tracker: Tracker) -> Iterator[str]:
    """What comes next before rules and stories are asked: the follow-up action, and an active loop's own turn."""
    loop = tracker.active_loop
    if tracker.followup_action is not None:
        yield tracker.followup_action
    if loop and not loop["rejected"]:
        yield next_in_loop(now, loop["name"]).action


def _fallback(config: Mapping[str, Any]) -> _Choice | None:
    """What RulePolicy does when no policy is sure enough, by the settings in ``config.yml``; None if switched off.

    Raises FileError.
    """
    policies = [policy for policy in config.get("policies") or () if isinstance(policy, Mapping)]
    settings = next((policy for policy in policies if policy.get("name") == RULES), {})
    if not settings.get("enable_fallback_prediction", True):
        return None
    action = settings.get("core_fallback_action_name", "action_default_fallback")
    threshold = settings.get("core_fallback_threshold", 0.3)
    if not isinstance(threshold, int | float):
        line = line_of(settings, "core_fallback_threshold")
        raise FileError("config.yml", line, f"core_fallback_threshold is {threshold!r}", "write a number, such as 0.3")
    return _Choice(action, RULES, float(threshold), "no policy is sure enough")
