"""An example that is there is not written again; one that contradicts another is a conflict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slackbot.dialogue.events import UserUtteranceReverted
from slackbot.dialogue.merge import Conversation, plan
from tests.dialogue.merge.folders import added_lines, folder_with, said, talk, usual

ROME = {"start": 3, "end": 7, "value": "Rome", "entity": "city"}


def taught(folder: Path, *conversations: Conversation) -> tuple[list[str], list[str], list[str]]:
    """The lines added to the NLU file, the conflicts and the notes."""
    changes = plan(folder, conversations)
    before = (folder / "data/nlu.yml").read_bytes()
    after = next((one.after for one in changes.changes if one.path.name == "nlu.yml"), before.decode())
    return added_lines(before, after.encode()), list(map(str, changes.conflicts)), list(changes.notes)


@pytest.mark.parametrize("text", ["hi", "Hi", " hi  ", "HI", "hello\n"])
def test_an_example_that_is_there_is_not_written_again(tmp_path: Path, text: str) -> None:
    assert taught(usual(tmp_path), talk(said(text))) == ([], [], [])


def test_what_two_conversations_teach_is_written_once(tmp_path: Path) -> None:
    talks = [talk(said("good  day")), talk(said("Good day"), said("good day"), name="other")]
    assert taught(usual(tmp_path), *talks) == (["    - good  day"], [], [])


def test_letters_that_are_composed_otherwise_are_the_same(tmp_path: Path) -> None:
    assert taught(usual(tmp_path), talk(said("Grüß"), said("gru\u0308ss"))) == (["    - Grüß"], [], [])


def test_the_same_text_with_other_entities_is_another_example(tmp_path: Path) -> None:
    from_rome = {**ROME, "role": "from"}
    talks = talk(said("to Rome"), said("to Rome", "greet", ROME), said("to Rome", "greet", from_rome))
    added, conflicts, _ = taught(usual(tmp_path), talks)
    assert added == ["    - to Rome", "    - to [Rome](city)", '    - to [Rome]{"entity": "city", "role": "from"}']
    assert conflicts == []


def test_an_annotated_example_that_is_there_is_known_by_what_it_says(tmp_path: Path) -> None:
    nlu = 'nlu:\n- intent: greet\n  examples: |\n    - to [Rome]{"entity": "city", "role": "from"}\n'
    folder = usual(tmp_path, data_0_nlu__yml=nlu)
    known = {**ROME, "role": "from", "extractor": "DIETClassifier", "confidence_entity": 0.9}
    assert taught(folder, talk(said("to Rome", "greet", known)))[0] == []
    assert taught(folder, talk(said("to Rome", "greet", {**ROME, "group": "1"})))[0] != []


def test_a_text_under_another_intent_is_a_conflict_that_names_the_place(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    added, conflicts, _ = taught(folder, talk(said("HELLO", "bye"), said("hello", "bye")))
    assert added == []
    assert conflicts == [
        f"{folder / 'data/nlu.yml'}:6: 'HELLO' is an example of 'greet' already; it was not added to 'bye'",
        f"{folder / 'data/nlu.yml'}:6: 'hello' is an example of 'greet' already; it was not added to 'bye'",
    ]


def test_of_two_conversations_that_disagree_the_first_counts(tmp_path: Path) -> None:
    added, conflicts, _ = taught(usual(tmp_path), talk(said("ciao", "bye")), talk(said("ciao", "greet"), name="other"))
    assert added == ["    - ciao"]
    assert conflicts == ["'ciao' is an example of 'bye' already; it was not added to 'greet'"]


def test_a_retrieval_intent_without_its_part_is_known_by_the_whole(tmp_path: Path) -> None:
    nlu = "nlu:\n- intent: faq/name\n  examples: |\n    - who are you\n"
    folder = usual(
        tmp_path, data_0_nlu__yml=nlu, domain__yml="intents: [greet, faq]\nresponses: {utter_greet: [{text: x}]}\n"
    )
    assert taught(folder, talk(said("Who are you", "faq"))) == ([], [], [])
    full = said("what are you", "faq", full_retrieval_intent_name="faq/name")
    assert taught(folder, talk(full))[0] == ["    - what are you"]


def test_a_value_that_contradicts_a_synonym_is_a_conflict(tmp_path: Path) -> None:
    nlu = "nlu:\n- synonym: New York\n  examples: |\n    - nyc\n- intent: greet\n  examples: |\n    - hi\n"
    nyc: dict[str, Any] = {"start": 0, "end": 3, "entity": "city"}
    folder = usual(tmp_path, data_0_nlu__yml=nlu)
    added, conflicts, _ = taught(folder, talk(said("nyc please", "greet", {**nyc, "value": "New York City"})))
    assert added == []
    assert conflicts == [
        "'nyc please': 'nyc' stands for 'New York' already, not for 'New York City'; the example was not added"
    ]
    assert taught(folder, talk(said("nyc please", "greet", {**nyc, "value": "New York"})))[0] != []


@pytest.mark.parametrize("text", ["/greet", '/greet{"city": "Rome"}', "EXTERNAL: greet", "  "])
def test_commands_and_triggers_and_nothing_are_no_examples(tmp_path: Path, text: str) -> None:
    assert taught(usual(tmp_path), talk(said(text))) == ([], [], [])


def test_a_text_that_the_format_cannot_express_is_reported_and_not_written(tmp_path: Path) -> None:
    added, conflicts, notes = taught(usual(tmp_path), talk(said("a [link](to)"), said("good [day]")))
    assert added == ["    - good [day]"]
    assert conflicts == []
    assert notes == ["'a [link](to)': its brackets would be read as an annotation; it was not added"]


def test_an_entity_that_overlaps_another_is_reported(tmp_path: Path) -> None:
    entities = [{"start": 0, "end": 8, "value": "New York", "entity": "city"}, {**ROME, "start": 4, "end": 8}]
    added, _, notes = taught(usual(tmp_path), talk(said("New York", "greet", *entities)))
    assert added == ["    - [New York](city)"]
    assert notes == [
        "'New York': its entity 'city' overlaps another one, or has no place in it; the example was added without it"
    ]


def test_a_long_text_is_cut_in_messages(tmp_path: Path) -> None:
    _, _, notes = taught(usual(tmp_path), talk(said("[a](b)" + "x" * 1000)))
    assert len(notes[0]) < 150


def test_the_new_example_goes_where_no_metadata_would_be_its_own(tmp_path: Path) -> None:
    nlu = (
        "nlu:\n- intent: greet\n  metadata:\n    sentiment: good\n  examples: |\n    - hi\n"
        "- intent: greet\n  examples: |\n    - yo\n"
    )
    folder = usual(tmp_path, data_0_nlu__yml=nlu)
    [change] = plan(folder, [talk(said("hey"), name="t")]).changes[:1]
    assert change.after == nlu + "    - hey\n"


def test_an_intent_that_has_only_metadata_sections_takes_it_there(tmp_path: Path) -> None:
    nlu = "nlu:\n- intent: greet\n  metadata:\n    sentiment: good\n  examples: |\n    - hi\n"
    assert taught(usual(tmp_path, data_0_nlu__yml=nlu), talk(said("hey")))[0] == ["    - hey"]


def test_nothing_is_taught_by_what_was_taken_back(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"data/nlu.yml": "nlu:\n- intent: greet\n  examples: |\n    - hi\n"})
    assert taught(folder, talk(said("wrong"), UserUtteranceReverted()))[0] == []
