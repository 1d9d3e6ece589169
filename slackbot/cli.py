"""The command line. Heavy modules are imported by the commands that need them, so that ``--help`` is quick."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slackbot.errors import PersonError, StorythreadError

if TYPE_CHECKING:
    from slackbot.core.protocol import Core
    from slackbot.learning.renewal import Renewal
    from slackbot.settings import Settings


#: What to do about a store that holds nothing of what was taught.
_STORE_REMEDY = "name its Redis with REDIS_URL, or its folder with STORYTHREAD_DATA (.storythread/demo for the demo's)"


class Commands(click.Group):
    """Shows our own errors, and what click says of wrong words, as one line."""

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command; exit status 1 with one line for what a person or the world did wrong, 2 for wrong words."""
        try:
            return super().invoke(ctx)
        except StorythreadError as error:
            click.echo(f"storythread: {error}", err=True)
            sys.exit(1)
        except click.UsageError as error:
            problem = " ".join(error.format_message().split()).rstrip(".?")
            click.echo(f"storythread: {problem}; see {(error.ctx or ctx).command_path} --help", err=True)
            sys.exit(error.exit_code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="storythread")
def main() -> None:
    """Teach a Rasa assistant together, in Slack threads."""


@main.command(short_help="Run everything on this machine, with a page for the browser.")
@click.option("--play", is_flag=True, help="Play a scripted conversation and exit; needs nobody.")
@click.option("--console", is_flag=True, help="Act by typing lines instead of in a browser; nothing is kept.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Where the exported files go (with --play and --console).",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=None, help="Where the page is served (3100; 0: any free port)."
)
@click.option("--browser/--no-browser", default=None, help="Open the page in a browser, where there is one.")
@click.option("--fresh", is_flag=True, default=None, help="Forget the workspace of before and begin with an empty one.")
@click.option("--crowd", type=click.IntRange(0, 20), help="Add simulated annotators who answer by themselves.")
@click.option(
    "--skill",
    type=click.FloatRange(0, 1),
    help="The share of cards that simulated annotators get right in every part (0.8).",
)
@click.option("--pace", type=click.Choice(["human", "fast"]), help="How quickly simulated annotators answer (human).")
@click.option("--seed", type=int, help="Another number, other mistakes of the simulated annotators (1).")
def demo(*, play: bool, console: bool, out: Path, **of_window: Any) -> None:
    """Run everything on this machine: a Slack workspace with a page for the browser, Valkey, the app and a worker."""
    from slackbot.sandbox.console import is_typed_into, run_console
    from slackbot.sandbox.play import play as run_play
    from slackbot.sandbox.window import Options, run_window

    chosen = {name: value for name, value in of_window.items() if value is not None}
    if chosen and (play or console):
        raise click.UsageError(f"--{next(iter(chosen))} is for the page, not for --play or --console.")
    if play:
        asyncio.run(run_play(_made(out)))
    elif console or (not chosen and is_typed_into()):
        asyncio.run(run_console(_made(out)))
    else:
        asyncio.run(run_window(_demo_folder(), Options(**chosen)))


def _made(out: Path) -> Path:
    """The folder, which is there now: before the work, rather than after it, somebody hears that it can't be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PersonError(f"{out}: can't be written to ({error.strerror}); name another folder with --out") from error
    if not os.access(out, os.W_OK | os.X_OK):
        raise PersonError(f"{out}: can't be written to; name another folder with --out")
    return out


def _demo_folder() -> Path:
    """Where the demo keeps everything: apart from what `serve` keeps."""
    return Path(os.environ.get("STORYTHREAD_DATA") or ".storythread").expanduser() / "demo"


@main.command(short_help="Run the Slack app.")
def serve() -> None:
    """Run the Slack app: Socket Mode with SLACK_APP_TOKEN, HTTP without."""
    from slackbot.app import serve as run
    from workers.requests import WorkerRequests

    settings = _settings()
    settings.require("slack_bot_token")
    with _redis(settings, keep_running=True) as url:
        rasa = _rasa(settings)
        ready = lambda: _progress("ready")  # noqa: E731  a name for a line
        if rasa is not None:
            asyncio.run(run(settings, rasa, url, WorkerRequests(url), ready))
            return
        with _learning(settings, url) as (core, renewal):
            asyncio.run(run(settings, core, url, WorkerRequests(url), ready, renewal))


@main.command(short_help="Serve Rasa's conversation API, without Slack.")
@click.option("--port", type=click.IntRange(0, 65535), help="Where to listen. Otherwise as in the settings, or 5005.")
def api(*, port: int | None) -> None:
    """Serve Rasa's conversation API over the stored conversations, without Slack."""
    from dataclasses import replace

    from slackbot.api.server import serve as run

    settings = _settings()
    if port is not None or settings.api_port is None:
        settings = replace(settings, api_port=5005 if port is None else port)
    with _redis(settings, keep_running=True) as url:
        ready = lambda place: _progress(f"ready at {place}")  # noqa: E731  a name for a line
        rasa = _rasa(settings)
        if rasa is not None:
            asyncio.run(run(settings, rasa, url, ready))
            return
        with _learning(settings, url) as (core, renewal):
            asyncio.run(run(settings, core, url, ready, renewal))


@main.command(short_help="Run a worker, which does what takes longer than a moment.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve gauges for Prometheus at /metrics here.")
def work(*, metrics_port: int | None) -> None:
    """Run a worker: it posts exports, fires reminders, and does whatever else takes longer than a moment."""
    from workers.worker import run_worker

    settings = _settings()
    settings.require("slack_bot_token")
    with _redis(settings) as url:
        if metrics_port is not None:
            from workers.metrics import serve_metrics

            serve_metrics(url, settings.host, metrics_port)
        run_worker(settings, url)


@main.command(short_help="Show the queue, the workers, and reminders that are due.")
def status() -> None:
    """Show the queue, the workers, and the reminders that are due or overdue, with their conversations."""
    from workers.standing import standing
    from workers.status import lines

    with _redis(_settings()) as url:
        for line in lines(standing(url)):
            click.echo(line)


@main.command(short_help="Learn a project's files and all that was agreed so far.")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="The Rasa project: the folder with domain.yml and data. Otherwise the assistant of the settings.",
)
def train(*, project: Path | None) -> None:
    """Learn a project's files and all that was agreed so far, and store the model for every process."""
    from slackbot.learning.training import train as run
    from slackbot.progress import shown_on

    settings = _settings()
    with _redis(settings) as url, shown_on():
        run(project or settings.assistant or _example(), url, click.echo)


@main.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    required=True,
    help="The Rasa project to add to: the folder with domain.yml and data.",
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    help="Take the conversations of a file instead of the finished sessions: trackers, as JSON.",
)
@click.option(
    "--new-file",
    type=click.Path(path_type=Path),
    help="Put all examples and stories into this file, such as data/taught.yml, below the project's folder.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be added.")
def export(*, into: Path, source: Path | None, new_file: Path | None, dry_run: bool) -> None:
    """Add what was taught to a Rasa project, and show the diff."""
    from slackbot.export_command import conversations_from_file, conversations_in_redis
    from slackbot.export_command import export as run

    if source is not None:
        conversations = conversations_from_file(source)
    else:
        os.environ.setdefault("STORYTHREAD_LOG_LEVEL", "WARNING")
        with _redis(_settings()) as url:
            conversations = asyncio.run(conversations_in_redis(url))
        if not conversations:
            click.echo("storythread: no session is finished in this store; " + _STORE_REMEDY, err=True)
    warn = lambda line: click.echo(line, err=True)  # noqa: E731  a name for a line
    run(into, conversations, new_file=new_file, dry_run=dry_run, show=click.echo, warn=warn)


@main.command("import", short_help="Put conversations that were held elsewhere into the store.")
@click.option(
    "--confirmed", is_flag=True, help="People have confirmed all that is in it: learn from it, and export it."
)
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
def import_(*, source: Path, confirmed: bool) -> None:
    """Put conversations that were held elsewhere into the store: trackers as Rasa has them, as JSON."""
    from slackbot.import_command import import_logs
    from slackbot.progress import shown_on

    os.environ.setdefault("STORYTHREAD_LOG_LEVEL", "WARNING")
    warn = lambda line: click.echo(f"storythread: {line}", err=True)  # noqa: E731  a name for a line
    with _redis(_settings()) as url, shown_on():
        asyncio.run(import_logs(source, url, confirmed=confirmed, show=click.echo, warn=warn))


@main.command(short_help="Cross-validate what a project teaches.")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="The Rasa project: the folder with domain.yml and data. Otherwise the assistant of the settings.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("results"),
    show_default=True,
    help="Where the picture of confusions goes.",
)
@click.argument("what", type=click.Choice(["nlu", "stories"]), required=False)
def evaluate(*, project: Path | None, out: Path, what: str | None) -> None:
    """Cross-validate what a project teaches: intents (nlu), next actions (stories), or both."""
    from slackbot.dialogue.project import load_project
    from slackbot.evaluation.both import evaluate_both
    from slackbot.evaluation.intent_report import evaluate_nlu
    from slackbot.evaluation.story_report import evaluate_stories
    from slackbot.settings import example_assistant

    loaded = load_project(project or _settings().assistant or example_assistant())
    progress = lambda words: click.echo(f"storythread: {words} ...", err=True)  # noqa: E731  a name for a line
    if what == "nlu":
        evaluate_nlu(loaded, out, show=click.echo, progress=progress)
    elif what == "stories":
        evaluate_stories(loaded, show=click.echo, progress=progress)
    else:
        evaluate_both(loaded, out, show=click.echo, progress=progress)


@main.command()
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="The Rasa project to teach: the folder with domain.yml and data. Otherwise the assistant of the settings.",
)
@click.option("--endpoint", help="Teach the Rasa server at this URL (started with --enable-api) instead of a project.")
@click.option("--resume", is_flag=True, help="Take up the latest session that was not finished.")
@click.option(
    "--picture", is_flag=True, help="Show the conversation as a graph on a page, and draw it while you teach."
)
def shell(*, project: Path | None, endpoint: str | None, resume: bool, picture: bool) -> None:
    """Teach in this terminal, without Slack."""
    from slackbot.shell.run import Subject, a_new_one, teach, the_unfinished

    os.environ.setdefault("STORYTHREAD_LOG_LEVEL", "WARNING")
    settings = _settings()
    server = None if project and not endpoint else _rasa(settings, endpoint)
    subject = Subject(server, endpoint or settings.core or "", project or settings.assistant)
    begin = the_unfinished if resume else a_new_one
    try:
        asyncio.run(teach(subject, settings, begin, draws=picture, show=_progress))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(1)  # what is kept was said


@main.command(short_help="Say which votes and rule stand behind a line of a file.")
@click.option(
    "--project",
    type=click.Path(path_type=Path),
    help="The Rasa project whose domain the stories use. Otherwise the assistant of the settings.",
)
@click.option("--names", is_flag=True, help="Name the voters, by their Slack user ids.")
@click.argument("place")
def why(*, project: Path | None, names: bool, place: str) -> None:
    """Say which conversation, votes and rule stand behind a line, such as stories.yml:42 or nlu.yml:7."""
    from slackbot.dialogue.project import load_project
    from slackbot.settings import example_assistant
    from slackbot.why_command import Place
    from slackbot.why_command import why as run

    os.environ.setdefault("STORYTHREAD_LOG_LEVEL", "WARNING")
    settings, line = _settings(), Place.of(place)
    domain = load_project(project or settings.assistant or example_assistant()).domain
    with _redis(settings) as url:
        for text in asyncio.run(run(url, line, domain, names=names)):
            click.echo(text)


@main.command(short_help="Check tokens, scopes, Redis and the assistant.")
def doctor() -> None:
    """Check tokens, scopes, Redis and the assistant, and say what to do about each fault."""
    from slackbot.doctor import examine_environment

    os.environ.setdefault("STORYTHREAD_LOG_LEVEL", "ERROR")  # what matters of it is among the findings
    faults = 0
    for finding in asyncio.run(examine_environment(os.environ)):
        click.echo(str(finding))
        faults += finding.is_fault
    sys.exit(1 if faults else 0)


def _rasa(settings: Settings, url: str | None = None) -> Core | None:
    """The Rasa server at the URL, or else that of the settings, once it answers; None where neither names one."""
    from slackbot.core.rasa.configured import connected, endpoint_of

    endpoint = endpoint_of(settings, url)
    return asyncio.run(connected(endpoint, settings, _progress)) if endpoint else None


@contextmanager
def _learning(settings: Settings, redis_url: str) -> Iterator[tuple[Core, Renewal | None]]:
    """The assistant of the settings, and what keeps it at the newest model unless that is switched off."""
    from slackbot.core.action_server import action_server_of
    from slackbot.learning.assistant import Assistant
    from slackbot.learning.renewal import Renewal
    from slackbot.progress import shown_on
    from slackbot.store.models import Models
    from workers.requests import WorkerRequests

    _progress("loading the assistant ...")
    folder = (settings.assistant or _example()).resolve()
    with shown_on():
        assistant = Assistant.opened(folder, redis_url, action_server_of(folder, settings.action_server), _progress)
    with Models.at(redis_url) as models:
        renewal = Renewal(assistant, models, WorkerRequests(redis_url).training) if settings.learn else None
        yield assistant.core, renewal


def _example() -> Path:
    from slackbot.settings import example_assistant

    return example_assistant()


def _progress(line: str) -> None:
    click.echo(f"storythread: {line}", err=True)


def _settings() -> Settings:
    from slackbot.settings import Settings, configure_logging

    settings = Settings.from_environment(os.environ)
    configure_logging(settings)
    return settings


@contextmanager
def _redis(settings: Settings, *, keep_running: bool = False) -> Iterator[str]:
    """The URL of the Redis that the settings name, or of our own, which is started again if it dies."""
    from slackbot.store.server import EmbeddedServer

    if settings.redis_url:
        yield settings.redis_url
        return
    # A program that is just killed leaves its server behind, for the next one to find.
    before = signal.signal(signal.SIGTERM, _end_in_order)
    server = EmbeddedServer(settings.data)
    try:
        with server as url, server.kept_running() if keep_running else nullcontext():
            yield url
    finally:
        signal.signal(signal.SIGTERM, before)


def _end_in_order(number: int, _frame: object) -> None:
    sys.exit(128 + number)
