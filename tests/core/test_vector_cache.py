"""Vectors of texts that are worked out once and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from slackbot.core.builtin import vector_cache
from slackbot.core.builtin.vector_cache import VectorCache, cache_folder


def vectors(*texts: str) -> dict[str, NDArray[np.float32]]:
    return {text: np.full(3, len(text) + 0.1, np.float32) for text in texts}


def cache(folder: Path) -> VectorCache:
    return VectorCache(folder / "some" / "cache.sqlite", 3)


def test_what_was_added_is_found_by_another_process(tmp_path: Path) -> None:
    cache(tmp_path).add(vectors("hello", "bye"))
    found = cache(tmp_path).read(["bye", "unheard", "hello"])
    assert {text: vector.tolist() for text, vector in found.items()} == {
        text: vector.tolist() for text, vector in vectors("hello", "bye").items()
    }


def test_nothing_is_written_by_reading(tmp_path: Path) -> None:
    assert cache(tmp_path).read(["hello"]) == {}
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=5), min_size=1))
def test_any_texts_can_be_kept_even_halves_of_characters(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    kept = cache(tmp_path_factory.mktemp("cache"))
    kept.add(vectors(*texts, "\ud800"))
    assert kept.read([*texts, "\ud800"]).keys() == {*texts, "\ud800"}


def test_thousands_are_read_at_once(tmp_path: Path) -> None:
    texts = [str(number) for number in range(2000)]
    cache(tmp_path).add(vectors(*texts))
    assert len(cache(tmp_path).read(texts)) == 2000


def test_it_begins_anew_when_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_cache, "MOST", 2)
    for text in ("a", "b", "c"):
        cache(tmp_path).add(vectors(text))
    assert cache(tmp_path).read(["a", "b", "c"]).keys() == {"c"}


def test_no_text_is_in_the_file(tmp_path: Path) -> None:
    cache(tmp_path).add(vectors("secret words"))
    (file,) = tmp_path.glob("**/*.sqlite")
    assert b"secret" not in file.read_bytes()


def test_a_broken_file_is_left_out_with_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "cache.sqlite").write_bytes(b"no database" * 100)
    cache(tmp_path).add(vectors("hello"))
    assert cache(tmp_path).read(["hello"]) == {}
    assert "cache.sqlite" in caplog.text


def test_a_folder_that_cannot_be_made_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "some").write_text("a file where the folder should be")
    cache(tmp_path).add(vectors("hello"))
    assert cache(tmp_path).read(["hello"]) == {}
    assert "left out" in caplog.text


def test_it_is_where_the_system_keeps_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/storythread")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "storythread"
