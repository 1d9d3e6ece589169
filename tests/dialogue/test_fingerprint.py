"""A fingerprint is the same as long as nothing that the project reads has changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from slackbot.dialogue.fingerprint import fingerprint
from slackbot.errors import FileError

DOMAIN = "intents: [greet]\nresponses:\n  utter_greet: [{text: Hi $WHO}]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in {"domain.yml": DOMAIN, "config.yml": "language: en\n", "data/a.yml": "nlu: []\n"}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_copy_elsewhere_has_the_same(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "copy")
    assert fingerprint(tmp_path / "copy") == fingerprint(project)


CHANGES: dict[str, Callable[[Path], object]] = {
    "the domain": lambda folder: (folder / "domain.yml").write_text(DOMAIN + "# more\n"),
    "the configuration": lambda folder: (folder / "config.yml").write_text("language: de\n"),
    "training data": lambda folder: (folder / "data/a.yml").write_text("nlu: [ ]\n"),
    "a new file": lambda folder: (folder / "data/b.yml").write_text(""),
    "a file's name": lambda folder: (folder / "data/a.yml").rename(folder / "data/c.yml"),
    "a file less": lambda folder: (folder / "data/a.yml").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_it_changes_with(project: Path, change: str) -> None:
    before = fingerprint(project)
    CHANGES[change](project)
    assert fingerprint(project) != before


def test_it_changes_with_a_variable_that_a_file_names(project: Path) -> None:
    assert fingerprint(project, {"WHO": "Ada"}) != fingerprint(project, {"WHO": "Ben"})
    assert fingerprint(project, {"WHO": "Ada", "ELSE": "1"}) == fingerprint(project, {"WHO": "Ada", "ELSE": "2"})


def test_what_the_project_does_not_read_makes_no_difference(project: Path) -> None:
    before = fingerprint(project)
    (project / "actions.py").write_text("...")
    (project / "data/notes.txt").write_text("...")
    (project / "data/.hidden.yml").write_text("nlu: []\n")
    assert fingerprint(project) == before


def test_a_domain_may_be_a_folder(project: Path) -> None:
    before = fingerprint(project)
    (project / "domain").mkdir()
    (project / "domain.yml").rename(project / "domain/one.yml")
    assert fingerprint(project) != before


def test_no_project_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no domain"):
        fingerprint(tmp_path)
