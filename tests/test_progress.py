"""How far long work has come, as people see it."""

from __future__ import annotations

import io
import threading

import pytest

from slackbot import progress
from slackbot.progress import reached, shown_on


class Heard(io.StringIO):
    """Hears when a line with some words is written."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words, self.heard = words, threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if self.words in self.getvalue():
            self.heard.set()
        return written


class Terminal(Heard):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "DRAWN_EVERY", 0.01)


def test_elsewhere_each_thing_that_takes_long_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TOLD_AFTER", 0.0)
    stream = Heard("Reading: 2 of 1,200, 0 s\n")
    with shown_on(stream):
        reached("Reading", 2, 1200)
        assert stream.heard.wait(30)
        reached("Reading", 3, 1200)
        stream.words, stream.heard = "Weighing, 0 s\n", threading.Event()
        reached("Weighing")
        assert stream.heard.wait(30)
    assert stream.getvalue().splitlines() == ["Reading: 2 of 1,200, 0 s", "Weighing, 0 s"]


def test_elsewhere_what_takes_long_is_said_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TOLD_AFTER", 0.0)
    monkeypatch.setattr(progress, "TOLD_EVERY", 0.0)
    stream = Heard("Weighing, 0 s\nWeighing, ")
    with shown_on(stream):
        reached("Weighing")
        assert stream.heard.wait(30)


def test_elsewhere_what_takes_a_moment_is_not_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TOLD_AFTER", 3600.0)
    stream = Heard("x")
    with shown_on(stream):
        reached("Reading", 1, 1200)
        reached("Weighing")
        assert not stream.heard.wait(0.1)
    assert stream.getvalue() == ""


def test_at_a_terminal_one_line_is_drawn_again_and_is_gone_in_the_end() -> None:
    stream = Terminal("2 of 3")
    with shown_on(stream):
        reached("Reading", 2, 3)
        assert stream.heard.wait(30)
    drawn = stream.getvalue()
    assert "\n" not in drawn
    assert drawn.endswith(" \r")
    assert not drawn.rpartition("Reading")[2].rpartition("\r")[2]


def test_where_nobody_watches_nothing_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    reached("Reading", 1, 2)
    assert capsys.readouterr() == ("", "")
