"""Benchmarks run, say in words what they measured, and end with one JSON object. No time is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from redis import Redis

ROOT = Path(__file__).parents[2]
FIGURES = {"append", "replay", "store_append", "store_read_new", "store_read_all"}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.trackers", *arguments],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": "", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def result_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_trackers_prints_a_line_for_each_figure_and_all_of_them_as_json(redis_url: str) -> None:
    done = run("--rounds", "1", "--sizes", "20,10,1100", REDIS_URL=redis_url)
    result = result_of(done)
    assert (result["benchmark"], result["rounds"], result["sizes"]) == ("trackers", 1, [10, 20, 1100])
    assert set(result["seconds"]) == set(result["ratios"]) == FIGURES
    for name in FIGURES:
        assert set(result["seconds"][name]) == {"10", "20", "1100"}
        assert set(result["ratios"][name]) == {"20", "1100"}
        assert all(seconds > 0 for seconds in result["seconds"][name].values())
    lines = done.stdout.splitlines()[1:-1]
    assert len(lines) == len(FIGURES)
    assert all("with 1,100 (" in line and "times as long" in line for line in lines)
    with Redis.from_url(redis_url, decode_responses=True) as client:
        assert client.keys("*") == [], "nothing of it is left on somebody's server"


def test_trackers_brings_a_server_of_its_own_where_none_is_named() -> None:
    result = result_of(run("--rounds", "1", "--sizes", "1"))
    assert "bundled Valkey" in result["server"]
    assert result["ratios"]["append"] == {}


def test_a_server_that_does_not_answer_is_named_in_one_line() -> None:
    done = run("--rounds", "1", "--sizes", "1", REDIS_URL="unix:///nowhere/at/all")
    assert done.returncode == 1
    assert done.stderr.startswith("benchmarks.trackers: Redis does not answer")
    assert len(done.stderr.splitlines()) == 1
