"""Stories and rules: every form of step is read with its line, conversations become stories, files are read back."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    EntitiesAdded,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.stories import (
    Checkpoint,
    Story,
    linked,
    read_stories,
    stories_from,
    stories_of,
    stories_yaml,
    story_steps,
)
from slackbot.dialogue.story_reader import MAX_ALTERNATIVES
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError

FILE = Path("stories.yml")
DOMAIN = Domain.from_dict({"slots": {"name": {"type": "text"}, "tags": {"type": "list"}, "vip": {"type": "bool"}}})
LISTEN = ActionExecuted("action_listen")


def read(text: str, domain: Domain | None = None) -> list[Story]:
    return stories_from(parse_yaml(text, FILE), FILE, domain)


def story(*steps: str) -> str:
    lines = "".join(f"  - {step}\n" for step in steps)
    return f'version: "3.1"\nstories:\n- story: s\n  steps:\n{lines}'


def only(text: str, domain: Domain | None = None) -> Story:
    (found,) = read(text, domain)
    return found


def fault(text: str, domain: Domain | None = None) -> FileError:
    with pytest.raises(FileError) as caught:
        read(text, domain)
    return caught.value


def said(text: str | None, intent: str | None, *entities: dict[str, Any], **more: Any) -> UserUttered:
    return UserUttered(text, {"name": intent, **more}, list(entities))


def names(events: tuple[Event, ...]) -> list[Any]:
    return [event.intent_name if isinstance(event, UserUttered) else event.as_dict().get("name") for event in events]


# -- reading ---------------------------------------------------------------------------------------------------------


def test_each_event_and_story_knows_its_line() -> None:
    found = only(story("intent: greet", "slot_was_set:\n    - name: Ann\n    - vip: true", "action: utter_greet"))
    assert (found.path, found.line) == (FILE, 3)
    assert [type(event) for event in found.events] == [UserUttered, SlotSet, SlotSet, ActionExecuted]
    assert found.event_lines == (5, 7, 8, 9)


def test_an_intent_is_read_with_every_form_of_entity() -> None:
    text = story(
        "intent: go\n    entities:\n    - city: Rome\n      role: to\n      group: '1'\n"
        "    - date\n    - number: 3\n    - x: null"
    )
    (message,) = only(text).events
    assert isinstance(message, UserUttered)
    assert message.intent_name == "go"
    assert message.entities == [
        {"entity": "city", "value": "Rome", "role": "to", "group": "1"},
        {"entity": "date", "value": ""},
        {"entity": "number", "value": 3},
        {"entity": "x"},
    ]


def test_a_retrieval_intent_is_read_with_its_full_name() -> None:
    (message,) = only(story("intent: faq/ask_name")).events
    assert isinstance(message, UserUttered)
    assert message.intent_name == "faq"
    assert message.intent["full_retrieval_intent_name"] == "faq/ask_name"


def test_a_slash_before_an_intent_is_dropped() -> None:
    assert names(only(story("intent: /greet")).events) == ["greet"]


def test_a_message_is_read_with_the_entities_marked_in_it_and_no_intent() -> None:
    (message,) = only(story("user: |\n      to [Rome](city)")).events
    assert isinstance(message, UserUttered)
    assert (message.text, message.intent_name) == ("to Rome", "")
    assert message.entities == [{"start": 3, "end": 7, "value": "Rome", "entity": "city"}]


def test_a_message_with_an_intent_has_both() -> None:
    (message,) = only(story("intent: greet\n    user: hello there")).events
    assert isinstance(message, UserUttered)
    assert (message.text, message.intent_name) == ("hello there", "greet")


def test_a_command_has_the_entities_of_its_json() -> None:
    (message,) = only(story("""user: '/inform{"city": ["Rome", "Bonn"]}'""")).events
    assert isinstance(message, UserUttered)
    assert [(entity["entity"], entity["value"]) for entity in message.entities] == [("city", "Rome"), ("city", "Bonn")]
    (broken,) = only(story("user: '/inform{city}'")).events
    assert isinstance(broken, UserUttered)
    assert (broken.text, broken.entities) == ("/inform{city}", [])


def test_a_bot_text_is_an_action_without_a_name() -> None:
    (action,) = only(story("bot: Hello!")).events
    assert isinstance(action, ActionExecuted)
    assert (action.action_name, action.action_text) == ("", "Hello!")


def test_a_slot_named_without_a_value_is_filled_according_to_its_type() -> None:
    events = only(story("slot_was_set:\n    - name\n    - tags\n    - vip"), DOMAIN).events
    assert [event.value for event in events if isinstance(event, SlotSet)] == ["filled", ["filled"], None]


def test_loops_are_activated_and_ended() -> None:
    assert only(story("active_loop: form", "active_loop: null")).events == (ActiveLoop("form"), ActiveLoop(None))


def test_an_action_named_like_an_event_is_that_event() -> None:
    assert only(story("action: restart", "action: undo")).events == (Restarted(), ActionReverted())


def test_each_combination_of_alternatives_is_a_story() -> None:
    text = story(
        "or:\n    - intent: a\n    - intent: b", "action: x", "or:\n    - slot_was_set:\n      - c: 1\n      - c: 2"
    )
    found = read(text)
    assert [names(each.events) for each in found] == [["a", "x", "c"]] * 2 + [["b", "x", "c"]] * 2
    assert [each.event_lines for each in found] == [(6, 8, 11), (6, 8, 12), (7, 8, 11), (7, 8, 12)]


def test_many_alternatives_are_cut_apart_and_still_linked_to_whole_stories() -> None:
    text = story(*["or:\n    - intent: a\n    - intent: b"] * 12)
    found = read(text)
    assert len(found) <= 2 * MAX_ALTERNATIVES
    assert all(len(each.events) == 12 for each in linked(found))


def test_a_rule_with_too_many_alternatives_is_refused() -> None:
    steps = "  - or:\n    - intent: a\n    - intent: b\n"
    assert len(read(f"rules:\n- rule: r\n  steps:\n{steps * 6}")) == MAX_ALTERNATIVES
    assert "combinations" in fault(f"rules:\n- rule: r\n  steps:\n{steps * 7}").problem


def test_a_rule_has_its_condition_and_flags() -> None:
    rule = only(
        "rules:\n- rule: r\n  condition:\n  - slot_was_set:\n    - name: Ann\n  - active_loop: form\n"
        "  conversation_start: true\n  wait_for_user_input: false\n  steps:\n  - intent: greet\n"
    )
    assert rule.kind == "rule"
    assert rule.condition == (SlotSet("name", "Ann"), ActiveLoop("form"))
    assert (rule.conversation_start, rule.wait_for_user_input) == (True, False)


def test_checkpoints_start_end_and_cut_stories() -> None:
    text = story(
        "checkpoint: a\n    slot_was_set:\n    - vip: true", "intent: x", "checkpoint: b", "action: y", "checkpoint: c"
    )
    first, second = read(text)
    assert (first.start, first.end) == ((Checkpoint("a", {"vip": True}),), (Checkpoint("b"),))
    assert (second.start, second.end) == ((Checkpoint("b"),), (Checkpoint("c"),))
    assert (names(first.events), names(second.events)) == (["x"], ["y"])


def test_stories_and_rules_are_read_from_a_file_that_holds_other_kinds_too(tmp_path: Path) -> None:
    path = tmp_path / "all.yml"
    path.write_text(
        'version: "3.1"\nintents: [a]\nnlu:\n- intent: a\n  examples: |\n    - a\n'
        "rules:\n- rule: r\n  steps:\n  - action: x\nstories:\n- story: s\n  metadata: {by: U1}\n  steps:\n"
        "  - intent: a\n"
    )
    assert [(each.kind, each.name, each.line) for each in read_stories(path)] == [("story", "s", 12), ("rule", "r", 8)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("stories:\n- story: s\n  steps: []\n", []),
        ("stories:\n- steps:\n  - action: a\n", []),
        ('version: "4.0"\n' + story("intent: a")[15:], []),
        (story("intent: a", "action: ''"), ["a"]),
        (story("intent: a", "entities: [b]"), ["a"]),
        (story("intent: a", "or:\n    - user: b\n    - intent: c"), ["a"]),
        (story("checkpoint: c\n    slot_was_set:\n    - name", "intent: a"), ["a"]),
        (story("slot_was_set:\n    - 3\n    - [b]", "intent: a"), ["a"]),
        ('version: "3.1.5"\n' + story("intent: a")[15:], []),
    ],
)
def test_what_rasa_leaves_out_is_left_out_and_logged(
    text: str, left: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        found = read(text)
    assert [name for each in found for name in names(each.events)] == left
    assert not any(each.start for each in found)
    assert "left out" in caplog.text
    assert "stories.yml:" in caplog.text


@pytest.mark.parametrize("version", ['"3.1.0"', '"3.0.9"', '"2.8.1"', '""', "null"])
def test_files_of_rasas_older_formats_are_read(version: str) -> None:
    assert names(only(f"version: {version}\n{story('intent: a')[15:]}").events) == ["a"]


def test_an_empty_file_has_no_stories() -> None:
    assert read("") == read('version: "3.1"\n') == read("stories:\n") == []


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("version: 3.1\nstories: []\n", 1, "number"),
        ("- story: a\n", 1, "mapping"),
        ("stories: a\n", 1, "list"),
        ("stories:\n- a\n", 2, "mapping"),
        ("stories:\n- story: s\n  stps: []\n", 3, "'stps'"),
        ("stories:\n- story: 12\n  steps:\n  - action: a\n", 2, "must be text"),
        (story("intent: a", "intents: b"), 6, "'intents'"),
        (story("hello"), 5, "not a mapping"),
        (story("intent: 12"), 5, "must be text"),
        (story("action: [a]"), 5, "must be text"),
        (story("slot_was_set: name"), 5, "list"),
        (story("slot_was_set:"), 5, "nothing behind 'slot_was_set'"),
        (story("intent: a\n    entities:"), 6, "nothing behind 'entities'"),
        (story("or:"), 5, "nothing behind 'or'"),
        (story("user:"), 5, "must be text"),
        (story("intent: a\n    metadata: {by: U1}"), 6, "'metadata'"),
        ("rules:\n- rule: r\n  steps:\n  - bot: Hi\n", 4, "bot texts"),
        (story("intent: a\n    entities:\n    - role: to"), 7, "no type"),
        (story("or:\n    - action: a"), 6, "'or'"),
        (story("user: '[x]{y}'"), 5, "JSON"),
        (story("intent: a\n    entities:\n    - b: c\n      role: 1"), 8, "must be text"),
        ("rules:\n- rule: r\n  steps:\n  - checkpoint: c\n", 4, "checkpoint"),
        ("rules:\n- rule: r\n  condition:\n  - intent: c\n  steps:\n  - intent: a\n", 4, "condition"),
        ("rules:\n- rule: r\n  wait_for_user_input: 1\n  steps:\n  - intent: a\n", 3, "true or false"),
    ],
)
def test_what_rasa_can_not_read_is_a_fault_with_its_line(text: str, line: int, problem: str) -> None:
    error = fault(text)
    assert error.line == line
    assert problem in error.problem
    assert error.remedy


def test_naming_an_unknown_slot_without_a_value_is_a_fault() -> None:
    assert fault(story("slot_was_set:\n    - nme"), DOMAIN).line == 6


KEYS = [
    "story",
    "rule",
    "steps",
    "intent",
    "user",
    "entities",
    "role",
    "action",
    "bot",
    "slot_was_set",
    "active_loop",
    "or",
    "checkpoint",
    "condition",
    "x",
]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("a/[]{:", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)


@given(ANYTHING, ANYTHING, st.sampled_from(["stories", "rules"]))
def test_whatever_a_file_holds_it_is_read_or_refused(first: Any, second: Any, key: str) -> None:
    item = {key.removesuffix("s").replace("ie", "y"): "name", "steps": [first, second]}
    for data in (first, {key: first}, {key: [first]}, {key: [item]}, {key: [{**item, "condition": [second]}]}):
        with suppress(FileError):
            linked(stories_from(data, FILE))


# -- linking ---------------------------------------------------------------------------------------------------------


def part(name: str, start: str = "", end: str = "", **conditions: Any) -> Story:
    return Story(
        name,
        "story",
        (ActionExecuted(f"action_{name}"),),
        start=tuple(Checkpoint(each, conditions) for each in start),
        end=tuple(Checkpoint(each) for each in end),
    )


def test_checkpoints_join_stories_into_whole_paths() -> None:
    found = linked([part("one", end="a"), part("two", "a", "b"), part("also", "a"), part("three", "b"), part("alone")])
    assert [names(each.events) for each in found] == [
        ["action_one", "action_two", "action_three"],
        ["action_one", "action_also"],
        ["action_alone"],
    ]
    assert found[0].name == "one > two > three"


def test_loops_of_checkpoints_end() -> None:
    found = linked([part("one", end="a"), part("again", "a", "a")])
    assert [names(each.events) for each in found] == [["action_one", "action_again"]]


def test_a_checkpoint_goes_on_only_where_its_condition_holds() -> None:
    beginning = part("one", end="a")
    vip = replace(beginning, events=(SlotSet("vip", True), *beginning.events))
    following = part("vips", "a", vip=True)
    assert [len(each.events) for each in linked([beginning, following])] == [1]
    assert [len(each.events) for each in linked([vip, following])] == [3]
    named = replace(beginning, events=(said(None, "inform", {"entity": "vip", "value": True}),))
    assert [len(each.events) for each in linked([named, following])] == [2]


def test_a_part_that_nothing_leads_to_is_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert linked([part("lost", "nowhere")]) == []
    assert "'lost'" in caplog.text


def test_joining_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    levels = "abcdefghij"
    many = [part("first", end="a")]
    many += [part(f"{start}{n}", start, end) for start, end in pairwise(levels) for n in range(4)]
    assert len(linked(many)) == 200
    assert "more than 200 paths" in caplog.text


def test_rules_stay_as_they_are() -> None:
    rule = Story("r", "rule", (LISTEN,))
    assert linked([rule]) == [rule]


# -- conversations to stories ----------------------------------------------------------------------------------------

GREET = said("hi", "greet")
ASK = said("how are you", "ask")


def test_a_conversation_becomes_steps_without_what_is_implied() -> None:
    events = [
        ActionExecuted("action_session_start"),
        LISTEN,
        said("to Rome", "go", {"entity": "city", "value": "Rome", "start": 3, "end": 7, "role": "to", "group": "1"}),
        SlotSet("city", "Rome"),
        ActionExecuted("action_unlikely_intent"),
        ActionExecuted("form"),
        ActiveLoop("form"),
        BotUttered("When?"),
        FollowupAction("x"),
        ActiveLoop(None),
        ActionExecuted(action_text="Bye!"),
        LISTEN,
    ]
    assert story_steps(events) == [
        {"intent": "go", "entities": [{"city": "Rome", "role": "to", "group": "1"}]},
        {"slot_was_set": [{"city": "Rome"}]},
        {"action": "form"},
        {"active_loop": "form"},
        {"active_loop": None},
        {"bot": "Bye!"},
    ]


def test_a_retrieval_intent_is_written_with_its_full_name() -> None:
    message = said("who are you", "faq", full_retrieval_intent_name="faq/ask_name")
    assert story_steps([message]) == [{"intent": "faq/ask_name"}]


def test_an_entity_without_a_value_is_written_as_its_type() -> None:
    assert story_steps([said("x", "go", {"entity": "city"})]) == [{"intent": "go", "entities": ["city"]}]


def test_a_message_featurized_as_text_is_written_as_text() -> None:
    events = [LISTEN, GREET, DefinePrevUserUtteredFeaturization(True)]
    assert story_steps(events) == [{"user": "hi"}]
    assert story_steps(events[1:]) == [{"intent": "greet"}]
    assert story_steps([LISTEN, GREET, DefinePrevUserUtteredFeaturization(False)]) == [{"intent": "greet"}]
    assert story_steps([*events, DefinePrevUserUtteredFeaturization(False)]) == [{"intent": "greet"}]


def test_entities_found_later_are_written_with_the_message() -> None:
    found = EntitiesAdded([{"entity": "name", "value": "Ann", "start": 0, "end": 2}])
    assert story_steps([LISTEN, GREET, found, found]) == [{"intent": "greet", "entities": [{"name": "Ann"}]}]
    assert story_steps([GREET, found]) == [{"intent": "greet"}]


def test_what_was_undone_is_in_no_story() -> None:
    events = [LISTEN, GREET, UserUtteranceReverted(), LISTEN, ASK, ActionExecuted("a"), ActionReverted(), LISTEN]
    (found,) = stories_of(events, "conversation")
    assert names(found.events) == ["ask"]


def test_each_part_between_restarts_and_sessions_is_a_story_if_the_user_spoke() -> None:
    answer = ActionExecuted("utter_hi")
    events = [
        *(ActionExecuted("action_session_start"), SessionStarted(), LISTEN, GREET, answer, LISTEN),
        *(Restarted(), LISTEN, Restarted(), LISTEN, ASK, answer, LISTEN),
        *(ActionExecuted("action_session_start"), SessionStarted(), LISTEN, GREET, LISTEN),
    ]
    found = stories_of(events, "talk")
    assert [(each.name, names(each.events)) for each in found] == [
        ("talk", ["greet", "utter_hi"]),
        ("talk_2", ["ask", "utter_hi"]),
        ("talk_3", ["greet"]),
    ]


def test_a_conversation_without_messages_gives_no_story_and_no_text() -> None:
    assert stories_of([LISTEN, ActionExecuted("a")], "talk") == []
    assert stories_yaml([]) == ""
    assert stories_yaml([Story("empty", "story", (LISTEN,))]) == ""


# -- writing ---------------------------------------------------------------------------------------------------------


def test_a_written_file_has_the_version_and_is_read_back_with_checkpoints_and_rules() -> None:
    stories = [
        Story("s: 1", "story", (SlotSet("a", [None, {"b": 1}]),), start=(Checkpoint("in", {"vip": True}),)),
        Story("t", "story", (ActionExecuted("x"),), end=(Checkpoint("out"),)),
        Story("r", "rule", (ActionExecuted("y"),), (SlotSet("a", None),), (), (), True, False),
    ]
    text = stories_yaml(stories)
    assert text.startswith('version: "3.1"\nstories:\n- story: ')
    again = [replace(each, path=None, line=None, event_lines=()) for each in read(text)]
    assert again == stories


def placeless(stories: list[Story]) -> list[Story]:
    return [replace(each, path=None, line=None, event_lines=()) for each in stories]


OR = "or:\n    - intent: yes\n    - intent: no\n      entities:\n      - why: busy"


def test_alternatives_are_written_as_the_or_that_they_were_read_from() -> None:
    slots = "or:\n    - slot_was_set:\n      - a: 1\n      - a: 2\n    - slot_was_set:\n      - b"
    text = story("intent: ask", OR, "action: x", slots, "checkpoint: end") + story(OR)[24:]
    found = read(text)
    assert len(found) == 8
    written = stories_yaml(found)
    assert [len(item["steps"]) for item in parse_yaml(written, FILE)["stories"]] == [5, 1]
    assert parse_yaml(written, FILE)["stories"][0]["steps"][1] == {
        "or": [{"intent": "yes"}, {"intent": "no", "entities": [{"why": "busy"}]}]
    }
    assert placeless(read(written)) == placeless(found)


def test_alternatives_of_a_rule_are_written_as_an_or_too() -> None:
    found = read(f"rules:\n- rule: r\n  condition:\n  - active_loop: f\n  steps:\n  - {OR}\n  - action: a\n")
    assert len(parse_yaml(stories_yaml(found), FILE)["rules"]) == 1
    assert placeless(read(stories_yaml(found))) == placeless(found)


def test_a_rule_keeps_the_listening_that_it_tells_of_and_a_story_does_not() -> None:
    listening = "  steps:\n  - intent: a\n  - action: action_listen\n"
    (rule,) = parse_yaml(stories_yaml(read(f"rules:\n- rule: r\n{listening}")), FILE)["rules"]
    (told,) = parse_yaml(stories_yaml(read(f"stories:\n- story: s\n{listening}")), FILE)["stories"]
    assert (rule["steps"], told["steps"]) == ([{"intent": "a"}, {"action": "action_listen"}], [{"intent": "a"}])


def test_a_message_that_says_nothing_is_not_written() -> None:
    assert story_steps([LISTEN, said(None, None), ActionExecuted("a")]) == [{"action": "a"}]


def test_stories_that_are_not_all_combinations_of_one_item_are_written_one_by_one() -> None:
    every = read(story(OR, OR))
    for some in (every[:3], [every[n] for n in (0, 3, 1, 2)], placeless(every), [*every, *every]):
        assert len(parse_yaml(stories_yaml(some), FILE)["stories"]) == len(some)
        assert placeless(read(stories_yaml(some))) == placeless(some)


STEPS = st.sampled_from(
    [
        *("intent: greet", "intent: go\n    entities:\n    - city: Rome\n      role: to", "user: '[Rome](city)'"),
        *("action: a", "bot: Hi", "slot_was_set:\n    - a: 1\n    - b: null", "active_loop: f", "checkpoint: c"),
        *(OR, "or:\n    - intent: a\n    - slot_was_set:\n      - a: 1\n      - b: 2", "or:\n    - intent: a"),
        "checkpoint: d\n    slot_was_set:\n    - a: true",
    ]
)


@given(st.lists(STEPS, min_size=1, max_size=5))
def test_whatever_a_story_is_made_of_it_is_written_so_that_it_reads_the_same(steps: list[str]) -> None:
    found = read(story(*steps))
    assert placeless(read(stories_yaml(found))) == placeless(found)
    assert stories_yaml(read(stories_yaml(found))) == stories_yaml(found)


def test_a_test_story_has_each_message_with_its_intent_and_its_marked_text() -> None:
    rome = {"entity": "city", "value": "Rome", "start": 3, "end": 7, "role": "to"}
    events = [
        *(LISTEN, said("to Rome", "go", rome), said(None, "go", {"entity": "city", "value": "Rome"})),
        *(said("/go", "go"), LISTEN, said("hm", None), said("hi", "greet"), DefinePrevUserUtteredFeaturization(True)),
    ]
    assert story_steps(events, as_test=True) == [
        {"intent": "go", "user": 'to [Rome]{"entity": "city", "role": "to"}'},
        {"intent": "go", "entities": [{"city": "Rome"}]},
        {"intent": "go", "user": "/go"},
        {"user": "hm"},
        {"user": "hi"},
    ]
    written = stories_yaml(stories_of(events, "talk"), as_test=True)
    (message, *_) = only(written).events
    assert isinstance(message, UserUttered)
    assert (message.text, message.intent_name, message.entities) == ("to Rome", "go", [rome])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text(min_size=1).filter(lambda name: name.strip() == name and "/" not in name)


@given(NAMES, st.text(), VALUES, st.text())
def test_any_slot_value_entity_value_and_bot_text_survives(name: str, text: str, value: Any, bot: str) -> None:
    entities: list[dict[str, Any]] = [
        {"entity": "thing", "value": text, "role": "to"},
        {"entity": "other", "value": 0},
    ]
    steps = [{"intent": name, "entities": [{"thing": text, "role": "to"}, {"other": 0}]}]
    events: list[Event] = [UserUttered(None, {"name": name}, entities), SlotSet(name, value)]
    events.append(ActionExecuted("", action_text=bot))
    assert story_steps(events)[0] == steps[0]
    (found,) = read(stories_yaml([Story(text, "story", tuple(events))]))
    assert found.name == text
    message, slot, action = found.events
    assert isinstance(message, UserUttered)
    assert (message.intent_name, message.entities) == (name, entities)
    assert slot == SlotSet(name, value)
    assert isinstance(action, ActionExecuted)
    assert action.action_text == bot


@given(st.text(min_size=1) | st.text(" \t\n-[](){}:#${X}'\"\\u1ü", min_size=1))
def test_any_message_without_an_intent_survives_but_for_brackets_that_would_be_an_annotation(text: str) -> None:
    (found,) = read(stories_yaml([Story("s", "story", (UserUttered(text),))]))
    (message,) = found.events
    assert isinstance(message, UserUttered)
    assert message.text in (text, text.replace("[", "(").replace("]", ")"))
    if "[" not in text:
        assert message.text == text
    if not text.startswith("/"):
        assert message.entities == []
