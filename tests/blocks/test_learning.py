"""What ``/teach status`` tells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.blocks.learning import COLUMNS, learning_text, sparkline
from slackbot.learning.judging import Turn
from slackbot.learning.renewal import Report
from slackbot.store.models import Failure, Model, Training

NOW = 1_700_000_000.0
MODEL = Model(
    fingerprint="files",
    trained_at=NOW - 90,
    seconds=0.7,
    examples=150,
    stories=23,
    conversations=3,
    agreed=14,
    covers=2,
    version=12,
)
TRAINING = Training((MODEL,), wanted=2, running_since=None, failure=None)
RIGHT, WRONG = Turn(1, 1, 2, 2), Turn(1, 0, 2, 1)
IMPROVING = [*[WRONG] * 40, *[WRONG, RIGHT] * 20, *[RIGHT] * 20]


def text(training: Training = TRAINING, turns: list[Turn] | None = None) -> str:
    return learning_text(Report(MODEL, training, turns or []), NOW)


def test_the_model_and_what_it_has_learned() -> None:
    trained = f"<!date^{int(NOW) - 90}^{{date_short}} at {{time}}|2023-11-14 at 22:11 UTC>"
    assert text().splitlines()[:2] == [
        f"*Version 12* of the model answers. It was trained on {trained}.",
        "It has learned 150 examples and 23 stories and rules, 14 messages of them agreed on in 3 conversations.",
    ]


def test_accuracy_over_the_latest_turns_and_over_time() -> None:
    rows = text(turns=IMPROVING).split("```")[1].strip().splitlines()
    assert [row.split() for row in rows] == [
        ["turns", "last", "10", "last", "50", "all", "100", "over", "time"],
        ["intents", "100%", "70%", "40%", "▁▁▁▁▁▁▁▁▄▅▄▅▄▅▄▅████"],
        ["actions", "100%", "85%", "70%", "▅▅▅▅▅▅▅▅▆▇▆▇▆▇▆▇████"],
    ]
    assert len({len(row) for row in rows[1:]}) == 1


def test_few_turns_are_told_as_they_are() -> None:
    rows = text(turns=[WRONG, RIGHT, Turn(0, 0, 1, 1)]).split("```")[1].strip().splitlines()
    assert [row.split() for row in rows] == [
        ["turns", "all", "3", "over", "time"],
        ["intents", "50%", "▁█"],
        ["actions", "80%", "▅██"],
    ]


def test_no_turns_are_told() -> None:
    assert "No turn is agreed on yet" in text()


def test_a_running_training_is_told() -> None:
    assert "A training has been running for 4 seconds." in text(replace(TRAINING, running_since=NOW - 4))


def test_a_failure_is_told_with_its_remedy_and_nothing_of_it_is_markup() -> None:
    failure = Failure("domain.yml:3: <!channel> is no intent; remove *it*", NOW - 7200, wanted=2)
    told = text(replace(TRAINING, failure=failure))
    assert "The latest training failed 2 hours ago" in told
    assert "&lt;!channel&gt;" in told
    assert "<!channel>" not in told


def test_a_correction_that_waits_names_the_worker() -> None:
    assert "`storythread work`" in text(replace(TRAINING, wanted=3))


@pytest.mark.parametrize(("fingerprint", "words"), [("files", "about to be used"), ("other", "trained on other files")])
def test_a_newer_model_that_does_not_answer_yet_is_told(fingerprint: str, words: str) -> None:
    newer = replace(MODEL, version=13, fingerprint=fingerprint)
    assert f"Version 13 {'is' if fingerprint == 'files' else 'was'} {words}" in text(
        replace(TRAINING, models=(newer, MODEL))
    )


def test_a_bar_for_every_share() -> None:
    assert sparkline([0.0, 0.5, 1.0, None, 0.99]) == "▁▅█ █"


turns = st.builds(
    lambda intents, right, actions, more: Turn(intents, min(right, intents), actions, min(more, actions)),
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 9),
    st.integers(0, 9),
)


@given(st.lists(turns, min_size=1, max_size=300))
def test_any_turns_fit_the_table(found: list[Turn]) -> None:
    rows = text(turns=found).split("```")[1].strip("\n").splitlines()
    assert len(rows) == 3
    assert all(len(row.split("  ")[-1]) <= COLUMNS for row in rows)
