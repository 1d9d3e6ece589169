"""``python -m benchmarks.step``: the line that a program reads, against a server that speaks Rasa's API too."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.sentence_vectors import sentence_vectors
from tests.core.conversations import write_project
from tests.core.rasa.rasa_server import TOKEN, RasaServer
from tests.learning.assistant import DATA, DOMAIN

ROOT = Path(__file__).parents[2]


async def run(redis_url: str, folder: Path, *arguments: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.step", *arguments, cwd=ROOT,
        env={"REDIS_URL": redis_url, "STORYTHREAD_ASSISTANT": str(folder), "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await asyncio.wait_for(process.communicate(), 110)
    return process.returncode or 0, out.decode(), errors.decode()


async def test_step_prints_ours_theirs_and_the_ratios_and_leaves_nothing(
    tmp_path: Path, redis_url: str, redis: Redis
) -> None:
    folder = write_project(tmp_path, DOMAIN, DATA)
    async with RasaServer(BuiltinCore.load(folder)).running() as rasa:
        arguments = ("--rounds", "1", "--sizes", "20,10", "--words", "hi", "--against", rasa.url, "--token", TOKEN)
        status, out, errors = await run(redis_url, folder, *arguments)
    assert status == 0, errors
    result = json.loads(out.splitlines()[-1])
    assert (result["benchmark"], result["rounds"], result["sizes"]) == ("step", 1, [10, 20])
    for shown in ("without_events", "with_all_events"):
        figures = result[shown]
        assert set(figures["ours_ms"]) == set(figures["theirs_ms"]) == set(figures["theirs_to_ours"]) == {"10", "20"}
        extra = [figures["ours_with_transformer_ms"], figures["theirs_to_ours_with_transformer"]]
        assert extra == [None, None] or all(set(found) == {"10", "20"} for found in extra)
        assert (extra[0] is None) == (sentence_vectors() is None)
        assert list(figures["ours_parts_ms"]) == ["message", "parse", "predict", "execute", "read_back"]
        assert all(taken > 0 for taken in figures["ours_ms"].values())
    assert rasa.requests["POST execute"] == 2 * 2 * (
        1 + 2
    )  # the first round, and the first step of each kind, get going
    assert await redis.keys() == []


async def test_a_server_that_is_not_there_gives_one_line(tmp_path: Path, redis_url: str) -> None:
    folder = write_project(tmp_path, DOMAIN, DATA)
    status, _, errors = await run(redis_url, folder, "--sizes", "10", "--against", "http://127.0.0.1:1")
    assert status == 1
    assert errors.startswith("benchmarks.step: http://127.0.0.1:1 does not answer")
    assert len(errors.splitlines()) == 1
