"""How well public data sets are understood, ten examples an intent. Bars leave a margin for chance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.nlu import accuracy, entity_f1, measure, read_examples
from slackbot.core.builtin.sentence_vectors import sentence_vectors, use_transformer

DATA = Path(__file__).parents[3] / "shared" / "data" / "intents"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/intents")


#: Rasa's default has an accuracy of 0.658, 0.907 and about 0.917, and F1 of 0.300 and 0.783.
PLAIN = [("banking77", 0.79, None), ("snips2017", 0.91, 0.48), ("askubuntu", 0.90, 0.80)]
TRANSFORMER = [("banking77", 0.84, None), ("snips2017", 0.94, 0.48), ("askubuntu", 0.91, 0.80)]


@pytest.fixture(params=["plain", "transformer"])
def bars(request: pytest.FixtureRequest) -> Iterator[list[tuple[str, float, float | None]]]:
    """The bars without the transformer, and those with it."""
    use_transformer(request.param == "transformer")
    if request.param == "transformer" and sentence_vectors() is None:
        pytest.skip("the extra 'transformer' isn't installed")
    yield TRANSFORMER if request.param == "transformer" else PLAIN
    use_transformer(True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("which", [0, 1, 2], ids=[name for name, _, _ in PLAIN])
async def test_held_out_messages_are_understood(
    bars: list[tuple[str, float, float | None]], which: int, seed: int
) -> None:
    name, least_accuracy, least_f1 = bars[which]
    train = read_examples(DATA / name / f"train_10shot_s{seed}.jsonl")
    test = read_examples(DATA / name / "test.jsonl")
    test = test[:: 1 + len(test) // 1000]
    measured = await measure(train, test, DATA / name)
    assert accuracy(measured.parsed, test) >= least_accuracy
    f1 = entity_f1(measured.parsed, test)
    assert f1 is None if least_f1 is None else f1 is not None and f1 >= least_f1
