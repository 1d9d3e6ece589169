"""When a rule applies: as Rasa's RulePolicy has it."""

from __future__ import annotations

from pathlib import Path

from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Prediction
from slackbot.dialogue.events import ActionExecutionRejected, ActiveLoop, AllSlotsReset, Event, SlotSet, UserUttered

from .conversations import LISTENS, Turn, conversation, did, next_action, says, write_project

DOMAIN = """
    intents: [greet, order, affirm, thank]
    entities: [dish, city: {roles: [from]}]
    slots:
      name: {type: text, mappings: [{type: custom}]}
      size: {type: categorical, values: [small, large], mappings: [{type: custom}]}
      member: {type: bool, initial_value: false, mappings: [{type: custom}]}
      amount: {type: float, min_value: 0, max_value: 10, mappings: [{type: custom}]}
      extras: {type: list, mappings: [{type: custom}]}
      note: {type: text, influence_conversation: false, mappings: [{type: custom}]}
    responses: {utter_a: [{text: a}], utter_b: [{text: b}], utter_c: [{text: c}]}
    forms:
      order_form: {required_slots: [name]}
    """


def rules(folder: Path, text: str) -> BuiltinCore:
    return BuiltinCore.load(write_project(folder, DOMAIN, text))


async def predicted(core: BuiltinCore, *turns: Turn) -> Prediction:
    return await core.predict(conversation(core.domain, *turns))


async def test_a_rule_applies_anywhere_and_listens_after_it(tmp_path: Path) -> None:
    core = rules(tmp_path, "rules: [{rule: hello, steps: [intent: greet, action: utter_a, action: utter_b]}]")
    nothing: list[Turn] = []
    before: list[Turn] = [says("order"), did("utter_c"), LISTENS]
    for start in (nothing, before):
        assert (await predicted(core, *start, says("greet"))).reason == "rule 'hello', all.yml:1"
        assert await next_action(core, *start, says("greet")) == "utter_a"
        assert await next_action(core, *start, says("greet"), did("utter_a")) == "utter_b"
        assert await next_action(core, *start, says("greet"), did("utter_a", "utter_b")) == "action_listen"
    assert (await predicted(core, says("greet"), did("utter_c"))).policy != "RulePolicy"


async def test_a_rule_without_waiting_says_nothing_about_what_is_next(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        """
        rules:
        - rule: hello
          wait_for_user_input: false
          steps: [intent: greet, action: utter_a]
        """,
    )
    assert (await predicted(core, says("greet"))).policy == "RulePolicy"
    assert (await predicted(core, says("greet"), did("utter_a"))).policy != "RulePolicy"


async def test_a_rule_for_the_start_of_a_conversation_applies_only_there(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        """
        rules:
        - rule: first
          conversation_start: true
          steps: [intent: greet, action: utter_a]
        - rule: later
          steps: [intent: greet, action: utter_b]
        """,
    )
    assert await next_action(core, says("greet")) == "utter_a"
    assert await next_action(core, says("thank"), did("utter_c"), LISTENS, says("greet")) == "utter_b"


async def test_a_condition_on_a_rule_for_the_start_is_met_by_the_first_message(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        """
        rules:
        - rule: a first guest
          conversation_start: true
          condition: [slot_was_set: [name: Ann]]
          steps: [intent: greet, action: utter_a]
        """,
    )
    assert await next_action(core, [says("greet"), SlotSet("name", "Ann")]) == "utter_a"
    assert await next_action(core, says("greet")) == "action_default_fallback"


async def test_a_rule_asks_nothing_of_slots_that_it_doesnt_name(tmp_path: Path) -> None:
    core = rules(tmp_path, "rules: [{rule: hello, steps: [intent: greet, action: utter_a]}]")
    assert await next_action(core, [SlotSet("member", True)], says("greet")) == "utter_a"


async def test_a_rule_may_begin_with_an_action(tmp_path: Path) -> None:
    core = rules(tmp_path, "rules: [{rule: yes, steps: [action: utter_a, intent: affirm, action: utter_b]}]")
    assert (await predicted(core, says("order"), did("utter_a"))).action == "action_listen"
    assert (
        await predicted(core, says("order"), did("utter_a"), LISTENS, says("affirm"))
    ).reason == "rule 'yes', all.yml:1"
    unasked = await predicted(core, says("order"), did("utter_c"), LISTENS, says("affirm"))
    assert unasked.action == "action_default_fallback"


async def test_a_rule_with_entities_needs_just_these(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        """
        rules:
        - {rule: any, steps: [intent: order, action: utter_a]}
        - rule: with a dish
          steps:
          - intent: order
            entities: [dish: soup]
          - action: utter_b
        """,
    )
    role = {"entity": "city", "value": "Rome", "role": "from"}
    assert await next_action(core, says("order", dish="pie")) == "utter_b"
    assert await next_action(core, says("order")) == "utter_a"
    assert await next_action(core, says("order", dish="pie", city="Rome")) == "utter_a"
    assert await next_action(core, UserUttered("x", {"name": "order"}, [role])) == "utter_a"


async def test_a_role_is_part_of_an_entity(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        """
        rules:
        - rule: departure
          steps:
          - intent: order
            entities: [{city: Rome, role: from}]
          - action: utter_a
        """,
    )
    cities = [{"entity": "city", "value": "Oslo", "role": "from"}, {"entity": "city", "value": "Oslo"}]
    answers = [await next_action(core, UserUttered("x", {"name": "order"}, [city])) for city in cities]
    assert answers == ["utter_a", "action_default_fallback"]


async def test_entities_that_the_domain_says_to_ignore_are_ignored(tmp_path: Path) -> None:
    domain = """
        intents: [greet: {use_entities: []}, order: {ignore_entities: [drink]}]
        entities: [dish, drink, mood: {influence_conversation: false}]
        responses: {utter_a: [{text: a}]}
        """
    training = """
        rules:
        - {rule: hello, steps: [{intent: greet, entities: [dish: x]}, {action: utter_a}]}
        - {rule: meal, steps: [{intent: order, entities: [dish: x]}, {action: utter_a}]}
        """
    core = BuiltinCore.load(write_project(tmp_path, domain, training))
    assert await next_action(core, says("greet", drink="tea", mood="good")) == "utter_a"
    assert await next_action(core, says("order", dish="soup", drink="tea", mood="good")) == "utter_a"
    assert await next_action(core, says("order", drink="tea")) == "action_default_fallback"


async def test_a_condition_on_a_slot_looks_at_what_policies_see_of_it(tmp_path: Path) -> None:
    conditions = {
        "name: Ann": ([SlotSet("name", "Bob")], []),
        "name: null": ([], [SlotSet("name", "Bob")]),
        "size: small": ([SlotSet("size", "SMALL")], [SlotSet("size", "large")]),
        "size: huge": ([SlotSet("size", "gigantic")], [SlotSet("size", "small")]),
        "member: true": ([SlotSet("member", True)], [SlotSet("member", False)]),
        "member: false": ([], [SlotSet("member", True)]),
        "amount: 5": ([SlotSet("amount", 5.0)], [SlotSet("amount", 6)]),
        "amount: 99": ([SlotSet("amount", 10)], [SlotSet("amount", "many")]),
        "extras: [cheese]": ([SlotSet("extras", ["ham", "egg"])], [SlotSet("extras", [])]),
    }
    for number, (condition, (holding, failing)) in enumerate(conditions.items()):
        core = rules(
            tmp_path / str(number),
            f"""
            rules:
            - rule: on condition
              condition: [slot_was_set: [{condition}]]
              steps: [intent: greet, action: utter_a]
            """,
        )
        assert (await predicted(core, holding, says("greet"))).action == "utter_a", condition
        assert (await predicted(core, failing, says("greet"))).action == "action_default_fallback", condition


async def test_the_more_specific_of_two_rules_wins(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        """
        rules:
        - {rule: anybody, steps: [intent: greet, action: utter_a]}
        - rule: somebody known
          condition: [slot_was_set: [name: Ann]]
          steps: [intent: greet, action: utter_b]
        """,
    )
    assert await next_action(core, says("greet")) == "utter_a"
    known: Turn = [SlotSet("name", "Ann")]
    assert await next_action(core, known, says("greet")) == "utter_b"
    assert await next_action(core, known, [AllSlotsReset()], says("greet")) == "utter_a"


async def test_a_slot_without_influence_is_no_condition(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        """
        rules:
        - rule: noted
          condition: [slot_was_set: [note: x]]
          steps: [intent: greet, action: utter_a]
        """,
    )
    assert await next_action(core, says("greet")) == "utter_a"


async def test_restart_and_back_are_answered_in_every_assistant(tmp_path: Path) -> None:
    core = rules(tmp_path, "rules: [{rule: no, steps: [intent: restart, action: utter_a]}]")
    answers = {"restart": "action_restart", "back": "action_back", "session_start": "action_session_start"}
    for intent, action in answers.items():
        prediction = await predicted(core, says(intent))
        assert (prediction.action, prediction.policy) == (action, "RulePolicy")


FORM_RULES = """
    rules:
    - rule: activate
      condition: [active_loop: null]
      steps: [intent: order, action: order_form, active_loop: order_form]
    - rule: submit
      condition: [active_loop: order_form]
      steps: [action: order_form, active_loop: null, slot_was_set: [requested_slot: null], action: utter_a]
    - {rule: thanks, steps: [intent: thank, action: utter_b]}
    """

OPEN_FORM: list[Event] = [
    says("order"),
    *did("order_form"),
    ActiveLoop("order_form"),
    SlotSet("requested_slot", "name"),
]


async def test_a_form_begins_runs_and_is_submitted(tmp_path: Path) -> None:
    core = rules(tmp_path, FORM_RULES)
    assert await next_action(core, says("order")) == "order_form"
    assert await next_action(core, OPEN_FORM) == "action_listen"
    assert await next_action(core, OPEN_FORM, LISTENS, says("greet")) == "order_form"
    closed = [*did("order_form"), SlotSet("requested_slot", None), ActiveLoop(None)]
    assert await next_action(core, OPEN_FORM, LISTENS, says("greet"), closed) == "utter_a"


async def test_a_rule_interrupts_a_form_that_rejected_and_then_the_form_goes_on(tmp_path: Path) -> None:
    core = rules(tmp_path, FORM_RULES)
    turns: list[Turn] = [OPEN_FORM, LISTENS, says("thank"), ActionExecutionRejected("order_form")]
    assert await next_action(core, *turns) == "utter_b"
    back = await predicted(core, *turns, did("utter_b"))
    assert back.action == "order_form"
    assert back.reason == "back to order_form after rule 'thanks', all.yml:9"


async def test_a_story_may_say_that_the_form_waits(tmp_path: Path) -> None:
    core = rules(
        tmp_path,
        FORM_RULES
        + """
    stories:
    - story: asked in between
      steps:
      - intent: order
      - action: order_form
      - active_loop: order_form
      - intent: thank
      - action: utter_b
      - intent: affirm
      - action: order_form
      - active_loop: order_form
    """,
    )
    turns: list[Turn] = [OPEN_FORM, LISTENS, says("thank"), ActionExecutionRejected("order_form"), did("utter_b")]
    assert await next_action(core, *turns) == "action_listen"
    assert await next_action(core, *turns, LISTENS, says("affirm")) == "order_form"
