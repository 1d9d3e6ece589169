"""What one file is given, and how it is put there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from slackbot.dialogue.annotations import annotate_readably
from slackbot.dialogue.merge.editor import YamlEditor
from slackbot.dialogue.nlu import Example
from slackbot.dialogue.stories import Story, story_steps
from slackbot.dialogue.yamlfile import FORMAT_VERSION, Block, Exact, Quoted, can_be_block


@dataclass(frozen=True)
class Batch:
    """Additions to one file, all of them new."""

    #: Names, or ``{name: properties}``.
    intents: tuple[Any, ...] = ()
    entities: tuple[Any, ...] = ()
    #: Name to text.
    responses: Mapping[str, str] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    stories: tuple[Story, ...] = ()

    def __bool__(self) -> bool:
        return any((self.intents, self.entities, self.responses, self.actions, self.examples, self.stories))

    def __add__(self, other: Batch) -> Batch:
        return Batch(
            self.intents + other.intents,
            self.entities + other.entities,
            {**self.responses, **other.responses},
            self.actions + other.actions,
            self.examples + other.examples,
            self.stories + other.stories,
        )

    def divided(self) -> tuple[Batch, Batch]:
        """The part that any file can take, and the rest: examples and stories that aren't plain ASCII.

        In a file that is wholly ASCII Rasa decodes backslash-u sequences: some texts can't be added to some files.
        """
        examples = _divided(self.examples, _marked)
        stories = _divided(self.stories, lambda story: f"{story.name}{story_steps(story.events)}")
        plain = replace(self, examples=examples[0], stories=stories[0])
        return plain, Batch(examples=examples[1], stories=stories[1])

    def put_into(self, editor: YamlEditor) -> None:
        """Add everything where its kind is in the file. Raises FileError."""
        if editor.data is None:
            editor.add_entries((), {"version": Quoted(FORMAT_VERSION)})
        for section, names in (("intents", self.intents), ("entities", self.entities)):
            if names:
                editor.add_items((section,), names)
        if self.responses:
            editor.add_entries(("responses",), {name: [{"text": _line(text)}] for name, text in self.responses.items()})
        if self.actions:
            editor.add_items(("actions",), self.actions)
        _add_examples(editor, self.examples)
        if self.stories:
            items = [{"story": story.name, "steps": story_steps(story.events)} for story in self.stories]
            editor.add_items(("stories",), items, in_flow=False)


def _divided(items: Iterable[Any], text_of: Callable[[Any], str]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    plain: list[Any] = []
    others: list[Any] = []
    for item in items:
        text = text_of(item)
        (plain if text.isascii() and "\\u" not in text.lower() else others).append(item)
    return tuple(plain), tuple(others)


def _add_examples(editor: YamlEditor, examples: Iterable[Example]) -> None:
    """Each example to a section of its intent; those without one to new sections behind the last intent."""
    new: dict[str, list[str]] = {}
    for example in examples:
        text = _marked(example)
        section = _section_for(editor, example.intent, fits_line=_fits_line(text))
        if section is None:
            new.setdefault(example.intent, []).append(text)
        elif editor.holds_lines(section):
            editor.add_line(section, f"- {text}")
        else:
            editor.add_items(section, [{"text": _line(text)}])
    if new:
        intents = [index for index, _ in _intent_sections(editor)]
        items = [_new_section(intent, texts) for intent, texts in new.items()]
        editor.add_items(("nlu",), items, after=intents[-1] if intents else None, in_flow=False)


def _section_for(editor: YamlEditor, intent: str, *, fits_line: bool) -> tuple[str | int, ...] | None:
    """Where the examples of the intent are, in a form that takes the text; if possible not below metadata."""
    own = [item for item in _intent_sections(editor) if item[1]["intent"].strip() == intent]
    own.sort(key=lambda item: "metadata" in item[1])
    places: list[tuple[str | int, ...]] = [("nlu", index, "examples") for index, _ in own]
    blocks = [place for place in places if editor.holds_lines(place)] if fits_line else []
    lists = [place for place in places if editor.holds_items(place)]
    return next(iter(blocks + lists), None)


def _intent_sections(editor: YamlEditor) -> Iterator[tuple[int, Mapping[str, Any]]]:
    data = editor.data.get("nlu") if isinstance(editor.data, dict) else None
    for index, section in enumerate(data if isinstance(data, list) else ()):
        if isinstance(section, dict) and isinstance(section.get("intent"), str):
            yield index, section


def _new_section(intent: str, texts: list[str]) -> dict[str, Any]:
    if all(_fits_line(text) for text in texts):
        return {"intent": intent, "examples": Block("".join(f"- {text}\n" for text in texts))}
    return {"intent": intent, "examples": [{"text": _line(text)} for text in texts]}


def _marked(example: Example) -> str:
    return annotate_readably(example.text, example.entities)


def _fits_line(text: str) -> bool:
    """Whether it can be a line of a literal block."""
    return len(text.splitlines()) == 1 and text == text.strip() and can_be_block(f"- {text}")


def _line(text: str) -> str:
    """The text as a value that takes one line."""
    if text != text.strip("\n\r "):
        return Exact(text)
    return text if _fits_line(text) else Quoted(text)
