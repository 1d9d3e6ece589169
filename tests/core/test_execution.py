"""What running an action leads to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.domain import DEFAULT_ACTIONS, Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.tracker import Tracker

from .conversations import LISTENS, SESSION, Turn, conversation, did, says, write_project

DOMAIN = """
    intents: [greet, inform, affirm, book, faq]
    entities: [name, {city: {roles: [from, to]}}, extra]
    slots:
      name: {type: text, mappings: [{type: from_entity, entity: name}]}
      vip: {type: bool, mappings: [{type: custom}]}
      extras: {type: list, mappings: [{type: from_entity, entity: extra}]}
      origin: {type: text, mappings: [{type: from_entity, entity: city, role: from}]}
      polite: {type: any, mappings: [{type: from_entity, entity: name, not_intent: [inform]}]}
      formal: {type: any, mappings: [{type: from_entity, entity: name, intent: inform}]}
      comment:
        type: text
        mappings:
        - {type: from_text, conditions: [{active_loop: book_form, requested_slot: comment}]}
      agreed:
        type: bool
        mappings:
        - {type: from_intent, intent: affirm, value: true, conditions: [{active_loop: book_form}]}
        - {type: from_intent, intent: greet, value: false, conditions: [{active_loop: null}]}
      started:
        type: text
        mappings: [{type: from_trigger_intent, intent: book, value: form, conditions: [{active_loop: book_form}]}]
    responses:
      utter_hello:
      - text: "Hello {name}!"
        condition: [{type: slot, name: vip, value: true}]
      - text: "hi"
      utter_many: [{text: "1"}, {text: "2"}, {text: "3"}, {text: "4"}, {text: "5"}, {text: "6"}]
      utter_channels:
      - {text: "on slack", channel: slack}
      - {text: "on the phone", channel: twilio}
      - {text: "anywhere"}
      utter_elsewhere: [{text: "on the phone", channel: twilio}]
      utter_name: [{text: "You are {name}."}]
      utter_unknown: [{text: "{name} and {total}"}]
      utter_rich:
      - text: "pick, {name}"
        image: "https://example.org/{name}.png"
        buttons:
        - {title: "I am {name}", payload: '/inform{"name": "Ann"}'}
        quick_replies: [{title: "{name}", payload: "/affirm"}]
        custom: {nested: [{of: "{name}"}], number: 1}
        metadata: {tone: warm}
      utter_file: [{attachment: "https://example.org/{name}.pdf"}]
      utter_faq/hours: [{text: "from noon"}]
      utter_faq/place: [{text: "here"}]
    actions: [action_book, utter_undefined]
    forms:
      book_form: {required_slots: [comment], ignored_intents: [greet]}
    e2e_actions: ["I heard you."]
    """


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return BuiltinCore.load(write_project(tmp_path_factory.mktemp("execution"), DOMAIN))


async def run(core: BuiltinCore, action: str, *turns: Turn, domain: Domain | None = None) -> Sequence[Event]:
    return await core.execute(conversation(domain or core.domain, *turns), action)


async def said(core: BuiltinCore, action: str, *turns: Turn) -> BotUttered:
    (executed, message) = await run(core, action, *turns)
    assert isinstance(executed, ActionExecuted)
    assert isinstance(message, BotUttered)
    return message


async def text(core: BuiltinCore, action: str, *turns: Turn) -> str | None:
    return (await said(core, action, *turns)).text


async def test_every_action_is_written_down_first_with_policy_and_confidence(core: BuiltinCore) -> None:
    tracker = conversation(core.domain, says("greet"))
    for action in set(core.domain.actions) - {"action_extract_slots", *core.domain.e2e_actions}:
        events = await core.execute(tracker, action, policy="RulePolicy", confidence=0.7)
        assert events[0] == ActionExecuted(action, "RulePolicy", 0.7)
        assert all(event.timestamp is None for event in events)
    assert list(tracker.events) == [*SESSION, says("greet")]


async def test_a_choice_without_confidence_is_written_down_with_zero(core: BuiltinCore) -> None:
    assert await run(core, "action_listen") == [ActionExecuted("action_listen", None, 0.0)]


async def test_a_variation_whose_condition_holds_is_preferred_and_one_whose_fails_is_never_said(
    core: BuiltinCore,
) -> None:
    assert await text(core, "utter_hello", [SlotSet("vip", True), SlotSet("name", "Ann")]) == "Hello Ann!"
    for name in "abcdefgh":
        (_, message) = await core.execute(Tracker(name, core.domain), "utter_hello")
        assert isinstance(message, BotUttered)
        assert message.text == "hi"


async def test_the_same_tracker_gets_the_same_variation_and_others_get_others(core: BuiltinCore) -> None:
    async def choice(conversation_id: str, length: int) -> str | None:
        tracker = Tracker(conversation_id, core.domain, [LISTENS] * length)
        (_, message) = await core.execute(tracker, "utter_many")
        assert isinstance(message, BotUttered)
        return message.text

    first = [await choice("a", length) for length in range(20)]
    assert [await choice("a", length) for length in range(20)] == first
    assert len(set(first)) > 2
    assert [await choice("b", length) for length in range(20)] != first


async def test_variations_for_slack_come_first_and_those_for_other_channels_last(core: BuiltinCore) -> None:
    assert await text(core, "utter_channels") == "on slack"
    assert await text(core, "utter_elsewhere") == "on the phone"


async def test_slots_are_filled_in_and_an_empty_one_reads_none(core: BuiltinCore) -> None:
    assert await text(core, "utter_name", SlotSet("name", "Ann")) == "You are Ann."
    assert await text(core, "utter_name") == "You are None."


async def test_text_that_names_no_slot_stays_as_it_is(core: BuiltinCore) -> None:
    assert await text(core, "utter_unknown", SlotSet("name", "Ann")) == "{name} and {total}"


async def test_a_rich_response_has_the_data_that_rasa_writes(core: BuiltinCore) -> None:
    message = await said(core, "utter_rich", SlotSet("name", "Ann"))
    assert message.text == "pick, Ann"
    assert message.data == {
        "elements": None,
        "quick_replies": [{"title": "Ann", "payload": "/affirm"}],
        "buttons": [{"title": "I am Ann", "payload": '/inform{"name": "Ann"}'}],
        "attachment": "https://example.org/Ann.png",
        "image": "https://example.org/Ann.png",
        "custom": {"nested": [{"of": "Ann"}], "number": 1},
    }
    assert message.metadata == {"metadata": {"tone": "warm"}, "utter_action": "utter_rich"}


async def test_a_response_may_have_no_text(core: BuiltinCore) -> None:
    message = await said(core, "utter_file", SlotSet("name", "Ann"))
    assert message.text is None
    assert message.data["attachment"] == "https://example.org/Ann.pdf"


async def test_what_is_said_shares_nothing_with_the_domain(core: BuiltinCore) -> None:
    message = await said(core, "utter_rich")
    message.data["custom"]["nested"].clear()
    assert (await said(core, "utter_rich")).data["custom"]["nested"] == [{"of": "None"}]


async def test_a_response_that_is_not_defined_says_nothing(core: BuiltinCore) -> None:
    assert await run(core, "utter_undefined") == [ActionExecuted("utter_undefined", None, 0.0)]


async def test_a_response_of_the_session_is_said(core: BuiltinCore) -> None:
    domain = core.domain.merged(responses={"utter_thanks": "You're welcome!"})
    (_, message) = await run(core, "utter_thanks", domain=domain)
    assert isinstance(message, BotUttered)
    assert message.text == "You're welcome!"


async def test_a_retrieval_response_is_that_of_the_latest_intent(core: BuiltinCore) -> None:
    asked = UserUttered("where?", {"name": "faq", "full_retrieval_intent_name": "faq/place"})
    assert await text(core, "utter_faq", asked) == "here"
    assert await run(core, "utter_undefined", asked) == [ActionExecuted("utter_undefined", None, 0.0)]
    assert await run(core, "utter_faq", says("greet")) == [ActionExecuted("utter_faq", None, 0.0)]


async def test_an_end_to_end_response_is_written_down_by_its_text(core: BuiltinCore) -> None:
    assert await run(core, "I heard you.") == [
        ActionExecuted(None, None, 0.0, action_text="I heard you."),
        BotUttered("I heard you."),
    ]


async def test_restart(core: BuiltinCore) -> None:
    assert (await run(core, "action_restart"))[1:] == [Restarted()]


async def test_a_session_starts_with_the_slots_of_the_one_before(core: BuiltinCore, tmp_path: Path) -> None:
    turns: list[Turn] = [[SlotSet("name", "Ann"), SlotSet("vip", True), SlotSet("name", "Bob")]]
    assert (await run(core, "action_session_start", *turns))[1:] == [
        SessionStarted(),
        SlotSet("name", "Ann"),
        SlotSet("vip", True),
        SlotSet("name", "Bob"),
        LISTENS,
    ]
    forgetful = Domain.from_dict({**core.domain.data, "session_config": {"carry_over_slots_to_new_session": False}})
    events = await run(core, "action_session_start", *turns, domain=forgetful)
    assert events[1:] == [SessionStarted(), LISTENS]


async def test_fallback_reverts_the_message_and_says_utter_default(core: BuiltinCore) -> None:
    assert (await run(core, "action_default_fallback"))[1:] == [UserUtteranceReverted()]
    domain = core.domain.merged(responses={"utter_default": "sorry?"})
    (_, message, revert) = await run(core, "action_default_fallback", domain=domain)
    assert isinstance(message, BotUttered)
    assert (message.text, message.metadata, revert) == (
        "sorry?",
        {"utter_action": "utter_default"},
        UserUtteranceReverted(),
    )


async def test_back_takes_back_two_messages(core: BuiltinCore) -> None:
    tracker = conversation(core.domain, says("greet"), did("utter_hello"), LISTENS, says("inform", "first"))
    tracker.extend([*did("utter_name"), LISTENS, says("faq", "/back")])
    tracker.extend(await core.execute(tracker, "action_back"))
    assert [event.text for event in tracker.applied_events() if isinstance(event, UserUttered)] == ["/greet"]


async def test_deactivating_a_loop(core: BuiltinCore) -> None:
    events = (await run(core, "action_deactivate_loop", ActiveLoop("book_form")))[1:]
    assert events == [ActiveLoop(None), SlotSet("requested_slot", None)]


async def test_only_custom_actions_run_elsewhere_and_forms_that_use_them(core: BuiltinCore) -> None:
    tracker = conversation(core.domain.merged(actions=["action_new"]))
    elsewhere = {action for action in tracker.domain.actions if core.runs_elsewhere(action, tracker)}
    assert elsewhere == {"action_book", "action_new"}
    assert not any(core.runs_elsewhere(action, tracker) for action in DEFAULT_ACTIONS)
    for action in ("validate_book_form", "action_ask_comment", "action_ask_book_form_comment"):
        tracker = conversation(core.domain.merged(actions=[action]))
        assert core.runs_elsewhere("book_form", tracker)


async def extracted(core: BuiltinCore, *turns: Turn) -> dict[str, Any]:
    events = await run(core, "action_extract_slots", *turns)
    assert all(isinstance(event, SlotSet) for event in events)
    return {event.key: event.value for event in events if isinstance(event, SlotSet)}


IN_FORM: list[Turn] = [says("book"), [*did("book_form"), ActiveLoop("book_form"), SlotSet("requested_slot", "comment")]]


async def test_entities_fill_slots_by_intent_and_role(core: BuiltinCore) -> None:
    assert await extracted(core, says("inform", name="Ann")) == {"name": "Ann", "formal": "Ann"}
    assert await extracted(core, says("book", name="Ann")) == {"name": "Ann", "polite": "Ann", "started": "form"}
    cities = [
        {"entity": "city", "value": "Rome", "role": "to"},
        {"entity": "city", "value": "Oslo", "role": "from"},
        {"entity": "city", "value": "Bern"},
    ]
    assert await extracted(core, UserUttered("x", {"name": "inform"}, cities)) == {"origin": "Oslo"}


async def test_the_last_of_several_entities_counts_and_a_list_takes_all(core: BuiltinCore) -> None:
    entities = [
        {"entity": name, "value": value}
        for name, value in (("extra", "ham"), ("name", "Ann"), ("extra", "egg"), ("name", "Bob"))
    ]
    message = UserUttered("x", {"name": "faq"}, entities)
    assert await extracted(core, message) == {"name": "Bob", "extras": ["ham", "egg"], "polite": "Bob"}


async def test_only_changes_are_written_down(core: BuiltinCore) -> None:
    assert await extracted(core, SlotSet("name", "Ann"), says("inform", name="Ann")) == {"formal": "Ann"}


async def test_before_any_message_no_slot_is_filled(core: BuiltinCore) -> None:
    assert await extracted(core) == {}


async def test_text_fills_the_slot_that_the_form_requested(core: BuiltinCore) -> None:
    assert await extracted(core, *IN_FORM, LISTENS, says("inform", "by the window")) == {"comment": "by the window"}
    assert await extracted(core, says("inform", "by the window")) == {}
    other: Turn = SlotSet("requested_slot", "name")
    assert await extracted(core, *IN_FORM, other, LISTENS, says("inform", "by the window")) == {}


async def test_a_rejected_form_doesnt_fill_the_slot_it_requested(core: BuiltinCore) -> None:
    rejected = ActionExecutionRejected("book_form")
    assert await extracted(core, *IN_FORM, LISTENS, says("inform", "hm"), rejected) == {}


async def test_an_intent_fills_a_slot_with_a_fixed_value(core: BuiltinCore) -> None:
    assert (await extracted(core, *IN_FORM, LISTENS, says("affirm")))["agreed"] is True
    assert await extracted(core, says("affirm")) == {}
    assert await extracted(core, says("greet")) == {"agreed": False}


async def test_intents_that_a_form_ignores_fill_nothing_while_it_is_active(core: BuiltinCore) -> None:
    assert await extracted(core, *IN_FORM, LISTENS, says("greet", "hello")) == {}


async def test_a_trigger_intent_fills_its_slot_only_before_the_form_runs(core: BuiltinCore) -> None:
    assert await extracted(core, says("book")) == {"started": "form"}
    assert "started" not in await extracted(core, *IN_FORM, LISTENS, says("book"))
