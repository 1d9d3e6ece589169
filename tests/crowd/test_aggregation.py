"""Aggregation: one answer a task from many labels, and better than counting where people differ."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.crowd.aggregation import METHODS, Labels, dawid_skene, expected_skills, majority, one_coin
from slackbot.crowd.quorum import Ballot, candidates

Row = tuple[str, str, str]

ROWS = st.lists(
    st.tuples(st.sampled_from("123456"), st.sampled_from("uvwxyz"), st.sampled_from("abcé")),
    min_size=1,
    max_size=40,
    unique_by=lambda row: row[:2],
)
METHOD = st.sampled_from([*METHODS])


def answers(rows: list[Row], method: str) -> dict[str, tuple[str, float]]:
    return METHODS[method](Labels.of(rows)).answers()


def crowd(
    random: Random, *, tasks: int, classes: int, accuracies: list[float], votes: int
) -> tuple[list[Row], dict[str, str]]:
    """Labels of simulated people, and the right answers."""
    gold = {f"t{number}": f"c{random.randrange(classes)}" for number in range(tasks)}
    rows = []
    for task, right in gold.items():
        for person in random.sample(range(len(accuracies)), votes):
            others = [f"c{other}" for other in range(classes) if f"c{other}" != right]
            rows.append((task, f"p{person}", right if random.random() < accuracies[person] else random.choice(others)))
    return rows, gold


def share_right(found: dict[str, tuple[str, float]], gold: dict[str, str]) -> float:
    return sum(found[task][0] == right for task, right in gold.items()) / len(gold)


@settings(max_examples=40)
@given(ROWS, METHOD, st.randoms())
def test_the_order_of_labels_makes_no_difference(rows: list[Row], method: str, chance: Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert answers(shuffled, method) == answers(rows, method)


@settings(max_examples=40)
@given(ROWS, METHOD, st.data())
def test_a_repeated_label_changes_nothing(rows: list[Row], method: str, data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(rows), max_size=5))
    assert answers([*rows, *again], method) == answers(rows, method)


@settings(max_examples=40)
@given(ROWS, METHOD, st.data())
def test_one_person_counts_once_a_task_with_the_last_answer(rows: list[Row], method: str, data: st.DataObject) -> None:
    earlier = [(task, person, data.draw(st.sampled_from("abcé"))) for task, person, _ in rows]
    assert len(Labels.of([*earlier, *rows]).task) == len(rows)
    if {answer for _, _, answer in earlier} <= {answer for _, _, answer in rows}:
        assert answers([*earlier, *rows], method) == answers(rows, method)


@settings(max_examples=60)
@given(ROWS, METHOD)
def test_every_task_gets_an_answer_with_a_probability(rows: list[Row], method: str) -> None:
    result = METHODS[method](Labels.of(rows))
    assert set(result.answers()) == {task for task, _, _ in rows}
    assert np.all(np.isfinite(result.posterior))
    assert np.all(np.add.reduceat(result.posterior, result.candidates.start) <= 1 + 1e-9)
    assert set(result.people()) == {person for _, person, _ in rows}
    assert all(0 <= accuracy <= 1 for accuracy in result.people().values())


@settings(max_examples=60)
@given(ROWS, st.integers(2, 9))
def test_one_coin_says_of_a_task_what_the_quorum_rule_says_with_its_skills(rows: list[Row], choices: int) -> None:
    labels = Labels.of(rows, {task: choices for task, _, _ in rows})
    result = one_coin(labels, iterations=1000)
    skills = expected_skills(result)
    for task, (_, probability) in result.answers().items():
        ballots = [Ballot(person, answer) for name, person, answer in rows if name == task]
        found = candidates(ballots, classes=choices, skills=skills)
        assert found[0].posterior == pytest.approx(probability, abs=2e-3)


def test_votes_of_the_often_right_outweigh_a_majority_of_guesses() -> None:
    rows, gold = crowd(Random(5), tasks=300, classes=2, accuracies=[0.95, 0.95, *[0.5] * 6], votes=8)
    counted = share_right(majority(Labels.of(rows)).answers(), gold)
    for name, method in METHODS.items():
        if name != "majority":
            assert share_right(method(Labels.of(rows)).answers(), gold) > counted + 0.02, name


def test_people_are_ranked_as_they_deserve() -> None:
    rows, _ = crowd(Random(6), tasks=300, classes=4, accuracies=[0.95, 0.8, 0.6, 0.4], votes=4)
    for name, method in METHODS.items():
        people = method(Labels.of(rows)).people()
        assert sorted(people, key=people.__getitem__, reverse=True) == ["p0", "p1", "p2", "p3"], name


def test_the_skill_of_each_is_near_the_truth_and_counts_no_vote_twice() -> None:
    rows, _ = crowd(Random(7), tasks=400, classes=5, accuracies=[0.9, 0.7, 0.5], votes=3)
    skills = expected_skills(one_coin(Labels.of(rows)))
    assert [round(skills[name].accuracy, 1) for name in ("p0", "p1", "p2")] == [0.9, 0.7, 0.5]
    assert all(skill.right + skill.wrong == pytest.approx(400) for skill in skills.values())


def test_known_answers_tell_whose_word_to_take_elsewhere() -> None:
    rows = [(f"known {n}", person, answer) for n in range(20) for person, answer in (("u", "a"), ("v", "b"))]
    rows += [("open", "u", "a"), ("open", "v", "b")]
    result = one_coin(Labels.of(rows), gold={f"known {n}": "a" for n in range(20)})
    assert result.answers()["open"][0] == "a"
    assert result.answers()["known 1"] == ("a", 1.0)
    assert result.probabilities()["known 1", "b"] == 0


def test_dawid_skene_understands_somebody_who_mixes_two_answers_up() -> None:
    """Counting can't tell that this person's *b* means *c*; a matrix can, and so uses the word of this person."""
    random, rows = Random(8), []
    gold = {str(task): random.choice("abc") for task in range(300)}
    for task, right in gold.items():
        rows.append((task, "swaps", {"b": "c", "c": "b"}.get(right, right)))
        rows.extend((task, f"p{n}", right if random.random() < 0.55 else random.choice("abc")) for n in range(3))
    assert share_right(dawid_skene(Labels.of(rows)).answers(), gold) > 0.92
    assert share_right(one_coin(Labels.of(rows)).answers(), gold) < 0.85


def test_an_answer_that_is_nearly_always_right_is_not_taken_for_a_habit() -> None:
    random = Random(10)
    gold = {f"t{n}": "no" if random.random() < 0.92 else "yes" for n in range(400)}
    rows = [
        (task, f"p{person}", right if random.random() < 0.8 else "no" if right == "yes" else "yes")
        for task, right in gold.items()
        for person in random.sample(range(20), 5)
    ]
    counted = share_right(majority(Labels.of(rows)).answers(), gold)
    for name, method in METHODS.items():
        assert share_right(method(Labels.of(rows)).answers(), gold) > counted - 0.01, name


def test_many_classes_need_no_table_of_all_of_them() -> None:
    """A hundred thousand classes: matrices of all of them would not fit into any memory."""
    random = Random(9)
    rows = [
        (f"t{n}", f"p{m}", f"c{n}" if random.random() < 0.8 else f"c{random.randrange(10**5)}")
        for n in range(2000)
        for m in range(3)
    ]
    gold = {f"t{n}": f"c{n}" for n in range(2000)}
    labels = Labels.of(rows, dict.fromkeys(gold, 10**5))
    for name, method in METHODS.items():
        assert share_right(method(labels).answers(), gold) > 0.85, name


def test_answers_that_nobody_gave_take_their_share_of_the_probability() -> None:
    few, many = (Labels.of([("t", "p", "a")], {"t": choices}) for choices in (2, 20))
    for labels in (few, many):
        answer, probability = one_coin(labels).answers()["t"]
        assert answer == "a"
        assert probability == pytest.approx(0.7, abs=0.03)


def test_no_labels_are_said_to_be_none() -> None:
    with pytest.raises(ValueError, match="there are no labels; give"):
        Labels.of([])
