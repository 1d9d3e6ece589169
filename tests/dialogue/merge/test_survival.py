"""What a person types is in the files afterwards, or reported; whatever the files look like, they stay as they are."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackbot.dialogue.events import ActionExecuted, Event, SlotSet, UserUttered
from slackbot.dialogue.merge import Conversation, plan
from slackbot.dialogue.merge.examples import normalised, shown
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.stories import story_steps
from tests.dialogue.logs import logs
from tests.dialogue.merge.folders import DOMAIN, LISTEN, NLU, STORIES, added_lines, content, folder_with, said

INDENTED = """\
# ours
version: "3.1"

nlu:
  # small talk
  - intent: greet
    examples: |
      - hi
      - hello [Rome](city)

  - intent: bye   # not good
    examples: |-
      - bye

  - synonym: Roma
    examples: |
      - rome
"""
LISTED = """\
nlu:
- intent: greet
  metadata: {sentiment: 1}
  examples:
  - text: |
      hi
  - text: "hello"
    metadata:
      a: b
- lookup: city
  examples: |
    - Rome
"""
MIXED = """\
version: "3.1"
stories:

- story: one   # told by Ann
  steps:
    - or:
      - intent: greet
      - intent: bye
    - action: utter_greet

- story: two
  steps:
    - intent: bye
      entities:
        - city: Rome
rules:
- rule: r
  steps:
  - intent: bye
  - action: utter_greet
"""
ODD = """\
# head

---
"nlu":   # hidden from Rasa, which looks for a line that begins with nlu:

    -   'regex': zip
        examples: |+
          - "[0-9]+"

# between
    -
        # why
        intent: "greet"   # not the last
        examples: |4
            - hi
            - to [NYC]{"entity": "city", "value": "New York"}

        metadata: {a: [1]}
    - {intent: bye, examples: "- bye"}
version: '3.1'
...

# end
"""
ODD_STORIES = """\
rules: [{rule: r, steps: [{intent: bye}, {action: utter_greet}]}]
stories:

   # one
   -  "story": 'one'
      metadata: {by: Ann}

      steps:
# here
      -
          intent: greet
          entities: [{city: Rome}]
      - {action: utter_greet}

version: "3.1"


"""
NLU_FILES = [
    ODD,
    NLU,
    INDENTED,
    LISTED,
    "",
    "# later\n",
    'version: "3.1"',
    "rules:\n",
    "nlu: []\n",
    NLU + "rules:",
    "---\n" + NLU,
]
STORY_FILES = [
    STORIES,
    MIXED,
    ODD_STORIES,
    "",
    "stories:\n",
    'version: "3.1"\n',
    "stories: # none\n\nrules:\n",
    "nlu:\nstories:",
]

_sign = (
    st.sampled_from(list("[](){}:|>-#&*!%@`'\"\\,?$/ \t\n\r0nux~é€\u2028\ufeff\x00\x85\xa0\ud800")) | st.characters()
)
TEXTS = st.one_of(
    st.text(_sign, max_size=12),
    st.sampled_from(
        ["hi", "HELLO", "/greet", "EXTERNAL: x", "- a", "[a](b)", "${HOME}", r"\u0041", "null", "a: b", "😀", "x " * 99]
    ),
)


@st.composite
def entities(draw: st.DrawFn, text: str) -> list[dict[str, Any]]:
    """At most one marked part of the text."""
    start = draw(st.integers(0, max(len(text) - 1, 0)))
    end = draw(st.integers(start, len(text)))
    entity = {"start": start, "end": end, "entity": draw(st.sampled_from(["city", "place", "a:b"]))}
    entity["value"] = draw(st.sampled_from([text[start:end], "Rome", 7]))
    role = draw(st.sampled_from([{}, {"role": "to"}, {"group": "1"}]))
    return draw(st.sampled_from([[], [{**entity, **role}]]))


@st.composite
def talks(draw: st.DrawFn) -> Conversation:
    """A conversation of some turns."""
    events: list[Event] = [LISTEN]
    for text in draw(st.lists(TEXTS, min_size=1, max_size=4)):
        intent = draw(st.sampled_from(["greet", "bye", "new", "faq/x", "no: thing", None]))
        events.append(said(text, intent, *draw(entities(text))))
        events += draw(
            st.sampled_from(
                [[ActionExecuted("utter_greet")], [ActionExecuted("action_new")], [SlotSet("a", {"b": text})]]
            )
        )
        events.append(LISTEN)
    return Conversation(draw(TEXTS), tuple(events))


def in_style(text: str, style: str) -> bytes:
    """The file with other line endings, without the last one, or with a byte order mark."""
    text = text.replace("\n", "\r\n") if "r" in style else text
    text = text.rstrip("\r\n") if "n" in style else text
    return (text if text.isascii() and "a" in style else f"# ü\n{text}" if "u" in style else text).encode(
        "utf-8-sig" if "b" in style else "utf-8"
    )


def sayings(project: Project) -> list[tuple[Any, ...]]:
    return [(each.text, each.intent, str(each.entities), each.metadata) for each in project.nlu.examples]


def tellings(project: Project) -> list[tuple[Any, ...]]:
    return [(each.kind, each.name, str(story_steps(each.events)), each.start, each.end) for each in project.stories]


def is_in_order(part: list[Any], whole: list[Any]) -> bool:
    rest = iter(whole)
    return all(any(item == other for other in rest) for item in part)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(NLU_FILES),
    st.sampled_from(STORY_FILES),
    st.sampled_from(["", "r", "n", "rn", "b", "u"]),
    st.lists(talks(), max_size=2),
)
def test_what_is_typed_survives_or_is_reported(
    nlu: str, stories: str, style: str, conversations: list[Conversation]
) -> None:
    files = {
        "data/nlu.yml": in_style(nlu, style),
        "data/stories.yml": in_style(stories, style),
        "domain.yml": in_style(DOMAIN, style),
    }
    with tempfile.TemporaryDirectory() as place:
        folder = folder_with(Path(place), files)
        before, old = content(folder), load_project(folder)
        changes = plan(folder, conversations)
        changes.write()
        after, new = content(folder), load_project(folder)
        assert plan(folder, conversations).changes == ()
    for name, data in before.items():
        added_lines(data, after[name])
    assert is_in_order(sayings(old), sayings(new))
    assert is_in_order(tellings(old), tellings(new))
    assert len(sayings(new)) == len(sayings(old)) + changes.examples
    assert len(tellings(new)) == len(tellings(old)) + changes.stories
    reports = [*changes.notes, *map(str, changes.conflicts)]
    known = {(normalised(each.text), each.intent) for each in old.nlu.examples}
    for text, intent in (message for conversation in conversations for message in labelled(conversation)):
        # One that differs from another in case and spaces alone is that one.
        if (normalised(text), intent) not in known and not any(shown(text) in report for report in reports):
            assert (text, intent) in [(each.text, each.intent) for each in new.nlu.examples]
        known.add((normalised(text), intent))


def labelled(conversation: Conversation) -> list[tuple[str, str]]:
    """What should become examples."""
    messages = [event for event in conversation.events if isinstance(event, UserUttered) and event.text]
    return [
        (message.text or "", message.intent_name)
        for message in messages
        if message.intent_name
        and (message.text or "").strip()
        and not (message.text or "").startswith(("/", "EXTERNAL:"))
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(logs(), max_size=2))
def test_no_log_leaves_a_project_that_cannot_be_loaded(found: list[list[Event]]) -> None:
    typed = [
        [event for event in log if all("entity" in each for each in getattr(event, "entities", None) or ())]
        for log in found
    ]
    with tempfile.TemporaryDirectory() as place:
        folder = folder_with(Path(place), {"data/nlu.yml": NLU, "data/stories.yml": STORIES})
        conversations = [Conversation("c", log) for log in typed]
        plan(folder, conversations).write()
        load_project(folder)
        assert plan(folder, conversations).changes == ()
