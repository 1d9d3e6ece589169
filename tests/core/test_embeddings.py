"""Word vectors, read from the files of a package without its code."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.builtin.embeddings import WordPieces, WordVectors, word_vectors
from slackbot.core.builtin.text_features import TextFeatures, installed_vectors

tokenizers = pytest.importorskip("tokenizers", reason="wordllama, which brings it, isn't installed")


def vectors() -> WordVectors:
    found = word_vectors()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def reference() -> object:
    spec = importlib.util.find_spec("wordllama")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (path,) = Path(spec.submodule_search_locations[0]).glob("tokenizers/*.json")
    return tokenizers.Tokenizer.from_file(str(path))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="▁"), min_size=1, max_size=12)))
def test_words_are_split_as_the_library_of_the_tokenizer_splits_them(reference: object, words: list[str]) -> None:
    text = " ".join("".join(word.split()) for word in words)
    expected = reference.encode(text, add_special_tokens=False).ids if text.strip() else []  # type: ignore[attr-defined]
    assert vectors()._pieces.split(text) == expected


def test_the_earliest_merge_comes_first_and_unknown_characters_become_bytes() -> None:
    pieces = WordPieces({"▁": 0, "a": 1, "b": 2, "ab": 3, "▁a": 4, "<0xC3>": 5, "<0x9F>": 6}, ["a b", "▁ a"])
    assert pieces.split("ab a  ß") == [0, 3, 4, 0, 5, 6]


def test_texts_of_like_meaning_are_nearer_than_others() -> None:
    ask, like, other = vectors().of(["I lost my credit card", "my bank card is missing", "play some jazz music"])
    assert ask @ like > ask @ other + 0.1


def test_rows_have_length_one_whatever_the_case_and_none_without_words() -> None:
    rows = vectors().of(["Hello There", "hello there", "  "])
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 1, 0])
    assert np.array_equal(rows[0], rows[1])


def test_a_word_of_any_length_is_split_in_a_moment() -> None:
    assert len(vectors()._pieces.split("x" * 1_000_000)) <= 65


def test_without_the_package_words_and_characters_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    # Not for all packages: what is first asked for here, and kept, would be missing in other tests.
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "wordllama" else find_spec(name))
    word_vectors.cache_clear()
    try:
        assert word_vectors() is None
        features = TextFeatures.learned(["hello", "bye"]).of(["hello", "unheard"])
        assert features.shape[0] == 2
        assert features[0].nnz > features[1].nnz
    finally:
        word_vectors.cache_clear()


@pytest.mark.parametrize("text", ["hello there", "zzz", "👍"])
def test_a_text_alone_looks_as_it_does_among_others(text: str) -> None:
    features = TextFeatures.learned(["hello there you", "good bye", "👍"])
    among = features.of([text, "good"])[0].toarray()[0]
    alone = np.zeros_like(among)
    for columns, values in features.of_one(text):
        alone[columns] = values
    assert abs(alone - among).max() < 1e-6


def test_each_kind_of_feature_has_its_own_columns_and_all_have_some() -> None:
    features = TextFeatures.learned(["hello", "bye"])
    kinds = features.kinds
    assert len(kinds) == 1 + len(installed_vectors())
    assert [kind.start for kind in kinds] == [0, *(kind.stop for kind in kinds[:-1])]
    assert kinds[-1].stop == features.of(["hello"]).shape[1]
