"""A core that was stored answers exactly as the one that was trained, and its archive holds no code."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.core.builtin import BuiltinCore, text_features
from slackbot.core.builtin.archive import ArchiveUnfit, packed, unpacked
from slackbot.core.builtin.core import ARCHIVE_FORMAT
from slackbot.core.builtin.taught import Taught
from slackbot.dialogue.annotations import parse_annotated
from slackbot.dialogue.nlu import Example
from slackbot.dialogue.project import Project, load_project
from slackbot.dialogue.stories import Story
from slackbot.dialogue.tracker import Tracker
from tests.core.conversations import REAL_PROJECTS, SESSION, conversation, did, says

MESSAGES = ("hi", "hello there", "a table for four please", "in Berlin", "no thanks", "¿qué?", "🍕🍕", "", "/greet")

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def example(marked: str, intent: str) -> Example:
    text, entities = parse_annotated(marked)
    return Example(text, intent, tuple(entities))


TAUGHT = Taught(
    (example("where can I leave my [bike](vehicle)", "ask_parking"), example("park my [car](vehicle)", "ask_parking")),
    (Story("slack_1", "story", (says("ask_parking"), *did("utter_goodbye"))),),
)


def reread(core: BuiltinCore, project: Project) -> BuiltinCore:
    return BuiltinCore.from_archive(core.archive(), project)


async def answers(core: BuiltinCore, project: Project) -> list[Any]:
    """What it says to messages, and next in every state of its own stories."""
    tracker = conversation(core.domain)
    texts = [*MESSAGES, *(example.text for example in project.nlu.examples[::7])]
    found: list[Any] = [await core.parse(text, tracker) for text in texts]
    for story in project.stories[:30]:
        tracker = Tracker("story", core.domain, SESSION)
        for event in story.events:
            found.append(asdict(await core.predict(tracker)))
            tracker.append(event)
    return found


async def test_it_answers_as_before(bistro_project: Project, bistro: BuiltinCore) -> None:
    assert await answers(reread(bistro, bistro_project), bistro_project) == await answers(bistro, bistro_project)


async def test_what_was_taught_beside_the_files_is_still_known(bistro_project: Project) -> None:
    core = BuiltinCore.train(bistro_project, taught=TAUGHT)
    stored = reread(core, bistro_project)
    assert await answers(stored, bistro_project) == await answers(core, bistro_project)
    domain = core.domain.merged(intents=["ask_parking"], entities=["vehicle"])
    parsed = await stored.parse("where may I leave my bike", conversation(domain))
    assert parsed["intent"]["name"] == "ask_parking"
    assert [entity["entity"] for entity in parsed["entities"]] == ["vehicle"]
    prediction = await stored.predict(conversation(domain, says("ask_parking")))
    assert (prediction.action, prediction.reason) == ("utter_goodbye", "story 'slack_1'")


@pytest.mark.slow
async def test_a_real_project_answers_as_before() -> None:
    folder = REAL_PROJECTS / "financial-demo"
    if not folder.is_dir():
        pytest.skip("../shared is not here: it holds the real projects")
    project = load_project(folder)
    core = BuiltinCore.train(project)
    assert await answers(reread(core, project), project) == await answers(core, project)


async def test_every_answer_names_the_version(bistro_project: Project, bistro: BuiltinCore) -> None:
    stored = BuiltinCore.from_archive(bistro.archive(), bistro_project, version=7)
    tracker = conversation(stored.domain)
    assert (await stored.parse("hi", tracker))["model_version"] == 7
    assert (await stored.predict(tracker)).model_version == 7
    assert "model_version" not in await bistro.parse("hi", tracker)


def test_an_archive_is_json_and_numbers_and_bytes(bistro: BuiltinCore) -> None:
    with zipfile.ZipFile(io.BytesIO(bistro.archive())) as files:
        kinds = {Path(name).suffix for name in files.namelist()}
        for name in files.namelist():
            if name.endswith(".npy"):
                np.load(io.BytesIO(files.read(name)), allow_pickle=False)
    assert kinds <= {".json", ".npy", ".bin"}


@given(_json)
def test_any_json_comes_back(value: Any) -> None:
    assert unpacked(packed({"text": json.dumps(value)})) == {"text": json.dumps(value)}


def test_arrays_and_bytes_come_back_wherever_they_are() -> None:
    state = {"a": [np.arange(6, dtype=np.float32).reshape(2, 3), {"b": b"\x00\xff"}], "c": np.array([], np.float32)}
    found = unpacked(packed(state))
    assert found["a"][0].dtype == np.float32
    assert found["a"][0].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["a"][1] == {"b": b"\x00\xff"}
    assert found["c"].shape == (0,)


def test_objects_are_not_packed() -> None:
    with pytest.raises(TypeError, match="can't hold Story"):
        packed({"story": TAUGHT.stories[0]})
    with pytest.raises(ValueError, match="allow_pickle"):
        packed({"objects": np.array([TAUGHT], dtype=object)})


def test_pickled_arrays_are_not_read() -> None:
    out, array = io.BytesIO(), io.BytesIO()
    np.save(array, np.array([{}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(out, "w") as files:
        files.writestr("state.json", '{"$array": "0.npy"}')
        files.writestr("0.npy", array.getvalue())
    with pytest.raises(ArchiveUnfit, match="broken"):
        unpacked(out.getvalue())


@pytest.mark.parametrize("cut", [0, 10, 2000, -1])
def test_a_broken_archive_is_told(bistro: BuiltinCore, bistro_project: Project, cut: int) -> None:
    with pytest.raises(ArchiveUnfit, match="broken"):
        BuiltinCore.from_archive(bistro.archive()[:cut], bistro_project)


def test_the_archive_of_another_version_of_the_program_is_told(bistro_project: Project) -> None:
    with pytest.raises(ArchiveUnfit, match="another version"):
        BuiltinCore.from_archive(packed({"format": ARCHIVE_FORMAT + 1}), bistro_project)


async def test_what_a_session_added_others_do_not_hear(bistro_project: Project) -> None:
    """Its intents and entities are learned, but only sessions that have added them, too, get them for an answer."""
    core = BuiltinCore.train(bistro_project, taught=TAUGHT)
    parsed = await core.parse("where can I leave my bike", conversation(core.domain))
    assert parsed["intent"]["name"] in core.domain.intents
    assert "ask_parking" not in {item["name"] for item in parsed["intent_ranking"]}
    assert parsed["entities"] == []


async def test_what_was_taught_last_counts(bistro_project: Project) -> None:
    known = bistro_project.nlu.examples[0]
    other = next(item.intent for item in bistro_project.nlu.examples if item.intent != known.intent)
    core = BuiltinCore.train(bistro_project, taught=Taught((Example(known.text, other),)))
    parsed = await core.parse(known.text, conversation(core.domain))
    assert parsed["intent"]["name"] == other


async def test_a_taught_entity_keeps_its_value(bistro_project: Project) -> None:
    taught = example('a [greenish](city){"value": "x"}', "inform")
    entity = {"entity": "vehicle", "start": 2, "end": 7, "value": "bicycle"}
    core = BuiltinCore.train(bistro_project, taught=Taught((Example("a velos", taught.intent, (entity,)),)))
    parsed = await core.parse("a velos", conversation(core.domain.merged(entities=["vehicle"])))
    assert [(item["entity"], item["value"]) for item in parsed["entities"]] == [("vehicle", "bicycle")]


async def test_what_was_taught_is_no_precedent(bistro_project: Project) -> None:
    """A thread that is undone and taught anew is not told that it contradicts itself."""
    core = BuiltinCore.train(bistro_project, taught=TAUGHT)
    domain = core.domain.merged(intents=["ask_parking"])
    assert (await core.predict(conversation(domain, says("ask_parking")))).precedents == ()


def test_it_is_refused_where_other_vectors_are_installed(
    bistro_project: Project, bistro: BuiltinCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights that were learned with the transformer mean nothing without it, and the other way round."""
    archive = bistro.archive()
    monkeypatch.setattr(text_features, "sentence_vectors", lambda: None)
    monkeypatch.setattr(text_features, "word_vectors", lambda: None)
    with pytest.raises(ArchiveUnfit, match="other vectors"):
        BuiltinCore.from_archive(archive, bistro_project)
    plain = BuiltinCore.train(bistro_project)
    monkeypatch.undo()
    with pytest.raises(ArchiveUnfit, match="other vectors"):
        BuiltinCore.from_archive(plain.archive(), bistro_project)
