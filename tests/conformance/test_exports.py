"""What conversations add to a project's files reads there as what Rasa 3.6.21's interactive export reads as.

The bytes are not compared: Rasa rewrites files, and often so that it can't read them; ours keeps them. ``nlu_merge``
has messages alone, ``export`` whole sessions with the files that there were.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, Event, Restarted, UserUttered, events_from_dicts
from slackbot.dialogue.merge.examples import normalised, shown, synonyms_of
from slackbot.dialogue.nlu import Example, NLUData, examples_of, nlu_from
from slackbot.dialogue.stories import Story, stories_from, stories_of, story_steps
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError
from tests.conformance.comparing import REFUSED, Difference, Record, plain
from tests.conformance.conftest import Compare
from tests.conformance.messages import MESSAGES, Step, marked, messages_explain, without_role
from tests.conformance.projects import Exported, exported, names_only

FILE = Path("file.yml")
CRASHED = "crashed"
UNREADABLE = "unreadable"
BASIC_DOMAIN = 'version: "3.1"\nintents:\n- greet\n'

Export = Callable[[Record], Exported]


@pytest.fixture(scope="module")
def export(domain: Domain, tmp_path_factory: pytest.TempPathFactory) -> Export:
    """Export a record once, whatever is compared of it."""
    names, folder = names_only(domain), tmp_path_factory.mktemp("exports")
    done: dict[str, Exported | FileError] = {}

    def run(record: Record) -> Exported:
        name = record["id"]
        if name not in done:
            try:
                done[name] = _exported(folder / str(len(done)), names, record)
            except FileError as error:
                done[name] = error
        outcome = done[name]
        if isinstance(outcome, FileError):
            raise outcome
        return outcome

    return run


def _exported(folder: Path, domain: str, record: Record) -> Exported:
    if "existing_yaml" in record:
        return exported(folder, BASIC_DOMAIN, {"nlu.yml": record["existing_yaml"]}, heard(record))
    files = {"nlu.yml": record["existing_nlu"], "stories.yml": record["existing_stories"]}
    responses = {name: variations[0]["text"] for name, variations in record["new_responses"].items()}
    return exported(folder, domain, files, events_from_dicts(record["events"]), responses)


def heard(record: Record) -> list[Event]:
    """The record's messages as a conversation has them: listened to. A rewind takes that back too."""
    events = events_from_dicts(record["events"])
    listening = [[ActionExecuted("action_listen")] if isinstance(event, UserUttered) else [] for event in events]
    return [event for pair in zip(listening, events, strict=True) for event in (*pair[0], pair[1])]


def log_of(record: Record) -> list[Event]:
    return heard(record) if "existing_yaml" in record else events_from_dicts(record["events"])


def is_read(ours: Any, rasas: Any) -> bool:
    """Whether both sides could be read."""
    return not any(side in (REFUSED, CRASHED, UNREADABLE) for side in (ours, rasas) if isinstance(side, str))


# -- examples --------------------------------------------------------------------------------------------------------

#: Text, intent and entities.
Shown = tuple[str, str, str]


def test_examples_are_those_that_rasas_export_reads_as(compare: Compare, export: Export) -> None:
    rules = [Difference(reason, partial(examples_explain, export, reason)) for reason in RULES]
    for file in ("nlu_merge", "export"):
        compare(
            file,
            lambda record: nlu_shown(export(record).nlu),
            rasas_nlu,
            [REFUSES, SURVIVES, RASA_CAN_NOT_READ_IT, *rules],
        )


def rasas_nlu(record: Record) -> Any:
    written = record["output_yaml" if "existing_yaml" in record else "out_nlu"]
    if written is None:
        return CRASHED
    try:
        return nlu_shown(nlu_from(parse_yaml(written, FILE), FILE))
    except FileError:
        return UNREADABLE


def nlu_shown(data: NLUData) -> Any:
    """Examples in any order, and the rest without the synonyms that the examples make."""
    examples = Counter(map(example_shown, data.examples))
    made = {word for example in data.examples for word in synonyms_of(example)}
    synonyms = {word: value for word, value in data.synonyms.items() if word not in made}
    regexes = sorted((regex["name"], regex["pattern"]) for regex in data.regexes)
    return examples, plain([synonyms, regexes, data.lookups])


def example_shown(example: Example) -> Shown:
    """Rasa's export writes a retrieval intent without its second part."""
    return example.text, base(example.intent), plain(example.entities)


def base(intent: str) -> str:
    return intent.partition("/")[0]


def examples_explain(export: Export, reason: str, record: Record, ours: Any, rasas: Any) -> bool:
    """Whether rules explain all that differs, the one of this reason first."""
    if not is_read(ours, rasas) or ours[1] != rasas[1]:
        return False
    taught = {example_shown(example)[:2] for example in examples_of(log_of(record))}
    if not all(example[:2] in taught for example in ours[0] - rasas[0]):
        return False
    outcome = export(record)
    found = [
        next((why for why, rule in RULES.items() if rule(record, outcome, example)), None)
        for example in rasas[0] - ours[0]
    ]
    return bool(found) and None not in found and found[0] == reason


def test_what_rasa_merged_is_read_as_rasa_reads_it(compare: Compare) -> None:
    def found(record: Record) -> Any:
        return [triple(each) for each in nlu_from(parse_yaml(record["output_yaml"], FILE), FILE).examples]

    def expected(record: Record) -> Any:
        examples = record["reread_examples"]
        return [(each["text"], each["intent"], plain(each["entities"])) for each in examples]

    compare("nlu_merge", found, expected)


def triple(example: Example) -> Shown:
    return example.text, example.intent, plain(example.entities)


# Each says whether it explains an example that only Rasa has.


def is_triggered(_: Record, __: Exported, example: Shown) -> bool:
    return example[0].startswith("EXTERNAL:")


def is_under_another_intent(_: Record, outcome: Exported, example: Shown) -> bool:
    return any(
        normalised(each.text) == normalised(example[0]) and base(each.intent) != example[1]
        for each in outcome.nlu.examples
    )


def is_under_another_synonym(_: Record, outcome: Exported, example: Shown) -> bool:
    return any(note.startswith(shown(example[0])) and "stands for" in note for note in outcome.notes)


def is_there_already(_: Record, outcome: Exported, example: Shown) -> bool:
    return any(
        normalised(each.text) == normalised(example[0]) and base(each.intent) == example[1]
        for each in outcome.nlu.examples
    )


def is_spoilt(record: Record, _: Exported, example: Shown) -> bool:
    return example[0] not in {event.get("text") for event in record["events"]}


def was_taken_back(record: Record, _: Exported, example: Shown) -> bool:
    """Whether the conversation holds the example, but not among what still applies."""
    taught = {(each.text, base(each.intent)) for each in examples_of(log_of(record))}
    said = {(event.text, base(event.intent_name or "")) for event in log_of(record) if isinstance(event, UserUttered)}
    return example[:2] in said - taught


RULES: dict[str, Callable[[Record, Exported, Shown], bool]] = {
    "a triggered intent (EXTERNAL: ...) is no example": is_triggered,
    "the same text under another intent is reported as a conflict, not written": is_under_another_intent,
    "the same word as a synonym of another value is reported as a conflict, not written": is_under_another_synonym,
    "an example is not written twice, and with the entities that can be marked": is_there_already,
    "Rasa reads what it wrote as a text that nobody said (brackets, backslash-u in a file that is wholly ASCII)": (
        is_spoilt
    ),
    "what was undone, or left the log otherwise than by a rewind, is no example": was_taken_back,
}


# -- stories ---------------------------------------------------------------------------------------------------------


def test_stories_are_those_that_rasas_export_has(compare: Compare, export: Export) -> None:
    """One after the other, since Rasa doesn't divide a conversation at its sessions."""

    def found(record: Record) -> Any:
        return steps_shown(record, map(steps_of, export(record).stories))

    def expected(record: Record) -> Any:
        return steps_shown(record, (item["steps"] for item in rasas_new_stories(record)))

    compare("export", found, expected, [REFUSES, SAID_ONCE, WHAT_APPLIES, *MESSAGES, not_all_can_be_said(export)])


def test_the_stories_can_be_read_then(compare: Compare, export: Export) -> None:
    def found(record: Record) -> Any:
        return export(record).nlu is not None

    compare("export", found, lambda record: record["stories_rereadable"] is True, [REFUSES, RASAS_CAN_NOT])


def rasas_new_stories(record: Record) -> list[Any]:
    """What Rasa added to the file, whether it could read the file then or not."""
    added = record["out_stories"].removeprefix(record["existing_stories"] or "")
    return parse_yaml(re.sub(r'(?m)^version: "3.1"\nstories:\n', "", added), FILE) or []


def steps_of(story: Story) -> list[Step]:
    return story_steps(story.events)


def steps_shown(record: Record, stories: Iterable[Sequence[Step]]) -> list[Step]:
    return [shown for step in chain.from_iterable(stories) if (shown := step_shown(record, step))]


def step_shown(record: Record, step: Step) -> Step:
    """A step without roles and groups, which Rasa loses. With ``--e2e`` Rasa writes texts and no entities, we don't."""
    dropped = {"entities", "user"} if record["e2e"] and "intent" in step else {"entities"} if record["e2e"] else set()
    kept = {key: value for key, value in marked(step).items() if key not in dropped}
    return kept | ({"entities": list(map(without_role, kept["entities"]))} if "entities" in kept else {})


def rasa_has_every_event(record: Record, rasas: Any) -> bool:
    every = steps_shown(record, [story_steps(part) for part in between_restarts(events_from_dicts(record["events"]))])
    return every == rasas or messages_explain(record, every, rasas)


def between_restarts(events: Iterable[Event]) -> list[list[Event]]:
    """Rasa leaves out a part in which no message still applies."""
    parts: list[list[Event]] = [[]]
    for event in events:
        if isinstance(event, Restarted):
            parts.append([])
        else:
            parts[-1].append(event)
    return [part for part in parts if stories_of(part, "")]


def applied_stories(record: Record) -> list[list[Step]]:
    return [story_steps(story.events) for story in stories_of(log_of(record), "")]


def new_stories(record: Record) -> list[list[Step]]:
    """What applies, without what the file has already and without repetitions."""
    known = [plain(steps_of(story)) for story in stories_from(parse_yaml(record["existing_stories"] or "", FILE), FILE)]
    found: list[list[Step]] = []
    for steps in applied_stories(record):
        if plain(steps) not in known:
            known.append(plain(steps))
            found.append(steps)
    return found


def some_are_there_already(record: Record, ours: Any, rasas: Any) -> bool:
    new = new_stories(record)
    is_ours = is_read(ours, rasas) and ours == steps_shown(record, new)
    return is_ours and new != applied_stories(record) and rasa_has_every_event(record, rasas)


def only_what_applies_is_ours(record: Record, ours: Any, rasas: Any) -> bool:
    is_ours = is_read(ours, rasas) and ours == steps_shown(record, applied_stories(record))
    return is_ours and rasa_has_every_event(record, rasas)


def not_all_can_be_said(export: Export) -> Difference:
    def explains(record: Record, ours: Any, rasas: Any) -> bool:
        if not is_read(ours, rasas) or not any(note.startswith("story ") for note in export(record).notes):
            return False
        rest = iter(map(plain, steps_shown(record, new_stories(record))))
        return all(step in rest for step in map(plain, ours)) and rasa_has_every_event(record, rasas)

    return Difference(
        "a story that its format can't say, or that needs what nobody defined, is reported and not written", explains
    )


# -- the domain ------------------------------------------------------------------------------------------------------


def test_the_domain_gets_what_rasas_gets(compare: Compare, export: Export, domain: Domain) -> None:
    """Responses are not listed among the actions once more, as Rasa does it."""

    def found(record: Record) -> Any:
        after = export(record).domain
        return {
            "intents": sorted(set(after.intents) - set(domain.intents)),
            "entities": sorted(set(after.entities) - set(domain.entities)),
            "actions": sorted(set(after.custom_actions) - set(domain.custom_actions)),
            "responses": sorted(set(after.responses) - set(domain.responses)),
        }

    def expected(record: Record) -> Any:
        delta = record.get("out_domain_delta")
        if delta is None:
            return CRASHED
        responses = {*domain.responses, *delta["new_responses"], *(name.split("/")[0] for name in domain.responses)}
        return {
            "intents": sorted(delta["new_intents"]),
            "entities": sorted(delta["new_entities"]),
            "actions": sorted(set(delta["new_actions_listed"]) - responses),
            "responses": sorted(delta["new_responses"]),
        }

    def is_not_needed(record: Record, ours: Any, rasas: Any) -> bool:
        """Whether only Rasa has more, and nothing of that is in what we exported."""
        if not is_read(ours, rasas):
            return False
        needed = needed_by(export(record))
        more = {kind: set(rasas[kind]) - set(ours[kind]) for kind in needed}
        return all(set(ours[kind]) <= set(rasas[kind]) and needed[kind].isdisjoint(more[kind]) for kind in needed)

    reason = "Rasa adds to the domain what only messages and actions need that were taken back or are no example"
    compare("export", found, expected, [REFUSES, SURVIVES, Difference(reason, is_not_needed)])


def needed_by(outcome: Exported) -> dict[str, set[str | None]]:
    events = [event for story in outcome.stories for event in story.events]
    messages = [event for event in events if isinstance(event, UserUttered)]
    entities = [entity for message in messages for entity in message.entities]
    actions = {event.action_name for event in events if isinstance(event, ActionExecuted)}
    return {
        "intents": {message.intent_name for message in messages} | {base(e.intent) for e in outcome.nlu.examples},
        "entities": {e["entity"] for e in entities} | {e["entity"] for x in outcome.nlu.examples for e in x.entities},
        "actions": actions,
        "responses": actions,
    }


# -- deliberate differences ------------------------------------------------------------------------------------------


def refuses_to_overwrite(record: Record, ours: Any, _: Any) -> bool:
    if ours != REFUSED:
        return False
    try:
        for key in ("existing_yaml", "existing_nlu", "existing_stories"):
            parse_yaml(record.get(key) or "", FILE)
    except FileError:
        return True
    return False


REFUSES = Difference(
    "Rasa takes an NLU file that it can't read for an empty one and overwrites it; we refuse and name its line",
    refuses_to_overwrite,
)
SURVIVES = Difference(
    "Rasa's export crashes (a message without an intent, a bot text that was predicted), ours doesn't",
    lambda _, ours, rasas: ours != REFUSED and rasas == CRASHED,
)
RASA_CAN_NOT_READ_IT = Difference(
    "Rasa can't read what it wrote; we can", lambda _, ours, rasas: ours != REFUSED and rasas == UNREADABLE
)
RASAS_CAN_NOT = Difference(
    "Rasa appends stories so that it can't read the file (where lists are indented, rules come last, the file is "
    "empty, or there are several stories); ours is read",
    lambda _, ours, rasas: ours is True and rasas is False,
)
SAID_ONCE = Difference("a story that is there already is not written again", some_are_there_already)
WHAT_APPLIES = Difference(
    "Rasa exports what was undone or left behind; we export what still applies", only_what_applies_is_ours
)
