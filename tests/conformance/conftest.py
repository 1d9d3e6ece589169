"""Where the golden records lie: what Rasa 3.6.21 answered, as JSON lines. ``--golden DIR`` names another place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", type=Path, help="the folder of golden records (default: ../shared/golden)")


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Path:
    """The folder of golden records; a test that asks for it is skipped where it is absent."""
    folder: Path = request.config.getoption("--golden", None) or REPOSITORY.parent / "shared" / "golden"
    if not folder.is_dir():
        pytest.skip(f"the golden records are not here: {folder}")
    return folder


@pytest.fixture(scope="session")
def records(golden: Path) -> Callable[[str], list[dict[str, Any]]]:
    """The records of a file, by its name without endings."""

    def read(name: str) -> list[dict[str, Any]]:
        with gzip.open(golden / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    return read
