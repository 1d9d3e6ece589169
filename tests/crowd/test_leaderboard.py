"""The leaderboard rewards being right, not being quick, nor voting a lot."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.leaderboard import FEWEST, Rank, leaderboard

GOLD = st.lists(
    st.tuples(st.sampled_from("ab"), st.dictionaries(st.sampled_from("uvwxyz"), st.sampled_from("ab"))), max_size=30
)


@given(GOLD, st.randoms())
def test_when_somebody_voted_makes_no_difference(gold: list[tuple[str, dict[str, str]]], chance: Random) -> None:
    shuffled = [(right, dict(chance.sample([*unit.items()], len(unit)))) for right, unit in gold]
    chance.shuffle(shuffled)
    assert leaderboard(shuffled) == leaderboard(gold)


@given(GOLD)
def test_whoever_is_right_more_often_of_as_many_answers_comes_first(gold: list[tuple[str, dict[str, str]]]) -> None:
    ranks = leaderboard(gold, fewest=1)
    assert [rank.place for rank in ranks] == sorted(rank.place for rank in ranks)
    for better in ranks:
        for worse in ranks:
            if better.votes == worse.votes and better.right > worse.right:
                assert better.place < worse.place


def test_a_few_lucky_answers_do_not_lead_and_many_bad_ones_do_not_help() -> None:
    gold = [("a", {"steady": "a" if n % 20 else "b", "busy": "ab"[n % 2]}) for n in range(100)]
    gold = [(right, unit | ({"lucky": "a"} if n < FEWEST else {})) for n, (right, unit) in enumerate(gold)]
    assert [rank.person for rank in leaderboard(gold)] == ["steady", "lucky", "busy"]


def test_who_has_voted_on_little_is_not_ranked_and_equals_share_a_place() -> None:
    gold = [("a", {"u": "a", "v": "a"} | ({"w": "a"} if n else {})) for n in range(FEWEST)]
    assert leaderboard(gold) == [Rank(1, "u", 5, 5), Rank(1, "v", 5, 5)]
