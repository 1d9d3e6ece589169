"""Entities marked inside text as in Rasa's training data: ``[Rome](city)`` and its longer forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# A span in square brackets and, right behind it, what it is: (type), (type:value), {JSON} or [{JSON}, {JSON}].
_ANNOTATION = re.compile(
    r"""
    \[ (?P<span> [^\]]+ ) \]
    (?: \( (?P<type> [^:)]+ ) (?: : (?P<value> [^)]+ ) )? \)
      | \{ (?P<one> [^}]+ ) \}
      | \[ (?P<many> .*? ) \]
    )
    """,
    re.VERBOSE,
)
_JSON_OBJECT = re.compile(r"\{([^}]+)\}")
_COMMAND_PREFIX = "/"
_ROUND = str.maketrans("[]", "()")


def parse_annotated(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The text without its annotations, and the entities: start, end (in the plain text), value, entity[, role, group].

    As in Rasa, text in brackets that is followed by something unlike an annotation stays as it is, and
    ``[a][b]`` loses its second part without being an entity. Raises ValueError if JSON in an annotation is
    broken, lacks "entity", or has a type, role or group that is no text, or a value that is neither text nor number.
    """
    plain, entities, position = "", [], 0
    for match in _ANNOTATION.finditer(text):
        plain += text[position : match.start()]
        span = {"start": len(plain), "end": len(plain) + len(match["span"])}
        plain += match["span"]
        entities += [{**span, **described} for described in _described(match)]
        position = match.end()
    return plain + text[position:], entities


def annotate(text: str, entities: Sequence[Mapping[str, Any]]) -> str:
    """The text with its entities marked; several of the very same span share one pair of brackets.

    Entities without start or end are left out. Text that begins with a slash is returned as it is, since its
    entities stand in it already. As in Rasa, an entity that begins inside another is marked behind it, which
    changes the text. Raises ValueError for two entities that start together and end apart.
    """
    if text.startswith(_COMMAND_PREFIX):
        return text
    annotated, position = "", 0
    for start, end, group in _by_span(entities):
        span = text[start:end]
        annotated += text[position:start] + f"[{span}]" + _description(span, group)
        position = end
    return annotated + text[position:]


def _described(match: re.Match[str]) -> Iterator[dict[str, Any]]:
    """What one annotation says about its span: value, entity and, if given, role and group."""
    if match["type"] is not None:
        yield {"value": match["value"] or match["span"], "entity": match["type"]}
        return
    bodies = [match["one"]] if match["one"] is not None else _JSON_OBJECT.findall(match["many"])
    for body in bodies:
        yield _from_json(body, match["span"])


def _from_json(body: str, span: str) -> dict[str, Any]:
    try:
        data = json.loads(f"{{{body}}}")
    except json.JSONDecodeError as error:
        raise ValueError(f"the annotation {{{body}}} is not valid JSON ({error.msg})") from error
    if "entity" not in data:
        raise ValueError(f'the annotation {{{body}}} lacks "entity"')
    for key in ("entity", "role", "group"):
        if key in data and not isinstance(data[key], str):
            raise ValueError(f'"{key}" in the annotation {{{body}}} is not text')
    value = data.get("value", span)
    if not _is_value(value):
        raise ValueError(f'"value" in the annotation {{{body}}} is neither text nor a number')
    described = {"value": value, "entity": data["entity"]}
    return described | {key: data[key] for key in ("role", "group") if data.get(key)}


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def _by_span(entities: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int, list[Mapping[str, Any]]]]:
    """The entities that have a place, those with the same start together, in the order of their starts."""
    starts: dict[int, list[Mapping[str, Any]]] = {}
    for entity in entities:
        if "start" in entity and "end" in entity:
            starts.setdefault(entity["start"], []).append(entity)
    for start, group in sorted(starts.items(), key=lambda item: item[0]):
        ends = {entity["end"] for entity in group}
        if len(ends) > 1:
            raise ValueError(f"entities that start together at {start} end at different places: {sorted(ends)}")
        yield start, ends.pop(), group


def _description(span: str, group: list[Mapping[str, Any]]) -> str:
    """What stands behind the span: (type) if that says it all, else JSON."""
    if len(group) > 1:
        # A closing bracket or brace inside the JSON would end the annotation for Rasa's reader.
        return "[" + ", ".join(_as_json(span, entity).replace("]", r"\u005d") for entity in group) + "]"
    attributes = _attributes(span, group[0])
    name = attributes["entity"]
    if list(attributes) == ["entity"] and not re.search("[:)]", name):
        return f"({name})"
    return _as_json(span, group[0])


def _attributes(span: str, entity: Mapping[str, Any]) -> dict[str, Any]:
    """What must be said about an entity: not its value where that is the text of the span."""
    attributes = {key: entity.get(key) for key in ("entity", "role", "group", "value")}
    if attributes["value"] == span and span:
        attributes["value"] = None
    return {key: value for key, value in attributes.items() if value is not None}


def _as_json(span: str, entity: Mapping[str, Any]) -> str:
    body = json.dumps(_attributes(span, entity))[1:-1]
    return "{" + body.replace("}", r"\u007d") + "}"


def annotate_readably(text: str, entities: Sequence[Mapping[str, Any]]) -> str:
    """The text with its entities marked so that ``parse_annotated`` and Rasa read just these entities back.

    Rasa's format can't escape square brackets. Where those that somebody typed would be read as an annotation (or
    spoil one), all of the text's own square brackets become round ones: ``[x](y)`` is written ``(x)(y)``. Offsets
    stay valid, for no character is added. Of entities that overlap, the one that starts first (then: the longest)
    is kept; entities of the very same span are all kept. Entities without a span in the text are left out. A value
    that is neither text nor a number is written as text (its JSON), since nobody would read it otherwise.
    A command (``/inform{"city": "Rome"}``) holds its entities already.
    """
    kept = [] if text.startswith(_COMMAND_PREFIX) else _apart(text, entities)
    annotated = annotate(text, kept)
    if _reads_back(annotated, text, kept):
        return annotated
    rounded = text.translate(_ROUND)
    return annotate(rounded, [_rounded(text, entity) for entity in kept])


def _apart(text: str, entities: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The entities that can be marked in the text together, in the order of their starts."""
    kept: list[Mapping[str, Any]] = []
    clipped = [
        {**entity, "end": min(entity["end"], len(text)), "value": _writable(entity.get("value"))}
        for entity in entities
        if _is_placed(entity)
    ]
    for entity in sorted(clipped, key=lambda e: (e["start"], -e["end"])):
        start, end = entity["start"], entity["end"]
        if not 0 <= start < end:
            continue
        if not kept or start >= kept[-1]["end"] or (start, end) == (kept[-1]["start"], kept[-1]["end"]):
            kept.append(entity)
    return kept


def _writable(value: Any) -> Any:
    return value if value is None or _is_value(value) else json.dumps(value, ensure_ascii=False, default=str)


def _is_placed(entity: Mapping[str, Any]) -> bool:
    start, end, name = entity.get("start"), entity.get("end"), entity.get("entity")
    return isinstance(start, int) and isinstance(end, int) and isinstance(name, str) and name != ""


def _reads_back(annotated: str, text: str, entities: Sequence[Mapping[str, Any]]) -> bool:
    try:
        plain, found = parse_annotated(annotated)
    except ValueError:
        return False
    expected = [(entity["entity"], entity["start"], entity["end"]) for entity in entities]
    return plain == text and [(entity["entity"], entity["start"], entity["end"]) for entity in found] == expected


def _rounded(text: str, entity: Mapping[str, Any]) -> dict[str, Any]:
    """The entity as it is in the text with round brackets: a value that repeats the text changes with it."""
    span = text[entity["start"] : entity["end"]]
    return dict(entity) | ({"value": span.translate(_ROUND)} if entity.get("value") == span else {})
