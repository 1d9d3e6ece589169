"""How well public data sets are understood, ten examples an intent. Bars leave a margin for chance."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.nlu import accuracy, entity_f1, measure, read_examples

DATA = Path(__file__).parents[3] / "shared" / "data" / "intents"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/intents")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("name", "least_accuracy", "least_f1"),
    [("banking77", 0.78, None), ("snips2017", 0.91, 0.48), ("askubuntu", 0.89, 0.80)],
)
async def test_held_out_messages_are_understood(
    name: str, seed: int, least_accuracy: float, least_f1: float | None
) -> None:
    train = read_examples(DATA / name / f"train_10shot_s{seed}.jsonl")
    test = read_examples(DATA / name / "test.jsonl")
    measured = await measure(train, test, DATA / name)
    assert accuracy(measured.parsed, test) >= least_accuracy
    f1 = entity_f1(measured.parsed, test)
    assert f1 is None if least_f1 is None else f1 is not None and f1 >= least_f1
