"""``storythread export`` adds finished sessions, or logs in a file, to a Rasa project, and shows the diff."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from redis.asyncio import Redis

from slackbot.cli import main
from slackbot.core.protocol import Additions
from slackbot.export_command import conversations_from_file, conversations_in_redis
from slackbot.learning.session import Session, Status
from slackbot.store import Store
from tests.dialogue.merge.folders import content, usual

Json = dict[str, Any]
LISTEN: Json = {"event": "action", "name": "action_listen"}
GREET: Json = {"event": "action", "name": "utter_greet"}


def said(text: str, intent: str = "greet", *entities: Json) -> Json:
    return {"event": "user", "text": text, "parse_data": {"intent": {"name": intent}, "entities": list(entities)}}


def logs(folder: Path, *conversations: list[Json]) -> Path:
    """A file of conversations named c0, c1, ..."""
    path = folder / "logs.jsonl"
    lines = [json.dumps({"conversation": f"c{number}", "events": log}) for number, log in enumerate(conversations)]
    path.write_text("\n".join([*lines, "", ""]))
    return path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["export", *map(str, arguments)])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return usual(tmp_path / "project")


def test_logs_of_a_file_are_added_and_shown(project: Path, tmp_path: Path) -> None:
    taught = logs(tmp_path, [LISTEN, said("hey"), GREET], [LISTEN, said("ciao", "bye"), GREET])
    result = run("--into", project, "--from", taught)
    assert result.exit_code == 0
    assert result.stdout == (
        "--- a/data/nlu.yml\n+++ b/data/nlu.yml\n@@ -4,6 +4,8 @@\n   examples: |\n     - hi\n     - hello\n"
        "+    - hey\n - intent: bye\n   examples: |\n     - bye\n+    - ciao\n"
        "--- a/data/stories.yml\n+++ b/data/stories.yml\n@@ -4,3 +4,7 @@\n   steps:\n   - intent: greet\n"
        "   - action: utter_greet\n+- story: c1\n+  steps:\n+  - intent: bye\n+  - action: utter_greet\n"
        "2 files, 2 examples, 1 story, 0 conflicts\n"
    )
    assert b"    - hey\n" in content(project)["data/nlu.yml"]
    assert run("--into", project, "--from", taught).stdout == "0 files, 0 examples, 0 stories, 0 conflicts\n"


def test_a_dry_run_shows_the_same_and_writes_nothing(project: Path, tmp_path: Path) -> None:
    taught = logs(tmp_path, [LISTEN, said("hey"), GREET])
    before = content(project)
    dry = run("--into", project, "--from", taught, "--dry-run")
    assert content(project) == before
    done = run("--into", project, "--from", taught)
    assert (dry.exit_code, done.exit_code) == (0, 0)
    assert dry.stdout == done.stdout.removesuffix("\n") + " (dry run: nothing was written)\n"


def test_conflicts_and_what_was_left_out_are_named_beside(project: Path, tmp_path: Path) -> None:
    result = run("--into", project, "--from", logs(tmp_path, [LISTEN, said("hi", "bye"), said("[a](b)"), GREET]))
    assert result.exit_code == 0
    assert result.stdout.endswith("1 file, 0 examples, 1 story, 1 conflict\n")
    assert result.stderr == (
        "'[a](b)': its brackets would be read as an annotation; it was not added\n"
        f"conflict: {project}/data/nlu.yml:5: 'hi' is an example of 'greet' already; it was not added to 'bye'\n"
    )


def test_everything_new_goes_to_the_file_that_is_named(project: Path, tmp_path: Path) -> None:
    taught = logs(tmp_path, [LISTEN, said("hey"), said("ciao", "bye"), GREET])
    before = content(project)
    assert run("--into", project, "--from", taught, "--new-file", "data/taught.yml").exit_code == 0
    after = content(project)
    assert set(after) - set(before) == {"data/taught.yml"}
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "this is not JSON"),
        ("[" * 100_000, "this is not JSON"),
        ("[]", "no conversation with a list of events"),
        ('{"conversation": "c"}', "no conversation with a list of events"),
        ('{"events": []}', "the conversation has no id"),
        ('{"conversation": " ", "events": []}', "the conversation has no id"),
        ('{"conversation": "c", "events": [1]}', "an event is a JSON object"),
        ('{"conversation": "c", "events": [{"event": "nonsense"}]}', "Rasa has no event 'nonsense'"),
        ('{"conversation": "c", "events": [{"event": "user", "text": "hi"}]}', "parse_data is missing"),
        (json.dumps({"conversation": "c", "events": [said("a", "b", {"start": 0})]}), "an entity has no type"),
        (json.dumps({"conversation": "c", "events": [said("a", "b", {"entity": "x", "start": "0"})]}), "is no number"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_written(project: Path, tmp_path: Path, line: str, problem: str) -> None:
    taught = logs(tmp_path, [LISTEN, said("hey"), GREET])
    taught.write_text(taught.read_text() + line)
    before = content(project)
    result = run("--into", project, "--from", taught)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"storythread: {taught}:3: ")
    assert problem in result.stderr
    assert result.stderr.count("\n") == 1
    assert content(project) == before


@pytest.mark.parametrize(("data", "problem"), [(None, "can't be read"), (b"\n\xff", ":2: the file is not UTF-8")])
def test_a_file_of_logs_that_cannot_be_read_is_named(
    project: Path, tmp_path: Path, data: bytes | None, problem: str
) -> None:
    if data is not None:
        (tmp_path / "logs.jsonl").write_bytes(data)
    result = run("--into", project, "--from", tmp_path / "logs.jsonl")
    assert result.exit_code == 1
    assert problem in result.stderr


def test_a_project_that_is_none_is_named(tmp_path: Path) -> None:
    result = run("--into", tmp_path / "missing", "--from", logs(tmp_path, [LISTEN]))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no such folder" in result.stderr


def test_what_rasa_leaves_out_is_left_out_and_texts_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "logs.jsonl"
    path.write_bytes(
        '\ufeff{"conversation": "a", "events": [{"event": "topic"}, {"event": "bot", "text": "\u2028"}]}\r\n'.encode()
    )
    [conversation] = conversations_from_file(path)
    assert conversation.name == "a"
    assert [event.as_dict()["text"] for event in conversation.events] == ["\u2028"]


# -- from Redis --------------------------------------------------------------------------------------------------------


async def finished(store: Store, name: str, started_at: float, status: Status, *events: Json, **responses: str) -> None:
    session = Session("T1", "C1", "ada", "ada", 2, started_at, status, Additions(responses=responses))
    assert await store.create(name, session.as_dict(), [LISTEN, *events], "parent")


async def test_finished_sessions_are_taken_in_their_order_and_others_are_not(redis: Redis, redis_url: str) -> None:
    store = Store(redis)
    await finished(store, "b:1", 2, Status.FINISHED, said("two"), utter_new="Yes")
    await finished(store, "a", 3, Status.FINISHING, said("three"))
    await finished(store, "c", 1, Status.FINISHED, said("one"))
    await finished(store, "d", 0, Status.OPEN, said("not yet"))
    await finished(store, "e", 0, Status.ABORTED, said("never"))
    found = await conversations_in_redis(redis_url)
    assert [conversation.name for conversation in found] == ["slack_c", "slack_b:1", "slack_a"]
    assert found[1].responses == {"utter_new": "Yes"}
    assert [event.as_dict()["event"] for event in found[0].events] == ["action", "user"]


async def test_no_more_conversations_are_listed_than_asked_for(redis: Redis) -> None:
    store = Store(redis)
    assert await store.conversations(5) == []
    for number in range(3):
        await finished(store, f"c{number}", 0, Status.OPEN)
    assert await store.conversations(5) == ["c0", "c1", "c2"]
    assert len(await store.conversations(2)) == 2


def as_program(project: Path, redis_url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "slackbot", "export", "--into", str(project)]
    environment = {"PATH": os.environ["PATH"], "REDIS_URL": redis_url}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


async def test_finished_sessions_are_added_by_the_program(redis: Redis, redis_url: str, project: Path) -> None:
    events = [said("hey"), {"event": "action", "name": "utter_new"}, {"event": "bot", "text": "Hello Ann"}]
    await finished(Store(redis), "c1", 1, Status.FINISHED, *events, utter_new="Hello {name}", utter_other="x")
    done = await asyncio.to_thread(as_program, project, redis_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n3 files, 1 example, 1 story, 0 conflicts\n")
    files = content(project)
    assert b"  utter_new:\n  - text: Hello {name}\n" in files["domain.yml"]
    assert files["data/stories.yml"].endswith(
        b"- story: slack_c1\n  steps:\n  - intent: greet\n  - action: utter_new\n"
    )


def test_a_redis_that_does_not_answer_is_named(project: Path, tmp_path: Path) -> None:
    done = as_program(project, f"unix://{tmp_path}/nobody")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Redis does not answer" in done.stderr
    assert done.stderr.count("\n") == 1


async def test_a_store_without_a_finished_session_is_said_with_the_remedy(project: Path, redis_url: str) -> None:
    done = await asyncio.to_thread(as_program, project, redis_url)
    assert done.returncode == 0
    assert "no session is finished in this store; name its Redis with REDIS_URL" in done.stderr
    assert "STORYTHREAD_DATA (.storythread/demo" in done.stderr
