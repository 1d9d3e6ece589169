"""Every setting, its default and its environment variable; and what keeps secrets out of the log."""

from __future__ import annotations

import logging
import re
import site
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from slackbot.crowd.quorum import Rule, parse_rule
from slackbot.errors import SettingsError

Parser = Callable[[str], Any]  # raises ValueError("what is wrong; the remedy")

_TOKEN = re.compile(r"\b(?:xox[a-z]|xapp|xwfp)(?:\.xox[a-z])?-[A-Za-z0-9-]+")
_HIDDEN = "[secret]"
_SWITCH = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}


def _token(prefix: str, kind: str, where: str) -> Parser:
    def parse(text: str) -> str:
        if not text.startswith(prefix) or len(text) == len(prefix) or re.search(r"\s", text):
            raise ValueError(f"is not {kind} (one starts with {prefix}); copy it from {where} on your app's page")
        return text

    return parse


def _signing_secret(text: str) -> str:
    if _TOKEN.match(text) or re.search(r"\s", text):
        raise ValueError("is not a signing secret; copy it from Basic Information, App Credentials on your app's page")
    return text


def _jwt_secret(text: str) -> str:
    if len(text.encode()) < 32:
        raise ValueError("is too short to sign with; choose at least 32 random characters")
    return text


def _url(*schemes: str, example: str) -> Parser:
    def parse(text: str) -> str:
        try:
            parts = urlsplit(text)
            place = parts.path if parts.scheme == "unix" else parts.hostname
            _ = parts.port  # raises ValueError when it is no number
        except ValueError:
            raise ValueError(f"is not a URL; write one like {example}") from None
        if parts.scheme not in schemes or not place:
            raise ValueError(f"is not a URL with {' or '.join(schemes)}; write one like {example}")
        return text

    return parse


def _api_url(text: str) -> str:
    url = str(_url("https", "http", example="https://slack.com/api/")(text))
    if not url.endswith("/"):
        raise ValueError("does not end with a slash; write one like https://slack.com/api/")
    return url


def _number(least: int, most: int | None = None) -> Parser:
    span = f"of at least {least}" if most is None else f"from {least} to {most}"

    def parse(text: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
            raise ValueError(f"is {text[:40]!r}, which is not a whole number; write one {span}")
        number = int(text)
        if number < least or (most is not None and number > most):
            raise ValueError(f"is {number}, which is out of range; write a whole number {span}")
        return number

    return parse


def _rule(text: str) -> Rule:
    try:
        return parse_rule(text)
    except ValueError as error:
        raise ValueError(f"is wrong: {error}") from None


def _share(least: float = 0.0, most: float = 1.0) -> Parser:
    def parse(text: str) -> float:
        digits = text.removesuffix("%").strip()
        if not re.fullmatch(r"[0-9]{0,9}\.?[0-9]{1,9}", digits):
            raise ValueError(f"is {text[:40]!r}, which is not a share; write one such as 0.2 or 20%")
        share = float(digits) / 100 if text.endswith("%") else float(digits)
        if not least <= share <= most:
            raise ValueError(f"is {text[:40]!r}, which is out of range; write a share from {least} to {most}")
        return share

    return parse


def _switch(text: str) -> bool:
    if text.lower() not in _SWITCH:
        raise ValueError(f"is {text[:40]!r}, which is neither on nor off; write one of them")
    return _SWITCH[text.lower()]


def _one_of(*words: str) -> Parser:
    def parse(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"is {text[:40]!r}, which is none of the choices; write one of {', '.join(words)}")
        return text.lower()

    return parse


def _user_ids(text: str) -> tuple[str, ...]:
    ids = tuple(re.split(r"[,\s]+", text.strip(", \t\n")))
    for one in ids:
        if not re.fullmatch(r"[UW][A-Z0-9]{2,30}", one):
            raise ValueError(f"is wrong: {one[:40]!r} is no user id; copy ids such as U012AB3CD from profiles")
    return ids


def _channel_id(text: str) -> str:
    if not re.fullmatch(r"[CG][A-Z0-9]{2,30}", text):
        raise ValueError(f"is {text[:40]!r}, which is no channel id; copy one such as C012AB3CD from its details")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(one.rstrip("/").lower() for one in re.split(r"[,\s]+", text.strip(", \t\n")))
    for one in origins:
        if one != "*" and not re.fullmatch(r"https?://[a-z0-9.:\[\]_-]+", one):
            raise ValueError(f"is wrong: {one[:60]!r} is no origin; write ones like https://example.com, or *")
    return origins


def _folder(text: str) -> Path:
    return Path(text).expanduser()


def _log_level(text: str) -> str:
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if text.upper() not in levels:
        raise ValueError(f"is {text[:40]!r}, which is no level; write one of {', '.join(levels)}")
    return text.upper()


def _setting(variable: str, default: Any, parse: Parser = str, *, secret: bool = False) -> Any:
    """A dataclass field that knows its environment variable. Secret ones don't appear in the repr."""
    return field(default=default, repr=not secret, metadata={"variable": variable, "parse": parse})


_BOT_TOKEN = _token("xoxb-", "a bot token", "OAuth & Permissions")
_APP_TOKEN = _token("xapp-", "an app-level token", "Basic Information, App-Level Tokens")
_ACTION_URL = _url("http", "https", example="http://localhost:5055/webhook")
rasa_url = _url("http", "https", example="http://localhost:5005")
_REDIS_URL = _url("redis", "rediss", "unix", example="redis://localhost:6379/0")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be set, in one place. ``None`` means: not set."""

    # fmt: off
    slack_bot_token: str | None = _setting("SLACK_BOT_TOKEN", None, _BOT_TOKEN, secret=True)
    #: With an app-level token the app uses Socket Mode; without one, HTTP and the signing secret.
    slack_app_token: str | None = _setting("SLACK_APP_TOKEN", None, _APP_TOKEN, secret=True)
    slack_signing_secret: str | None = _setting("SLACK_SIGNING_SECRET", None, _signing_secret, secret=True)
    slack_api_url: str = _setting("SLACK_API_URL", "https://slack.com/api/", _api_url)
    #: ``None``: start a server of our own. Secret, because it may hold a password.
    redis_url: str | None = _setting("REDIS_URL", None, _REDIS_URL, secret=True)
    #: The Rasa project that is taught. ``None``: the bundled example.
    assistant: Path | None = _setting("STORYTHREAD_ASSISTANT", None, _folder)  # noqa: RUF009  a field
    #: A Rasa server that is taught in its place. ``None``: the core that is built in.
    core: str | None = _setting("STORYTHREAD_CORE", None, rasa_url, secret=True)
    #: What that server was given as --auth-token, or a finished JWT for one with --jwt-secret.
    core_token: str | None = _setting("STORYTHREAD_CORE_TOKEN", None, secret=True)
    core_jwt: str | None = _setting("STORYTHREAD_CORE_JWT", None, secret=True)
    #: Where custom actions run. ``None``: where the assistant's ``endpoints.yml`` says, if it does.
    action_server: str | None = _setting("STORYTHREAD_ACTION_SERVER", None, _ACTION_URL)
    #: Whether the assistant learns while it is taught.
    learn: bool = _setting("STORYTHREAD_LEARN", True, _switch)
    #: Where our own server keeps its files, and exports are made ready.
    data: Path = _setting("STORYTHREAD_DATA", Path(".storythread"), _folder)  # noqa: RUF009  a field
    #: By which rule people agree, unless a session or its channel says otherwise. ``None``: by posterior where three
    #: can vote, else one person's word decides.
    quorum: Rule | None = _setting("STORYTHREAD_QUORUM", None, _rule)  # noqa: RUF009  a field
    #: Whether the assistant's suggestion counts as one annotator of estimated skill, where the rule is by posterior.
    model_votes: bool = _setting("STORYTHREAD_MODEL_VOTES", False, _switch)
    #: The confidence from which a part isn't asked; ``None``: all are.
    auto_accept: float | None = _setting("STORYTHREAD_AUTO_ACCEPT", None, _share(0.5))
    #: The share of questions that are asked all the same.
    audit_share: float = _setting("STORYTHREAD_AUDIT_SHARE", 0.1, _share())
    #: Whether nobody sees what others answered before answering.
    blind: bool = _setting("STORYTHREAD_BLIND", True, _switch)
    #: In which order answers are offered: suggested, random or alphabetical.
    order: str = _setting("STORYTHREAD_ORDER", "suggested", _one_of("suggested", "random", "alphabetical"))
    #: User ids of those who set what holds for a channel. None: whoever administers the workspace.
    administrators: tuple[str, ...] = _setting("STORYTHREAD_ADMINISTRATORS", (), _user_ids)
    #: The share of votes that are followed by a gold question, and how many people who agree make one.
    gold_share: float = _setting("STORYTHREAD_GOLD_SHARE", 0.05, _share())
    gold_voters: int = _setting("STORYTHREAD_GOLD_VOTERS", 3, _number(2, 50))
    #: Gold questions to be answered before the first vote, and the share of them that must be right.
    qualification: int = _setting("STORYTHREAD_QUALIFICATION", 0, _number(0, 50))
    qualification_share: float = _setting("STORYTHREAD_QUALIFICATION_SHARE", 0.7, _share())
    #: Answers before anybody is judged; the shares of right ones below which people are warned, and then not counted.
    judged_from: int = _setting("STORYTHREAD_JUDGED_FROM", 10, _number(1))
    warn_below: float = _setting("STORYTHREAD_WARN_BELOW", 0.6, _share())
    exclude_below: float = _setting("STORYTHREAD_EXCLUDE_BELOW", 0.5, _share())
    #: The share of a session's votes that one person may give, where enough others are there; ``None``: all.
    most_share: float | None = _setting("STORYTHREAD_MOST_SHARE", None, _share(0.05))
    #: User ids of those who decide where votes came to nothing. None: the session's owner.
    adjudicators: tuple[str, ...] = _setting("STORYTHREAD_ADJUDICATORS", (), _user_ids)
    #: Id of the channel in which they are told. ``None``: only the thread and their Home tab do so.
    adjudication_channel: str | None = _setting("STORYTHREAD_ADJUDICATION_CHANNEL", None, _channel_id)
    #: Whether ``/teach stats`` ranks people by how often they agree with gold questions and rulings.
    leaderboard: bool = _setting("STORYTHREAD_LEADERBOARD", False, _switch)
    #: Days after which a session in which nothing happens is exported and finished; 0: never.
    expire_days: int = _setting("STORYTHREAD_EXPIRE_DAYS", 30, _number(0, 3650))
    #: Hours after which people are reminded of a question that waits for their votes; 0: never.
    nudge_hours: int = _setting("STORYTHREAD_NUDGE_HOURS", 4, _number(0, 720))
    #: Hours from then until backups are reminded, and again until the session is marked as waiting.
    escalate_hours: int = _setting("STORYTHREAD_ESCALATE_HOURS", 24, _number(1, 720))
    #: User ids of the backups. None: the adjudicators.
    backups: tuple[str, ...] = _setting("STORYTHREAD_BACKUPS", (), _user_ids)
    host: str = _setting("STORYTHREAD_HOST", "127.0.0.1")
    #: 0 takes any free port.
    port: int = _setting("STORYTHREAD_PORT", 3000, _number(0, 65535))
    #: Where Rasa's conversation API is served. ``None``: not at all beside the app; 0 takes any free port.
    api_port: int | None = _setting("STORYTHREAD_API_PORT", None, _number(0, 65535))
    #: Another than this machine's own needs a token or a JWT secret.
    api_host: str = _setting("STORYTHREAD_API_HOST", "127.0.0.1")
    #: What requests must name as ``?token=``.
    api_token: str | None = _setting("STORYTHREAD_API_TOKEN", None, secret=True)
    #: What JWTs are signed with (HS256).
    api_jwt_secret: str | None = _setting("STORYTHREAD_API_JWT_SECRET", None, _jwt_secret, secret=True)
    #: Origins whose web pages may ask from a browser; ``*``: all. None: no page of another origin.
    api_cors: tuple[str, ...] = _setting("STORYTHREAD_API_CORS", (), _origins)
    #: Where browsers reach that server, for links to live pictures of conversations. ``None``: there are no links.
    picture_url: str | None = _setting(
        "STORYTHREAD_PICTURE_URL", None, _url("https", "http", example="https://teach.example.com")
    )
    #: What those links are signed with.
    picture_secret: str | None = _setting("STORYTHREAD_PICTURE_SECRET", None, _jwt_secret, secret=True)
    #: Socket Mode connections; with two, Slack's refreshing of one leaves no gap.
    sockets: int = _setting("STORYTHREAD_SOCKETS", 2, _number(2, 10))
    log_level: str = _setting("STORYTHREAD_LOG_LEVEL", "INFO", _log_level)
    #: chat.update calls a minute for the whole workspace; Slack allows about 50.
    updates_per_minute: int = _setting("STORYTHREAD_UPDATES_PER_MINUTE", 45, _number(1))
    # fmt: on

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """The settings that these variables give; an empty variable counts as not set.

        Raises SettingsError that names the first wrong variable, what is wrong and the remedy. The
        values of secret ones are not in its text.
        """
        settings, wrong = cls.as_far_as_right(environ)
        for variable, problem in wrong.items():
            raise SettingsError(f"{variable} {problem}")
        return settings

    @classmethod
    def as_far_as_right(cls, environ: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
        """The settings without those that are wrong, and what is wrong with these, by variable."""
        given: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for one in fields(cls):
            variable, parse = one.metadata["variable"], one.metadata["parse"]
            if text := environ.get(variable, "").strip():
                try:
                    given[one.name] = parse(text)
                except ValueError as error:
                    wrong[variable] = str(error)
        return cls(**given), wrong

    def as_environment(self) -> dict[str, str]:
        """The variables that give these settings again, secrets among them: for a process of our own."""
        values = {one.metadata["variable"]: getattr(self, one.name) for one in fields(self)}
        return {variable: _as_text(value) for variable, value in values.items() if value not in (None, ())}

    def require(self, *names: str) -> None:
        """Raises SettingsError for the first of these settings that is not set."""
        for name in names:
            if getattr(self, name) is None:
                variable = variable_of(name)
                raise SettingsError(f"{variable} is not set; set it, or run `storythread demo`, which needs none")

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not be shown anywhere: tokens, the signing secret, the passwords in URLs."""
        passwords = (unquote(urlsplit(url or "").password or "") for url in (self.redis_url, self.core))
        slack = (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret)
        tokens = (
            *slack,
            self.core_token,
            self.core_jwt,
            self.api_token,
            self.api_jwt_secret,
            self.picture_secret,
            *passwords,
        )
        return tuple(token for token in tokens if token)


def variable_of(name: str) -> str:
    """The environment variable of a setting, such as ``STORYTHREAD_QUORUM`` of ``quorum``."""
    return next(str(one.metadata["variable"]) for one in fields(Settings) if one.name == name)


def _as_text(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


class RedactSecrets(logging.Filter):
    """Replaces these secrets, and whatever looks like a Slack token, in every record that passes.

    Put it on handlers: a filter on a logger doesn't see the records of the loggers below it.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        known = sorted((re.escape(secret) for secret in secrets if secret), key=len, reverse=True)
        self._pattern = re.compile("|".join([*known, _TOKEN.pattern]))

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record: it only rewrites message, traceback and stack."""
        record.msg, record.args = self.redact(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.redact(record.exc_text)
        if record.stack_info:
            record.stack_info = self.redact(record.stack_info)
        return True

    def redact(self, text: str) -> str:
        """The text with every secret replaced."""
        return self._pattern.sub(_HIDDEN, text)


def configure_logging(settings: Settings) -> None:
    """One readable line a record on standard error, without secrets; replaces earlier handlers."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S"))
    handler.addFilter(RedactSecrets(settings.secrets))
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    logging.getLogger("rust-sugiyama").setLevel(logging.WARNING)  # it tells each step of drawing a graph
    logging.getLogger("aiohttp.server").addFilter(without_what_was_sent)


def without_what_was_sent(record: logging.LogRecord) -> bool:
    """A filter: of a request that is no HTTP it leaves one line without what was sent, which may hold a token."""
    from aiohttp.http_exceptions import HttpProcessingError  # noqa: PLC0415  only once a server runs
    from aiohttp.web import RequestPayloadError  # noqa: PLC0415  as above

    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError | RequestPayloadError):
        record.levelno, record.levelname = logging.INFO, "INFO"
        record.msg, record.args = f"{record.getMessage()}: it is no HTTP ({type(error).__name__})", None
        record.exc_info = record.exc_text = None
    return True


def bundled(name: str) -> Path:
    """A file or folder that comes with the program, such as ``manifest.yml``.

    It lies beside the packages in a checkout, and under ``share/storythread`` once installed.
    """
    prefixes = dict.fromkeys((sysconfig.get_path("data"), sys.prefix, site.getuserbase()))
    places = [Path(__file__).resolve().parent.parent]
    places += [Path(prefix) / "share" / "storythread" for prefix in prefixes]
    for place in places:
        if (place / name).exists():
            return place / name
    raise SettingsError(f"{name} did not come with this installation; install storythread again")


def example_assistant() -> Path:
    """The folder of the assistant that is taught when none is named."""
    return bundled("examples/bistro")
