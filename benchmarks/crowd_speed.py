"""How long each method takes for 100,000 labels."""

from __future__ import annotations

import time

import numpy as np

from slackbot.crowd.aggregation import METHODS, Labels

LABELS, VOTES, PEOPLE, ANSWERS = 100_000, 5, 500, 5


def seconds() -> dict[str, float]:
    """Method to seconds, for five votes each on 20,000 tasks with five answers, by 500 simulated people."""
    labels = _simulated()
    found = {}
    for name, method in METHODS.items():
        started = time.perf_counter()
        method(labels).answers()
        found[name] = time.perf_counter() - started
    return found


def _simulated() -> Labels:
    random = np.random.default_rng(0)
    task = np.repeat(np.arange(LABELS // VOTES), VOTES)
    person = (task * 7 + np.tile(np.arange(VOTES), LABELS // VOTES) * 101) % PEOPLE
    right = random.integers(0, ANSWERS, LABELS // VOTES)[task]
    knows = random.random(LABELS) < random.beta(7, 3, PEOPLE)[person]
    answer = np.where(knows, right, random.integers(0, ANSWERS, LABELS))
    return Labels.of(zip(*(map(str, column.tolist()) for column in (task, person, answer)), strict=True))
