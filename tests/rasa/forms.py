"""A small Rasa project with a form: two slots, small talk in the middle of it, and a way out."""

from __future__ import annotations

from pathlib import Path

from tests.core.conversations import write_project

DOMAIN = """
    version: "3.1"
    intents: [book, inform, affirm, deny, chat, stop]
    slots:
      guests:
        type: text
        influence_conversation: false
        mappings:
        - type: from_text
          not_intent: [chat, stop]
          conditions: [{active_loop: table_form, requested_slot: guests}]
      terrace:
        type: bool
        influence_conversation: false
        mappings:
        - type: from_intent
          intent: affirm
          value: true
          conditions: [{active_loop: table_form, requested_slot: terrace}]
        - type: from_intent
          intent: deny
          value: false
          conditions: [{active_loop: table_form, requested_slot: terrace}]
    responses:
      utter_ask_guests: [{text: "For how many?"}]
      utter_ask_terrace: [{text: "On the terrace?"}]
      utter_booked: [{text: "A table for {guests}."}]
      utter_chat: [{text: "I am a bot."}]
      utter_stopped: [{text: "No table, then."}]
    forms:
      table_form: {required_slots: [guests, terrace]}
    """
DATA = """
    version: "3.1"
    nlu:
    - intent: book
      examples: |
        - a table please
        - book a table
        - I want to book a table
        - reserve us a table
    - intent: inform
      examples: |
        - a dozen
        - five
        - five people
        - seven
    - intent: affirm
      examples: |
        - yes
        - yes please
        - sure
    - intent: deny
      examples: |
        - no
        - no thanks
        - rather not
    - intent: chat
      examples: |
        - are you a bot
        - who are you
        - what are you
    - intent: stop
      examples: |
        - stop that
        - stop it now
        - forget it
    rules:
    - rule: the form begins
      steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]
    - rule: the form ends
      condition: [{active_loop: table_form}]
      steps: [{action: table_form}, {active_loop: null}, {action: utter_booked}]
    - rule: small talk
      steps: [{intent: chat}, {action: utter_chat}]
    stories:
    - story: somebody is served
      steps:
      - intent: book
      - action: table_form
      - active_loop: table_form
      - active_loop: null
      - action: utter_booked
    - story: somebody leaves the form
      steps:
      - intent: book
      - action: table_form
      - active_loop: table_form
      - intent: stop
      - action: action_deactivate_loop
      - active_loop: null
      - action: utter_stopped
    """
CONFIG = """
    recipe: default.v1
    assistant_id: tables
    language: en
    pipeline:
    - name: WhitespaceTokenizer
    - name: CountVectorsFeaturizer
    - name: CountVectorsFeaturizer
      analyzer: char_wb
      min_ngram: 1
      max_ngram: 4
    - name: DIETClassifier
      epochs: 60
      entity_recognition: false
      constrain_similarities: true
    policies:
    - name: MemoizationPolicy
    - name: RulePolicy
    """


def written(folder: Path) -> Path:
    """The project, in this folder."""
    return write_project(folder, DOMAIN, DATA, CONFIG)
