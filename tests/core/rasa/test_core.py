"""A conversation taught to a Rasa server: ours stays the truth, whatever befalls the server."""

from __future__ import annotations

import pytest

from slackbot.core.action_server import ActionServer
from slackbot.core.rasa import EndpointConfig, RasaCore, RasaFailed
from slackbot.core.rasa.core import _rejection
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, UserUttered
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import ActionFailed
from slackbot.learning.controls import Control
from tests.core.rasa.rasa_server import RasaServer
from tests.learning.lesson import Lesson

GREETING = ["greet", "utter_greet", "“Hello!”", "listen"]
MEAL = ["order", "dish=soup", "utter_dish", "“One soup.”", "listen"]


async def test_the_servers_model_is_taught(lesson: Lesson, server: RasaServer) -> None:
    await lesson.say("hi")
    assert await lesson.asks() == ["greet", "[]", "utter_greet", "action_listen"]
    await lesson.accept("ben")
    await lesson.say("a soup")
    await lesson.accept("ben")
    assert await lesson.log() == [*GREETING, *MEAL]
    assert {name for name, _ in server.ran} == {"utter_greet", "utter_dish"}


async def test_predictions_say_which_policy_spoke_and_list_all_actions_best_first(core: RasaCore) -> None:
    lesson = [ActionExecuted("action_listen"), UserUttered("hi", {"name": "greet"})]
    prediction = await core.predict(Tracker("c", core.domain, lesson))
    assert prediction.action == "utter_greet"
    assert prediction.policy == "MemoizationPolicy"
    assert [score.score for score in prediction.scores] == sorted((s.score for s in prediction.scores), reverse=True)
    assert {score.action for score in prediction.scores} >= set(core.domain.responses)


async def test_a_server_that_forgot_everything_is_given_the_log_again(lesson: Lesson, server: RasaServer) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    server.forget()
    await lesson.say("a soup")
    server.forget()
    await lesson.accept("ben")
    assert await lesson.log() == [*GREETING, *MEAL]


async def test_a_session_that_would_be_over_is_given_anew_before_anything_runs(
    lesson: Lesson, server: RasaServer
) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    server.let_time_pass(4000)
    await lesson.say("a soup")
    server.let_time_pass(4000)
    await lesson.accept("ben")
    assert await lesson.log() == [*GREETING, *MEAL]
    name, before = server.ran[-1]
    assert name == "utter_dish"
    assert before.count("user") == 2
    assert before.count("session_started") == 1


async def test_what_was_shown_is_written_without_asking_again(lesson: Lesson, server: RasaServer) -> None:
    await lesson.say("hi")
    server.troubles = [500] * 20
    await lesson.accept("ben")
    assert await lesson.log() == GREETING
    greeting = [event for event in (await lesson.state()).tracker.events if isinstance(event, ActionExecuted)][3]
    assert (greeting.policy, greeting.confidence) == ("MemoizationPolicy", 1.0)


async def test_what_was_undone_is_not_in_the_servers_conversation(lesson: Lesson, server: RasaServer) -> None:
    await lesson.say("hi")
    await lesson.change("ben", action="utter_bye")
    await lesson.accept("ben")
    await lesson.control(Control.UNDO)
    await lesson.control(Control.UNDO)
    await lesson.control(Control.RESTART)
    await lesson.say("a soup")
    await lesson.accept("ben")
    assert (await lesson.applied()) == ["listen", *MEAL]
    assert "restart" in server.ran[-1][1]


async def test_somebody_elses_events_in_the_servers_conversation_do_no_harm(lesson: Lesson, server: RasaServer) -> None:
    await lesson.say("hi")
    await lesson.accept("ben")
    for events in server.conversations.values():
        events.append(ActionExecuted("utter_bye", timestamp=1.0))
    await lesson.say("a soup")
    await lesson.accept("ben")
    assert await lesson.log() == [*GREETING, *MEAL]
    assert server.ran[-1][1].count("action") == 4  # session start, listening, greeting, listening


async def test_a_conversation_is_continued_where_the_server_still_has_it(lesson: Lesson, server: RasaServer) -> None:
    for text in ("hi", "a soup", "bye"):
        await lesson.say(text)
        await lesson.accept("ben")
    assert server.requests["PUT events"] == 1
    assert [name for name, _ in server.ran] == ["utter_greet", "utter_dish", "utter_bye"]


async def test_a_server_that_is_down_shows_and_nothing_is_lost(lesson: Lesson, server: RasaServer) -> None:
    server.troubles = [500]
    await lesson.say("hi")
    state = await lesson.state()
    assert state.session.trouble == "The assistant failed: the Rasa server answers 500: something is wrong"
    assert [message.text for message in state.waiting] == ["hi"]
    await lesson.loop.advance(lesson.id)
    assert (await lesson.state()).session.trouble is None
    await lesson.change("ben", action="utter_bye", go_on=False)
    server.troubles = [500]
    await lesson.loop.advance(lesson.id)
    assert await lesson.log() == []
    await lesson.loop.advance(lesson.id)
    assert (await lesson.log())[:3] == ["greet", "utter_bye", "“Bye!”"]


async def test_nothing_is_written_when_the_server_forgets_while_it_runs_an_action(
    lesson: Lesson, server: RasaServer
) -> None:
    server.forgets_after = "utter_greet"
    await lesson.say("hi")
    assert "lost the conversation" in str((await lesson.state()).session.trouble)
    server.forgets_after = None
    await lesson.loop.advance(lesson.id)
    await lesson.accept("ben")
    assert await lesson.log() == GREETING


async def test_what_a_session_added_is_not_asked_of_rasa(lesson: Lesson, server: RasaServer) -> None:
    await lesson.add(responses={"utter_ahoy": "Ahoy!"}, actions=("action_wave",))
    await lesson.say("hi")
    await lesson.change("ben", action="utter_ahoy")
    await lesson.change("ben", action="action_wave")
    assert (await lesson.log())[:4] == ["greet", "utter_ahoy", "“Ahoy!”", "action_wave"]
    assert {name for name, _ in server.ran} <= {"utter_greet", "utter_bye", "utter_dish"}


def test_a_form_that_has_rejected_by_itself_is_not_rejected_again() -> None:
    domain = Domain.from_dict({"forms": {"table_form": {"required_slots": []}}, "responses": {"utter_hi": []}})
    tracker = Tracker("c", domain, [ActionExecuted("table_form"), ActiveLoop("table_form")])
    rejected = [ActionExecutionRejected("table_form")]
    assert _rejection(tracker, "table_form") == []
    assert _rejection(tracker, "utter_hi") == rejected
    assert _rejection(tracker.with_events(rejected), "utter_hi") == []


async def test_a_custom_action_that_fails_is_a_failure_where_we_run_it_ourselves(endpoint: EndpointConfig) -> None:
    core = await RasaCore.connect(endpoint, ActionServer("http://127.0.0.1:9/webhook", timeout=2))
    tracker = Tracker("c", core.domain, [ActionExecuted("action_listen"), UserUttered("pay", {"name": "pay"})])
    assert core.runs_elsewhere("action_pay", tracker)
    with pytest.raises(ActionFailed):
        await core.execute(tracker, "action_pay")


async def test_a_new_model_brings_its_domain(
    core: RasaCore, server: RasaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slackbot.core.rasa.core._LOOK_EVERY", -1.0)
    grown = type("Grown", (RasaServer,), {"domain": property(lambda self: self.core.domain.merged(intents=["new"]))})
    server.__class__ = grown
    await core.parse("hi", Tracker("c", core.domain))
    assert "new" not in core.domain.intents
    server.model = "model-2"
    await core.parse("hi", Tracker("c", core.domain))
    assert "new" in core.domain.intents


async def test_a_server_without_a_domain_is_refused(endpoint: EndpointConfig, server: RasaServer) -> None:
    server.troubles = [409]
    with pytest.raises(RasaFailed, match="answers 409"):
        await RasaCore.connect(endpoint)
