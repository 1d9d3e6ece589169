"""``storythread why``: from a line of an exported file back to the conversation, question, votes and rule."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from redis.asyncio import Redis

from slackbot.cli import main
from slackbot.core.builtin import BuiltinCore
from slackbot.crowd.quorum import FirstTo
from slackbot.learning.export import export_files
from slackbot.learning.turns import fork, turns_of
from slackbot.store import Store
from tests.learning.assistant import tiny_assistant
from tests.learning.lesson import Lesson

CONVERSATION = "3f0c9a7712ab34cd"


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return tiny_assistant(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
async def lesson(redis: Redis, core: BuiltinCore) -> Lesson:
    """Two people say *greet*, one says *bye*."""
    lesson = await Lesson.begin(Store(redis), core, CONVERSATION, rule=FirstTo(2, 3), quorum=2)
    await lesson.say("hi")
    await lesson.change("U3", intent="bye")
    await lesson.accept("U1", "U2")
    return lesson


async def files(lesson: Lesson, folder: Path) -> Path:
    """The exported files."""
    conversation = await lesson.state()
    tracker = conversation.tracker
    for name, text in export_files(
        tracker, conversation.session.additions, tracker.domain, f"slack_{lesson.id}"
    ).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), start=1) if text in line)


async def why(redis_url: str, place: object, *options: str) -> Result:
    runner = CliRunner(env={"REDIS_URL": redis_url, "STORYTHREAD_LOG_LEVEL": "ERROR"})
    return await asyncio.to_thread(runner.invoke, main, ["why", str(place), *options])


async def test_a_step_of_a_story_names_its_votes_rule_and_model(lesson: Lesson, redis_url: str, tmp_path: Path) -> None:
    path = await files(lesson, tmp_path) / "stories.yml"
    done = await why(redis_url, f"{path}:{line_of(path, 'intent: greet')}")
    assert done.exit_code == 0, done.output
    place, conversation, question, intent, model, *rest = done.stdout.splitlines()
    assert place == f"{path}:{line_of(path, 'intent: greet')}: the user says greet"
    assert conversation == f"  conversation {CONVERSATION} in channel C1"
    assert question == "  question 1, about “hi”"
    assert intent == "  intent: greet, decided by votes under the rule “first 2 of 3”"
    assert model.startswith("    a model without versions suggested it, ")
    assert rest[:3] == [
        "    2 votes for greet",
        "    1 vote for bye",
        "  entities: no entities, decided by votes under the rule “first 2 of 3”",
    ]
    assert rest[-1] == "  voters are not named here; --names shows their Slack user ids"
    assert "U1" not in done.stdout


async def test_voters_are_named_where_that_is_asked_for_and_never_in_files(
    lesson: Lesson, redis_url: str, tmp_path: Path
) -> None:
    path = await files(lesson, tmp_path) / "stories.yml"
    done = await why(redis_url, f"{path}:{line_of(path, 'intent: greet')}", "--names")
    assert "    2 votes for greet: U1, U2\n    1 vote for bye: U3\n" in done.stdout
    written = "".join((tmp_path / name).read_text() for name in ("stories.yml", "nlu.yml", "domain.yml"))
    assert not any(voter in written for voter in ("U1", "U2", "U3"))


async def test_every_step_and_example_of_the_exported_files_has_an_origin(
    lesson: Lesson, redis_url: str, tmp_path: Path
) -> None:
    await lesson.say("bye")
    await lesson.accept("U1", "U2")
    folder = await files(lesson, tmp_path)
    for name, marks in (("stories.yml", ("- intent:", "- action:")), ("nlu.yml", ("    - ",))):
        for number, line in enumerate((folder / name).read_text().splitlines(), start=1):
            if any(mark in line for mark in marks):
                done = await why(redis_url, f"{folder / name}:{number}")
                assert "decided by votes under the rule" in done.stdout, (line, done.output)


async def test_a_slot_comes_from_the_message_that_filled_it(lesson: Lesson, redis_url: str, tmp_path: Path) -> None:
    await lesson.say("a pie please")
    await lesson.accept("U1", "U2")
    path = await files(lesson, tmp_path) / "stories.yml"
    done = await why(redis_url, f"{path}:{line_of(path, '- slot_was_set') + 1}")
    assert "the slot dish is 'pie'" in done.stdout
    assert "entities: dish at 2 to 5, decided by votes" in done.stdout


async def test_an_example_names_the_conversation_that_taught_it(lesson: Lesson, redis_url: str, tmp_path: Path) -> None:
    path = await files(lesson, tmp_path) / "nlu.yml"
    done = await why(redis_url, f"{path}:{line_of(path, '- hi')}")
    assert done.stdout.splitlines()[0].endswith("“hi” means greet")
    assert f"  conversation {CONVERSATION} in channel C1\n  question 1, about “hi”\n" in done.stdout


async def test_a_step_that_somebody_added_by_hand_is_told_from_the_rest(
    lesson: Lesson, redis_url: str, tmp_path: Path
) -> None:
    path = await files(lesson, tmp_path) / "stories.yml"
    text = path.read_text()
    path.write_text(text.replace("  - intent: greet\n", "  - action: utter_bye\n  - intent: greet\n"))
    assert path.read_text() != text
    done = await why(redis_url, f"{path}:{line_of(path, 'utter_bye')}")
    assert "does not have this step: the file was changed by hand" in done.stdout
    done = await why(redis_url, f"{path}:{line_of(path, 'intent: greet')}")
    assert "2 votes for greet" in done.stdout


async def test_what_was_decided_before_a_fork_is_found_in_the_conversation_it_was_decided_in(
    lesson: Lesson, redis_url: str, tmp_path: Path
) -> None:
    await lesson.say("bye")
    await lesson.accept("U1", "U2")
    conversation = await lesson.state()
    assert await fork(lesson.store, conversation, turns_of(conversation.tracker)[1], "ffff000011112222", now=0.0)
    forked = Lesson(lesson.store, lesson.loop, "ffff000011112222")
    forked._written = 50
    await forked.say("bye")
    await forked.accept("U1", "U2")
    assert [closed.question.id for closed in await forked.closed()] == ["3"], "numbered on"
    path = await files(forked, tmp_path) / "stories.yml"
    done = await why(redis_url, f"{path}:{line_of(path, 'intent: greet')}")
    assert f"question 1 of conversation {CONVERSATION}, from which this one was forked, about “hi”" in done.stdout


async def test_what_this_store_knows_nothing_of_is_said_so(lesson: Lesson, redis_url: str, tmp_path: Path) -> None:
    stories, nlu = tmp_path / "stories.yml", tmp_path / "nlu.yml"
    stories.write_text(
        'version: "3.1"\nstories:\n- story: by hand\n  steps:\n  - intent: greet\n  - action: utter_greet\n'
    )
    nlu.write_text('version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - good evening\n')
    assert (
        "no conversation in this store has taught the story 'by hand'" in (await why(redis_url, f"{stories}:5")).stdout
    )
    assert "no conversation in this store taught this example" in (await why(redis_url, f"{nlu}:5")).stdout


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("stories.yml", "names no line; write a file and a line, such as stories.yml:42"),
        ("{}/none.yml:3", "none.yml: the file can't be read"),
        ("{}/stories.yml:1", "stories.yml:1: there is no agreed step or example; name a line of a story's step"),
        ("{}/stories.yml:3", "stories.yml:3: there is no agreed step or example; name a line of a story's step"),
    ],
)
async def test_what_is_no_line_of_a_step_gets_one_line_with_a_remedy(
    redis_url: str, tmp_path: Path, place: str, problem: str
) -> None:
    (tmp_path / "stories.yml").write_text("stories:\n\n- story: a\n  steps:\n  - intent: greet\n")
    done = await why(redis_url, place.format(tmp_path))
    assert done.exit_code == 1
    assert problem in done.stderr
    assert len(done.stderr.splitlines()) == 1


async def test_a_line_after_the_last_is_told(lesson: Lesson, redis_url: str, tmp_path: Path) -> None:
    path = await files(lesson, tmp_path) / "stories.yml"
    last = len(path.read_text().splitlines())
    said = await why(redis_url, f"{path}:{last + 1}")
    assert said.exit_code == 1
    assert f"{path}:{last + 1}: the file ends at line {last}; name an earlier line" in said.output
    assert (await why(redis_url, f"{path}:{last}")).exit_code == 0
