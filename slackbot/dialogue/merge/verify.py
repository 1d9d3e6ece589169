"""Whether a file that was added to still says all that it said, and what was added, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.merge.batch import Batch
from slackbot.dialogue.merge.examples import synonyms_of
from slackbot.dialogue.merge.quiet import quiet
from slackbot.dialogue.merge.stories import fingerprint
from slackbot.dialogue.nlu import Example, nlu_from
from slackbot.dialogue.stories import Story, stories_from
from slackbot.dialogue.unread import unread_sections
from slackbot.errors import FileError


def check_readers(path: Path, before: Any, after: Any, batch: Batch) -> None:
    """Raises FileError unless our own readers find in ``after`` what they found in ``before``, and the batch.

    Both are a file's content, as ``parse_yaml`` gives it. What is the domain's is compared by its content alone.
    """
    with quiet():
        if batch.examples:
            _check_examples(path, before, after, batch.examples)
        if batch.stories:
            old, new = (_stories(data, path) for data in (before, after))
            _compare(path, old, new, [("story", story.name, fingerprint(story)) for story in batch.stories])
        if batch.intents or batch.entities or batch.actions or batch.responses:
            Domain(after, path)


def check_is_read(path: Path, text: str, data: Mapping[Any, Any], batch: Batch) -> None:
    """Raises FileError where Rasa would not read, from a file of training data, what the batch has added to it."""
    added = {"nlu": batch.examples, "stories": batch.stories, "responses": batch.responses}
    for name in unread_sections(text, data):
        if added.get(name):
            remedy = f"begin a line with {name}: and no quotes, and save the file without byte order mark"
            raise FileError(path, None, f"Rasa doesn't read {name!r} in this file", remedy)


def _check_examples(path: Path, before: Any, after: Any, added: Sequence[Example]) -> None:
    old, new = nlu_from(before, path), nlu_from(after, path)
    taught: dict[str, Any] = {}
    for example in added:
        taught |= synonyms_of(example)
    # The metadata of a section is that of every example in it: new ones are compared without.
    old_examples = {repr(_saying(example, example.metadata)) for example in old.examples}
    found = [
        _saying(example, example.metadata if repr(_saying(example, example.metadata)) in old_examples else None)
        for example in new.examples
    ]
    expected = [_saying(example, None) for example in added]
    _compare(path, [_saying(example, example.metadata) for example in old.examples], found, expected)
    same = (new.regexes, new.lookups) == (old.regexes, old.lookups)
    if not same or dict(new.synonyms) != {**old.synonyms, **taught}:
        raise _refusal(path)


def _saying(example: Example, metadata: Any) -> tuple[Any, ...]:
    return example.text, example.intent, tuple(map(_sorted, example.entities)), metadata


def _sorted(entity: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(entity.items()))


def _stories(data: Any, path: Path) -> list[Any]:
    return [(story.kind, story.name, _whole(story)) for story in stories_from(data, path)]


def _whole(story: Story) -> Any:
    """All that a story says; what a new one says is its steps alone."""
    rest = (story.condition, story.start, story.end, story.conversation_start, not story.wait_for_user_input)
    return (fingerprint(story), story.events, rest) if any(rest) else fingerprint(story)


def _compare(path: Path, old: Iterable[Any], new: Iterable[Any], added: Iterable[Any]) -> None:
    """Raises FileError unless ``new`` is ``old`` with the added ones, each once, put between them."""
    missing, waiting = list(added), list(old)
    waiting.reverse()
    for item in new:
        if waiting and item == waiting[-1]:
            waiting.pop()
        elif item in missing:
            missing.remove(item)
        else:
            raise _refusal(path)
    if missing or waiting:
        raise _refusal(path)


def _refusal(path: Path) -> FileError:
    problem = "with the additions the file would not be read as what it is, so nothing was written"
    return FileError(path, None, problem, "name another file for them with --new-file")
