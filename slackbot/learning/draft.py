"""What one person is changing about a question, before it becomes a vote."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from slackbot.learning.question import PartKind, Question, answered_entities, entities_answer
from slackbot.learning.terms import Order

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


def told_apart(words: Sequence[Word]) -> list[str]:
    """A label for each word; words that occur several times are numbered: ``to (1)``, ``to (2)``."""
    total, seen = Counter(word.text for word in words), Counter[str]()
    labels = []
    for word in words:
        seen[word.text] += 1
        labels.append(f"{word.text} ({seen[word.text]})" if total[word.text] > 1 else word.text)
    return labels


def entity_id(entity: Mapping[str, Any]) -> str:
    """Tells an entity from the others of its message."""
    return hashlib.blake2s(entities_answer([entity]).encode(), digest_size=8).hexdigest()


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
    #: Count how often the fields of the parts, and those to mark an entity, were drawn with something else in them:
    #: Slack keeps what a field holds as long as its block has the same id.
    drawn: int = 0
    marked: int = 0
    #: In which order answers are offered. Where the suggested doesn't come first, it isn't chosen beforehand either.
    order: Order = Order.SUGGESTED
    #: The part that an adjudicator decides with this draft; None where it is to be a vote.
    rules_on: int | None = None
    #: What an adjudicator should know of the votes, as mrkdwn lines.
    known: tuple[str, ...] = ()

    @classmethod
    def of(cls, conversation_id: str, question: Question, vote: Sequence[str] = ()) -> Draft:
        """The draft of somebody who has just pressed *Change*, and whose ``vote`` so far was this."""
        suggestion, decided = question.suggestion, question.decided
        counts = tuple(vote[: len(decided)]) == decided and len(vote) <= len(suggestion)
        return cls(
            conversation=conversation_id,
            question=question.id,
            text=question.message.text,
            kinds=tuple(part.kind for part in question.parts),
            suggested=suggestion,
            decided=len(decided),
            answers=(*vote, *suggestion[len(vote) :]) if counts else suggestion,
            order=question.terms.order if question.terms and not (counts and vote) else Order.SUGGESTED,
        )

    def as_ruling(self, index: int, leading: str | None, known: Sequence[str]) -> Draft:
        """The draft of somebody who decides a part; ``leading`` is the answer to begin with."""
        draft = replace(self, rules_on=index, known=tuple(known), order=Order.SUGGESTED)
        return draft if leading is None else draft.with_answer(index, leading)

    @property
    def ruling(self) -> tuple[str, ...]:
        """The answers that are decided: up to the part in dispute, or the last that is not as suggested."""
        least = (self.rules_on or 0) + 1
        changed = [i for i, (new, old) in enumerate(zip(self.answers, self.suggested, strict=True)) if new != old]
        return self.answers[: max([least, *(index + 1 for index in changed)])]

    def with_answer(self, index: int, answer: str) -> Draft:
        """The draft with one part answered otherwise."""
        return replace(self, answers=(*self.answers[:index], answer, *self.answers[index + 1 :]))

    def with_new(self, kind: PartKind, name: str) -> Draft:
        """The draft with what somebody has just added chosen in the first part of that kind that is as suggested."""
        places = [index for index in self.open_parts(kind) if self.answers[index] == self.suggested[index]]
        draft = self.with_answer(places[0], name) if places else self
        return replace(draft, drawn=self.drawn + 1)

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
        kept = [old for old in self.entities if old.get("end", 0) <= start or old.get("start", 0) >= end]
        return replace(self.with_entities([*kept, new]), marked=self.marked + 1)

    def without_entity(self, wanted: str) -> Draft:
        """The draft without the entity of this ``entity_id``; as it is where there is none (any more)."""
        return self.with_entities([entity for entity in self.entities if entity_id(entity) != wanted])

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
                "order": Order(data.get("order", Order.SUGGESTED)),
                "known": tuple(data.get("known", ())),
            }
        )
