"""Golden records: what Rasa 3.6.21 answered, as JSON lines. ``--golden DIR`` names another place than ../shared/golden.

At the end of a run a table says how many records of each file hold, and why others are deliberately different.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from slackbot.dialogue.domain import Domain
from tests.conformance.comparing import Difference, Record, compared

REPOSITORY = Path(__file__).parents[2]
DEFAULT = REPOSITORY.parent / "shared" / "golden"
_PROPERTY = "golden"
_ENDINGS = (".jsonl.gz", ".jsonl")

Found = Callable[[Record], Any]
#: Compares one thing in each record of a file, and fails with the records that differ for no listed reason.
Compare = Callable[..., None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", type=Path, help="the folder of golden records (default: ../shared/golden)")


@pytest.fixture(scope="session")
def golden(request: pytest.FixtureRequest) -> Path:
    """The folder of golden records; a test that asks for it is skipped where it is absent."""
    folder: Path = request.config.getoption("--golden", None) or DEFAULT
    if not folder.is_dir():
        pytest.skip(f"the golden records are not here: {folder}")
    return folder


@pytest.fixture(scope="session")
def records(golden: Path) -> Callable[[str], list[Record]]:
    """The records of a file, by its name without endings; a test of a file that is not there is skipped."""
    read: dict[str, list[Record]] = {}

    def of(name: str) -> list[Record]:
        if name not in read:
            path = next((path for ending in _ENDINGS if (path := golden / f"{name}{ending}").is_file()), None)
            if path is None:
                pytest.skip(f"there are no records of this kind in {golden}: {name}")
            read[name] = [json.loads(line) for line in lines(path)]
        return read[name]

    return of


def lines(path: Path) -> list[str]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8").splitlines()


@pytest.fixture(scope="session")
def domain(golden: Path) -> Domain:
    """The domain that all records were made with."""
    places = (folder / "domain.yml" for folder in (golden, golden.parent, DEFAULT))
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        pytest.skip(f"the domain of the golden records is not here: {golden}")
    return Domain.load(path)


@pytest.fixture
def compare(
    records: Callable[[str], list[Record]], record_property: Callable[[str, object], None]
) -> Callable[..., None]:
    """See ``Compare``."""

    def run(file: str, found: Found, expected: Found, differences: Sequence[Difference] = ()) -> None:
        outcome = compared(file, records(file), found, expected, differences)
        record_property(_PROPERTY, json.dumps(asdict(outcome)))
        assert outcome.wrong == [], f"{len(outcome.wrong)} records of {file} differ:\n" + "\n".join(outcome.shown)

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each file how many records hold in all that is compared."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    outcomes = [json.loads(value) for report in reports for name, value in report.user_properties if name == _PROPERTY]
    if not outcomes:
        return
    terminalreporter.section("golden records")
    terminalreporter.write_line(f"{'':20}{'held':>8}{'deliberate':>12}{'wrong':>8}{'total':>8}")
    for file in dict.fromkeys(outcome["file"] for outcome in outcomes):
        for line in _table([outcome for outcome in outcomes if outcome["file"] == file]):
            terminalreporter.write_line(line)


def _table(outcomes: list[dict[str, Any]]) -> list[str]:
    """A file's line, and one for each reason of a deliberate difference."""
    wrong = {name for outcome in outcomes for name in outcome["wrong"]}
    reasons: dict[str, set[str]] = defaultdict(set)
    for outcome in outcomes:
        for reason, names in outcome["deliberate"].items():
            reasons[reason].update(names)
    deliberate = set().union(*reasons.values()) - wrong
    every = {name for outcome in outcomes for name in outcome["held"]} | deliberate | wrong
    held = len(every) - len(deliberate) - len(wrong)
    line = f"{outcomes[0]['file']:20}{held:8}{len(deliberate):12}{len(wrong):8}{len(every):8}"
    return [line, *(f"{'':20}{'':8}{len(names):12} {reason}" for reason, names in reasons.items())]
