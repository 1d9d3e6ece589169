"""The doctor: against a sandboxed Slack and real servers it finds each fault and names the remedy."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from slackbot import doctor
from slackbot.doctor import Finding, Level, examine
from slackbot.sandbox import Sandbox
from slackbot.settings import Settings, example_assistant
from tests.core.action_servers import scripted_server


@pytest.fixture
async def slack() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def assistant(tmp_path: Path) -> Path:
    """A project that is learned at once."""
    folder = tmp_path / "assistant"
    (folder / "data").mkdir(parents=True)
    (folder / "domain.yml").write_text("intents: [greet, bye]\nresponses:\n  utter_hi:\n  - text: Hi\n")
    (folder / "data" / "nlu.yml").write_text(
        "nlu:\n- intent: greet\n  examples: |\n    - hi\n    - hello\n- intent: bye\n  examples: |\n    - bye\n"
    )
    (folder / "data" / "rules.yml").write_text(
        "rules:\n- rule: hi\n  steps:\n  - intent: greet\n  - action: utter_hi\n"
    )
    return folder


@pytest.fixture
def settings(slack: Sandbox, redis_url: str, assistant: Path, tmp_path: Path) -> Settings:
    return Settings(
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_api_url=slack.api_url,
        redis_url=redis_url,
        assistant=assistant,
        data=tmp_path / "data",
    )


async def found(settings: Settings, subject: str) -> list[Finding]:
    return [finding for finding in await examine(settings) if finding.subject == subject]


async def the_fault(settings: Settings, subject: str) -> str:
    """The text of the only fault of this subject."""
    (fault,) = [finding for finding in await found(settings, subject) if finding.is_fault]
    assert "\n" not in str(fault)
    return fault.text


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


async def test_everything_is_fine_with_our_own_redis(settings: Settings) -> None:
    findings = await examine(replace(settings, redis_url=None))
    assert [str(finding) for finding in findings if finding.level is not Level.OK] == []
    assert {finding.subject for finding in findings} == {
        "SLACK_BOT_TOKEN",
        "scopes",
        "SLACK_APP_TOKEN",
        "STORYTHREAD_DATA",
        "own Redis",
        "STORYTHREAD_ASSISTANT",
    }


async def test_no_tokens_are_faults_that_say_where_to_get_them(settings: Settings) -> None:
    bare = replace(settings, slack_bot_token=None, slack_app_token=None)
    assert "copy the Bot User OAuth Token" in await the_fault(bare, "SLACK_BOT_TOKEN")
    assert "or set SLACK_SIGNING_SECRET" in await the_fault(bare, "SLACK_APP_TOKEN")


async def test_a_wrong_token_is_a_fault_that_does_not_show_it(settings: Settings) -> None:
    wrong = replace(settings, slack_bot_token="xoxb-1-abcdef", slack_app_token="xapp-1-abcdef")
    for subject in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"):
        assert "invalid_auth; copy the token again" in await the_fault(wrong, subject)
    assert "abcdef" not in " ".join(map(str, await examine(wrong)))


async def test_the_bot_token_in_the_place_of_the_app_token_is_named(settings: Settings) -> None:
    swapped = replace(settings, slack_app_token=settings.slack_bot_token)
    assert "a token of another kind" in await the_fault(swapped, "SLACK_APP_TOKEN")


async def test_missing_scopes_are_named(settings: Settings) -> None:
    async with Sandbox(scopes={"commands", "chat:write", "channels:history", "users:read"}) as slack:
        few = replace(settings, slack_api_url=slack.api_url, slack_bot_token=slack.bot_token)
        text = await the_fault(few, "scopes")
    assert (
        "lacks groups:history, channels:read, groups:read, reactions:write, files:write, im:write, im:history;" in text
    )
    assert "install the app again" in text


async def test_http_needs_a_signing_secret_and_no_app_token(settings: Settings, slack: Sandbox) -> None:
    http = replace(settings, slack_app_token=None, slack_signing_secret=slack.signing_secret, port=3456)
    (finding,) = await found(http, "SLACK_SIGNING_SECRET")
    assert finding.level is Level.OK
    assert "127.0.0.1:3456/slack/events" in finding.text
    assert slack.signing_secret not in finding.text


async def test_a_slack_that_does_not_answer_is_named_with_its_address(settings: Settings) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}/api/"
    text = await the_fault(replace(settings, slack_api_url=nowhere), "SLACK_BOT_TOKEN")
    assert text.startswith(f"Slack does not answer at {nowhere}")


async def test_a_slack_that_hangs_is_given_up_within_the_bound(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SLACK_BOUND", 0.3)

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}/api/"
        text = await the_fault(replace(settings, slack_api_url=url), "SLACK_BOT_TOKEN")
    assert "does not answer" in text


async def test_something_else_at_slacks_address_is_a_fault(settings: Settings, slack: Sandbox) -> None:
    elsewhere = replace(settings, slack_api_url=slack.api_url.replace("/api/", "/nothing/"))
    assert "HTTP 404; check SLACK_API_URL" in await the_fault(elsewhere, "SLACK_BOT_TOKEN")


async def test_a_redis_without_persistence_is_a_fault(settings: Settings) -> None:
    assert "set: appendonly yes" in await the_fault(settings, "REDIS_URL")


async def test_a_redis_that_keeps_everything_is_fine(settings: Settings, redis: Redis) -> None:
    await redis.config_set("appendonly", "yes")
    try:
        assert [finding.level for finding in await found(settings, "REDIS_URL")] == [Level.OK] * 3
    finally:
        await redis.config_set("appendonly", "no")


@pytest.mark.parametrize(("limit", "level"), [(0, Level.WARNING), (2**30, Level.FAULT)])
async def test_a_redis_that_throws_keys_away_is_found(
    settings: Settings, redis: Redis, limit: int, level: Level
) -> None:
    await redis.config_set("maxmemory-policy", "allkeys-lru")
    await redis.config_set("maxmemory", limit)
    try:
        (finding,) = [one for one in await found(settings, "REDIS_URL") if "throw" in one.text]
    finally:
        await redis.config_set("maxmemory-policy", "noeviction")
        await redis.config_set("maxmemory", 0)
    assert finding.level is level
    assert "set: maxmemory-policy noeviction" in finding.text


async def test_a_redis_that_is_down_is_a_fault(settings: Settings) -> None:
    down = replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0")
    assert "does not answer" in await the_fault(down, "REDIS_URL")


async def test_a_wrong_redis_password_is_a_fault_that_does_not_show_it(settings: Settings, redis: Redis) -> None:
    assert settings.redis_url is not None
    wrong = replace(settings, redis_url=f"{settings.redis_url}?username=me&password=hunter2")
    text = await the_fault(wrong, "REDIS_URL")
    assert "user or password" in text
    assert "hunter2" not in text


@pytest.mark.parametrize(
    ("info", "text"),
    [
        ({"redis_version": "6.0.16", "role": "master"}, "Redis 6.0.16 is too old; use Redis 6.2"),
        ({"redis_version": "7.0.15", "role": "slave"}, "Redis 7.0.15 is a replica"),
    ],
)
def test_a_redis_that_will_not_do_is_a_fault(info: dict[str, Any], text: str) -> None:
    finding = doctor._redis_version(info, "REDIS_URL")
    assert finding.is_fault
    assert finding.text.startswith(text)


async def test_a_data_folder_that_cannot_be_written_to_is_one_fault(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = replace(settings, redis_url=None, data=tmp_path / "file" / "data")
    faults = [finding for finding in await examine(blocked) if finding.is_fault]
    assert [fault.subject for fault in faults] == ["STORYTHREAD_DATA"]
    assert "name a folder that you can write to" in faults[0].text


async def test_a_fault_in_the_assistant_names_file_and_line(settings: Settings, assistant: Path) -> None:
    (assistant / "data" / "rules.yml").write_text("rules:\n- rule: hi\n  steps:\n  - intent: nonsense\n")
    text = await the_fault(settings, "STORYTHREAD_ASSISTANT")
    assert text.startswith(f"{assistant / 'data' / 'rules.yml'}:4: ")


async def test_a_missing_assistant_folder_is_a_fault(settings: Settings, tmp_path: Path) -> None:
    text = await the_fault(replace(settings, assistant=tmp_path / "nowhere"), "STORYTHREAD_ASSISTANT")
    assert str(tmp_path / "nowhere") in text


async def test_the_bundled_example_is_fine(settings: Settings) -> None:
    (finding,) = await found(replace(settings, assistant=None), "STORYTHREAD_ASSISTANT")
    assert finding.level is Level.OK
    assert "the bundled example" in finding.text
    assert example_assistant().is_dir()


async def test_an_action_server_that_does_not_answer_is_a_fault_and_its_token_is_not_shown(
    settings: Settings, assistant: Path
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/webhook"
        (assistant / "endpoints.yml").write_text(f"action_endpoint:\n  url: {url}\n  token: secret\n")
        text = await the_fault(settings, "STORYTHREAD_ACTION_SERVER")
    assert f"no action server answers at {url} (" in text
    assert "rasa run actions, or correct action_endpoint in endpoints.yml" in text
    assert "secret" not in text


async def test_an_action_server_that_answers_is_fine(settings: Settings) -> None:
    async with scripted_server() as server:
        (finding,) = await found(replace(settings, action_server=server.url), "STORYTHREAD_ACTION_SERVER")
    assert (finding.level, finding.text) == (Level.OK, f"{server.url} answers")


async def test_without_an_action_server_there_is_nothing_to_find(settings: Settings) -> None:
    assert await found(settings, "STORYTHREAD_ACTION_SERVER") == []


async def test_every_setting_that_is_wrong_is_told_and_the_others_are_looked_at(settings: Settings) -> None:
    environment = settings.as_environment() | {"STORYTHREAD_PORT": "http", "STORYTHREAD_ORDER": "any", "REDIS_URL": "x"}
    findings = await doctor.examine_environment(environment)
    assert [finding.subject for finding in findings if finding.is_fault] == [
        "REDIS_URL",
        "STORYTHREAD_ORDER",
        "STORYTHREAD_PORT",
    ]
    others = {finding.subject for finding in findings if not finding.is_fault}
    assert {"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "STORYTHREAD_ASSISTANT"} <= others
    assert "own Redis" not in others
