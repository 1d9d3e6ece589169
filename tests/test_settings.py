"""Settings: what the environment says, what is wrong with it, and that no secret gets out."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.quorum import Fixed, Posterior
from slackbot.errors import SettingsError
from slackbot.settings import RedactSecrets, Settings, bundled, example_assistant, variable_of

BOT = "xoxb-12-34-abcDEF"
APP = "xapp-1-A1-23-abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
REDIS = "redis://me:pass%2Fword@somewhere:6379/0"


def all_secret() -> Settings:
    core = "https://rasa:hush@rasa.example"
    return Settings(slack_bot_token=BOT, slack_app_token=APP, slack_signing_secret=SECRET, redis_url=REDIS, core=core)


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings.from_environment({"SLACK_BOT_TOKEN": " ", "STORYTHREAD_QUORUM": ""}) == Settings()


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("SLACK_BOT_TOKEN", f" {BOT}\n", "slack_bot_token", BOT),
        ("SLACK_APP_TOKEN", APP, "slack_app_token", APP),
        ("SLACK_SIGNING_SECRET", SECRET, "slack_signing_secret", SECRET),
        ("SLACK_API_URL", "http://127.0.0.1:4000/api/", "slack_api_url", "http://127.0.0.1:4000/api/"),
        ("REDIS_URL", REDIS, "redis_url", REDIS),
        ("REDIS_URL", "unix:///run/redis.sock?db=1", "redis_url", "unix:///run/redis.sock?db=1"),
        ("STORYTHREAD_ASSISTANT", "~/bot", "assistant", Path.home() / "bot"),
        ("STORYTHREAD_DATA", "/var/lib/storythread", "data", Path("/var/lib/storythread")),
        ("STORYTHREAD_QUORUM", "3", "quorum", Fixed(3)),
        ("STORYTHREAD_QUORUM", "posterior 0.9 (2, 5)", "quorum", Posterior(0.9, 2, 5)),
        ("STORYTHREAD_MODEL_VOTES", "On", "model_votes", True),
        ("STORYTHREAD_AUTO_ACCEPT", "97%", "auto_accept", 0.97),
        ("STORYTHREAD_AUDIT_SHARE", "0.2", "audit_share", 0.2),
        ("STORYTHREAD_ADJUDICATORS", "U01", "adjudicators", ("U01",)),
        ("STORYTHREAD_ADJUDICATION_CHANNEL", "C0123", "adjudication_channel", "C0123"),
        ("STORYTHREAD_MOST_SHARE", "30 %", "most_share", 0.3),
        ("STORYTHREAD_GOLD_SHARE", "0", "gold_share", 0.0),
        ("STORYTHREAD_QUALIFICATION", "3", "qualification", 3),
        ("STORYTHREAD_EXCLUDE_BELOW", "40%", "exclude_below", 0.4),
        ("STORYTHREAD_BLIND", "off", "blind", False),
        ("STORYTHREAD_LEADERBOARD", "on", "leaderboard", True),
        ("STORYTHREAD_ORDER", "Random", "order", "random"),
        ("STORYTHREAD_ADMINISTRATORS", "U01, W02X", "administrators", ("U01", "W02X")),
        ("STORYTHREAD_HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104  a setting that somebody chose
        ("STORYTHREAD_PORT", "0", "port", 0),
        (
            "STORYTHREAD_API_CORS",
            "https://A.example/, http://[::1]:80",
            "api_cors",
            ("https://a.example", "http://[::1]:80"),
        ),
        ("STORYTHREAD_SOCKETS", "10", "sockets", 10),
        ("STORYTHREAD_LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("STORYTHREAD_UPDATES_PER_MINUTE", "1", "updates_per_minute", 1),
    ],
)
def test_each_variable_sets_its_setting(variable: str, text: str, name: str, value: Any) -> None:
    assert variable_of(name) == variable
    settings = Settings.from_environment({variable: text, "OTHER": "x"})
    assert getattr(settings, name) == value
    assert Settings.from_environment(settings.as_environment()) == settings


@pytest.mark.parametrize(
    ("variable", "text", "remedy"),
    [
        ("SLACK_BOT_TOKEN", APP, "OAuth & Permissions"),
        ("SLACK_BOT_TOKEN", "xoxb-", "OAuth & Permissions"),
        ("SLACK_BOT_TOKEN", f"{BOT} {APP}", "OAuth & Permissions"),
        ("SLACK_APP_TOKEN", BOT, "App-Level Tokens"),
        ("SLACK_SIGNING_SECRET", BOT, "App Credentials"),
        ("SLACK_API_URL", "https://slack.com/api", "https://slack.com/api/"),
        ("SLACK_API_URL", "slack.com/api/", "https://slack.com/api/"),
        ("REDIS_URL", "http://localhost", "redis://localhost:6379/0"),
        ("REDIS_URL", "redis://localhost:port", "redis://localhost:6379/0"),
        ("REDIS_URL", "localhost:6379", "redis://localhost:6379/0"),
        ("STORYTHREAD_QUORUM", "0", "from 1 to 50"),
        ("STORYTHREAD_QUORUM", "two", "'first 2 of 5'"),
        ("STORYTHREAD_QUORUM", "first 3 of 2", "'first K of N'"),
        ("STORYTHREAD_MODEL_VOTES", "maybe", "one of them"),
        ("STORYTHREAD_AUTO_ACCEPT", "0.3", "from 0.5 to 1"),
        ("STORYTHREAD_AUDIT_SHARE", "many", "20%"),
        ("STORYTHREAD_ADMINISTRATORS", "U01,@ben", "profiles"),
        ("STORYTHREAD_PORT", "65536", "from 0 to 65535"),
        ("STORYTHREAD_API_CORS", "https://a.example/page", "https://example.com, or *"),
        ("STORYTHREAD_SOCKETS", "1", "from 2 to 10"),
        ("STORYTHREAD_SOCKETS", "11", "from 2 to 10"),
        ("STORYTHREAD_LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR"),
        ("STORYTHREAD_UPDATES_PER_MINUTE", "-5", "at least 1"),
    ],
)
def test_a_wrong_value_is_one_line_with_variable_and_remedy(variable: str, text: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_environment({variable: text})
    said = str(raised.value)
    assert said.startswith(f"{variable} ")
    assert remedy in said
    assert "\n" not in said
    assert BOT not in said
    assert APP not in said


@given(st.sampled_from([one.metadata["variable"] for one in fields(Settings)]), st.text())
def test_any_text_is_a_setting_or_one_line(variable: str, text: str) -> None:
    try:
        Settings.from_environment({variable: text})
    except SettingsError as error:
        assert re.fullmatch(rf"{variable} (is|does) .*; .*", str(error))  # noqa: PT017  either is fine


def test_a_setting_that_is_needed_and_not_set_is_named() -> None:
    Settings(slack_bot_token=BOT).require("slack_bot_token")
    with pytest.raises(SettingsError, match=r"^SLACK_APP_TOKEN is not set; "):
        Settings(slack_bot_token=BOT).require("slack_bot_token", "slack_app_token")


def test_secrets_are_not_in_the_repr() -> None:
    for text in (repr(all_secret()), str(all_secret())):
        for secret in (BOT, APP, SECRET, REDIS, "pass", "hush"):
            assert secret not in text


def test_secrets_are_not_in_the_log() -> None:
    program = f"""
import logging
from slackbot.settings import Settings, configure_logging
settings = Settings.from_environment({all_secret().as_environment()!r})
configure_logging(settings)
log = logging.getLogger("a.logger.below")
log.info("started with %s and %s", settings.slack_bot_token, {{"token": settings.slack_app_token}})
log.info("somebody else's: xoxp-1-2-3 and xoxe.xoxb-1-abc")
log.debug("not shown at this level")
try:
    raise ValueError("signed with " + settings.slack_signing_secret)
except ValueError:
    log.exception("can't reach %s", "redis://me:pass/word@somewhere")
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    for secret in (BOT, APP, SECRET, "pass/word", "xoxp-1", "xoxe"):
        assert secret not in done.stderr
    assert "started with [secret] and {'token': '[secret]'}" in done.stderr
    assert "ValueError: signed with [secret]" in done.stderr
    assert "can't reach redis://me:[secret]@somewhere" in done.stderr
    assert "not shown" not in done.stderr


@given(st.lists(st.text("abc-.*()$", min_size=9), min_size=1), st.data())
def test_no_secret_survives_wherever_it_stands(secrets: list[str], data: st.DataObject) -> None:
    parts = data.draw(st.lists(st.sampled_from(secrets) | st.text()))
    record = logging.LogRecord("name", logging.INFO, "path", 1, "%s", ("".join(parts),), None)
    assert RedactSecrets(secrets).filter(record)
    assert not [secret for secret in secrets if secret in record.getMessage()]


def test_what_is_no_secret_stays_as_it_is() -> None:
    text = "card 1700000000.000100 in C0123 redrawn; 100 % done"
    assert RedactSecrets(all_secret().secrets).redact(text) == text


def test_the_example_comes_with_the_program() -> None:
    assert (example_assistant() / "domain.yml").is_file()
    assert bundled("manifest.yml").is_file()
    with pytest.raises(SettingsError, match="install storythread again"):
        bundled("nothing of this name")


def test_the_documentation_names_every_variable_and_its_default() -> None:
    page = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
    table = [line for line in page.read_text().splitlines() if line.startswith("| `")]
    for one in fields(Settings):
        (line,) = [line for line in table if f"`{one.metadata['variable']}`" in line]
        if one.default not in (None, ()):
            assert {"True": "on", "False": "off"}.get(str(one.default), str(one.default)) in line
