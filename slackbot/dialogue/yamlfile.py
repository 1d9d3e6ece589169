"""YAML files as Rasa reads them: parsing that knows lines, emission that survives re-reading, atomic writing."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import re
import secrets
import stat
import sys
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.representer import SafeRepresenter

from slackbot.errors import FileError

FORMAT_VERSION = "3.1"
"""The version of Rasa's training data format that every file we write names."""

_UNKNOWN = Path()
_STRING = "tag:yaml.org,2002:str"
_REMEDY = "mend the YAML there"
# Rasa decodes backslash-u sequences in files that are wholly ASCII, even inside quotes.
_KEEPS_BACKSLASHES = "# “not ASCII”: Rasa would decode the backslashes below if this file were\n"
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_SHORT_ESCAPES = {"\n": r"\n", "\t": r"\t", "\r": r"\r"}
_ESCAPED_ENDS = re.compile(r'^"\\[xu]|(?<!\\)(\\\\)*\\(x..|u....)"$')
# What Rasa expands: it takes the text of one line only, wherever the braces stand in it.
_VARIABLE = re.compile(r".*\$\{.*\}.*$")
# YAML 1.1 readers (PyYAML, many editors) take these words and sexagesimal numbers for something else than text.
_YAML_1_1 = re.compile(r"y|yes|n|no|on|off|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?", re.IGNORECASE)


class YamlMapping(dict[Any, Any]):
    """A mapping of a file: a dict that also knows its own line and that of each key (1-based)."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[Any, int] = {}


class YamlSequence(list[Any]):
    """A sequence of a file: a list that also knows its own line and that of each item (1-based)."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class Quoted(str):
    """Text that stood in double quotes in a file, or that is to be written in double quotes."""

    __slots__ = ()


class Exact(Quoted):
    r"""Text whose outer whitespace is meant, where Rasa strips it (messages of users).

    In a file it stands in double quotes with that whitespace escaped (``"\\x20hi"``), as nobody writes by chance.
    """

    __slots__ = ()


class Block(str):
    """Text that is to be written as a literal block (``|``) where its characters allow that."""

    __slots__ = ()


class Variable(str):
    """Text that stood without quotes in a file and names environment variables (``${NAME}``): Rasa expands them.

    It is written without quotes again. See ``environment.expanded`` for what Rasa reads in its place.
    """

    __slots__ = ()


def read_yaml(path: Path) -> Any:
    """The content of a file, as ``parse_yaml`` gives it.

    Raises FileError if the file can't be read, is not UTF-8 or is not YAML.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise FileError(path, line, "the file is not UTF-8", "save it as UTF-8") from error
    except OSError as error:
        raise FileError(path, None, f"the file can't be read ({error.strerror})", "check the path") from error
    return parse_yaml(text.replace("\r\n", "\n").replace("\r", "\n"), path)


def parse_yaml(text: str, path: Path) -> Any:
    r"""Plain data from YAML 1.2 text; mappings and sequences know their lines (see ``line_of``).

    As in Rasa, a key that occurs twice is an error, and in a text that is wholly ASCII ``\uXXXX`` is decoded
    wherever it stands. ``${NAME}`` is left as it is, as a Variable where Rasa would expand it. An empty text gives
    None. Raises FileError with the line of the fault.
    """
    try:
        return pickle.loads(_read(_decoded(text)))  # noqa: S301  what _read has pickled
    except FileError as error:
        raise FileError(path, error.line, error.problem, error.remedy) from error.__cause__
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        problem = " ".join(str(error.problem or error.context).split())
        raise FileError(path, line, f"this is not valid YAML ({problem})", _REMEDY) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problem = f"the character {chr(error.character)!r} may not stand in YAML as it is"
        raise FileError(path, line, problem, "remove it, or write it escaped in double quotes") from error
    except YAMLError as error:
        raise FileError(path, None, f"this is not valid YAML ({error})", _REMEDY) from error
    except RecursionError as error:
        raise FileError(path, None, "the YAML is nested too deeply", "flatten it") from error


def line_of(node: Any, key: Any = None) -> int | None:
    """The 1-based line of a mapping's key or a sequence's item; of the node itself if it has no such key.

    None where the node didn't come from a file.
    """
    if isinstance(node, YamlMapping):
        return node.lines.get(key, node.line)
    if isinstance(node, YamlSequence):
        known = isinstance(key, int) and -len(node.lines) <= key < len(node.lines)
        return node.lines[key] if known else node.line
    return None


def to_yaml(data: Any) -> str:
    """YAML 1.2 text in block style, ending in a newline, that Rasa and we read as the same data.

    Text is quoted where plain text would be read as something else: numbers, dates, ``null``, words that YAML 1.1
    takes for truth values, ``${NAME}`` (which Rasa would expand). Characters that YAML can't carry are escaped in
    double quotes. Keys keep their order, long lines are not folded, and there are no anchors.
    """
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.Representer = _Representer
    yaml.Emitter = _Emitter
    yaml.default_flow_style = False
    yaml.width = sys.maxsize
    yaml.dump(data, stream)
    text = stream.getvalue()
    if text.isascii() and re.search(r"\\[uU]", text):
        return _KEEPS_BACKSLASHES + text
    return text


def write_atomically(path: Path, text: str) -> None:
    """Replace the file by the text in one step: whoever reads it sees the old text or the new one, also after a crash.

    The mode of an existing file is kept, and a symbolic link stays one. Raises OSError; then the file is as it was
    and nothing is left beside it.
    """
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        _write_through(temporary, text)
        with contextlib.suppress(FileNotFoundError):
            temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _write_through(path: Path, text: str) -> None:
    """Write a new file and wait until the disk has it."""
    with path.open("xb") as file:
        file.write(text.encode("utf-8"))
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's entries, so that a rename survives a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _decoded(text: str) -> str:
    """The text with backslash-u sequences decoded if it is wholly ASCII; surrogate pairs become one character."""
    if not text.isascii() or not re.search(r"\\[uU]", text):
        return text
    try:
        decoded = text.encode("ascii").decode("raw_unicode_escape")
        return decoded.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        return text


@lru_cache(maxsize=64)
def _read(text: str) -> bytes:
    """The data, pickled, so that everybody gets their own: merging and checking read the same texts again and again."""
    return pickle.dumps(_Reader().read(text))


class _Reader:
    """Builds data from the node tree of one text. A node that aliases repeat is built once and shared.

    Its FileErrors name no file.
    """

    def __init__(self) -> None:
        self._yaml = YAML(typ="safe", pure=True)
        self._yaml.version = (1, 2)
        self._built: dict[int, Any] = {}
        self._text = ""

    def read(self, text: str) -> Any:
        self._text = text
        root = self._yaml.compose(text)
        return self._build(root) if root is not None else None

    def _build(self, node: Node) -> Any:
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if id(node) not in self._built:
            if isinstance(node, MappingNode):
                self._mapping(node)
            else:
                self._sequence(node)
        return self._built[id(node)]

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag == _STRING:
            if node.style == '"':
                return self._quoted(node)
            return Variable(node.value) if not node.style and _VARIABLE.match(node.value) else node.value
        try:
            return self._yaml.constructor.construct_object(node)
        except ValueError as error:  # a date or a number that isn't one
            problem = f"{str(node.value)[:40]!r} can't be read ({error})"
            raise FileError(_UNKNOWN, _line(node), problem, "put it in quotes if it is text") from error

    def _quoted(self, node: ScalarNode) -> Quoted:
        if node.value == node.value.strip():
            return Quoted(node.value)
        source = self._text[node.start_mark.index : node.end_mark.index]
        return Exact(node.value) if _ESCAPED_ENDS.search(source) else Quoted(node.value)

    def _sequence(self, node: Node) -> None:
        built = self._built[id(node)] = YamlSequence(_line(node))
        for child in node.value:
            built.append(self._build(child))
            built.lines.append(_line(child))

    def _mapping(self, node: MappingNode) -> None:
        built = self._built[id(node)] = YamlMapping(_line(node))
        self._yaml.constructor.flatten_mapping(node)
        merged = len(getattr(node, "merge", None) or ())
        for position, (key_node, value_node) in enumerate(node.value):
            key = self._key(key_node)
            if key in built and position >= merged and built.lines[key] != -1:
                self._fail_duplicate(key_node, key)
            built[key] = self._build(value_node)
            built.lines[key] = _line(key_node) if position >= merged else -1
        built.lines = {key: (built.line if line == -1 else line) for key, line in built.lines.items()}

    def _key(self, node: Node) -> Any:
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        raise FileError(_UNKNOWN, _line(node), "a key may not be a list or a mapping", "use text as the key")

    def _fail_duplicate(self, node: Node, key: Any) -> None:
        raise FileError(_UNKNOWN, _line(node), f"the key {key!r} occurs twice", "keep one of them")


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1


class _Emitter(Emitter):
    """Writes double-quoted scalars on one line, with the outer whitespace of Exact texts escaped."""

    def write_double_quoted(self, text: Any, split: Any = True) -> None:  # noqa: ARG002  ruamel's signature
        inner = text.strip() if isinstance(text, Exact) else text
        start = text.find(inner) if inner else len(text)
        before, after = text[:start], text[start + len(inner) :]
        body = _hex(before) + "".join(_escaped(character) for character in inner) + _hex(after)
        self.write_indicator(f'"{body}"', True)


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    return _hex(character) if _UNPRINTABLE.match(character) else character


def _hex(text: str) -> str:
    return "".join(rf"\x{ord(c):02X}" if ord(c) < 0x100 else rf"\u{ord(c):04X}" for c in text)


class _Representer(SafeRepresenter):
    """Decides how each value is written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sort_base_mapping_type_on_output = False

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the signature is ruamel's
        return True

    def represent_str(self, data: Any) -> Any:
        return self.represent_scalar(_STRING, data, style=_style(data))


def _style(text: str) -> str | None:
    """The style to ask for; None leaves it to the emitter, which quotes what would not be read as text."""
    if isinstance(text, Quoted):
        return '"'
    if isinstance(text, Variable):
        return None
    if "\n" in text or isinstance(text, Block):
        return "|" if can_be_block(text) else '"'
    if _UNPRINTABLE.search(text):
        return '"'
    if "${" in text or _YAML_1_1.fullmatch(text):
        return '"' if "'" in text else "'"
    return None


def can_be_block(text: str) -> bool:
    """Whether a literal block carries the text unchanged: no odd characters, no spaces around a line."""
    lines = text.removesuffix("\n").split("\n")
    return (
        lines[0] != ""
        and lines[-1] != ""
        and not any(line != line.strip() or _UNPRINTABLE.search(line) for line in lines)
    )


for _text_kind in (str, Quoted, Exact, Block, Variable):
    _Representer.add_representer(_text_kind, _Representer.represent_str)
_Representer.add_multi_representer(dict, _Representer.represent_dict)
_Representer.add_representer(MappingProxyType, _Representer.represent_dict)
_Representer.add_multi_representer(list, _Representer.represent_list)
