"""Environment variables: expanded where Rasa expands them, and never in what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.environment import expanded
from slackbot.dialogue.events import SlotSet
from slackbot.dialogue.project import load_project
from slackbot.dialogue.yamlfile import line_of, parse_yaml, to_yaml
from slackbot.errors import FileError

FILE = Path("file.yml")
SHOP = {"SHOP": "Ann's", "CITY": "New York", "N": "12", "EMPTY": "", "PRICE": "$5", "LINES": "a\nb"}

DOMAIN = """version: "3.1"
intents:
- greet
responses:
  utter_greet:
  - text: Welcome to ${SHOP}!
  - text: "${SHOP}"
  utter_${N}:
  - text: twelve
slots:
  city:
    type: text
    initial_value: ${CITY}
    mappings:
    - type: custom
"""


def read(text: str) -> Any:
    return expanded(parse_yaml(text, FILE), FILE, SHOP)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${SHOP}", "Ann's"),
        ("a ${SHOP} in ${CITY}!", "a Ann's in New York!"),
        ("${N}", "12"),  # text, not a number
        ("1${N}", "112"),
        ("${EMPTY}", ""),
        ("${LINES}", "a\nb"),
        ("${PRICE}", "$5"),  # what a variable brings isn't expanded again
        ("$N for ${SHOP}", "12 for Ann's"),  # beside one in braces, one without is expanded too
        ("$$${N}", "$$12"),
        ("${SHOP}\n  of ${CITY}", "Ann's of New York"),  # folded to one line
    ],
)
def test_text_without_quotes_is_read_with_the_variables_values(written: str, value: str) -> None:
    assert read(f"key: {written}") == {"key": value}
    assert read(f"- {written}") == [value]


@pytest.mark.parametrize(
    "written",
    [
        *("'${SHOP}'", '"${SHOP}"', "|\n  ${SHOP}", ">\n  ${SHOP}"),
        *("$SHOP", "${SHOP", "x${UNSET}", "(${UNSET})", "${SHOP}\n\n  two paragraphs"),
    ],
)
def test_what_rasa_leaves_as_it_is_stays(written: str) -> None:
    data = parse_yaml(f"key: {written}", FILE)
    assert expanded(data, FILE, SHOP) is data


@pytest.mark.parametrize("written", ["${UNSET}", "a ${UNSET}x", "${}", "${ SHOP }", "${SHOP:-x}", "$UNSET ${SHOP}"])
def test_a_variable_that_is_not_set_is_a_fault_with_its_line(written: str) -> None:
    with pytest.raises(FileError, match=r"^file\.yml:3: the environment has no value for '\$.*; set the variable"):
        read(f"a: 1\nb:\n- {written}\n")


def test_keys_are_expanded_and_lines_stay() -> None:
    data = read("a: 1\n${SHOP}:\n- ${CITY}\n- b\n")
    assert data == {"a": 1, "Ann's": ["New York", "b"]}
    assert (line_of(data, "Ann's"), line_of(data["Ann's"], 1)) == (2, 4)


def test_aliases_are_expanded_once_and_may_lead_back() -> None:
    data = expanded(parse_yaml("a: &a [{x: 1}]\nb: *a\nc: &c\n- *c\nd: &d\n- ${N}\ne: *d\n", FILE), FILE, SHOP)
    assert data["a"] is data["b"]
    assert data["d"] is data["e"]
    assert data["d"] == ["12"]


def test_without_an_environment_nothing_is_expanded() -> None:
    data = parse_yaml("- ${UNSET}", FILE)
    assert expanded(data, FILE, None) is data


def test_a_domain_says_the_values_and_writes_the_variables(tmp_path: Path) -> None:
    path = tmp_path / "domain.yml"
    path.write_text(DOMAIN)
    domain = Domain.load(path, SHOP)
    assert domain.responses["utter_greet"] == [{"text": "Welcome to Ann's!"}, {"text": "${SHOP}"}]
    assert "utter_12" in domain.actions
    assert domain.slots["city"].initial_value == "New York"
    assert Domain.from_dict(parse_yaml(domain.as_yaml(), path)).data == domain.data
    assert '- text: Welcome to ${SHOP}!\n  - text: "${SHOP}"\n  utter_${N}:\n' in domain.as_yaml()
    more = domain.merged(intents=["bye"], responses={"utter_bye": "Bye, ${NAME}", "utter_12": "again"})
    assert more.responses["utter_greet"][0] == {"text": "Welcome to Ann's!"}
    assert "- text: Welcome to ${SHOP}!\n" in more.as_yaml()
    assert "- text: 'Bye, ${NAME}'\n" in more.as_yaml()
    assert "again" not in more.as_yaml()


def test_a_domain_of_several_files_says_the_values_too_and_names_the_file_of_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("intents: [greet]\n")
    (tmp_path / "b.yml").write_text("responses:\n  utter_greet:\n  - text: ${SHOP}\n")
    domain = Domain.load(tmp_path, SHOP)
    assert domain.responses["utter_greet"] == [{"text": "Ann's"}]
    assert "- text: ${SHOP}\n" in domain.as_yaml()
    with pytest.raises(FileError, match=r"b\.yml:3: "):
        Domain.load(tmp_path, {})


def test_the_environment_is_that_of_the_process_unless_another_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "domain.yml").write_text("responses:\n  utter_greet:\n  - text: ${STORYTHREAD_TEST_SHOP}\n")
    monkeypatch.setenv("STORYTHREAD_TEST_SHOP", "Bob's")
    assert Domain.load(tmp_path / "domain.yml").responses["utter_greet"] == [{"text": "Bob's"}]
    assert load_project(tmp_path).domain.responses["utter_greet"] == [{"text": "Bob's"}]
    as_written = Domain.load(tmp_path / "domain.yml", None)
    assert as_written.responses["utter_greet"] == [{"text": "${STORYTHREAD_TEST_SHOP}"}]


def test_a_project_is_read_with_the_values_in_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text("intents: [greet]\nresponses:\n  utter_a:\n  - text: ${SHOP}\n")
    (tmp_path / "config.yml").write_text("language: ${CITY}\n")
    (tmp_path / "data" / "stories.yml").write_text(
        "stories:\n- story: s\n  steps:\n"
        "  - intent: greet\n  - slot_was_set:\n    - city: ${CITY}\n  - action: utter_b\n"
        "responses:\n  utter_b:\n  - text: In ${CITY}\n"
        "nlu:\n- intent: greet\n  examples: |\n    - ${SHOP}\n"
    )
    project = load_project(tmp_path, SHOP)
    assert project.config == {"language": "New York"}
    assert project.domain.responses["utter_b"] == [{"text": "In New York"}]
    assert "- text: In ${CITY}\n" in project.domain.as_yaml()
    (story,) = project.stories
    assert SlotSet("city", "New York") in story.events
    assert [example.text for example in project.nlu.examples] == ["${SHOP}"]  # a block is not expanded
    with pytest.raises(FileError, match=r"stories\.yml:6: .*'\$\{CITY\}'"):
        load_project(tmp_path, {"SHOP": "Ann's", "CITY ": "x"})


def read_or_refused(data: Any) -> str:
    """Also an unset variable is one however often the text was written."""
    try:
        return str(expanded(data, FILE, SHOP | {"S": "s"}))
    except FileError as error:
        return error.problem


@example("${}")
@given(st.text(st.sampled_from("${}SHOP ab:#'\"-[]\n"), max_size=12))
def test_whatever_is_written_unquoted_is_written_unquoted_again(text: str) -> None:
    try:
        data = parse_yaml(f"- {text}", FILE)
    except FileError:
        return
    again = parse_yaml(to_yaml(data), FILE)
    assert again == data
    assert read_or_refused(again) == read_or_refused(data)
