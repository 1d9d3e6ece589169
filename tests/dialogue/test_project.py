"""A project on disk is found, read whatever way its files are split, and checked with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.dialogue.project import load_project
from slackbot.errors import FileError

REAL = Path(__file__).parents[3] / "shared" / "data" / "rasa_projects"
DOMAIN = """
version: "3.1"
intents: [greet, faq]
responses:
  utter_greet:
  - text: Hello!
actions: [action_look]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text(DOMAIN)
    return tmp_path


def story(*steps: str) -> str:
    return "stories:\n- story: s\n  steps:\n" + "".join(f"  - {step}\n" for step in steps)


def test_files_of_any_split_and_depth_are_found_and_hidden_ones_are_not(folder: Path) -> None:
    (folder / "data" / "b").mkdir()
    (folder / "data" / "b" / "all.yaml").write_text(
        story("intent: greet") + "rules:\n- rule: r\n  steps:\n  - intent: greet\n"
        "nlu:\n- intent: greet\n  examples: |\n    - hi\n"
    )
    (folder / "data" / "a.yml").write_text(
        story("action: utter_greet") + "nlu:\n- intent: new\n  examples: |\n    - yo\n"
    )
    (folder / "data" / ".hidden.yml").write_text("[")
    (folder / "data" / "notes.txt").write_text("[")
    project = load_project(folder)
    assert [(each.kind, each.path.name if each.path else None) for each in project.stories] == [
        ("story", "a.yml"),
        ("story", "all.yaml"),
        ("rule", "all.yaml"),
    ]
    assert [(each.text, each.intent) for each in project.nlu.examples] == [("yo", "new"), ("hi", "greet")]
    assert project.config == {}


def test_the_configuration_is_read(folder: Path) -> None:
    (folder / "config.yml").write_text("recipe: default.v1\npolicies:\n- name: RulePolicy\n")
    assert load_project(folder).config == {"recipe": "default.v1", "policies": [{"name": "RulePolicy"}]}


def test_responses_in_data_files_join_the_domain_and_answer_their_retrieval_intent(folder: Path) -> None:
    (folder / "data" / "responses.yml").write_text(
        "responses:\n  utter_faq/name:\n  - text: I am a bot.\n  utter_greet:\n  - text: other\n"
    )
    (folder / "data" / "rules.yml").write_text("rules:\n- rule: r\n  steps:\n  - intent: faq\n  - action: utter_faq\n")
    domain = load_project(folder).domain
    assert domain.responses["utter_faq/name"] == [{"text": "I am a bot."}]
    assert domain.responses["utter_greet"] == [{"text": "Hello!"}]


def test_of_two_data_files_with_the_same_response_the_later_counts(folder: Path) -> None:
    for name in ("a", "b"):
        (folder / "data" / f"{name}.yml").write_text(f"responses:\n  utter_faq/x:\n  - text: {name}\n")
    assert load_project(folder).domain.responses["utter_faq/x"] == [{"text": "b"}]


def test_default_actions_and_intents_need_not_be_in_the_domain(folder: Path) -> None:
    (folder / "data" / "s.yml").write_text(story("intent: nlu_fallback", "action: action_default_fallback"))
    assert load_project(folder).stories


def test_a_domain_may_be_a_folder_of_files(folder: Path) -> None:
    (folder / "domain.yml").unlink()
    (folder / "domain").mkdir()
    (folder / "domain" / "one.yml").write_text("intents: [greet]\n")
    (folder / "data" / "s.yml").write_text(story("intent: greet"))
    assert load_project(folder).domain.intents == ("greet",)


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        (story("intent: greet", "action: utter_gret"), 5, "no action 'utter_gret'", "'utter_greet'"),
        (story("intent: gret"), 4, "no intent 'gret'", "'greet'"),
        (story("or:\n    - intent: greet\n    - intent: nothing_like_it"), 6, "nothing_like_it", "intents"),
        ("- story: s\n  steps:\n  - intent: greet\n", 1, "nothing above", "stories:"),
        ("- a: b\n- intent: s\n  examples: |\n    - x\n", 2, "nothing above", "nlu:"),
        ("responses: [a]\n", 1, "mapping", "utter_...:"),
        ("responses:\n  utter_a:\n    text: A\n", 2, "no list of variations", "each variation"),
        ("a: [\n", 2, "YAML", ""),
    ],
)
def test_a_fault_in_a_data_file_is_named(folder: Path, text: str, line: int, problem: str, remedy: str) -> None:
    (folder / "data" / "bad.yml").write_text(text)
    with pytest.raises(FileError) as caught:
        load_project(folder)
    assert (caught.value.path.name, caught.value.line) == ("bad.yml", line)
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy


def test_data_that_is_none_of_rasas_is_passed_over(folder: Path) -> None:
    (folder / "data" / "other.yml").write_text("- a\n- b: c\n")
    assert load_project(folder).stories == ()


@pytest.mark.parametrize("section", ["pipeline", "policies"])
@pytest.mark.parametrize("value", ["5", "RulePolicy", "{name: RulePolicy}", "[{epochs: 5}]", "[[a]]"])
def test_a_pipeline_and_policies_are_lists_of_components(folder: Path, section: str, value: str) -> None:
    (folder / "config.yml").write_text(f"recipe: default.v1\n{section}: {value}\n")
    with pytest.raises(FileError, match=rf"config\.yml:2: '{section}' is no list of components"):
        load_project(folder)
    (folder / "config.yml").write_text(f"{section}:\n")
    assert load_project(folder).config == {section: None}


def test_a_missing_folder_a_missing_domain_and_a_broken_configuration_are_named(folder: Path) -> None:
    with pytest.raises(FileError, match="no such folder"):
        load_project(folder / "missing")
    with pytest.raises(FileError, match="this is a file, and no folder"):
        load_project(folder / "domain.yml")
    (folder / "config.yml").write_text("- a\n")
    with pytest.raises(FileError, match=r"config\.yml:1"):
        load_project(folder)
    (folder / "domain.yml").unlink()
    with pytest.raises(FileError, match="no domain"):
        load_project(folder)


@pytest.mark.skipif(not REAL.exists(), reason=f"the real Rasa projects are not here: {REAL}")
@pytest.mark.parametrize(
    ("name", "stories", "examples"),
    [
        ("financial-demo", 55, 574),
        ("how-to-rasa/video-08-actions", 10, 86),
        ("how-to-rasa/video-09-1-basic-forms", 17, 105),
        ("how-to-rasa/video-09-2-custom-forms", 18, 108),
        ("rasa-demo", 464, 4995),
    ],
)
def test_a_real_project_loads_whole(name: str, stories: int, examples: int) -> None:
    project = load_project(REAL / name)
    assert (len(project.stories), len(project.nlu.examples)) == (stories, examples)
    assert all(each.line for each in project.nlu.examples)
