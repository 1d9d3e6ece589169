"""Predictions as ``predict`` answers them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slackbot.api.written import Raw, written
from slackbot.core.protocol import ActionScore, Prediction
from slackbot.dialogue.domain import DEFAULT_ACTIONS, Domain
from slackbot.dialogue.state import RULE_SNIPPET


def prediction_as_json(prediction: Prediction, state: Raw) -> Raw:
    """As a conversation's ``predict`` answers, the best scores first."""
    best_first = sorted(_all_scores(prediction), key=lambda each: (-each.score, each.action))
    return _written(prediction, best_first, state)


def prediction_in_order(prediction: Prediction, domain: Domain, state: Raw) -> Raw:
    """As ``POST /model/predict`` answers, the scores in the order in which Rasa numbers the actions of a domain."""
    order = {action: at for at, action in enumerate(_numbered(domain))}
    in_order = sorted(_all_scores(prediction), key=lambda each: order.get(each.action, len(order)))
    return _written(prediction, in_order, state)


def _numbered(domain: Domain) -> Iterable[str]:
    """Rasa's own actions, those listed, responses by name, forms, texts that are predicted."""
    default = [*DEFAULT_ACTIONS]
    default.insert(default.index("action_extract_slots"), RULE_SNIPPET)
    listed = [str(next(iter(one), "")) if isinstance(one, dict) else one for one in domain.data.get("actions") or ()]
    texts = {*domain.e2e_actions}
    listed = [action for action in listed if action not in texts]
    return dict.fromkeys([*default, *listed, *sorted(domain.responses), *domain.forms, *domain.e2e_actions])


def _all_scores(prediction: Prediction) -> Sequence[ActionScore]:
    """The scores with that of the action which stands for any in a rule; Rasa has it among the actions of a domain."""
    if any(each.action == RULE_SNIPPET for each in prediction.scores):
        return prediction.scores
    return [*prediction.scores, ActionScore(RULE_SNIPPET, 0.0)]


def _written(prediction: Prediction, scores: Sequence[ActionScore], state: Raw) -> Raw:
    rows = [{"action": each.action, "score": each.score} for each in scores]
    return written({"scores": rows, "policy": prediction.policy, "confidence": prediction.confidence, "tracker": state})
