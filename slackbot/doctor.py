"""Looks at everything the program needs, and says what to do about what is wrong."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import redis
from ruamel.yaml import YAML
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from slackbot.core.action_server import action_server_of
from slackbot.errors import CoreFailed, PersonError, StorythreadError
from slackbot.settings import Settings, bundled, configure_logging, example_assistant
from slackbot.store.server import EmbeddedServer, connect

SLACK_BOUND = 20.0  # seconds for one answer, with what the client tries again
ACTIONS_BOUND = 10.0  # seconds for an answer of the action server
OLDEST_REDIS = (6, 2)
LITTLE_SPACE = 200 * 1024 * 1024  # bytes

_APP_PAGE = "your app's page at https://api.slack.com/apps"
_REMEDIES = {  # Slack's error -> what to do
    "invalid_auth": "copy the token again from {page}",
    "not_authed": "copy the token again from {page}",
    "account_inactive": "the app was removed from the workspace: install it again on {page}",
    "token_revoked": "install the app again on {page} and copy the new token",
    "token_expired": "turn token rotation off on {page}, install the app again and copy the new token",
    "not_allowed_token_type": "that is a token of another kind: copy the right one from {page}",
    "missing_scope": "give the token its scopes on {page}",
    "forbidden_team": "install the app in this workspace on {page}",
    "ratelimited": "Slack has had too many requests: wait a minute and try again",
}

#: What is looked at where a setting is not there; where it is wrong, that says nothing.
_INSTEAD = {"REDIS_URL": "own Redis", "STORYTHREAD_CORE": "STORYTHREAD_ASSISTANT"}


class Level(Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  # it works, but not as well as it could
    FAULT = "fault"  # it does not work


@dataclass(frozen=True)
class Finding:
    """One line: what was looked at, how it is, and what to do unless it is fine."""

    level: Level
    subject: str
    text: str

    @property
    def is_fault(self) -> bool:
        """Whether the program can't work like that."""
        return self.level is Level.FAULT

    def __str__(self) -> str:
        return f"{self.level.value:<8} {self.subject}: {self.text}"


async def examine_environment(environ: Mapping[str, str]) -> list[Finding]:
    """What is wrong with the settings themselves, then what ``examine`` finds by those that are right."""
    settings, wrong = Settings.as_far_as_right(environ)
    configure_logging(settings)
    known = {*wrong, *(_INSTEAD[variable] for variable in wrong if variable in _INSTEAD)}
    others = [finding for finding in await examine(settings) if finding.subject not in known]
    return [*(_fault(variable, problem) for variable, problem in wrong.items()), *others]


async def examine(settings: Settings) -> list[Finding]:
    """Everything that was found, good and bad, in the order in which to mend it. Changes nothing in Slack.

    Starts the program's own Redis for a moment if the settings name none. Each wait has a bound.
    """
    slack, store, assistant, actions = await asyncio.gather(
        _slack(settings),
        _store(settings),
        _rasa(settings, settings.core) if settings.core else asyncio.to_thread(_assistant, settings),
        _actions(settings),
    )
    return [*slack, *store, assistant, *actions]


def _ok(subject: str, text: str) -> Finding:
    return Finding(Level.OK, subject, text)


def _warning(subject: str, text: str) -> Finding:
    return Finding(Level.WARNING, subject, text)


def _fault(subject: str, text: str) -> Finding:
    return Finding(Level.FAULT, subject, text)


# --- Slack --------------------------------------------------------------------------------------------------------


async def _slack(settings: Settings) -> list[Finding]:
    return [*await _bot_token(settings), await _way_in(settings)]


async def _bot_token(settings: Settings) -> list[Finding]:
    subject = "SLACK_BOT_TOKEN"
    if settings.slack_bot_token is None:
        return [_fault(subject, f"is not set; install the app on {_APP_PAGE} and copy the Bot User OAuth Token")]
    answer = await _call(settings, settings.slack_bot_token, "auth.test", subject)
    if isinstance(answer, Finding):
        return [answer]
    who = f"is {answer.get('user')} in the workspace {answer.get('team')} ({answer.get('url')})"
    return [_ok(subject, who), _scopes(answer.headers)]


def _scopes(headers: Mapping[str, str]) -> Finding:
    subject = "scopes"
    granted = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
    if granted is None:
        return _warning(subject, "Slack did not say which ones the bot token has; compare them with manifest.yml")
    needed = YAML(typ="safe").load(bundled("manifest.yml"))["oauth_config"]["scopes"]["bot"]
    missing = [scope for scope in needed if scope not in {one.strip() for one in granted.split(",")}]
    if missing:
        remedy = f"add them under OAuth & Permissions on {_APP_PAGE} and install the app again"
        return _fault(subject, f"the bot token lacks {', '.join(missing)}; {remedy}")
    return _ok(subject, f"the bot token has all {len(needed)} of manifest.yml")


async def _way_in(settings: Settings) -> Finding:
    """How Slack's deliveries reach the app: Socket Mode, or HTTP."""
    if settings.slack_app_token is None:
        return _signing_secret(settings)
    subject = "SLACK_APP_TOKEN"
    answer = await _call(settings, settings.slack_app_token, "apps.connections.open", subject)
    return answer if isinstance(answer, Finding) else _ok(subject, "opens Socket Mode connections")


def _signing_secret(settings: Settings) -> Finding:
    if settings.slack_signing_secret is None:
        return _fault(
            "SLACK_APP_TOKEN",
            f"is not set; generate one with the scope connections:write under App-Level Tokens on {_APP_PAGE}, "
            "or set SLACK_SIGNING_SECRET to take requests over HTTP",
        )
    where = f"http://{settings.host}:{settings.port}/slack/events"
    return _ok("SLACK_SIGNING_SECRET", f"is set; without SLACK_APP_TOKEN Slack must reach {where} over HTTPS")


async def _call(settings: Settings, token: str, method: str, subject: str) -> AsyncSlackResponse | Finding:
    """Slack's answer, or what is wrong."""
    client = AsyncWebClient(token=token, base_url=settings.slack_api_url, timeout=int(SLACK_BOUND) // 2)
    try:
        async with asyncio.timeout(SLACK_BOUND):
            return await client.api_call(method)
    except SlackApiError as error:
        return _fault(subject, _refusal(error.response))
    except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        why = str(error) or type(error).__name__
        remedy = "check the network, a proxy, and SLACK_API_URL"
        return _fault(subject, f"Slack does not answer at {settings.slack_api_url} ({why[:200]}); {remedy}")


def _refusal(response: Any) -> str:
    data = response.data if isinstance(response.data, dict) else {}
    code = "ratelimited" if response.status_code == 429 else str(data.get("error") or f"HTTP {response.status_code}")
    remedy = _REMEDIES.get(code, "check SLACK_API_URL").format(page=_APP_PAGE)
    needed = f" (it needs {data['needed']})" if data.get("needed") else ""
    return f"Slack says {code}{needed}; {remedy}"


# --- Redis --------------------------------------------------------------------------------------------------------


async def _store(settings: Settings) -> list[Finding]:
    folder = await asyncio.to_thread(_data_folder, settings.data)
    if settings.redis_url is not None:
        return [folder, *await _redis(settings.redis_url, "REDIS_URL")]
    if folder.is_fault:
        return [folder]
    try:
        async with EmbeddedServer(settings.data) as url:
            return [folder, *await _redis(url, "own Redis")]
    except StorythreadError as error:
        return [folder, _fault("own Redis", str(error))]


def _data_folder(folder: Path) -> Finding:
    subject = "STORYTHREAD_DATA"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return _fault(subject, f"can't write to {folder} ({error.strerror}); name a folder that you can write to")
    if free < LITTLE_SPACE:
        return _warning(subject, f"only {free // 2**20} MB are free for {folder}; make room on that disk")
    return _ok(subject, f"{folder} can be written to")


async def _redis(url: str, subject: str) -> list[Finding]:
    client = connect(url)
    try:
        await client.ping()
        info: dict[str, Any] = await client.info()
    except redis.AuthenticationError as error:
        return [_fault(subject, f"Redis refuses the user or password ({error}); correct those in REDIS_URL")]
    except (redis.ConnectionError, redis.TimeoutError) as error:
        return [_fault(subject, f"Redis does not answer ({error}); start it, or correct REDIS_URL")]
    except redis.RedisError as error:
        return [_fault(subject, f"Redis refuses ({error}); let this user run PING, INFO and EVALSHA")]
    else:
        return [_redis_version(info, subject), _persistence(info, subject), _memory(info, subject)]
    finally:
        await client.aclose()


def _redis_version(info: Mapping[str, Any], subject: str) -> Finding:
    version = str(info.get("redis_version", "0"))
    name = f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {version}"
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < OLDEST_REDIS:
        return _fault(subject, f"{name} is too old; use Redis 6.2 or newer, or Valkey")
    if info.get("role") != "master":
        return _fault(subject, f"{name} is a replica, which takes no writes; name the primary in REDIS_URL")
    return _ok(subject, f"{name} answers")


def _persistence(info: Mapping[str, Any], subject: str) -> Finding:
    if info.get("aof_enabled") != 1:
        return _fault(subject, "keeps no append-only file, so a crash loses conversations; set: appendonly yes")
    if info.get("aof_last_write_status") != "ok":
        return _fault(subject, "can't write its append-only file; look at its log and at the disk")
    return _ok(subject, "keeps an append-only file")


def _memory(info: Mapping[str, Any], subject: str) -> Finding:
    policy = info.get("maxmemory_policy")
    if policy == "noeviction":
        return _ok(subject, "never throws keys away to make room")
    remedy = "set: maxmemory-policy noeviction"
    if info.get("maxmemory"):
        return _fault(subject, f"throws keys away when its memory is full ({policy}); {remedy}")
    return _warning(subject, f"would throw keys away if its memory were limited ({policy}); {remedy}")


# --- the assistant ------------------------------------------------------------------------------------------------


def _assistant(settings: Settings) -> Finding:
    """Reads and learns the project, as the program does at its start."""
    from slackbot.core.builtin import BuiltinCore  # noqa: PLC0415  heavy
    from slackbot.dialogue.project import load_project  # noqa: PLC0415  heavy

    subject = "STORYTHREAD_ASSISTANT"
    try:
        folder = settings.assistant or example_assistant()
        project = load_project(folder)
        core = BuiltinCore.train(project)
    except PersonError as error:
        return _fault(subject, str(error))
    intents, stories, examples = len(core.domain.intents), len(project.stories), len(project.nlu.examples)
    counts = f"{intents} intents, {examples} examples, {stories} stories and rules"
    if not stories or not examples:
        lack = "understands nothing" if not examples else "knows nothing to do"
        return _warning(subject, f"{folder} has {counts}; it {lack} until it is taught")
    which = f"{folder}" if settings.assistant else "not set: the bundled example"
    return _ok(subject, f"{which} ({counts})")


async def _actions(settings: Settings) -> list[Finding]:
    """Whether anything answers where custom actions run. Nothing is run there; any answer will do."""
    subject = "STORYTHREAD_ACTION_SERVER"
    try:
        server = action_server_of(settings.assistant or example_assistant(), settings.action_server)
    except PersonError as error:
        return [_fault(subject, str(error))]
    if server is None:
        return []
    place = urlsplit(server.url)._replace(query="", fragment="")  # a token may be in the query
    try:
        health = urlunsplit(place._replace(path="/health"))
        async with asyncio.timeout(ACTIONS_BOUND), aiohttp.ClientSession() as http, http.get(health) as answer:
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else str(error)[:200]
        where = "STORYTHREAD_ACTION_SERVER" if settings.action_server else "action_endpoint in endpoints.yml"
        remedy = f"start it, for instance with: rasa run actions, or correct {where}"
        return [_fault(subject, f"no action server answers at {urlunsplit(place)} ({why}); {remedy}")]
    if status >= 500:
        return [_warning(subject, f"{urlunsplit(place)} answers {status}; look at the action server's log")]
    return [_ok(subject, f"{urlunsplit(place)} answers")]


async def _rasa(settings: Settings, url: str) -> Finding:
    """Asks the Rasa server for its domain."""
    from slackbot.core.rasa import EndpointConfig, RasaCore  # noqa: PLC0415  heavy

    subject = "STORYTHREAD_CORE"
    endpoint = EndpointConfig(url, token=settings.core_token, jwt=settings.core_jwt, timeout=10)
    try:
        core = await RasaCore.connect(endpoint)
    except CoreFailed as error:
        return _fault(subject, f"{error}; start it with: rasa run --enable-api")
    return _ok(subject, f"{endpoint.place} ({len(core.domain.intents)} intents, {len(core.domain.actions)} actions)")
