"""A workspace in a folder is there again: whole after a stop, and up to the last moment after a kill."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.errors import FileError, Refused
from slackbot.sandbox import Sandbox
from slackbot.sandbox import journal as journals
from slackbot.sandbox.journal import Journal, Key, read_journal

from .windows import BOUND

HOME: dict[str, Any] = {"type": "home", "blocks": [{"type": "divider"}]}


def client_of(slack: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


async def _shown(slack: Sandbox) -> dict[str, Any]:
    """What a person who comes back looks for."""
    channel = slack.channel_named("teaching") or ""
    members = (await client_of(slack).conversations_members(channel=channel))["members"]
    return {
        "ids": (slack.team_id, slack.app_id, slack.bot_id, slack.bot_user_id),
        "tokens": (slack.bot_token, slack.app_token, slack.signing_secret),
        "people": [(person.id, person.name, person.display_name) for person in slack.people],
        "members": members,
        "messages": slack.messages(channel),
        "files": [(file.id, file.name, file.content, file.channel, file.ts) for file in slack.files],
        "homes": [person.home for person in slack.people],
    }


async def test_everything_is_there_again_at_the_next_start(tmp_path: Path) -> None:
    async with Sandbox(folder=tmp_path) as slack:
        channel = slack.add_channel("teaching")
        ada, ben = slack.add_person("ada", "Ada"), slack.add_person("ben", "Ben")
        slack.join(channel, ada)
        client = client_of(slack)
        ts = await ada.say(channel, "hi")
        reply = await ada.say(channel, "a reply", ts)
        await ada.react(channel, ts, "eyes")
        gone = await ada.say(channel, "gone soon", ts)
        await ada.delete(channel, gone)
        await ada.edit(channel, reply, "an edited reply")
        await ben.join(channel)
        await client.files_upload_v2(channel=channel, filename="nlu.yml", content="nlu: é", thread_ts=ts)
        await client.views_publish(user_id=ada.id, view=HOME)
        before = await _shown(slack)
    assert len(before["messages"]) == 4
    for _ in range(2):
        async with Sandbox(folder=tmp_path) as slack:
            assert await _shown(slack) == before
    async with Sandbox(folder=tmp_path) as slack:
        [ada, _] = slack.people
        later = await ada.say(slack.channel_named("teaching") or "", "on we go", ts)
        assert float(later) > float(reply)
        assert slack.messages(channel)[0]["reply_count"] == before["messages"][0]["reply_count"] + 1


async def test_time_never_goes_back(tmp_path: Path) -> None:
    async with Sandbox(folder=tmp_path) as slack:
        channel, ada = slack.add_channel("teaching"), slack.add_person("ada")
        slack.join(channel, ada)
        slack.clock.advance(3600)
        before = await ada.say(channel, "from the future")
    async with Sandbox(folder=tmp_path) as slack:
        assert float(await slack.people[0].say(channel, "now")) > float(before)


async def test_what_was_read_stays_read(tmp_path: Path) -> None:
    async with Sandbox(folder=tmp_path) as slack:
        channel, ada = slack.add_channel("teaching"), slack.add_person("ada")
        ts = str((await client_of(slack).chat_postMessage(channel=channel, text="hi"))["ts"])
        ada.read(channel, ts)
    async with Sandbox(folder=tmp_path) as slack:
        backend = slack._backend
        assert backend.read_marks.of(ada.id) == {channel: ts}


async def test_a_token_of_before_is_still_good(tmp_path: Path) -> None:
    async with Sandbox(folder=tmp_path) as slack:
        token = slack.bot_token
    async with Sandbox(folder=tmp_path) as slack:
        client = AsyncWebClient(token=token, base_url=slack.api_url)
        assert (await client.auth_test())["user_id"] == slack.bot_user_id


async def test_one_program_at_a_time(tmp_path: Path) -> None:
    async with Sandbox(folder=tmp_path):
        with pytest.raises(Refused, match="another demo is using"):
            Sandbox(folder=tmp_path)
    async with Sandbox(folder=tmp_path):
        pass


POSTER = """
import asyncio, sys
from pathlib import Path
from slackbot.sandbox import Sandbox

async def main():
    async with Sandbox(folder=Path(sys.argv[1])) as slack:
        channel, ada = slack.add_channel("teaching"), slack.add_person("ada")
        slack.join(channel, ada)
        for number in range(1_000_000):
            await ada.say(channel, f"message {number}")
            print(number, flush=True)

asyncio.run(main())
"""


def posted_until_killed(folder: Path, least: int) -> int:
    """The number of the last message that the program said it had posted before it was killed."""
    command = [sys.executable, "-c", POSTER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= least:
                break
        process.kill()
        told = [least, *(int(line) for line in process.stdout if line.strip().isdigit())]
        process.wait(BOUND)
    return max(told)


async def test_a_kill_loses_nothing_that_anybody_was_told(tmp_path: Path) -> None:
    told = await asyncio.to_thread(posted_until_killed, tmp_path, 50)
    async with Sandbox(folder=tmp_path) as slack:
        texts = [message["text"] for message in slack.messages(slack.channel_named("teaching") or "")]
    assert texts[: told + 1] == [f"message {number}" for number in range(told + 1)]
    assert len(texts) <= told + 2


KEYS = st.tuples(st.sampled_from(["message", "channel"]), st.sampled_from(["a", "b", "c"]))
VALUES = st.none() | st.dictionaries(st.text(max_size=3), st.text(max_size=5) | st.integers(), max_size=2)


@given(changes=st.lists(st.tuples(KEYS, VALUES), max_size=12), cut=st.floats(0, 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_journal_cut_off_anywhere_says_what_was_so_a_moment_ago(
    tmp_path: Path, changes: list[tuple[Key, Any]], cut: float
) -> None:
    path = tmp_path / "journal"
    path.unlink(missing_ok=True)
    journal = Journal(path, lambda: ())
    journal.start()
    states: list[dict[Key, Any]] = [{}]
    for key, value in changes:
        journal.put(key, value)
        after = {**states[-1], key: value}
        states.append({k: v for k, v in after.items() if v is not None})
    journal.close()
    text = path.read_bytes()
    assert read_journal(path) == states[-1]
    path.write_bytes(text[: int(cut * len(text))])
    whole_lines = text[: int(cut * len(text))].count(b"\n")
    found = read_journal(path)
    assert found in (states[whole_lines], states[min(whole_lines + 1, len(changes))])


def test_a_journal_that_is_damaged_inside_says_where_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'[["a"],1]\n[["b"],\n[["c"],3]\n')
    with pytest.raises(FileError, match=r"journal:2: is damaged; .*--fresh"):
        read_journal(path)
    path.write_bytes(b'[["a"],1]\n[["b"],2]\n\0\0\0\0')
    assert read_journal(path) == {("a",): 1, ("b",): 2}


def test_a_journal_is_written_anew_before_it_grows_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "REWRITE_AFTER", 1000)
    state: dict[Key, Any] = {}
    journal = Journal(tmp_path / "journal", lambda: list(state.items()))
    journal.start()
    for number in range(500):
        state["a",] = number
        journal.put(("a",), number)
        assert (tmp_path / "journal").stat().st_size < 1100
    journal.close()
    assert read_journal(tmp_path / "journal") == {("a",): 499}


def test_a_full_disk_is_said_and_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state: dict[Key, Any] = {}
    journal = Journal(tmp_path / "journal", lambda: list(state.items()))
    journal.start()
    with monkeypatch.context() as full:
        full.setattr("os.write", lambda *_: 3)
        state["a",] = 1
        journal.put(("a",), 1)
    assert "can't be written" in caplog.text
    state["b",] = 2
    journal.put(("b",), 2)
    journal.close()
    assert read_journal(tmp_path / "journal") == {("a",): 1, ("b",): 2}


async def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with Sandbox(folder=tmp_path / "data") as slack:
        token = slack.bot_token
    [kept] = [path for path in (tmp_path / "data").iterdir() if path.name.startswith("workspace")]
    assert token in kept.read_text()
    assert oct(kept.stat().st_mode)[-3:] == "600"
    assert oct((tmp_path / "data").stat().st_mode)[-3:] == "700"
    assert all(json.loads(line) for line in kept.read_text().splitlines())
