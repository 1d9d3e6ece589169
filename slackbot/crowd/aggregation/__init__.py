"""One answer from many labels, and how good each annotator is: what all the votes together say, afterwards.

Every method takes ``Labels`` and returns a ``Result``. None looks at the right answers, and none draws random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slackbot.crowd.aggregation.dawid_skene import dawid_skene
from slackbot.crowd.aggregation.glad import glad
from slackbot.crowd.aggregation.labels import Labels, Result
from slackbot.crowd.aggregation.mace import mace
from slackbot.crowd.aggregation.one_coin import expected_skills, majority, one_coin

#: The methods by the names under which they are known.
METHODS: Mapping[str, Callable[[Labels], Result]] = {
    "majority": majority,
    "one-coin": one_coin,
    "dawid-skene": dawid_skene,
    "mace": mace,
    "glad": glad,
}

__all__ = [
    "METHODS",
    "Labels",
    "Result",
    "dawid_skene",
    "expected_skills",
    "glad",
    "mace",
    "majority",
    "one_coin",
]
