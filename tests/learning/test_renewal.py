"""What was corrected is trained for, and every process takes the newest model of its own files without a pause."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from slackbot.core.builtin.archive import packed
from slackbot.errors import FileError
from slackbot.learning.assistant import Assistant
from slackbot.learning.renewal import Renewal
from slackbot.learning.training import train
from slackbot.store import Store, keys
from slackbot.store.models import Failure, Models
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.learning.lesson import Lesson


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "tiny", DOMAIN, DATA)


@pytest.fixture
def models(redis_url: str) -> Iterator[Models]:
    with Models.at(redis_url) as models:
        yield models


@pytest.fixture
async def assistant(folder: Path, redis_url: str) -> Assistant:
    return await opened(folder, redis_url)


async def opened(folder: Path, redis_url: str) -> Assistant:
    """As ``serve`` opens it, which has no event loop then."""
    return await asyncio.to_thread(Assistant.opened, folder, redis_url)


async def correct(lesson: Lesson, text: str, intent: str) -> None:
    """A turn in which people say that the message meant something else, if it was understood otherwise."""
    await lesson.say(text)
    if (await lesson.question()).parts[0].suggested != intent:
        await lesson.change("ben", intent=intent)
    while (await lesson.state()).question is not None:
        await lesson.accept("ben")


async def renewed(assistant: Assistant, models: Models) -> bool:
    return await asyncio.to_thread(assistant.renew, models, models.training())


async def test_it_is_trained_once_and_then_found_again(folder: Path, redis_url: str, models: Models) -> None:
    first, second = await opened(folder, redis_url), await opened(folder, redis_url)
    assert first.model == second.model
    assert models.latest_version() == 1


async def test_other_files_are_trained_anew(assistant: Assistant, folder: Path, redis_url: str) -> None:
    (folder / "data/more.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - moin\n")
    other = await opened(folder, redis_url)
    assert (assistant.model.version, other.model.version) == (1, 2)
    assert other.model.fingerprint != assistant.model.fingerprint


async def test_a_model_that_cannot_be_used_here_is_trained_anew(
    assistant: Assistant, folder: Path, redis_url: str, redis: Redis
) -> None:
    await redis.set(keys.model(assistant.model.version), packed({"format": "of another time"}))
    assert (await opened(folder, redis_url)).model.version == 2


async def test_a_corrected_turn_is_right_the_next_time_in_every_process(
    assistant: Assistant, folder: Path, redis_url: str, store: Store, models: Models
) -> None:
    other = await opened(folder, redis_url)
    lesson = await Lesson.begin(store, assistant.core)
    await correct(lesson, "ciao ragazzi", "bye")
    assert models.training().is_due
    await asyncio.to_thread(train, folder, redis_url)
    assert not models.training().is_due
    for one in (assistant, other):
        assert await renewed(one, models)
        assert not await renewed(one, models)
        assert one.model.version == 2
    elsewhere = await Lesson.begin(store, other.core, "elsewhere")
    await elsewhere.say("ciao a tutti")
    first = (await elsewhere.question()).parts[0]
    assert (first.suggested, first.model_version) == ("bye", 2)


async def test_corrected_actions_are_learned(
    assistant: Assistant, folder: Path, redis_url: str, store: Store, models: Models
) -> None:
    lesson = await Lesson.begin(store, assistant.core)
    await lesson.say("pay")
    await lesson.change("ben", action="utter_dish")
    await lesson.accept("ben")
    await asyncio.to_thread(train, folder, redis_url)
    await renewed(assistant, models)
    other = await Lesson.begin(store, assistant.core, "other")
    await other.say("the bill")
    assert (await other.asks())[2] == "utter_dish"


async def test_a_session_keeps_what_it_has_added_when_the_model_is_renewed(
    assistant: Assistant, folder: Path, redis_url: str, store: Store, models: Models
) -> None:
    lesson = await Lesson.begin(store, assistant.core)
    await lesson.add(intents=("ask_wifi",), responses={"utter_wifi": "It is free."})
    await lesson.say("is there any wifi")
    await lesson.change("ben", intent="ask_wifi", action="utter_wifi")
    await lesson.accept("ben")
    (folder / "data/more.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - moin\n")
    await asyncio.to_thread(train, folder, redis_url)
    assert await renewed(assistant, models)
    await lesson.say("any wifi here")
    assert (await lesson.question()).parts[0].suggested == "ask_wifi"
    assert "utter_wifi" in (await lesson.state()).tracker.domain.actions


async def test_a_model_of_other_files_is_not_taken(
    assistant: Assistant, folder: Path, tmp_path: Path, redis_url: str, models: Models
) -> None:
    shutil.copytree(folder, tmp_path / "other")
    (tmp_path / "other/data/more.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - moin\n")
    await asyncio.to_thread(train, tmp_path / "other", redis_url)
    assert not await renewed(assistant, models)
    assert assistant.model.version == 1


async def test_files_that_were_changed_are_read_anew_with_their_model(
    assistant: Assistant, folder: Path, redis_url: str, models: Models
) -> None:
    (folder / "domain.yml").write_text((folder / "domain.yml").read_text().replace("greet, bye", "greet, thank, bye"))
    await asyncio.to_thread(train, folder, redis_url)
    assert await renewed(assistant, models)
    assert "thank" in assistant.core.domain.intents


async def test_a_project_that_cannot_be_read_is_told_once_and_the_model_stays(
    assistant: Assistant, folder: Path, redis_url: str, models: Models
) -> None:
    await asyncio.to_thread(train, folder, redis_url)
    (folder / "domain.yml").write_text("intents: [")
    with pytest.raises(FileError, match=r"domain\.yml"):
        await renewed(assistant, models)
    assert not await renewed(assistant, models)
    assert assistant.model.version == 1


async def test_those_who_ask_meanwhile_are_answered(
    assistant: Assistant, folder: Path, redis_url: str, store: Store, models: Models
) -> None:
    """Turns go on while models come and go; each part is of one of them."""
    lesson = await Lesson.begin(store, assistant.core)

    async def renew() -> None:
        for _ in range(3):
            await asyncio.to_thread(train, folder, redis_url)
            assert await renewed(assistant, models)

    renewing = asyncio.create_task(renew())
    versions: list[int | None] = []
    while not renewing.done():
        await lesson.say("hi")
        versions += [part.model_version for part in (await lesson.question()).parts]
        await lesson.accept("ben")
    await renewing
    assert None not in versions
    assert versions == sorted(versions, key=lambda version: version or 0)


class Asked:
    """Counts what is asked for."""

    def __init__(self) -> None:
        self.times = 0

    async def __call__(self) -> None:
        self.times += 1


async def test_training_is_asked_for_once_for_each_correction(
    assistant: Assistant, store: Store, models: Models, redis: Redis
) -> None:
    asked = Asked()
    renewal = Renewal(assistant, models, asked)
    await renewal.look()
    assert asked.times == 0
    lesson = await Lesson.begin(store, assistant.core)
    await correct(lesson, "ciao ragazzi", "bye")
    for _ in range(3):
        await renewal.look()
    assert asked.times == 1
    await redis.hincrby(keys.TRAINING, "wanted", 1)
    await renewal.look()
    assert asked.times == 2


async def test_what_failed_is_not_asked_for_again_before_something_new_is_taught(
    assistant: Assistant, store: Store, models: Models
) -> None:
    lesson = await Lesson.begin(store, assistant.core)
    await correct(lesson, "ciao ragazzi", "bye")
    models.failed(Failure("broken", 1.0, models.training().wanted))
    asked = Asked()
    await Renewal(assistant, models, asked).look()
    assert asked.times == 0


async def test_the_report_judges_what_was_suggested_before_people_decided(
    assistant: Assistant, store: Store, models: Models
) -> None:
    lesson = await Lesson.begin(store, assistant.core)
    await correct(lesson, "ciao ragazzi", "bye")
    await correct(lesson, "hi", "greet")
    report = await Renewal(assistant, models, Asked()).report()
    assert report.in_use.version == 1
    assert [turn.intents_right for turn in report.turns] == [0, 1]


async def test_a_model_says_what_it_was_trained_on(
    assistant: Assistant, folder: Path, redis_url: str, store: Store, models: Models
) -> None:
    lesson = await Lesson.begin(store, assistant.core)
    await correct(lesson, "ciao ragazzi", "bye")
    lines: list[str] = []
    model = await asyncio.to_thread(train, folder, redis_url, lines.append)
    assert (model.examples, model.stories, model.conversations, model.agreed) == (9, 3, 1, 1)
    assert (model.covers, model.intent_accuracy) == (1, 0.0)
    assert lines[0].startswith("Reading ")
    assert lines[1] == (
        "Learning 8 examples, 2 stories and rules, and what was agreed in conversations: 1 example, 1 story ..."
    )
    assert "stored as version 2" in lines[2]
