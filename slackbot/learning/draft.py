"""What one person is changing about a question, before it becomes a vote."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from slackbot.learning.question import PartKind, Question, answered_entities, entities_answer

_WORD = re.compile(r"\w+(?:['’.\-]\w+)*|[^\w\s]", re.UNICODE)


@dataclass(frozen=True)
class Word:
    """One word of a message, to be picked."""

    start: int
    end: int
    text: str


def words_of(text: str) -> list[Word]:
    """The words and signs of a message, in order."""
    return [Word(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]


@dataclass(frozen=True)
class Draft:
    """The answers as they stand in one person's modal, beside those that were suggested when it was opened."""

    conversation: str
    question: str
    #: The message's text.
    text: str
    kinds: tuple[PartKind, ...]
    suggested: tuple[str, ...]
    #: How many of the parts were closed already.
    decided: int
    answers: tuple[str, ...]
    #: Counts how often the modal was drawn; Slack keeps what a field holds only as long as its block's id.
    drawn: int = 0

    @classmethod
    def of(cls, conversation_id: str, question: Question) -> Draft:
        """The draft of somebody who has just pressed *Change*."""
        return cls(
            conversation=conversation_id,
            question=question.id,
            text=question.message.text,
            kinds=tuple(part.kind for part in question.parts),
            suggested=question.suggestion,
            decided=len(question.decided),
            answers=question.suggestion,
        )

    def with_answer(self, index: int, answer: str) -> Draft:
        """The draft with one part answered otherwise."""
        return replace(self, answers=(*self.answers[:index], answer, *self.answers[index + 1 :]))

    def redrawn(self) -> Draft:
        """The draft for a modal that is drawn anew."""
        return replace(self, drawn=self.drawn + 1)

    def open_parts(self, kind: PartKind) -> list[int]:
        """Indexes of the open parts of a kind."""
        return [index for index in range(self.decided, len(self.kinds)) if self.kinds[index] is kind]

    @property
    def entities(self) -> list[dict[str, Any]]:
        """The message's entities as they stand; none where the question doesn't ask about them."""
        for index, kind in enumerate(self.kinds):
            if kind is PartKind.ENTITIES:
                return answered_entities(self.answers[index])
        return []

    def with_entities(self, entities: Sequence[Mapping[str, Any]]) -> Draft:
        """The draft with other entities."""
        return self.with_answer(self.kinds.index(PartKind.ENTITIES), entities_answer(entities))

    def with_entity(self, words: Sequence[int], entity: str) -> Draft:
        """The draft with one more entity over the picked words (indexes into ``words_of``).

        It reaches from the first picked word to the last, and takes the place of those that it overlaps.
        """
        known = words_of(self.text)
        start, end = known[min(words)].start, known[max(words)].end
        new = {"start": start, "end": end, "value": self.text[start:end], "entity": entity}
        kept = [old for old in self.entities if old["end"] <= start or old["start"] >= end]
        return self.with_entities([*kept, new])

    def without_entity(self, index: int) -> Draft:
        """The draft without one of its entities."""
        entities = self.entities
        return self.with_entities(entities[:index] + entities[index + 1 :])

    @property
    def path(self) -> tuple[str, ...]:
        """The vote: everything up to the last change. Without a change, agreement with all of it.

        What comes after a change stays open: it was suggested on the strength of an answer that is now another.
        """
        changed = [i for i, (new, old) in enumerate(zip(self.answers, self.suggested, strict=True)) if new != old]
        return self.answers[: changed[-1] + 1] if changed else self.answers

    def as_dict(self) -> dict[str, Any]:
        """JSON for the store."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Draft:
        """The other way."""
        return cls(
            **{
                **data,
                "kinds": tuple(PartKind(kind) for kind in data["kinds"]),
                "suggested": tuple(data["suggested"]),
                "answers": tuple(data["answers"]),
            }
        )
