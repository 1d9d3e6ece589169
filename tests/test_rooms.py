"""Arrows between the rooms of the house point one way: a room imports from those below it alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: From the lowest layer to the highest. Rooms of one layer know nothing of each other.
LAYERS = [
    {"errors", "clock", "strict_json"},
    {"background", "progress", "listening"},
    {"dialogue", "crowd"},
    {"settings", "trackers_file"},
    {"core", "store"},
    {"learning"},
    {"blocks", "picture", "evaluation"},
    {"threads"},
    {"permissions", "checks", "missed", "sockets", "export_command"},
    {"backlog"},
    {"digests"},
    {"nudging"},
    {"teaching"},
    {"listeners", "api"},
    {"workers", "shell"},
]
#: Who puts rooms together may import what is needed; each of these is imported by the modules named alone.
ENTRANCES = {
    "listeners": {"app"},
    "workers": {"cli"},
    "sandbox": {"cli"},
    "shell": {"cli"},
    "app": {"cli"},
    "wiring": {"app"},
    "cli": {"__main__", "sandbox"},  # the sandbox starts commands of its own
}
IMPORT = re.compile(r"^ *(?:from|import) ((?:slackbot|workers)\b[\w.]*)(?: import ([^#\n]*))?", re.MULTILINE)
Arrow = tuple[str, str, str]


def room(module: str) -> str:
    """The folder below ``slackbot``, or the module where it lies in none; ``workers`` is a room too."""
    top, _, rest = module.partition(".")
    return top if top == "workers" else rest.partition(".")[0]


def arrows() -> Iterator[Arrow]:
    """From which room to which, and where that is written."""
    for path in sorted(path for top in ("slackbot", "workers") for path in (ROOT / top).rglob("*.py")):
        here = path.relative_to(ROOT)
        own = room(".".join(here.with_suffix("").parts))
        for module in imported(path.read_text(encoding="utf-8")):
            if room(module) != own:
                yield own, room(module), f"{here} imports {module}"


def imported(text: str) -> Iterator[str]:
    """The modules of the program that a module imports, anywhere in it."""
    for module, names in IMPORT.findall(text):
        if module == "slackbot":
            yield from (f"slackbot.{name.strip().partition(' ')[0]}" for name in names.split(","))
        else:
            yield module


@pytest.fixture(scope="module")
def found() -> list[Arrow]:
    found = list(arrows())
    assert {"learning"} < {own for own, other, _ in found if other == "store"}
    return found


def test_a_room_imports_from_lower_rooms_alone(found: list[Arrow]) -> None:
    layer = {name: number for number, names in enumerate(LAYERS) for name in names}
    upward = [where for own, other, where in found if own in layer and layer[own] <= layer.get(other, len(LAYERS))]
    assert upward == []


def test_what_is_above_is_imported_by_the_entrances_alone(found: list[Arrow]) -> None:
    strays = [where for own, other, where in found if own not in ENTRANCES.get(other, {own})]
    assert strays == []
