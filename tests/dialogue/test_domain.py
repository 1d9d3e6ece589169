"""Domains: what a file says an assistant can understand, remember, say and do."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.dialogue.domain import DEFAULT_ACTIONS, Domain, SessionConfig
from slackbot.dialogue.domain_problems import problems_for_rasa_3
from slackbot.dialogue.slots import SLOT_TYPES
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError

PROJECTS = Path(__file__).parents[3] / "shared" / "data" / "rasa_projects"

PLANTS = """
version: "3.1"
session_config:
  session_expiration_time: 5
  carry_over_slots_to_new_session: false
intents:
  - greet
  - water:
      use_entities: [plant, room]
      ignore_entities: [room]
  - chat:
      use_entities: []
  - open:
      use_entities: true
      triggers: action_open
entities:
  - plant:
      roles: [old, new]
      groups: ["1", "2"]
  - room:
      influence_conversation: false
slots:
  plant:
    type: text
    mappings:
      - type: from_entity
        entity: plant
        conditions:
          - active_loop: water_form
            requested_slot: plant
  rooms:
    type: list
    initial_value: hall
    mappings: [{type: custom}]
  mood:
    type: categorical
    values: [wilted, fine]
    influence_conversation: false
    mappings: [{type: custom}]
  litres:
    type: float
    min_value: 1
    max_value: 5
    mappings: [{type: custom}]
  bag:
    type: any
    mappings: [{type: custom}]
  sensor:
    type: garden.slots.SensorSlot
    mappings: [{type: custom}]
responses:
  utter_greet:
    - text: Hello
    - text: "Hi, ${NAME}"
      condition: [{type: slot, name: plant, value: fern}]
  utter_faq/soil:
    - text: Not too wet.
forms:
  water_form:
    required_slots: [plant, litres]
    ignored_intents: chat
actions:
  - action_open
  - utter_greet
  - utter_missing
  - action_water:
      send_domain: true
e2e_actions:
  - Off we go!
garden: {owner: Ann}
"""


@pytest.fixture
def plants(tmp_path: Path) -> Domain:
    return Domain.load(written(tmp_path / "domain.yml", PLANTS))


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def reread(domain: Domain) -> Domain:
    return Domain.from_dict(parse_yaml(domain.as_yaml(), Path("again.yml")))


# -- what it says ----------------------------------------------------------------------------------------------------


def test_names_are_in_the_files_order(plants: Domain) -> None:
    assert plants.intents == ("greet", "water", "chat", "open")
    assert plants.entities == ("plant", "room")
    assert tuple(plants.responses) == ("utter_greet", "utter_faq/soil")
    assert len(plants.responses["utter_greet"]) == 2


def test_an_intent_says_which_entities_policies_see_with_it(plants: Domain) -> None:
    used = {name: intent.used_entities for name, intent in plants.intent_properties.items()}
    assert used == {"greet": ("plant", "room"), "water": ("plant",), "chat": (), "open": ("plant", "room")}
    assert plants.intent_properties["open"].triggers == "action_open"


def test_an_entity_has_roles_and_groups(plants: Domain) -> None:
    plant, room = plants.entity_properties.values()
    assert (plant.roles, plant.groups, plant.influence_conversation) == (("old", "new"), ("1", "2"), True)
    assert (room.roles, room.influence_conversation) == ((), False)


def test_slots_have_their_type_and_what_belongs_to_it(plants: Domain) -> None:
    slots = plants.slots
    assert [slot.type for slot in slots.values()][:6] == ["text", "list", "categorical", "float", "any", "custom"]
    assert slots["plant"].mappings[0]["conditions"] == [{"active_loop": "water_form", "requested_slot": "plant"}]
    assert (slots["rooms"].initial_value, slots["rooms"].start_value) == ("hall", ["hall"])
    assert slots["mood"].values == ("wilted", "fine")
    assert (slots["litres"].min_value, slots["litres"].max_value) == (1, 5)
    assert slots["sensor"].declared_type == "garden.slots.SensorSlot"
    assert [slot.name for slot in slots.values() if slot.influence_conversation] == [
        "plant",
        "rooms",
        "litres",
        "sensor",
    ]


def test_rasa_adds_a_slot_for_forms_and_one_for_sessions(plants: Domain) -> None:
    assert list(plants.slots)[-2:] == ["requested_slot", "session_started_metadata"]
    assert not plants.slots["requested_slot"].influence_conversation
    assert list(Domain.from_dict({"intents": []}).slots) == ["session_started_metadata"]


def test_every_action_that_can_be_predicted_is_there_once(plants: Domain) -> None:
    assert plants.actions == (
        *DEFAULT_ACTIONS,
        *("action_open", "utter_greet", "utter_missing", "action_water"),
        "Off we go!",
        *("utter_faq", "utter_faq/soil"),
        "water_form",
    )


def test_custom_actions_are_neither_responses_nor_forms_nor_rasas_own(plants: Domain) -> None:
    assert plants.custom_actions == ("action_open", "action_water", "Off we go!")
    assert plants.e2e_actions == ("Off we go!",)


def test_a_form_asks_for_its_slots_in_order(plants: Domain) -> None:
    assert plants.required_slots("water_form") == ("plant", "litres")
    assert plants.required_slots("no_form") == ()


def test_a_session_expires_after_an_hour_and_hands_its_slots_on_unless_the_domain_says_otherwise(
    plants: Domain,
) -> None:
    assert plants.session_config == SessionConfig(5, carry_over_slots_to_new_session=False)
    assert Domain.from_dict({"session_config": {}}).session_config == SessionConfig(60, True)


def test_variables_of_the_environment_stay_as_they_are_written(plants: Domain) -> None:
    assert plants.responses["utter_greet"][1]["text"] == "Hi, ${NAME}"


def test_empty_sections_are_as_good_as_none() -> None:
    sections = ("intents", "entities", "slots", "responses", "forms", "actions", "session_config")
    assert Domain.from_dict(dict.fromkeys(sections)).actions == DEFAULT_ACTIONS


# -- writing and adding ----------------------------------------------------------------------------------------------


def test_a_written_domain_reads_as_an_equal_one_with_every_key_in_its_place(plants: Domain) -> None:
    again = reread(plants)
    assert again == plants
    assert list(again.data) == list(plants.data)
    assert again.data["garden"] == {"owner": "Ann"}


def test_additions_stand_last_and_what_was_there_is_untouched(plants: Domain) -> None:
    before = plants.as_yaml()
    more = plants.merged(
        intents=["thank", "greet", "thank"],
        entities=["tool", "plant"],
        actions=["action_dig", "action_open", "utter_thanks", "water_form", "action_listen", "utter_lost"],
        responses={"utter_thanks": "You're welcome!", "utter_greet": "Bye"},
    )
    assert more.intents == (*plants.intents, "thank")
    assert more.entities == (*plants.entities, "tool")
    assert more.data["actions"] == [*plants.data["actions"], "action_dig", "utter_lost"]
    assert more.responses["utter_thanks"] == [{"text": "You're welcome!"}]
    assert more.responses["utter_greet"] == plants.responses["utter_greet"]
    assert more.custom_actions == (*plants.custom_actions[:-1], "action_dig", "Off we go!")
    assert reread(more) == more
    assert plants.as_yaml() == before


def test_additions_make_the_sections_that_are_missing() -> None:
    more = Domain.from_dict({"version": "3.1", "intents": None}).merged(intents=["a"], responses={"utter_a": "A"})
    assert more.data == {"version": "3.1", "intents": ["a"], "responses": {"utter_a": [{"text": "A"}]}}


def test_adding_nothing_changes_nothing(plants: Domain) -> None:
    assert plants.merged() == plants
    assert plants.merged(intents=["x"]) != plants


# -- several files ---------------------------------------------------------------------------------------------------


def test_the_files_of_a_folder_are_one_domain(tmp_path: Path) -> None:
    written(tmp_path / "a.yml", "version: '3.1'\nintents: [greet]\nresponses: {utter_a: [{text: A}]}")
    written(tmp_path / "deep/b.yaml", "intents: [{greet: {use_entities: []}}, bye]\nresponses: {utter_b: [{text: B}]}")
    written(tmp_path / "deep/c.yml", "responses: {utter_a: [{text: other}]}\nsession_config: {}")
    written(tmp_path / "stories.yml", "stories: []")
    written(tmp_path / ".hidden/d.yml", "intents: [hidden]")
    written(tmp_path / "notes.txt", "intents: [none]")
    domain = Domain.load(tmp_path)
    assert domain.intents == ("greet", "bye")
    assert domain.responses == {"utter_a": [{"text": "A"}], "utter_b": [{"text": "B"}]}
    assert reread(domain) == domain


@pytest.mark.parametrize("place", ["domain.yml", "domain.yaml", "domain/any.yml"])
def test_a_projects_domain_is_found_beside_its_data(tmp_path: Path, place: str) -> None:
    written(tmp_path / place, "intents: [greet]")
    written(tmp_path / "data/responses.yml", "responses: {utter_faq/a: [{text: A}]}")
    domain = Domain.load(tmp_path)
    assert (domain.intents, domain.responses) == (("greet",), {})


# -- broken ones -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", None, "the domain is empty"),
        ("- greet\n", 1, "a domain is a mapping, not a list"),
        ("version: '3.1'\nintents: {greet: 1}\n", 2, "'intents' is a mapping, it must be a list"),
        ("intents: [greet]\nslots:\n  - a\n", 2, "'slots' is a list, it must be a mapping"),
        ("slots:\n  a:\n    type: text\n  b:\n    initial_value: 1\n", 4, "the slot 'b' has no type"),
        ("slots:\n  a: text\n", 2, "the slot 'a' is text"),
        ("slots:\n  a:\n    type: 3\n", 2, "the type of 'a' is no text"),
        ("slots:\n  1:\n    type: text\n", 2, "the slot 1 has no text for a name"),
        ("slots:\n  a:\n    type: float\n    max_value: high\n", 4, "'max_value' is text"),
        ("slots:\n  a:\n    type: text\n    mappings: from_text\n", 4, "'mappings' is no list of mappings"),
        ("intents:\n  - greet\n  - 3\n", 3, "a number in 'intents' is no name"),
        ("intents:\n  - greet: 3\n", 2, "the properties of 'greet' in 'intents' are a number"),
        ("intents:\n  - greet:\n      use_entities: 3\n", 3, "'use_entities' is no list of names"),
        ("intents:\n  - greet:\n      triggers: [a]\n", 3, "'triggers' is a list"),
        ("entities:\n  - city:\n      roles: [1]\n", 3, "'roles' is no list of names"),
        ("responses:\n  utter_a:\n    text: A\n", 2, "the response 'utter_a' is no list of variations"),
        ("responses:\n  utter_a:\n    - A\n", 2, "the response 'utter_a' is no list of variations"),
        ("forms:\n  a: [b]\n", 2, "the form 'a' is a list"),
        ("forms:\n  a:\n    required_slots: 3\n", 3, "'required_slots' is no list of names"),
        ("forms:\n  a:\n    required_slots: false\n", 3, "'required_slots' is no list of names"),
        ("forms:\n  a:\n    required_slots:\n      1: []\n", 3, "the form 'a' asks for 1"),
        ("session_config:\n  session_expiration_time: soon\n", 2, "'session_expiration_time' is text"),
        ("e2e_actions: [3]\n", 1, "'e2e_actions' is no list of names"),
        ("config: 3\n", 1, "'config' is a number"),
        ("3: x\n", 1, "the section 3 is no text"),
        ("intents: [\n", 2, "this is not valid YAML"),
    ],
)
def test_a_broken_domain_names_file_line_and_remedy(tmp_path: Path, text: str, line: int | None, problem: str) -> None:
    path = written(tmp_path / "domain.yml", text)
    with pytest.raises(FileError) as caught:
        Domain.load(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert caught.value.problem.startswith(problem)
    assert caught.value.remedy


def test_a_broken_file_of_several_is_the_one_that_is_named(tmp_path: Path) -> None:
    written(tmp_path / "a.yml", "intents: [greet]")
    broken = written(tmp_path / "b.yml", "version: '3.1'\nslots: []")
    with pytest.raises(FileError, match="'slots' is a list") as caught:
        Domain.load(tmp_path)
    assert (caught.value.path, caught.value.line) == (broken, 2)


def test_where_no_domain_is_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no domain file in this folder"):
        Domain.load(tmp_path)
    with pytest.raises(FileError, match="can't be read"):
        Domain.load(tmp_path / "domain.yml")


def test_content_without_a_file_is_refused_too() -> None:
    with pytest.raises(FileError, match=r"^domain: 'slots' is a list"):
        Domain.from_dict({"slots": []})


_scalars = st.sampled_from([None, True, False, 3, 0.5, "text", "greet", "required_slots"])
_data = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["greet", "use_entities", "type", "required_slots", "roles", "mappings", "text", 3]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
_sections = st.sampled_from(
    ["version", "intents", "entities", "slots", "responses", "forms", "actions", "e2e_actions", "session_config"]
)


@given(st.dictionaries(_sections, _data, max_size=4))
def test_whatever_a_file_says_it_is_a_domain_or_refused_as_a_persons_fault(data: dict[str, Any]) -> None:
    try:
        domain = Domain.from_dict(data)
    except FileError:
        return
    assert reread(domain) == domain
    assert domain.merged(intents=["new"]).intents[-1] == "new"
    problems_for_rasa_3(domain)


# -- Rasa 2 ----------------------------------------------------------------------------------------------------------

RASA_2 = """
version: "2.0"
intents: [greet]
entities: [size]
slots:
  size:
    type: rasa.shared.core.slots.TextSlot
  vegetarian:
    type: rasa.shared.core.slots.BooleanSlot
  note:
    type: unfeaturized
    auto_fill: false
forms:
  pizza_form:
    required_slots:
      size: []
      vegetarian:
        - {type: from_intent, intent: affirm, value: true}
  old_form:
    note: {type: from_text}
    ignored_intents: greet
"""


def test_a_domain_of_rasa_2_fills_its_slots_by_entities_and_forms() -> None:
    domain = Domain.from_dict(parse_yaml(RASA_2, Path("domain.yml")))
    assert [slot.type for slot in domain.slots.values()] == ["text", "bool", "any", "text", "any"]
    assert domain.required_slots("pizza_form") == ("size", "vegetarian")
    assert domain.required_slots("old_form") == ("note",)
    assert domain.slots["size"].mappings == (
        {"type": "from_entity", "entity": "size"},
        {"type": "from_entity", "entity": "size", "conditions": [{"active_loop": "pizza_form"}]},
    )
    [affirm] = domain.slots["vegetarian"].mappings
    assert affirm["conditions"] == [{"active_loop": "pizza_form", "requested_slot": "vegetarian"}]
    [note] = domain.slots["note"].mappings
    assert note == {"type": "from_text", "conditions": [{"active_loop": "old_form", "requested_slot": "note"}]}
    assert reread(domain) == domain


def test_rasa_2_did_not_fill_slots_by_entities_where_it_was_told_not_to() -> None:
    slots = {"size": {"type": "text"}, "city": {"type": "text", "auto_fill": False}}
    data = {"entities": ["size", "city"], "slots": slots}
    assert len(Domain.from_dict(data).slots["size"].mappings) == 1
    assert Domain.from_dict(data).slots["city"].mappings == ()
    told = {**data, "config": {"store_entities_as_slots": False}}
    assert Domain.from_dict(told).slots["size"].mappings == ()


def test_forms_may_be_a_mere_list_of_names_as_in_rasa_2() -> None:
    assert Domain.from_dict({"forms": ["pizza_form"]}).forms == {"pizza_form": {}}


def test_what_rasa_3_would_refuse_is_told(plants: Domain) -> None:
    assert problems_for_rasa_3(plants) == []
    told = "\n".join(problems_for_rasa_3(Domain.from_dict(parse_yaml(RASA_2, Path("domain.yml")))))
    assert "format 2.0" in told
    assert "'size' has no mappings" in told
    assert "'note' is unfeaturized" in told
    assert "'old_form' has no list of required_slots" in told
    others = {"version": 3.1, "intents": ["a", {"a": {}}], "forms": {"f": {"required_slots": ["lost"]}}}
    told = "\n".join(problems_for_rasa_3(Domain.from_dict(others)))
    assert "the version 3.1 is no text" in told
    assert "'a' occurs 2 times in 'intents'" in told
    assert "asks for 'lost', which is no slot" in told
    assert "a list of names" in "\n".join(problems_for_rasa_3(Domain.from_dict({"forms": ["f"]})))


def test_rasa_3_would_refuse_responses_without_text_and_variables_where_it_expects_a_type() -> None:
    text = (
        "responses:\n  utter_a:\n  - image: x\n  utter_b:\n  - custom: {a: b}\n  utter_${N}:\n  - text: ${TEXT}\n"
        "slots:\n  s:\n    type: text\n    initial_value: ${START}\n    mappings:\n    - type: custom\n"
    )
    found = problems_for_rasa_3(Domain.from_dict(parse_yaml(text, Path("domain.yml"))))
    assert ["'utter_a'" in found[0], "'${TEXT}' stands in 'responses'" in found[1]] == [True, True]
    assert len(found) == 2


# -- real projects ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not PROJECTS.is_dir(), reason=f"the real Rasa projects are not here: {PROJECTS}")
def test_real_projects_load_and_are_written_as_equal_domains() -> None:
    files = sorted(PROJECTS.rglob("domain.yml"))
    assert files
    for file in files:
        domain = Domain.load(file)
        assert domain.intents
        assert domain.responses
        assert {slot.type for slot in domain.slots.values()} <= set(SLOT_TYPES)
        assert reread(domain) == domain
        assert bool(problems_for_rasa_3(domain)) == (domain.data["version"] == "2.0")
