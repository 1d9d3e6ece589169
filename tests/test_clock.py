"""The time of all the program, which only a sandbox moves."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from slackbot import clock
from slackbot.sandbox.clock import Clock

DAY = 86400.0


def test_it_is_the_machines_unless_a_sandbox_moves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = time.time()
    assert before <= clock.now() <= time.time()
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "nothing"))
    assert before <= clock.now() <= time.time()


def test_every_process_that_a_sandbox_tells_of_its_clock_has_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox, place = Clock(), tmp_path / "clock"
    sandbox.advance(DAY)
    sandbox.share(place)
    sandbox.advance(DAY)
    monkeypatch.setenv(clock.VARIABLE, str(place))
    before = time.time()
    told = subprocess.check_output([sys.executable, "-c", "from slackbot import clock; print(clock.now())"])
    for now in (clock.now(), sandbox.now(), float(told)):
        assert before + 2 * DAY <= now <= time.time() + 2 * DAY


@pytest.mark.parametrize("text", ["", "soon"])
def test_a_file_that_says_nothing_moves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    (tmp_path / "clock").write_text(text)
    monkeypatch.setenv(clock.VARIABLE, str(tmp_path / "clock"))
    assert abs(clock.now() - time.time()) < DAY / 2
