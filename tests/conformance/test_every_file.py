"""No file of golden records is left out: each kind has its comparison."""

from __future__ import annotations

from pathlib import Path

#: Where each kind is compared.
COMPARED = {
    "annotations": "test_annotations.py",
    "export": "test_exports.py",
    "nlu_merge": "test_exports.py",
    "nlu_roundtrip": "test_nlu.py",
    "reminders": "test_reminders.py",
    "stories_roundtrip": "test_stories.py",
    "trackers": "test_trackers.py",
}


def test_every_file_of_records_is_compared(golden: Path) -> None:
    kinds = {path.name.partition(".")[0] for path in golden.iterdir() if ".jsonl" in path.name}
    assert kinds
    assert kinds <= COMPARED.keys()


def test_each_comparison_names_its_file() -> None:
    for kind, name in COMPARED.items():
        assert f'"{kind}"' in (Path(__file__).parent / name).read_text()
