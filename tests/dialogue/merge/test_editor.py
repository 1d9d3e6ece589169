"""Items, keys and lines are added to a YAML text, whose own bytes all stay; what can't be added to is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slackbot.dialogue.merge.editor import YamlEditor
from slackbot.dialogue.yamlfile import Block, Quoted
from slackbot.errors import FileError

FILE = Path("some.yml")


def with_items(text: str, section: str, *items: Any) -> str:
    editor = YamlEditor(FILE, text)
    editor.add_items((section,), items)
    return editor.result()


def with_line(text: str, line: str) -> str:
    editor = YamlEditor(FILE, text)
    editor.add_line(("nlu", 0, "examples"), line)
    return editor.result()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "# only a comment",
        "a: 1",
        "a: 1\r\n",
        "\ufeffa: 1\n",
        "a:\n- b\n\n\n",
        "---\na: 1\n...\n",
        "a: 1\rb: 1",
    ],
)
def test_adding_nothing_changes_no_byte(text: str) -> None:
    assert YamlEditor(FILE, text).result() == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("a:\n- x\n", "a:\n- x\n- new\n", id="a list"),
        pytest.param("a:\n  - x\n", "a:\n  - x\n  - new\n", id="an indented list"),
        pytest.param("a:\n-   x\n", "a:\n-   x\n-   new\n", id="wide dashes"),
        pytest.param("a:\n- x", "a:\n- x\n- new", id="no final newline"),
        pytest.param("a:\r\n- x\r\nb: 1\r\n", "a:\r\n- x\r\n- new\r\nb: 1\r\n", id="CRLF"),
        pytest.param("a:\r\n- x", "a:\r\n- x\r\n- new", id="CRLF, no final newline"),
        pytest.param("a:\r- x\r", "a:\r- x\r- new\r", id="CR"),
        pytest.param("a:\n- x\r\n- y\n", "a:\n- x\r\n- y\n- new\n", id="mixed endings: that of the line before"),
        pytest.param("\ufeffa:\n- x\n", "\ufeffa:\n- x\n- new\n", id="byte order mark"),
        pytest.param("a:\n- x # c\n# d\n\nb: 1\n", "a:\n- x # c\n- new\n# d\n\nb: 1\n", id="comments"),
        pytest.param("a:\n- x\n\n- y\n\nb: 1\n", "a:\n- x\n\n- y\n\n- new\n\nb: 1\n", id="items apart"),
        pytest.param("a:\n- x\n\n# c\n- y\n", "a:\n- x\n\n# c\n- y\n\n- new\n", id="items apart, with comments"),
        pytest.param(
            "a:\n- x:\n    y: [1,\n      2]\n", "a:\n- x:\n    y: [1,\n      2]\n- new\n", id="behind a nested flow"
        ),
        pytest.param("a:\n- x: |\n    y\n\n\nb: 1", "a:\n- x: |\n    y\n- new\n\n\nb: 1", id="behind a block"),
        pytest.param("a:\n- x\n  y\nb: 1\n", "a:\n- x\n  y\n- new\nb: 1\n", id="behind text of two lines"),
        pytest.param("a:\n- 'x\n\n  y' # c\n", "a:\n- 'x\n\n  y' # c\n- new\n", id="behind quoted text of three lines"),
        pytest.param("a:\n-\n", "a:\n-\n- new\n", id="behind an item that is nothing"),
        pytest.param("a:\nb: 1\n", "a:\n- new\nb: 1\n", id="nothing yet"),
        pytest.param("a: # c\nb:\n  - 1\n", "a: # c\n  - new\nb:\n  - 1\n", id="nothing yet, and lists are indented"),
        pytest.param("b: 1\n", "b: 1\na:\n- new\n", id="no such key"),
        pytest.param("b: 1", "b: 1\na:\n- new", id="no such key and no final newline"),
        pytest.param(
            "b: 1\n\nc: 2\n# end\n", "b: 1\n\nc: 2\n# end\n\na:\n- new\n", id="no such key, and keys are apart"
        ),
        pytest.param("b: 1\n\nc: 2\n\n", "b: 1\n\nc: 2\n\na:\n- new\n", id="an empty line is there already"),
        pytest.param("b: |+\n  x\n\n", "b: |+\n  x\n\na:\n- new\n", id="behind a block that keeps its empty lines"),
        pytest.param("", "a:\n- new\n", id="an empty file"),
        pytest.param("# c", "# c\na:\n- new", id="only a comment"),
        pytest.param("---\n", "---\na:\n- new\n", id="a document with nothing in it"),
        pytest.param("a: []\n", "a: [new]\n", id="an empty flow list"),
        pytest.param("a: [x, y] # c\n", "a: [x, y, new] # c\n", id="a flow list"),
        pytest.param("a: [\n  x,\n  y, # c\n]\n", "a: [\n  x,\n  y, new, # c\n]\n", id="a flow list with a last comma"),
        pytest.param("a: &l\n- x\n", None, id="an anchor before the list"),
        pytest.param("b: &l [x]\na: *l\n", None, id="an alias"),
        pytest.param("b: &l\n  a: [x]\n<<: *l\n", None, id="a merged key"),
        pytest.param("a: ~\n", None, id="a written null"),
        pytest.param("a: x\n", None, id="text"),
        pytest.param("a: {x: 1}\n", None, id="a mapping"),
        pytest.param("{a: {}}\n", None, id="all in flow"),
        pytest.param("b: 1\n...\n", None, id="the end of the document is marked"),
        pytest.param("? a\n: - x\n", "? a\n: - x\n  - new\n", id="a key with a question mark"),
        pytest.param('"a":\n- x\n', '"a":\n- x\n- new\n', id="a quoted key"),
    ],
)
def test_an_item_is_added(before: str, after: str | None) -> None:
    if after is None:
        with pytest.raises(FileError, match=r"some\.yml"):
            with_items(before, "a", "new")
    else:
        assert with_items(before, "a", "new") == after


def test_items_with_keys_are_laid_out_as_their_neighbours() -> None:
    item = {"s": "new", "steps": [{"i": "x", "es": [{"c": "Rome", "role": "to"}]}, {"t": Block("a\nb")}]}
    assert with_items("l:\n    -  s: old\n       steps:\n         - i: y\n", "l", item) == (
        "l:\n    -  s: old\n       steps:\n         - i: y\n"
        "    -  s: new\n       steps:\n         -  i: x\n            es:\n              -  c: Rome\n"
        "                 role: to\n         -  t: |-\n              a\n              b\n"
    )


def test_items_can_be_put_behind_any_item_and_keep_their_order() -> None:
    editor = YamlEditor(FILE, "a:\n- x\n- z\n")
    editor.add_items(("a",), ["1", "2"], after=0)
    editor.add_items(("a",), ["w"], after=0)
    editor.add_items(("a",), ["end"])
    assert editor.result() == "a:\n- x\n- '1'\n- '2'\n- w\n- z\n- end\n"


def test_items_of_flow_lists_keep_their_order_also_in_one_line() -> None:
    editor = YamlEditor(FILE, "x: {a: [1], b: []}\n")
    editor.add_items(("x", "b"), ["p"])
    editor.add_items(("x", "a"), ["q"])
    editor.add_items(("x", "a"), ["r"])
    assert editor.result() == "x: {a: [1, q, r], b: [p]}\n"


def test_what_belongs_to_the_deeper_place_comes_first() -> None:
    editor = YamlEditor(FILE, "nlu:\n- examples: |\n    - x")
    editor.add_entries((), {"b": ["1"]})
    editor.add_items(("nlu",), [{"new": "w"}])
    editor.add_line(("nlu", 0, "examples"), "- z")
    assert editor.result() == "nlu:\n- examples: |\n    - x\n    - z\n- new: w\nb:\n- '1'"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("|\n    - x\n", "|\n    - x\n    - z\n", id="a block"),
        pytest.param("|\n    - x", "|\n    - x\n    - z", id="without final newline"),
        pytest.param("|-\n   - x\n   - y  \n", "|-\n   - x\n   - y  \n   - z\n", id="other indentation, outer spaces"),
        pytest.param(
            "|\n    - x\n\n  \n# c\n", "|\n    - x\n    - z\n\n  \n# c\n", id="empty lines and a comment behind"
        ),
        pytest.param("|+ # c\n    - x\n\n", "|+ # c\n    - x\n    - z\n\n", id="kept empty lines"),
        pytest.param("|1\n    - x\n", "|1\n    - x\n   - z\n", id="a given indentation"),
        pytest.param("|\n", "|\n    - z\n", id="an empty block"),
        pytest.param("|\n\n", "|\n    - z\n\n", id="a block of an empty line"),
        pytest.param("&a |\n    - x\n", "&a |\n    - x\n    - z\n", id="an anchor that nothing refers to"),
        pytest.param(
            "|\n    - x\n    # no comment\n", "|\n    - x\n    # no comment\n    - z\n", id="what looks like a comment"
        ),
        pytest.param(">\n    - x\n", None, id="a folded block"),
        pytest.param("'- x'\n", None, id="quoted text"),
    ],
)
def test_a_line_is_added_to_a_block(before: str, after: str | None) -> None:
    head = "nlu:\n- intent: a\n  examples: "
    if after is None:
        with pytest.raises(FileError):
            with_line(head + before, "- z")
    else:
        assert with_line(head + before, "- z") == head + after


def test_a_text_without_the_final_newline_does_not_gain_it() -> None:
    """Other than examples, whose empty lines mean nothing: a block at the very end would end in a newline then."""
    with pytest.raises(FileError, match="end the file with a newline"):
        with_items("a:\n- t: |\n    hi", "a", "new")
    assert with_items("a:\n- t: |-\n    hi", "a", "new") == "a:\n- t: |-\n    hi\n- new"
    assert with_items("a:\n- examples: |\n    - hi", "a", "new") == "a:\n- examples: |\n    - hi\n- new"


def test_a_line_for_an_anchored_block_that_is_used_twice_is_refused() -> None:
    with pytest.raises(FileError):
        with_line("nlu:\n- examples: &a |\n    - x\n- examples: *a\n", "- z")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("r:\n  a:\n  - x\n", "r:\n  a:\n  - x\n  b:\n  - t: new\n"),
        ("r:\n    a:\n      - x\nz: 1", "r:\n    a:\n      - x\n    b:\n      - t: new\nz: 1"),
        ("r:\n  a: 1\n\n  c: 2\n", "r:\n  a: 1\n\n  c: 2\n\n  b:\n  - t: new\n"),
        ("r:\n", "r:\n  b:\n  - t: new\n"),
        ("r: {}\n", "r: {b: [{t: new}]}\n"),
        ("r: {a: [], } # c\n", "r: {a: [], b: [{t: new}], } # c\n"),
        ("z: 1\n", "z: 1\nr:\n  b:\n  - t: new\n"),
    ],
)
def test_a_key_is_added_to_a_mapping(before: str, after: str) -> None:
    editor = YamlEditor(FILE, before)
    editor.add_entries(("r",), {"b": [{"t": "new"}]})
    assert editor.result() == after


def test_a_mapping_that_is_no_mapping_is_refused_with_its_line() -> None:
    editor = YamlEditor(FILE, "a: 1\nr: [1]\n")
    with pytest.raises(FileError) as caught:
        editor.add_entries(("r",), {"b": 1})
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("item", "written"),
    [
        ("a: b", "'a: b'"),
        ("- a", "'- a'"),
        ("a # b", "'a # b'"),
        ("true", "'true'"),
        ("${HOME}", "'${HOME}'"),
        (Quoted("a\nb"), '"a\\nb"'),
        ("é", "é"),
        ("", "''"),
        ({"k": None, "l": [], "m": {}, "o": 1.5}, "k: null\n  l: []\n  m: {}\n  o: 1.5"),
        ([1, "a, b"], '[1, "a, b"]'),
    ],
)
def test_values_are_quoted_where_they_must_be(item: Any, written: str) -> None:
    assert with_items("é: 1\na:\n- x\n", "a", item) == f"é: 1\na:\n- x\n- {written}\n"


@pytest.mark.parametrize(("item", "written"), [("a, b", '"a, b"'), ("[", '"["'), ("yes", '"yes"'), ("a-b", "a-b")])
def test_values_in_a_flow_list_are_quoted_more_often(item: str, written: str) -> None:
    assert with_items("a: [x]\n", "a", item) == f"a: [x, {written}]\n"


def test_a_backslash_u_is_not_added_to_a_file_in_which_rasa_would_decode_it() -> None:
    with pytest.raises(FileError, match="backslashes"):
        with_items("a:\n- x\n", "a", r"C:\users")
    assert with_items("a:\n- é\n", "a", r"C:\users") == "a:\n- é\n- C:\\users\n"


def test_other_letters_are_not_added_to_a_file_whose_backslashes_rasa_decodes() -> None:
    with pytest.raises(FileError, match="backslashes"):
        with_items("a:\n- \\u00e9\n", "a", "ü")
    assert with_items("a:\n- \\u00e9\n", "a", "u") == "a:\n- \\u00e9\n- u\n"


def test_a_new_file_says_that_it_is_not_ascii_where_backslashes_need_it() -> None:
    text = with_items("", "a", r"\u0041")
    assert not text.isascii()
    assert YamlEditor(FILE, text).data == {"a": [r"\u0041"]}
