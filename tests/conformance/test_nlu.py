"""Files of NLU data mean to us what they mean to Rasa 3.6.21, and are written as it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain_sections import SectionReader
from slackbot.dialogue.environment import expanded
from slackbot.dialogue.nlu import NLUData, nlu_from, nlu_yaml
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import FileError
from tests.conformance.comparing import OTHER_ENVIRONMENT, REFUSED, Difference, Record, plain
from tests.conformance.conftest import Compare

FILE = Path("nlu.yml")

# -- reading ---------------------------------------------------------------------------------------------------------


def test_nlu_files_are_read_as_rasa_does(compare: Compare) -> None:
    """Examples with entities and metadata, synonyms, regular expressions, lookup tables, responses.

    The order of regular expressions doesn't count: Rasa sorts them, we keep them as they stand.
    """
    compare("nlu_roundtrip", found, expected, DIFFERENCES)


def found(record: Record) -> Any:
    return plain([*content(read(record["input_yaml"])), responses(record["input_yaml"])])


def expected(record: Record) -> Any:
    if "error" in record:
        return REFUSED
    data = record["parsed"]
    examples = [
        (each["text"], each["intent_response_key"] or each["intent"], each["entities"], each["metadata"])
        for each in data["examples"]
    ]
    regexes = sorted(map(by_name, data["regex_features"]))
    return plain([examples, data["entity_synonyms"], regexes, data["lookup_tables"], data["responses"]])


def read(text: str) -> NLUData:
    return nlu_from(data_of(text), FILE)


def read_all(text: str) -> NLUData:
    """The NLU data, if the responses beside it can be read too."""
    data = read(text)
    responses(text)
    return data


def data_of(text: str) -> Any:
    return expanded(parse_yaml(text, FILE), FILE, {})


def responses(text: str) -> Mapping[str, Any]:
    return SectionReader(FILE).responses(data_of(text) or {})


def content(data: NLUData) -> list[Any]:
    examples = [(each.text, each.intent, list(each.entities), each.metadata) for each in data.examples]
    return [examples, data.synonyms, sorted(map(by_name, data.regexes)), data.lookups]


def by_name(regex: Mapping[str, Any]) -> tuple[str, str]:
    return regex["name"], regex["pattern"]


# -- writing ---------------------------------------------------------------------------------------------------------


def test_nlu_files_are_written_as_rasa_does(compare: Compare) -> None:
    def ours(record: Record) -> Any:
        return sections(nlu_yaml(read_all(record["input_yaml"])))

    def rasas(record: Record) -> Any:
        return REFUSED if "error" in record else sections(record["output_yaml"])

    compare("nlu_roundtrip", ours, rasas, [*DIFFERENCES, RASA_READS_IT_OTHERWISE])


def test_what_is_written_reads_the_same(compare: Compare) -> None:
    def ours(record: Record) -> Any:
        return readable_form(read(nlu_yaml(read_all(record["input_yaml"]))))

    def rasas(record: Record) -> Any:
        try:
            return REFUSED if "error" in record else readable_form(read(record["input_yaml"]))
        except FileError:
            return "read by Rasa alone"

    compare("nlu_roundtrip", ours, rasas, DIFFERENCES)


def readable_form(data: NLUData) -> str:
    """The data as they can be written: in any order, without empty messages, square brackets made round."""
    examples, *rest = content(data)
    shown = sorted(plain(each) for each in examples if each[0])
    return plain([shown, *rest]).translate(str.maketrans("[]", "()"))


def sections(text: str) -> Any:
    """What a file says, whatever the form of its examples; the order of regular expressions doesn't count."""
    said = [
        {**section, "examples": texts(section["examples"])}
        for section in (parse_yaml(text, FILE) or {}).get("nlu", [])
        # Rasa writes numbers as names of synonyms, which it then refuses to read.
        if not ("synonym" in section and not isinstance(section["synonym"], str))
    ]
    regexes = [
        {"regex": each["regex"], "examples": [line]} for each in said if "regex" in each for line in each["examples"]
    ]
    return sorted(map(plain, regexes)), [plain(each) for each in said if "regex" not in each]


def texts(written: Any) -> list[Any]:
    """Each text, with what stands beside it. Messages without text, which we don't write, are left out."""
    if isinstance(written, str):
        found = [{"text": line.removeprefix("-").strip()} for line in written.splitlines()]
    else:
        found = [{**example, "text": example["text"].strip()} for example in written]
    return [example for example in found if example["text"]]


# -- deliberate differences ------------------------------------------------------------------------------------------


def has_an_example_without_text(record: Record, ours: Any, _: Any) -> bool:
    sections = mapping(record["input_yaml"]).get("nlu") or []
    examples = [section.get("examples") for section in sections if isinstance(section, dict)]
    items = [item for some in examples if isinstance(some, list) for item in some]
    return ours == REFUSED and any(isinstance(item, dict) and "text" not in item for item in items)


def has_a_response_that_rasa_refuses(record: Record, ours: Any, rasas: Any) -> bool:
    if rasas != REFUSED or ours == REFUSED:
        return False
    found = mapping(record["input_yaml"]).get("responses", {})
    variations = [variation for some in (found or {}).values() for variation in some]
    return found is None or any(each.get("text") is None and not each.get("custom") for each in variations)


def mapping(text: str) -> dict[str, Any]:
    data = parse_yaml(text, FILE)
    return data if isinstance(data, dict) else {}


def is_not_read_back(record: Record, _: Any, __: Any) -> bool:
    return record.get("reread_equal") is not True


NO_TEXT = Difference(
    "an example without a text is refused, Rasa takes it for an empty one", has_an_example_without_text
)
RESPONSES = Difference(
    "a response without a text, or no responses at all, is read (and reported by problems_for_rasa_3), Rasa refuses it",
    has_a_response_that_rasa_refuses,
)
DIFFERENCES = [OTHER_ENVIRONMENT, NO_TEXT, RESPONSES]
RASA_READS_IT_OTHERWISE = Difference(
    "Rasa writes what it reads back as something else, or not at all; what we write reads the same", is_not_read_back
)
