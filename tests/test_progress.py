"""How far long work has come, as people see it."""

from __future__ import annotations

import io
import threading

import pytest

from slackbot import progress
from slackbot.progress import reached, shown_on


class Terminal(io.StringIO):
    """Hears when a line with some words is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn = threading.Event()

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if "2 of 3" in text:
            self.drawn.set()
        return super().write(text)


def test_elsewhere_each_thing_that_is_begun_is_a_line() -> None:
    stream = io.StringIO()
    with shown_on(stream):
        reached("Reading", 1, 1200)
        reached("Reading", 2, 1200)
        reached("Weighing")
    assert stream.getvalue().splitlines() == ["Reading: 1 of 1,200, 0 s", "Weighing, 0 s"]


def test_at_a_terminal_one_line_is_drawn_again_and_is_gone_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "DRAWN_EVERY", 0.01)
    stream = Terminal()
    with shown_on(stream):
        reached("Reading", 2, 3)
        assert stream.drawn.wait(30)
    drawn = stream.getvalue()
    assert "\n" not in drawn
    assert drawn.endswith(" \r")
    assert not drawn.rpartition("Reading")[2].rpartition("\r")[2]


def test_where_nobody_watches_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    reached("Reading", 1, 2)
    assert capsys.readouterr() == ("", "")
