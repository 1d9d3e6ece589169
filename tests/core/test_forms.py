"""Forms: what they ask, what they take for an answer, how they are left, resumed and ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest
from aiohttp import web

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    LoopInterrupted,
    SlotSet,
    UserUttered,
)
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.tracker import Tracker

from .action_servers import Json, ScriptedServer, scripted_server, slot
from .conversations import LISTENS, SESSION, says, write_project

DOMAIN = """
    intents: [greet, book, inform, stop, affirm, chat, order]
    entities: [{city: {roles: [from, to]}}, size, number]
    slots:
      origin: &city
        type: text
        mappings: [{type: from_entity, entity: city, role: from, conditions: [{active_loop: trip_form}]}]
      target:
        type: text
        mappings:
        - {type: from_entity, entity: city, role: to}
        - {type: from_entity, entity: city, conditions: [{active_loop: trip_form, requested_slot: target}]}
      comment:
        type: any
        mappings: [{type: from_text, not_intent: [stop, chat],
                    conditions: [{active_loop: trip_form, requested_slot: comment}]}]
      adults: {type: any, mappings: [{type: from_entity, entity: number}]}
      children: {type: any, mappings: [{type: from_entity, entity: number}]}
      size: {type: text, mappings: [{type: from_entity, entity: size}]}
    forms:
      trip_form: {ignored_intents: [chat], required_slots: [origin, target, comment]}
      people_form: {required_slots: [adults, children]}
      size_form: {required_slots: [size]}
    responses:
      utter_ask_origin: [{text: "From where?"}]
      utter_ask_trip_form_target: [{text: "To where?"}]
      utter_ask_target: [{text: "never said"}]
      utter_ask_comment: [{text: "Anything else?"}]
      utter_ask_adults: [{text: "How many adults?"}]
      utter_ask_children: [{text: "How many children?"}]
      utter_sure: [{text: "Really stop?"}]
      utter_booked: [{text: "From {origin} to {target}: {comment}"}]
      utter_chat: [{text: "Nice weather."}]
    """

DATA = """
    rules:
    - rule: begin
      steps: [{intent: book}, {action: trip_form}, {active_loop: trip_form}]
    - rule: end
      condition: [{active_loop: trip_form}]
      steps:
      - action: trip_form
      - active_loop: null
      - slot_was_set: [{requested_slot: null}]
      - action: utter_booked
    - rule: chat
      steps: [{intent: chat}, {action: utter_chat}]
    - rule: sizes
      steps: [{intent: order}, {action: size_form}, {active_loop: size_form}]
    stories:
    - story: goes on after all
      steps:
      - intent: book
      - action: trip_form
      - active_loop: trip_form
      - intent: stop
      - action: utter_sure
      - intent: affirm
      - action: trip_form
      - active_loop: trip_form
    """


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return load_project(write_project(tmp_path_factory.mktemp("forms"), DOMAIN, DATA))


@pytest.fixture(scope="module")
def core(project: Project) -> BuiltinCore:
    return BuiltinCore.train(project)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as server:
        yield server


def with_actions(project: Project, server: ScriptedServer, *actions: str) -> BuiltinCore:
    """The assistant with these custom actions, which run on the server."""
    domain = project.domain.merged(actions=actions)
    return BuiltinCore.train(
        Project(
            path=project.path,
            domain=domain,
            stories=project.stories,
            nlu=project.nlu,
            config=project.config,
        ),
        ActionServer(server.url),
    )


class Talk:
    """A conversation in which everything predicted is done."""

    def __init__(self, core: BuiltinCore) -> None:
        self.core, self.tracker = core, Tracker("talk", core.domain, SESSION)

    async def hear(self, message: UserUttered) -> None:
        self.tracker.append(message)
        self.tracker.extend(await self.core.execute(self.tracker, "action_extract_slots"))

    async def do(self, action: str) -> Sequence[Event]:
        events = await self.core.execute(self.tracker, action)
        self.tracker.extend(events)
        return events

    async def say(self, intent: str, *entities: Json, text: str = "") -> list[str]:
        """Everything that follows from a message, in short, up to listening again."""
        await self.hear(UserUttered(text or f"/{intent}", {"name": intent, "confidence": 1.0}, list(entities)))
        told: list[str] = []
        for _ in range(8):
            prediction = await self.core.predict(self.tracker)
            if prediction.action == "action_listen":
                self.tracker.append(LISTENS)
                return told
            told += [in_short(event) for event in await self.do(prediction.action)]
        raise AssertionError(f"the assistant never listens: {told}")


def in_short(event: Event) -> str:
    match event:
        case ActionExecuted():
            return event.action_name or ""
        case BotUttered():
            return f"“{event.text}”"
        case SlotSet():
            return f"{event.key}={event.value}"
        case ActiveLoop():
            return f"loop={event.name}"
        case ActionExecutionRejected():
            return f"{event.action_name} rejected"
        case LoopInterrupted():
            return "interrupted"
    return type(event).__name__


def city(value: str, role: str | None = None) -> Json:
    return {"entity": "city", "value": value, **({"role": role} if role else {})}


def number(value: int) -> Json:
    return {"entity": "number", "value": value}


async def test_a_form_asks_for_one_slot_after_the_other_and_ends_when_all_are_filled(core: BuiltinCore) -> None:
    talk = Talk(core)
    assert await talk.say("book") == ["trip_form", "loop=trip_form", "requested_slot=origin", "“From where?”"]
    assert await talk.say("inform", city("Oslo", "from")) == ["trip_form", "requested_slot=target", "“To where?”"]
    assert await talk.say("inform", city("Rome")) == ["trip_form", "requested_slot=comment", "“Anything else?”"]
    assert await talk.say("inform", text="by train") == [
        "trip_form",
        "requested_slot=None",
        "loop=None",
        "utter_booked",
        "“From Oslo to Rome: by train”",
    ]
    assert talk.tracker.active_loop == {}
    assert dict(talk.tracker.slots)["comment"] == "by train"


async def test_what_is_known_already_is_not_asked_for(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.say("chat", city("Rome", "to"))
    told = await talk.say("book")
    assert told == ["trip_form", "loop=trip_form", "requested_slot=origin", "“From where?”"]
    assert await talk.say("inform", city("Oslo", "from")) == ["trip_form", "requested_slot=comment", "“Anything else?”"]


async def test_a_form_with_nothing_to_ask_ends_at_once(core: BuiltinCore) -> None:
    talk = Talk(core)
    told = await talk.say("order", {"entity": "size", "value": "big"})
    assert told[:4] == ["size_form", "loop=size_form", "requested_slot=None", "loop=None"]


async def test_a_slot_that_no_response_asks_for_is_requested_all_the_same(core: BuiltinCore) -> None:
    assert await Talk(core).say("order") == ["size_form", "loop=size_form", "requested_slot=size"]


async def test_an_entity_that_could_fill_several_slots_fills_the_one_asked_for(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.do("people_form")
    talk.tracker.append(LISTENS)
    await talk.hear(says("inform", number=2))
    assert (talk.tracker.slots["adults"], talk.tracker.slots["children"]) == (2, None)
    assert [in_short(event) for event in await talk.do("people_form")] == [
        "people_form",
        "requested_slot=children",
        "“How many children?”",
    ]


async def test_a_message_that_fills_nothing_is_rejected_and_the_form_resumes_after_the_answer(
    core: BuiltinCore,
) -> None:
    talk = Talk(core)
    await talk.say("book")
    assert await talk.say("chat") == [
        "trip_form rejected",
        "utter_chat",
        "“Nice weather.”",
        "trip_form",
        "requested_slot=origin",
        "“From where?”",
    ]
    assert talk.tracker.active_loop["rejected"] is False


async def test_a_rejection_names_policy_and_confidence(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.say("book")
    await talk.hear(says("chat"))
    (event,) = await core.execute(talk.tracker, "trip_form", policy="RulePolicy", confidence=1.0)
    assert event == ActionExecutionRejected("trip_form", "RulePolicy", 1.0)


async def test_an_intent_that_the_form_ignores_fills_nothing(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.say("book", city("Rome", "to"))
    assert (await talk.say("chat", city("Oslo", "from")))[0] == "trip_form rejected"
    assert talk.tracker.slots["origin"] is None


async def test_a_form_left_for_a_question_takes_the_answer_to_that_for_none_of_its_own(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.say("book")
    assert await talk.say("stop") == ["trip_form rejected", "utter_sure", "“Really stop?”"]
    assert talk.tracker.active_loop["rejected"] is True
    assert await talk.say("affirm") == ["interrupted", "trip_form", "requested_slot=origin", "“From where?”"]
    assert talk.tracker.active_loop["is_interrupted"] is False
    assert (await talk.say("inform", city("Oslo", "from")))[0] == "trip_form"


async def test_a_form_that_people_run_although_it_rejected_asks_again(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.say("book")
    await talk.hear(says("greet"))
    assert [in_short(event) for event in await talk.do("trip_form")] == ["trip_form rejected"]
    assert [in_short(event) for event in await talk.do("trip_form")] == [
        "interrupted",
        "trip_form",
        "requested_slot=origin",
        "“From where?”",
    ]


async def test_a_form_is_ended_by_deactivating_it_and_begins_anew(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.say("book")
    await talk.hear(says("stop"))
    await talk.do("trip_form")
    assert [in_short(event) for event in await talk.do("action_deactivate_loop")][1:] == [
        "loop=None",
        "requested_slot=None",
    ]
    talk.tracker.append(LISTENS)
    assert (await talk.say("book"))[:2] == ["trip_form", "loop=trip_form"]


async def test_another_form_takes_the_place_of_an_active_one(core: BuiltinCore) -> None:
    talk = Talk(core)
    await talk.say("book")
    await talk.hear(says("order"))
    assert [in_short(event) for event in await talk.do("size_form")] == [
        "size_form",
        "loop=size_form",
        "requested_slot=size",
    ]


async def test_validation_finds_the_candidates_at_the_end_of_the_tracker_and_may_refuse_them(
    project: Project, server: ScriptedServer
) -> None:
    core = with_actions(project, server, "validate_trip_form")
    talk = Talk(core)
    server.answers("validate_trip_form", responses=[{"text": "Let's see."}])
    assert await talk.say("book", city("Rome", "to")) == [
        "trip_form",
        "loop=trip_form",
        "“Let's see.”",
        "requested_slot=origin",
        "“From where?”",
    ]
    assert [(e["event"], e.get("value")) for e in server.calls[-1]["tracker"]["events"][-3:]] == [
        ("action", None),
        ("active_loop", None),
        ("slot", "Rome"),
    ]
    server.answers("validate_trip_form", slot("origin", None), responses=[{"text": "There is no such place."}])
    assert await talk.say("inform", city("Nowhere", "from")) == [
        "trip_form",
        "“There is no such place.”",
        "origin=None",
        "requested_slot=origin",
        "“From where?”",
    ]
    assert server.calls[-1]["tracker"]["slots"]["origin"] == "Nowhere"
    assert server.calls[-1]["tracker"]["slots"]["requested_slot"] == "origin"


async def test_validation_says_which_slot_comes_next_and_may_end_the_form(
    project: Project, server: ScriptedServer
) -> None:
    talk = Talk(with_actions(project, server, "validate_trip_form"))
    server.answers("validate_trip_form", slot("requested_slot", "comment"))
    assert await talk.say("book") == ["trip_form", "loop=trip_form", "requested_slot=comment", "“Anything else?”"]
    server.answers("validate_trip_form", slot("requested_slot", None))
    assert (await talk.say("inform", text="no"))[:3] == ["trip_form", "requested_slot=None", "loop=None"]
    server.answers("validate_trip_form", {"event": "active_loop", "name": None})
    assert (await talk.say("book"))[:4] == ["trip_form", "loop=trip_form", "loop=None", "requested_slot=None"]


async def test_a_message_of_which_validation_makes_something_is_not_rejected(
    project: Project, server: ScriptedServer
) -> None:
    talk = Talk(with_actions(project, server, "validate_trip_form"))
    server.answers("validate_trip_form")
    await talk.say("book")
    server.answers("validate_trip_form", slot("origin", "Oslo"))
    assert await talk.say("inform") == ["trip_form", "origin=Oslo", "requested_slot=target", "“To where?”"]


@pytest.mark.parametrize("rejecting", ["by status", "by event"])
async def test_validation_may_reject_the_whole_turn(project: Project, server: ScriptedServer, rejecting: str) -> None:
    talk = Talk(with_actions(project, server, "validate_trip_form"))
    server.answers("validate_trip_form")
    await talk.say("book")
    if rejecting == "by event":
        server.answers("validate_trip_form", {"event": "action_execution_rejected", "name": "trip_form"})
    else:
        answer = {"error": "not now", "action_name": "trip_form"}
        server.actions["validate_trip_form"] = lambda _: web.json_response(answer, status=400)
    await talk.hear(says("inform", city="Oslo"))
    assert [in_short(event) for event in await talk.do("trip_form")] == ["trip_form rejected"]
    assert talk.tracker.active_loop["rejected"] is True


async def test_an_action_may_ask_for_a_slot(project: Project, server: ScriptedServer) -> None:
    talk = Talk(with_actions(project, server, "action_ask_origin", "action_ask_trip_form_target"))
    server.answers("action_ask_origin", responses=[{"text": "Pick a place.", "buttons": [{"title": "Oslo"}]}])
    server.answers("action_ask_trip_form_target", responses=[{"response": "utter_ask_comment"}])
    assert (await talk.say("book"))[-1] == "“Pick a place.”"
    assert (await talk.say("inform", city("Oslo", "from")))[-1] == "“Anything else?”"


async def test_slots_are_extracted_by_custom_actions_and_validated(
    project: Project, server: ScriptedServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    domain = DOMAIN.replace(
        "size: {type: text, mappings: [{type: from_entity, entity: size}]}",
        "size: {type: text, mappings: [{type: custom, action: action_size, conditions: [{active_loop: size_form}]}]}",
    )
    domain += "actions: [action_size, action_validate_slot_mappings]\n"
    folder = write_project(tmp_path_factory.mktemp("extraction"), domain, DATA)
    talk = Talk(BuiltinCore.load(folder, ActionServer(server.url)))
    server.answers("action_size", slot("size", "XL"), {"event": "followup", "name": "utter_chat"})
    server.answers("action_validate_slot_mappings", slot("target", None))
    await talk.hear(UserUttered("x", {"name": "order"}, [city("Nowhere", "to")]))
    assert (talk.tracker.slots["target"], talk.tracker.slots["size"]) == (None, None)
    assert server.names == ["action_validate_slot_mappings"]
    await talk.do("size_form")
    talk.tracker.append(LISTENS)
    server.answers("action_validate_slot_mappings")
    await talk.hear(says("inform"))
    assert talk.tracker.slots["size"] == "XL"
    assert talk.tracker.followup_action is None
