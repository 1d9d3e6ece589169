"""The domain as the API tells it; what is wanted is what a Rasa 3.6.21 answered that was trained with the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from slackbot.api.served_domain import served_domain
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.yamlfile import parse_yaml

WRITTEN = """
intents:
- zeta
- greet: {use_entities: []}
- faq
- Alpha: {use_entities: false}
- beta: {ignore_entities: [dish], use_entities: true}
entities:
- place
- dish: {roles: [a, b], influence_conversation: false}
slots:
  dish: {type: text, mappings: [{type: from_entity, entity: dish}]}
responses:
  utter_zeta: [{text: "Hello ${NAME}!"}, {text: Hi, id: one}]
  utter_faq/ask: [{text: asked}]
actions:
- action_zeta: {send_domain: true}
- action_beta
e2e_actions: []
session_config: {session_expiration_time: 30}
"""


def served(text: str) -> dict[str, Any]:
    return served_domain(Domain(parse_yaml(text, Path("domain.yml"))))


def test_what_rasa_adds_and_leaves_out_is_added_and_left_out() -> None:
    told, written = served(WRITTEN), parse_yaml(WRITTEN, Path("domain.yml"))
    assert told.pop("intents") == [
        {"Alpha": {"use_entities": []}},
        {"beta": {"ignore_entities": ["dish"], "use_entities": True}},
        {"faq": {"used_entities": ["place"], "is_retrieval_intent": True}},
        {"greet": {"use_entities": []}},
        "zeta",
    ]
    assert told.pop("actions") == [{"action_zeta": {"send_domain": True}}, "action_beta", "utter_faq"]
    assert told.pop("version") == "3.1"
    assert told == {key: section for key, section in written.items() if key in told}
    assert set(written) - set(told) == {"intents", "actions", "e2e_actions"}


def test_sessions_are_told_also_where_no_file_says_anything_of_them() -> None:
    usual = {"session_expiration_time": 60, "carry_over_slots_to_new_session": True}
    for text in ("intents: [greet]", "session_config: {}"):
        assert served(text)["session_config"] == usual


def test_what_is_told_reads_as_the_same_domain() -> None:
    own, told = Domain(parse_yaml(WRITTEN, Path("domain.yml"))), Domain.from_dict(served(WRITTEN))
    assert (set(told.intents), set(told.actions)) == (set(own.intents), set(own.actions))
    assert told.intent_properties == own.intent_properties
    assert (told.slots, told.responses, told.session_config) == (own.slots, own.responses, own.session_config)


def test_the_domain_itself_stays_as_it_is() -> None:
    domain = Domain(parse_yaml(WRITTEN, Path("domain.yml")))
    before = domain.as_yaml()
    served_domain(domain)
    assert domain.as_yaml() == before
