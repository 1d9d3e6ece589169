"""Ways to come to an answer, tried on votes that were given long ago: they see one after the other, and no gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.crowd_sets import LabelledSet
from slackbot.crowd.aggregation import METHODS, Labels, Result, dawid_skene, one_coin
from slackbot.crowd.aggregation.labels import Floats, Integers
from slackbot.crowd.aggregation.one_coin import one_coin_posterior
from slackbot.crowd.quorum import FirstTo, Posterior, Skill

DEFAULT = Posterior()
MAJORITIES = (1, 3, 5, 9)


@dataclass(frozen=True)
class Outcome:
    """How a policy did on the judged tasks of a set."""

    accuracy: float
    #: Mean votes a task.
    votes: float


@dataclass(frozen=True)
class Drawn:
    """A set with the votes of each task in random order, and the classes in random order, so that ties fall anyhow."""

    labels: Labels
    gold: Integers
    judged: Integers
    #: For each label its place among the votes of its task, from 0.
    rank: Integers
    #: For each task the number of its votes.
    size: Integers

    @classmethod
    def of(cls, one: LabelledSet, seed: int) -> Drawn:
        """The same seed gives the same order."""
        random = np.random.default_rng(seed)
        labels = one.labels
        code = random.permutation(len(labels.classes))
        classes = tuple(labels.classes[place] for place in np.argsort(code))
        gold = np.where(one.gold >= 0, code[np.maximum(one.gold, 0)], one.gold)
        order = np.lexsort((random.random(len(labels.task)), labels.task))
        size = np.bincount(labels.task)
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order)) - np.repeat(np.cumsum(size) - size, size)
        return cls(replace(labels, classes=classes, answer=code[labels.answer]), gold, one.judged, rank, size)

    def outcome(self, answer: Integers, votes: Integers) -> Outcome:
        """``answer`` and ``votes`` of each task."""
        right = answer[self.judged] == self.gold[self.judged]
        return Outcome(float(right.mean()), float(votes[self.judged].mean()))

    def of_first(self, most: int, method: Callable[[Labels], Result]) -> Outcome:
        """What a method makes of the first votes of each task."""
        return self.outcome(best(method(self.labels.only(self.rank < most))), np.minimum(self.size, most))


def best(result: Result) -> Integers:
    """The most probable answer of each task."""
    return result.candidates.answer[result.candidates.best(result.posterior)]


def first_to(drawn: Drawn, rule: FirstTo) -> Outcome:
    """Stops a task when an answer has ``k`` votes; at the end the most frequent answer is taken."""
    labels, rank = drawn.labels, drawn.rank
    answer = np.full(len(labels.tasks), -1)
    votes = np.minimum(drawn.size, rule.n)
    for number in range(1, rule.n + 1):
        now = labels.only(rank < number)
        counts = now.summed(np.ones(len(now.task)))
        rows = now.given.best(counts)
        done = (answer < 0) & ((counts[rows] >= rule.k) | (number >= votes))
        answer[done] = now.given.answer[rows][done]
        votes[done] = np.minimum(votes[done], number)
    return drawn.outcome(answer, votes)


@dataclass(frozen=True)
class Stopped:
    """What the votes came to when each task was stopped as soon as its answer was sure enough."""

    answer: Integers
    votes: Integers
    #: The labels that were asked for until then.
    used: Labels


def online(drawn: Drawn, rule: Posterior, *, known: bool = True) -> Stopped:
    """One vote to each open task a round; people's skills are estimated anew from all votes so far, after each.

    A task that has no more votes is stopped with its most probable answer. Without ``known`` nobody's skill is ever
    estimated.
    """
    labels, tasks = drawn.labels, len(drawn.labels.tasks)
    used, is_open = np.zeros(len(labels.task), dtype=bool), np.ones(tasks, dtype=bool)
    answer, votes = np.full(tasks, -1), np.zeros(tasks, dtype=np.int64)
    for number in range(1, rule.maximum + 1):
        used |= (drawn.rank == number - 1) & is_open[labels.task]
        now = labels.only(used)
        posterior = one_coin(now).posterior if known else _of_strangers(now)
        rows = now.given.best(posterior)
        sure = (number >= rule.minimum) & (posterior[rows] >= rule.threshold)
        done = is_open & (sure | (number >= np.minimum(drawn.size, rule.maximum)))
        answer[done], votes[done] = now.given.answer[rows][done], number
        is_open &= ~done
        if not is_open.any():
            break
    return Stopped(answer, votes, labels.only(used))


def _of_strangers(labels: Labels) -> Floats:
    return one_coin_posterior(labels, np.full(len(labels.people), Skill().accuracy))


def outcomes(drawn: Drawn) -> Iterator[tuple[str, Outcome]]:
    """Every policy of ours by its name."""
    most = int(drawn.size.max())
    for number in MAJORITIES:
        yield f"majority of {number}", drawn.of_first(number, METHODS["majority"])
    for name, method in METHODS.items():
        yield f"{name} of all", drawn.of_first(most, method)
    for rule in (FirstTo(2, 5), FirstTo(3, 5)):
        yield str(rule), first_to(drawn, rule)
    for posterior in (DEFAULT, replace(DEFAULT, threshold=0.9)):
        stopped = online(drawn, posterior)
        yield str(posterior), drawn.outcome(stopped.answer, stopped.votes)
        if posterior == DEFAULT:
            again = best(dawid_skene(stopped.used))
            yield f"{posterior}, dawid-skene afterwards", drawn.outcome(again, stopped.votes)
    strangers = online(drawn, DEFAULT, known=False)
    yield f"{DEFAULT}, skills unknown", drawn.outcome(strangers.answer, strangers.votes)


def of_crowd_kit(drawn: Drawn, stopped: Labels) -> Iterator[tuple[str, Outcome]]:
    """What crowd-kit makes of all votes, of five a task, and of those that the default policy asked for.

    Raises ImportError where it is not installed.
    """
    from crowdkit.aggregation import DawidSkene, MajorityVote  # noqa: PLC0415  there or not

    five = drawn.labels.only(drawn.rank < 5)
    for words, labels in (("of all", drawn.labels), ("of 5", five), (f"of the votes of {DEFAULT}", stopped)):
        votes = np.bincount(labels.task)
        for name, peer in (("majority", MajorityVote()), ("dawid-skene", DawidSkene(n_iter=100))):
            yield f"crowd-kit {name} {words}", drawn.outcome(_by_peer(peer, labels), votes)


def _by_peer(peer: object, labels: Labels) -> Integers:
    import pandas as pd  # noqa: PLC0415  comes with crowd-kit

    table = pd.DataFrame({"task": labels.task, "worker": labels.person, "label": labels.answer})
    answers: Mapping[int, int] = peer.fit_predict(table).to_dict()  # type: ignore[attr-defined]
    return np.array([answers[task] for task in range(len(labels.tasks))], dtype=np.int64)
