"""A custom action that fails: nothing is written until somebody has decided what to do about it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.domain import Domain
from slackbot.errors import Refused
from slackbot.learning.controls import Control
from slackbot.learning.failures import Remedy, first_draft, written_events
from slackbot.learning.loop import Loop
from slackbot.store import Store
from tests.core.action_servers import ScriptedServer, scripted_server, slot
from tests.core.conversations import write_project
from tests.learning.assistant import DATA, DOMAIN
from tests.learning.lesson import Lesson


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        server.actions["action_pay"] = lambda _: web.json_response({"error": "no money"}, status=500)
        yield server


@pytest.fixture
async def paying(store: Store, tmp_path_factory: pytest.TempPathFactory, server: ScriptedServer) -> Lesson:
    """A lesson in which ``action_pay`` is agreed on, and has failed."""
    folder = write_project(tmp_path_factory.mktemp("paying"), DOMAIN, DATA)
    lesson = await Lesson.begin(store, BuiltinCore.load(folder, ActionServer(server.url)))
    await lesson.say("pay")
    await lesson.change("ben", action="action_pay")
    return lesson


PAID = ["pay", "action_pay"]


async def test_a_failure_is_noted_and_nothing_of_the_action_is_written(paying: Lesson, server: ScriptedServer) -> None:
    question = await paying.question()
    assert question.failure is not None
    assert (question.failure.action, question.failure.problem) == (
        "action_pay",
        "the action server answers 500: no money",
    )
    assert await paying.log() == ["pay"]
    assert (await paying.state()).session.trouble is None
    assert await paying.store.due(0) == []
    await paying.loop.advance(paying.id)
    assert server.names == ["action_pay"], "it is not tried again until somebody says so"


async def test_tried_again_it_is_written_as_if_nothing_had_been(paying: Lesson, server: ScriptedServer) -> None:
    server.answers("action_pay", slot("dish", None), responses=[{"response": "utter_bye"}])
    await paying.loop.remedy(paying.id, await paying.question(), Remedy.RETRY, "ben")
    await paying.loop.advance(paying.id)
    assert await paying.log() == [*PAID, "“Bye!”", "dish=None"]
    (closed,) = await paying.closed()
    assert closed.question.failure is None


async def test_a_second_failure_is_another_one_to_decide_about(paying: Lesson) -> None:
    first = await paying.question()
    await paying.loop.remedy(paying.id, first, Remedy.RETRY, "ben")
    await paying.loop.advance(paying.id)
    assert (await paying.question()).failure is not None
    with pytest.raises(Refused, match="decided about this already"):
        await paying.loop.remedy(paying.id, first, Remedy.SKIP, "cleo")
    assert await paying.log() == ["pay"]


async def test_skipped_it_is_written_without_events(paying: Lesson) -> None:
    await paying.loop.remedy(paying.id, await paying.question(), Remedy.SKIP, "ben")
    await paying.loop.advance(paying.id)
    assert await paying.log() == PAID
    (closed,) = await paying.closed()
    assert closed.question.failure is not None
    assert (closed.question.failure.remedy, closed.question.failure.by) == ("skip", "ben")
    assert (await paying.question()).failure is None, "the next question is open"


async def test_events_that_somebody_gives_are_written_in_its_place(paying: Lesson) -> None:
    text = '[{"event": "slot", "name": "dish", "value": "pie"}, {"event": "bot", "text": "Paid."}]'
    await paying.loop.remedy(
        paying.id,
        await paying.question(),
        Remedy.EVENTS,
        "ben",
        lambda tracker: written_events(text, tracker.domain),
    )
    await paying.loop.advance(paying.id)
    assert await paying.log() == [*PAID, "dish=pie", "“Paid.”"]


async def test_two_people_who_decide_at_once_decide_once(paying: Lesson) -> None:
    failed = await paying.question()
    await paying.loop.remedy(paying.id, failed, Remedy.SKIP, "ben")
    with pytest.raises(Refused):
        await paying.loop.remedy(paying.id, failed, Remedy.SKIP, "cleo")
    assert await paying.log() == PAID


async def test_another_process_waits_for_the_same_decision(paying: Lesson, server: ScriptedServer) -> None:
    await Loop(paying.store, paying.loop.core).advance(paying.id)
    assert server.names == ["action_pay"]


async def test_undo_takes_the_turn_back_while_a_decision_is_waited_for(paying: Lesson) -> None:
    await paying.control(Control.UNDO)
    assert (await paying.state()).question is None
    assert (await paying.log())[-2:] == ["rewind", "listen"]


DOMAIN_WITH_FORM = Domain.from_dict(
    {"slots": {"dish": {"type": "text"}}, "forms": {"meal_form": {"required_slots": ["dish"]}}}
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "neither JSON nor YAML: line"),
        ("hello", "Write a list of events"),
        ('[{"event": "sing"}]', "Event 1: Rasa has no event 'sing'."),
        ("- {event: slot, name: dish, value: pie}\n- 7", "Event 2: an event is a JSON object"),
        ("- {event: slot}", "Event 1: "),
        ("- {event: slot, name: dish, value: .nan}", "something that is no JSON"),
        ("- {event: slot, name: dysh, value: pie}", "the assistant has no slot 'dysh'"),
        ("[" + "{event: pause}," * 101 + "]", "more than 100"),
    ],
)
def test_events_that_make_no_sense_are_refused_with_their_place(text: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        written_events(text, DOMAIN_WITH_FORM)
    assert problem in str(refused.value)


def test_events_may_be_written_as_json_or_as_yaml() -> None:
    as_yaml = written_events("- event: slot\n  name: dish\n  value: pie", DOMAIN_WITH_FORM)
    assert as_yaml == written_events('[{"event": "slot", "name": "dish", "value": "pie"}]', DOMAIN_WITH_FORM)
    assert written_events("[]", DOMAIN_WITH_FORM) == []


async def test_only_a_form_has_events_to_begin_with(paying: Lesson) -> None:
    assert first_draft(await paying.question(), (await paying.state()).tracker) == ""
