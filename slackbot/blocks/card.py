"""The turn card: what was understood and what would be done, with one button to agree with all of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slackbot.blocks import kit
from slackbot.blocks.contradictions import warnings
from slackbot.blocks.failure import failure_blocks, remedy_words
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import bold, code, literal, people, person, quote
from slackbot.blocks.rules import rule_words
from slackbot.blocks.values import CardButton
from slackbot.crowd.quorum import Fixed
from slackbot.learning.contradictions import Contradiction, contradictions_in
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import (
    ClosedQuestion,
    How,
    Message,
    Outcome,
    Part,
    PartKind,
    Question,
    answered_entities,
)

ACCEPT, CHANGE = "card_accept", "card_change"
_MOST_WAITING, _MOST_ENTITIES, _MOST_SAYINGS = 5, 10, 3
#: Characters.
_LONGEST_NAME, _LONGEST_SAYING = 200, 300


@dataclass(frozen=True)
class Card:
    """What a message shows: its blocks, and a text for notifications and for clients without blocks."""

    text: str
    blocks: list[Block]


def open_card(
    conversation_id: str,
    speaker: str,
    question: Question,
    voters: int,
    waiting: Sequence[Message],
    responses: Responses,
    contradictions: Sequence[Contradiction] = (),
) -> Card:
    """The card of a question that people are asked.

    ``voters`` is how many have voted on its open parts, ``contradictions`` what is to be warned of.
    """
    failure = question.failure
    blocks = [
        kit.section(_heading(speaker, question)),
        *(kit.section(line) for line in _lines(question, speaker, responses)),
        *warnings(question, contradictions),
        *(
            failure_blocks(conversation_id, question, failure)
            if failure
            else _voting(conversation_id, question, voters)
        ),
    ]
    if waiting:
        blocks.append(kit.context(_waiting(waiting)))
    asks = "is this right?" if failure is None else f"{failure.action} failed"
    return Card(f"{quote(question.message.text, 100)}: {asks}", blocks)


def _voting(conversation_id: str, question: Question, voters: int) -> list[Block]:
    value = CardButton(conversation_id, question.id, question.revision).pack()
    buttons = [kit.button("Change", CHANGE, value)]
    if all(part.answer for part in question.parts):
        buttons.insert(0, kit.button("All right", ACCEPT, value, style="primary"))
    return [kit.actions(buttons), kit.context(_progress(question, voters))]


Responses = Mapping[str, Sequence[Mapping[str, Any]]]


def closed_card(speaker: str, closed: ClosedQuestion, responses: Responses) -> Card:
    """The card of a question that is over: what was decided and by whom, and no button."""
    question = closed.question
    blocks = [kit.section(_heading(speaker, question))]
    if closed.outcome is Outcome.DECIDED:
        blocks += [kit.section(line) for line in _lines(question, speaker, responses)]
        blocks += warnings(question, contradictions_in(question))
        if question.failure is not None:
            blocks.append(kit.context(remedy_words(question.failure)))
        blocks.append(kit.context(f":white_check_mark: {_decided_by(question)}"))
    else:
        blocks.append(kit.context(_ending(closed)))
    return Card(f"{quote(question.message.text, 100)}: {closed.outcome.value.replace('_', ' ')}", blocks)


def _heading(speaker: str, question: Question) -> str:
    after = "" if question.parts[0].kind is PartKind.INTENT else "After "
    return f"{after}{person(speaker)}: {quote(question.message.text, 1000)}"


def _lines(question: Question, speaker: str, responses: Responses) -> list[str]:
    """What was understood, then what would be done, in paragraphs. Ticks tell decided parts from open ones."""
    tick = " :white_check_mark:" if question.open_parts else ""
    understood = [part for part in question.parts if part.kind is not PartKind.ACTION]
    planned = [part for part in question.parts if part.kind is PartKind.ACTION]
    paragraphs = [_understanding(understood, question, tick)] if understood else []
    return paragraphs + (_plan(planned, speaker, responses, tick) if planned else [])


def _understanding(parts: Sequence[Part], question: Question, tick: str) -> str:
    intent, entities = parts
    if not intent.answer:
        return "I did not understand this. Press *Change* to say what it means."
    found = answered_entities(entities.answer)
    shown = ", ".join(entity_words(entity, question.message.text) for entity in found[:_MOST_ENTITIES])
    if len(found) > _MOST_ENTITIES:
        shown += f" and {len(found) - _MOST_ENTITIES} more"
    half_decided = intent.decided is not None and entities.decided is None
    text = f"I understood {bold(intent.answer, _LONGEST_NAME)}{_certainty(intent)}{tick if half_decided else ''}"
    if shown or half_decided:
        text += f" with {shown}" if shown else ", without entities"
    return f"{text}.{tick if entities.decided is not None else ''}"


def entity_words(entity: Mapping[str, Any], text: str) -> str:
    """An entity for people: its words, what they are, and what they stand for if that is something else."""
    words = text[entity.get("start", 0) : entity.get("end", 0)]
    extras = [f"{key} {entity[key]}" for key in ("role", "group") if entity.get(key)]
    value = entity.get("value")
    if value is not None and str(value) != words:
        extras.append(f"meaning {value}")
    return f"{quote(words or str(value), 100)} as {bold(str(entity.get('entity')), _LONGEST_NAME)}" + (
        f" ({literal(', '.join(extras), 200)})" if extras else ""
    )


def _plan(parts: Sequence[Part], speaker: str, responses: Responses, tick: str) -> list[str]:
    lines = [_action(part, speaker, responses) + (tick if part.decided is not None else "") for part in parts]
    if len(lines) == 1:
        return [f"I would {lines[0]}."]
    if len(lines) == 2 and parts[1].answer == ACTION_LISTEN:
        return [f"I would {lines[0]} and {lines[1]}."]
    return kit.paragraphs(["I would", *(f"{number}. {line}" for number, line in enumerate(lines, start=1))])


def _action(part: Part, speaker: str, responses: Responses) -> str:
    name = part.answer
    if name == ACTION_LISTEN:
        return f"wait for {person(speaker)}"
    as_suggested = name == part.suggested
    says = part.says if as_suggested else _texts(responses.get(name, ()))
    reason = literal(part.reason, 150) if as_suggested else ""
    if not says:
        return f"run {code(name, _LONGEST_NAME)}" + (f" ({reason})" if reason else "")
    words = " ".join(bold(text, _LONGEST_SAYING) for text in says[:_MOST_SAYINGS])
    more = f" and {len(says) - _MOST_SAYINGS} more" if len(says) > _MOST_SAYINGS else ""
    return f"say {words}{more} ({', '.join(word for word in (code(name, _LONGEST_NAME), reason) if word)})"


def _texts(variations: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    first = next((variation["text"] for variation in variations if variation.get("text")), None)
    return (first,) if first else ()


def _certainty(part: Part) -> str:
    if part.decided is not None and part.decided != part.suggested:
        return ""
    return "" if part.confidence is None else f" ({part.confidence:.2f})"


def _progress(question: Question, voters: int) -> str:
    rule = question.rule
    words = rule_words(rule)
    needed = "Your press decides." if rule == Fixed(1) else f"{words[0].upper()}{words[1:]}."
    if question.dispute is not None:
        needed = ":scales: No agreement with all the votes that there may be."
    return needed if not voters else f"{needed} {voters} {'has' if voters == 1 else 'have'} voted."


def _waiting(waiting: Sequence[Message]) -> str:
    texts = [quote(message.text, 60) for message in waiting[:_MOST_WAITING] if message.text]
    more = len(waiting) - _MOST_WAITING
    return f":hourglass_flowing_sand: Waiting: {', '.join(texts)}" + (f" and {more} more" if more > 0 else "")


def _decided_by(question: Question) -> str:
    """Who decided the parts, and how: usually all in the same way."""
    agreeing = _agreeing([part for part in question.parts if part.how is How.VOTES])
    said = [f"Agreed by {people(agreeing)}"] if agreeing else []
    said += [
        f"Decided by {person(ruling.by)}: {quote(ruling.reason)}"
        for ruling in question.rulings
        if any(part.how is How.RULING and ruling.by in part.people for part in question.parts)
    ]
    if any(part.how is How.UNASKED for part in question.parts):
        said.append("The rest was sure enough without asking." if said else "Sure enough: nobody was asked.")
    return ". ".join(said)


def _agreeing(parts: Sequence[Part]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part.people))


def _ending(closed: ClosedQuestion) -> str:
    match closed.outcome:
        case Outcome.MESSAGE_CHANGED:
            return ":pencil2: The message was changed or deleted before this was decided."
        case Outcome.UNDONE:
            return f":leftwards_arrow_with_hook: Taken back by {person(closed.by or '')}."
        case Outcome.RESTARTED:
            return f":arrows_counterclockwise: Given up when {person(closed.by or '')} restarted the conversation."
        case _:
            return f":checkered_flag: Not decided when {person(closed.by or '')} ended the session."
