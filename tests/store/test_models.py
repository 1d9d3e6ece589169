"""Stored models: versions only grow, an archive comes with what is known of it, old ones go."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from slackbot.errors import StoreUnavailable
from slackbot.store.models import KEPT, KEPT_OTHERS, Failure, Model, Models
from slackbot.store.server import connect_sync

MODEL = Model(
    fingerprint="files", trained_at=1.5, seconds=0.5, examples=3, stories=2, conversations=1, agreed=1, covers=0
)
ARCHIVE = bytes(range(256)) * 100


@pytest.fixture
def models(redis_url: str) -> Iterator[Models]:
    with Models.at(redis_url) as models:
        yield models


def versions(models: Models) -> list[int]:
    return [model.version for model in models.training().models]


def test_it_comes_back_as_it_was_with_the_next_version(models: Models) -> None:
    for version in (1, 2):
        stored = models.store(replace(MODEL, action_accuracy=0.25), ARCHIVE)
        assert stored == replace(MODEL, action_accuracy=0.25, version=version)
        assert models.training().latest("files") == stored
        assert models.archive(version) == ARCHIVE
        assert models.latest_version() == version


def test_a_few_of_the_same_files_are_kept_and_versions_only_grow(models: Models) -> None:
    for _ in range(KEPT + 4):
        models.store(MODEL, ARCHIVE)
    newest = KEPT + 4
    assert versions(models) == [newest - place for place in range(KEPT)]
    assert models.archive(newest - KEPT) is None
    assert models.archive(newest - KEPT + 1) == ARCHIVE


def test_another_projects_model_is_never_found(models: Models) -> None:
    mine = models.store(MODEL, b"mine")
    models.store(replace(MODEL, fingerprint="other files"), b"other")
    assert models.training().latest("files") == mine
    assert models.training().latest("no files") is None


def test_other_projects_do_not_push_a_models_last_one_out_soon(models: Models) -> None:
    for number in range(KEPT_OTHERS):
        models.store(replace(MODEL, fingerprint=f"other {number}"), b"other")
    for _ in range(KEPT + 2):
        models.store(MODEL, ARCHIVE)
    assert len(models.training().models) == KEPT + KEPT_OTHERS
    models.store(replace(MODEL, fingerprint="one more"), b"other")
    assert models.training().latest("files") is not None


def test_what_has_seen_less_does_not_take_the_place_of_what_has_seen_more(models: Models) -> None:
    models.store(replace(MODEL, covers=3), ARCHIVE)
    assert models.store(replace(MODEL, covers=2), b"late") is None
    assert versions(models) == [1]
    assert models.store(replace(MODEL, covers=2, fingerprint="other files"), b"other") is not None
    assert models.store(replace(MODEL, covers=3), ARCHIVE) is not None


def test_training_is_due_until_a_training_has_seen_it_or_failed_on_it(models: Models, redis_url: str) -> None:
    def correct_something() -> None:
        with connect_sync(redis_url) as client:
            client.hincrby("storythread:training", "wanted", 1)

    assert not models.training().is_due
    correct_something()
    assert models.training().is_due
    models.store(replace(MODEL, covers=1), ARCHIVE)
    assert not models.training().is_due
    correct_something()
    models.failed(Failure("domain.yml:1: broken; mend it", 5.0, wanted=2))
    assert not models.training().is_due
    correct_something()
    assert models.training().is_due
    models.store(replace(MODEL, covers=3), ARCHIVE)
    assert models.training().failure is None


def test_whether_one_is_running_is_known(models: Models) -> None:
    assert models.training().running_since is None
    models.begins()
    assert models.training().running_since is not None
    models.ended()
    assert models.training().running_since is None


def test_redis_that_is_down_is_told() -> None:
    with Models.at("unix:///nowhere/socket") as models, pytest.raises(StoreUnavailable, match="Redis does not answer"):
        models.training()
