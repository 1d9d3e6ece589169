"""A tiny assistant: small enough to learn in a moment, with a slot, a rule and an action that runs elsewhere."""

from __future__ import annotations

from pathlib import Path

from slackbot.core.builtin import BuiltinCore
from tests.core.conversations import write_project

DOMAIN = """
    version: "3.1"
    intents: [greet, bye, order, pay]
    entities: [dish]
    slots:
      dish:
        type: text
        mappings:
          - type: from_entity
            entity: dish
    responses:
      utter_greet: [{text: "Hello!"}]
      utter_bye: [{text: "Bye!"}]
      utter_dish: [{text: "One {dish}."}]
    actions: [action_pay]
"""
DATA = """
    version: "3.1"
    nlu:
      - intent: greet
        examples: |
          - hi
          - hello
      - intent: bye
        examples: |
          - bye
          - goodbye
      - intent: order
        examples: |
          - a [soup](dish)
          - one [pie](dish) please
      - intent: pay
        examples: |
          - pay
          - the bill
    stories:
      - story: a meal
        steps:
          - intent: greet
          - action: utter_greet
          - intent: order
            entities: [{dish: soup}]
          - action: utter_dish
          - intent: pay
          - action: action_pay
          - action: utter_bye
    rules:
      - rule: say bye whenever the guest does
        steps:
          - intent: bye
          - action: utter_bye
"""


def tiny_assistant(folder: Path) -> BuiltinCore:
    """Writes the project to the folder and learns it."""
    return BuiltinCore.load(write_project(folder, DOMAIN, DATA))
