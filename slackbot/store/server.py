"""Connections to Redis, and a server of our own where none is given."""

from __future__ import annotations

from typing import Any

import redis
import redis.asyncio
import redis.asyncio.retry
import redis.backoff
import redis.retry

_RETRIES = 6  # with the backoff below: about two and a half seconds in all


def connect(url: str) -> redis.asyncio.Redis:
    """A client for this event loop; answers are text. Close it with ``aclose()``.

    A command whose connection breaks is sent again (the server may have carried it out already), up to
    about three seconds. Raises redis.exceptions.ConnectionError or TimeoutError after that.
    """
    retry = redis.asyncio.retry.Retry(_backoff(), _RETRIES, (redis.ConnectionError,))
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        url, max_connections=32, timeout=10, decode_responses=True, retry=retry, **_options()
    )
    return redis.asyncio.Redis.from_pool(pool)


def connect_sync(url: str) -> redis.Redis:
    """Like ``connect``, but blocking, and answers are bytes, as RQ needs them. Close it with ``close()``."""
    retry = redis.retry.Retry(_backoff(), _RETRIES, (redis.ConnectionError,))
    pool = redis.BlockingConnectionPool.from_url(
        url, max_connections=16, timeout=10, retry=retry, **_options()
    )
    return redis.Redis.from_pool(pool)


def _backoff() -> redis.backoff.ExponentialBackoff:
    return redis.backoff.ExponentialBackoff(cap=1.0, base=0.05)


def _options() -> dict[str, Any]:
    """Seconds. The health check asks before it uses a connection that was idle for as long."""
    return {"socket_connect_timeout": 5, "socket_timeout": 10, "health_check_interval": 30}
