"""A rule of quorum in words for people."""

from __future__ import annotations

from slackbot.crowd.quorum import FirstTo, Fixed, Posterior, Rule


def rule_words(rule: Rule) -> str:
    """The rule as half a sentence, such as ``3 people must agree``."""
    match rule:
        case Fixed(1):
            return "one person's word decides"
        case Fixed(n):
            return f"{n} people must agree"
        case FirstTo(k, n):
            return f"{k} of at most {n} people must agree"
        case Posterior(threshold, minimum, maximum):
            return f"{_people(minimum, maximum)} vote until it is {threshold:.0%} sure"


def _people(minimum: int, maximum: int) -> str:
    return f"{minimum} people" if minimum == maximum else f"{minimum} to {maximum} people"
