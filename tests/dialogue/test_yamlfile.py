"""YAML files: what is written is read back, faults name their line, writing replaces a file in one step."""

from __future__ import annotations

import re
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.dialogue.yamlfile import (
    Block,
    Exact,
    Quoted,
    line_of,
    parse_yaml,
    read_yaml,
    to_yaml,
    write_atomically,
)
from slackbot.errors import FileError

FILE = Path("file.yml")
ANY_TEXT = st.text(st.characters(categories=None)) | st.text("[](){}\"'\\-:#${X}\n\t ux0")
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)


def fault(text: str) -> FileError:
    with pytest.raises(FileError) as caught:
        parse_yaml(text, FILE)
    return caught.value


@given(DATA)
def test_any_data_is_read_back_as_it_was_written(data: Any) -> None:
    assert parse_yaml(to_yaml(data), FILE) == data


@given(st.sampled_from([str, Quoted, Exact, Block]), ANY_TEXT)
def test_any_text_is_read_back_whatever_style_was_asked_for(kind: type[str], text: str) -> None:
    assert parse_yaml(to_yaml({"text": [kind(text)]}), FILE) == {"text": [text]}


@given(ANY_TEXT)
def test_meant_whitespace_is_still_known_as_meant_after_reading(text: str) -> None:
    again = parse_yaml(to_yaml([Exact(text)]), FILE)[0]
    assert isinstance(again, Exact) == (text != text.strip())


@pytest.mark.parametrize("text", [" padded ", "tab\t", "\nline\n"])
def test_whitespace_in_ordinary_double_quotes_is_not_marked_as_meant(text: str) -> None:
    assert not isinstance(parse_yaml(to_yaml([Quoted(text)]), FILE)[0], Exact)


@pytest.mark.parametrize("text", ["null", "12", "1.0", "true", "2020-01-01", "~", "", "=", "<<", "- a", "[a", "a: b"])
def test_text_that_would_be_read_as_something_else_is_quoted(text: str) -> None:
    assert re.fullmatch(r"['\"].*['\"]", to_yaml([text]).removeprefix("- ").strip())


@pytest.mark.parametrize("word", ["yes", "No", "on", "OFF", "y", "12:30:45"])
def test_text_that_older_yaml_readers_take_for_a_truth_value_or_number_is_quoted(word: str) -> None:
    assert to_yaml([word]) == f"- '{word}'\n"


@pytest.mark.parametrize("text", ["${HOME}", "it's ${HOME}", "a ${b} c"])
def test_text_that_rasa_would_expand_from_the_environment_is_quoted(text: str) -> None:
    assert to_yaml([text])[2] in "\"'"


def test_text_of_several_lines_is_written_as_a_block() -> None:
    assert to_yaml({"text": "one\n\ntwo\n"}) == "text: |\n  one\n\n  two\n"


def test_long_lines_are_not_folded() -> None:
    assert to_yaml([" ".join(["word"] * 200)]).count("\n") == 1


def test_mappings_keep_their_order_and_the_same_list_twice_makes_no_anchor() -> None:
    shared = [1]
    assert to_yaml({"b": shared, "a": shared}) == "b:\n- 1\na:\n- 1\n"


@pytest.mark.parametrize("text", [r"C:\users\u0041", r"\U0001F600", "\ufffe"])
def test_a_file_with_backslash_u_sequences_is_not_ascii_so_that_rasa_does_not_decode_them(text: str) -> None:
    written = to_yaml([text])
    assert not written.isascii()
    assert parse_yaml(written, FILE) == [text]


def test_backslash_u_sequences_are_decoded_in_a_wholly_ascii_text_only() -> None:
    assert parse_yaml(r"- K\u00f6ln '\ud83d\ude00'", FILE) == ["Köln '😀'"]
    assert parse_yaml(r"- ö K\u00f6ln", FILE) == [r"ö K\u00f6ln"]


def test_an_ascii_text_that_can_not_be_decoded_is_read_as_it_stands() -> None:
    assert parse_yaml(r"- C:\Users", FILE) == [r"C:\Users"]


def test_scalars_are_those_of_yaml_1_2() -> None:
    data = parse_yaml("[yes, on, 012, 0o14, 1e3, 2020-01-01, ~, true]", FILE)
    assert data == ["yes", "on", 12, 12, 1000.0, date(2020, 1, 1), None, True]


def test_variables_are_left_as_they_stand() -> None:
    assert parse_yaml("- ${HOME}", FILE) == ["${HOME}"]


def test_an_empty_text_is_nothing() -> None:
    assert parse_yaml("", FILE) is None
    assert parse_yaml("# only a comment\n", FILE) is None


def test_every_key_and_item_knows_its_line() -> None:
    data = parse_yaml("a: 1\nb:\n- x\n- y: 2\n  z: |\n    text\n", FILE)
    assert [line_of(data, "a"), line_of(data, "b")] == [1, 2]
    assert [line_of(data["b"], 0), line_of(data["b"], 1), line_of(data["b"], -1)] == [3, 4, 4]
    assert line_of(data["b"][1], "z") == 5


def test_an_unknown_key_has_the_line_of_its_mapping_and_foreign_data_have_none() -> None:
    data = parse_yaml("a:\n- b: 1\n", FILE)
    assert line_of(data["a"][0], "missing") == 2
    assert line_of(data["a"], 9) == 2
    assert line_of({"a": 1}, "a") is None


def test_merged_keys_may_be_overridden_and_aliases_are_followed() -> None:
    data = parse_yaml("base: &b {x: 1, y: 2}\nother:\n  <<: *b\n  y: 3\nsame: *b\n", FILE)
    assert data == {"base": {"x": 1, "y": 2}, "other": {"x": 1, "y": 3}, "same": {"x": 1, "y": 2}}
    assert line_of(data["other"], "y") == 4


def test_aliases_of_aliases_do_not_multiply() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    data = parse_yaml("\n".join(lines), FILE)
    assert data["a39"][0] is data["a39"][9]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: [1\nc: 2\n", 3),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\nb: x: y\n", 2),
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a: 1\n? [b]\n: 2\n", 2),
        ("a: 1\nb: 2020-13-45\n", 2),
        ("a: 1\nb: !thing 2\n", 2),
        ("a: 1\nb: '\x01'\n", 2),
        ("a: 1\nb: *unknown\n", 2),
    ],
)
def test_a_fault_is_named_with_its_line_and_a_remedy_in_one_line(text: str, line: int) -> None:
    error = fault(text)
    assert error.line == line
    assert error.remedy
    assert "\n" not in str(error)


def test_text_nested_too_deeply_is_a_fault_of_the_file() -> None:
    assert "nested too deeply" in str(fault("[" * 2000 + "]" * 2000))


def test_several_documents_in_a_file_are_a_fault() -> None:
    assert fault("a: 1\n---\nb: 2\n").remedy


def test_a_file_is_read_with_a_byte_order_mark_and_any_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\rc: 3\n")
    data = read_yaml(path)
    assert data == {"a": 1, "b": 2, "c": 3}
    assert line_of(data, "c") == 3


def test_a_file_that_is_not_utf_8_is_named_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_bytes("a: 1\nb: Köln\n".encode("latin-1"))
    with pytest.raises(FileError, match=r"file\.yml:2: .*UTF-8"):
        read_yaml(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="missing"):
        read_yaml(tmp_path / "missing.yml")


def test_writing_replaces_the_text_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_text("old")
    path.chmod(0o640)
    write_atomically(path, "new ä\n")
    assert path.read_text("utf-8") == "new ä\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.yml"]


def test_a_new_file_gets_the_mode_that_any_new_file_gets(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    write_atomically(tmp_path / "file.yml", "x")
    assert (tmp_path / "file.yml").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_writing_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "file.yml").write_text("old")
    link = tmp_path / "link.yml"
    link.symlink_to(tmp_path / "real" / "file.yml")
    write_atomically(link, "new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "file.yml").read_text() == "new"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    (target / "inside").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        write_atomically(target, "x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_text_that_can_not_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.yml"]


def test_readers_see_the_old_text_or_the_new_one_and_never_a_part(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    texts = {letter * 200_000 for letter in "ab"}
    path.write_text(min(texts))
    seen: list[str] = []

    def write() -> None:
        for text in sorted(texts) * 5:
            write_atomically(path, text)

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        seen.append(path.read_text())
    writer.join()
    assert set(seen) <= texts
