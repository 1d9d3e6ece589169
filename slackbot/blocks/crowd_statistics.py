"""The statistics of a crowd as text. Names are only in it for those who may see how everybody does."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from slackbot.blocks.mrkdwn import code, escape, person
from slackbot.crowd.agreement import Accuracy, Measure, Undefined
from slackbot.crowd.leaderboard import FEWEST
from slackbot.learning.crowd_statistics import Statistics
from slackbot.learning.question import How, PartKind

#: Lines of a kind that are shown at most.
MOST_LINES = 10
_KINDS = {PartKind.INTENT: "intents", PartKind.ENTITIES: "entities", PartKind.ACTION: "actions"}


def statistics_text(found: Statistics, who: str, *, names: bool, ranks: bool = False) -> str:
    """For ``who``, a Slack user id. Without ``names``, nobody else's numbers can be told apart.

    ``ranks`` adds the leaderboard, which has everybody's names.
    """
    if not found.questions:
        return "Nobody has voted on anything that was agreed in this channel yet, so there is nothing to count."
    people = _everybody(found) if names else _one_of_many(found, who)
    return "\n".join([*_whole(found), *_confused(found), *people, *(_leaderboard(found) if ranks else ())])


def _whole(found: Statistics) -> Iterator[str]:
    people = len(found.accuracies)
    yield f"*How this channel votes*: {_many(found.votes, 'vote')} of {_many(people, 'person', 'people')}"
    mean = number(found.mean_votes)
    yield f"• {_many(found.questions, 'question')} with votes, {mean} votes each; {_ways(found)}"
    alphas = "; ".join(f"{words} {number(found.alphas[kind])}" for kind, words in _KINDS.items())
    yield f"• Agreement (Krippendorff's alpha: 1 is perfect, 0 is chance): {alphas}"
    yield f"• The assistant's suggestions were agreed: {_share(found.assistant)}"


def _ways(found: Statistics) -> str:
    every = sum(found.decided.values())
    unasked, ruled = found.decided.get(How.UNASKED, 0), found.decided.get(How.RULING, 0)
    return f"of {_many(every, 'answer')}, {unasked} needed no votes and {ruled} took a ruling"


def _confused(found: Statistics) -> Iterator[str]:
    if found.mixed_up:
        rows = [f"{code(given)} for {code(agreed)} ({votes})" for (agreed, given), votes in found.mixed_up[:5]]
        yield f"• Intents taken for others: {', '.join(rows)}"


def _everybody(found: Statistics) -> Iterator[str]:
    yield "*Who gave the agreed answer* (with 95 % confidence between):"
    ranked = sorted(found.accuracies.items(), key=lambda row: (-row[1].interval[0], row[0]))
    yield from (f"• {person(name)} {_share(accuracy)}" for name, accuracy in ranked[: 2 * MOST_LINES])
    if len(ranked) > 2 * MOST_LINES:
        yield f"• and {len(ranked) - 2 * MOST_LINES} more"
    pairs = [(pair, one) for pair, one in found.kappas.items() if one.shared > 1]
    if pairs:
        yield "*Who agrees least with whom* (Cohen's kappa):"
    pairs.sort(key=lambda row: 2.0 if isinstance(row[1].value, Undefined) else row[1].value)
    for (first, second), one in pairs[:MOST_LINES]:
        yield f"• {person(first)} and {person(second)}: {number(one.value)}, over {one.shared} answers"


def _one_of_many(found: Statistics, who: str) -> Iterator[str]:
    mine = found.accuracies.get(who)
    yield f"• You gave the agreed answer: {_share(mine)}" if mine else "• You have not voted on anything here yet."
    others = [accuracy.right / accuracy.votes for name, accuracy in found.accuracies.items() if name != who]
    if len(others) > 2:  # the numbers of one or two could be guessed
        least, most, middle = (_percent(of(others)) for of in (min, max, median))
        yield f"• The others: {least} to {most}, median {middle}"


def _leaderboard(found: Statistics) -> Iterator[str]:
    yield "*Who is right most often* (by gold questions and adjudicators' rulings; speed counts for nothing):"
    for rank in found.leaderboard[:MOST_LINES]:
        yield f"{rank.place}. {person(rank.person)}, {rank.right} of {rank.votes}"
    if not found.leaderboard:
        yield f"• Nobody has answered {FEWEST} questions whose answer is known that way."


def number(measure: Measure) -> str:
    """Two digits, or why there is no number."""
    return f"undefined ({escape(measure.why)})" if isinstance(measure, Undefined) else f"{measure:.2f}"


def _share(accuracy: Accuracy) -> str:
    if isinstance(accuracy.value, Undefined):
        return number(accuracy.value)
    low, high = accuracy.interval
    return f"{_percent(accuracy.value)} ({_percent(low)} to {_percent(high)}), {accuracy.right} of {accuracy.votes}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _many(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"
