"""``python -m benchmarks.crowd``: what it reads, what it skips and why, and the line that a program reads."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from benchmarks.crowd import main
from benchmarks.crowd_policies import DEFAULT, Drawn, first_to, online
from benchmarks.crowd_sets import read_set
from slackbot.crowd.aggregation import METHODS
from slackbot.crowd.quorum import FirstTo, Posterior
from slackbot.errors import FileError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "crowd"
ANSWERS = ("buchen", "grüßen", "да", "其他")


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), "--draws", "1", *arguments])


def result_of(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def written(folder: Path, labels: Iterable[Iterable[object]], gold: Iterable[Iterable[object]]) -> Path:
    folder.mkdir(parents=True)
    for name, header, rows in (("labels", "task,worker,label", labels), ("gold", "task,label", gold)):
        lines = [header, *(",".join(map(str, row)) for row in rows)]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def simulated(folder: Path, *, tasks: int = 120, votes: int = 7, answers: tuple[str, ...] = ANSWERS) -> Path:
    random = Random(3)
    gold = [(f"Aufgabe {number}", random.choice(answers)) for number in range(tasks)]
    labels = [
        (task, f"Zoë {person}", right if random.random() < 0.6 + person / 25 else random.choice(answers))
        for task, right in gold
        for person in random.sample(range(10), votes)
    ]
    return written(folder, labels, gold)


def test_the_last_line_says_for_every_policy_how_right_it_was_and_what_it_cost(tmp_path: Path) -> None:
    simulated(tmp_path / "one")
    simulated(tmp_path / "many answers", answers=tuple(f"answer {number}" for number in range(300)))
    result = result_of(run(tmp_path))
    assert result["default"] == str(DEFAULT)
    ours, majority = (result["policies"][name] for name in (result["default"], "majority of 5"))
    assert set(ours["per_set"]) == {"one", "many answers"}
    assert ours["mean_votes"] < majority["mean_votes"] == 5
    assert ours["mean_accuracy"] == pytest.approx(np.mean([one["accuracy"] for one in ours["per_set"].values()]), 1e-3)
    assert set(METHODS) == set(result["seconds_for_100000"])


def test_the_folder_itself_may_be_a_set_and_may_have_few_votes_a_task(tmp_path: Path) -> None:
    result = result_of(run(simulated(tmp_path / "few", votes=1)))
    assert result["policies"][str(DEFAULT)]["mean_votes"] == 1
    assert result["policies"]["majority of 5"]["per_set"]["few"]["votes"] == 1


def test_sets_that_cannot_be_used_are_skipped_with_the_reason(tmp_path: Path) -> None:
    simulated(tmp_path / "good")
    written(tmp_path / "strangers", [("1", "p", "a")], [("2", "a")])
    written(tmp_path / "coded", [("1", "p", "a")], [("1", "7")])
    (tmp_path / "empty").mkdir()
    latin = written(tmp_path / "latin", [("1", "p", "a")], [("1", "a")])
    (latin / "labels.csv").write_bytes("task,worker,label\n1,p,ä\n".encode("latin-1"))
    header = written(tmp_path / "header", [("1", "p", "a")], [("1", "a")])
    (header / "gold.csv").write_text("item;truth\n1;a\n")
    done = run(tmp_path)
    skipped = result_of(done)["skipped"]
    assert set(skipped) == {"strangers", "coded", "empty", "latin", "header"}
    assert "none of its tasks is in labels.csv" in skipped["strangers"]
    assert "nobody ever gives any of its answers" in skipped["coded"]
    assert "UTF-8" in skipped["latin"]
    assert "no column is called 'task'" in skipped["header"]
    assert all(f"{name}: skipped: " in done.stdout for name in skipped)


def test_what_is_left_out_of_a_set_is_said(tmp_path: Path) -> None:
    labels = [("1", "p", "a"), ("1", "p", "b"), ("1", "q", "b"), ("2", "p", ""), ("3", "p", "a")]
    one = read_set(written(tmp_path / "set", labels, [("1", "b"), ("3", "a"), ("3", "b"), ("4", "a")]))
    assert one.notes == (
        "1 row(s) of labels.csv with an empty cell left out",
        "1 task(s) with several right answers left out",
        "1 unvoted task(s) left out",
        "1 repeated vote(s) of the same person left out",
    )
    assert one.gold.tolist() == [one.labels.classes.index("b"), -1]


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_data_without_any_set_gives_one_line(tmp_path: Path, name: str) -> None:
    done = run(tmp_path / name)
    assert done.exit_code == 1
    assert done.stderr.startswith("benchmarks.crowd: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_task_is_stopped_as_soon_as_its_answer_is_sure_enough(tmp_path: Path) -> None:
    drawn = Drawn.of(read_set(simulated(tmp_path / "set")), seed=1)
    stopped = online(drawn, Posterior(0.85, 2, 5))
    assert stopped.votes.min() == 2
    assert stopped.votes.max() == 5
    assert len(stopped.used.task) == stopped.votes.sum()
    assert np.bincount(stopped.used.task).tolist() == stopped.votes.tolist()


def test_first_to_is_done_when_an_answer_has_its_votes(tmp_path: Path) -> None:
    labels = [
        (task, f"p{n}", answer) for task, given in {"1": "aab", "2": "aaa"}.items() for n, answer in enumerate(given)
    ]
    drawn = Drawn.of(read_set(written(tmp_path / "set", labels, [("1", "a"), ("2", "a")])), seed=0)
    assert first_to(drawn, FirstTo(3, 3)).votes == 3
    assert first_to(drawn, FirstTo(3, 3)).accuracy == 1
    assert first_to(drawn, FirstTo(1, 3)).votes == 1


def test_a_file_error_names_the_line_of_the_header(tmp_path: Path) -> None:
    folder = written(tmp_path / "set", [("1", "p", "a")], [("1", "a")])
    (folder / "labels.csv").write_text("task,person\n1,p\n")
    with pytest.raises(FileError, match=r"labels.csv:1: no column is called 'worker'; let the first line be"):
        read_set(folder)


@pytest.mark.skipif(not SHARED.exists(), reason="real votes are not here: ../shared/data/crowd")
def test_on_real_votes_the_default_is_as_right_as_five_votes_with_far_fewer() -> None:
    result = result_of(run(SHARED, "--draws", "2"))
    against = result["against_majority_of_5"]
    assert against["points"] >= 0
    assert against["votes_saved"] >= 0.4
    assert against["worst_points"] >= -3


@pytest.mark.skipif(not SHARED.exists(), reason="real votes are not here: ../shared/data/crowd")
@pytest.mark.skipif(importlib.util.find_spec("crowdkit") is None, reason="crowd-kit is not installed")
def test_on_real_votes_dawid_skene_is_as_right_as_crowd_kits() -> None:
    policies = result_of(run(SHARED))["policies"]
    theirs = policies["crowd-kit dawid-skene of all"]["per_set"]
    for name, ours in policies["dawid-skene of all"]["per_set"].items():
        assert ours["accuracy"] >= theirs[name]["accuracy"] - 0.01, name
