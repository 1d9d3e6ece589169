"""The turn card: what was understood and what would be done, with one button to agree with all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slackbot.blocks import kit
from slackbot.blocks.contradictions import warnings
from slackbot.blocks.failure import failure_blocks, remedy_words
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import bold, code, literal, people, person, quote
from slackbot.blocks.remarks import DECIDE, remark_buttons
from slackbot.blocks.rules import rule_words
from slackbot.blocks.values import CardButton
from slackbot.crowd.votes import Mark, Vote, counting, tally
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
    Remark,
    Ruling,
    answered_entities,
)
from slackbot.learning.terms import Order

ACCEPT, CHANGE = "card_accept", "card_change"
_MOST_WAITING, _MOST_ENTITIES, _MOST_SAYINGS, _MOST_TALLIED, _MOST_FLAGS, _MOST_RULINGS = 5, 10, 3, 4, 5, 3
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
    votes: Sequence[Vote],
    waiting: Sequence[Message],
    responses: Responses,
    contradictions: Sequence[Contradiction] = (),
    *,
    paused_by: str | None = None,
) -> Card:
    """The card of a question that people are asked.

    Of the ``votes`` it shows how many there are, and what they say only where people needn't answer blind;
    ``contradictions`` are to be warned of. While the session is paused it has no buttons.
    """
    failure = question.failure
    deciding = failure_blocks(conversation_id, question, failure) if failure else []
    if paused_by is not None:
        deciding = [kit.context(f":double_vertical_bar: Paused by {person(paused_by)}. What was voted is kept.")]
    blocks = [
        kit.section(_heading(speaker, question)),
        *(kit.section(line) for line in _lines(question, speaker, responses)),
        *warnings(question, contradictions),
        *(deciding or _voting(conversation_id, question, votes)),
    ]
    if waiting:
        blocks.append(kit.context(_waiting(waiting)))
    asks = "is this right?" if failure is None else f"{failure.action} failed"
    return Card(f"{quote(question.message.text, 100)}: {asks}", blocks)


def _voting(conversation_id: str, question: Question, votes: Sequence[Vote]) -> list[Block]:
    card = CardButton(conversation_id, question.id, question.revision)
    order = question.terms.order if question.terms else Order.SUGGESTED
    buttons = [kit.button("Change", CHANGE, card.pack())]
    if all(part.answer for part in question.parts):
        style = "primary" if order is Order.SUGGESTED else None
        behind = order is Order.RANDOM and _coin(conversation_id, question.id)
        buttons.insert(len(buttons) if behind else 0, kit.button("All right", ACCEPT, card.pack(), style=style))
    disputed = question.dispute is not None
    buttons += [kit.button("Decide…", DECIDE, card.pack())] if disputed else remark_buttons(card)
    rulings = [f":scales: {_ruled(ruling)}" for ruling in question.rulings]
    lines = [*rulings[-_MOST_RULINGS:], _progress(question, votes)]
    return [kit.actions(buttons), *(kit.context(line) for line in lines)]


def _ruled(ruling: Ruling) -> str:
    return f"Decided by {person(ruling.by)}: {quote(ruling.reason)}"


def _coin(*parts: str) -> bool:
    """Heads or tails, the same whenever a question's card is drawn."""
    return bool(hashlib.blake2s("|".join(parts).encode()).digest()[0] & 1)


Responses = Mapping[str, Sequence[Mapping[str, Any]]]


def closed_card(speaker: str, closed: ClosedQuestion, responses: Responses, *, counts: bool = True) -> Card:
    """The card of a question that is over: what was decided and by whom, and no button.

    ``counts`` is False where what was decided was taken back afterwards.
    """
    question = closed.question
    blocks = [kit.section(_heading(speaker, question))]
    if closed.outcome is Outcome.DECIDED:
        blocks += [kit.section(line) for line in _lines(question, speaker, responses)]
        blocks += warnings(question, contradictions_in(question))
        if question.failure is not None:
            blocks.append(kit.context(remedy_words(question.failure)))
        blocks.append(kit.context(f":white_check_mark: {_decided_by(question)}{_otherwise(closed)}"))
        if not counts:
            blocks.append(kit.context(":leftwards_arrow_with_hook: Taken back afterwards."))
    else:
        blocks.append(kit.context(_ending(closed)))
    blocks += [kit.context(line) for line in _flags(closed.remarks)]
    return Card(f"{quote(question.message.text, 100)}: {closed.outcome.value.replace('_', ' ')}", blocks)


def _heading(speaker: str, question: Question) -> str:
    message = question.message
    if message.reminder is not None:
        return f":alarm_clock: The reminder {bold(message.reminder, _LONGEST_NAME)} fired: {quote(message.text, 1000)}"
    after = "" if question.parts[0].kind is PartKind.INTENT else "After "
    return f"{after}{person(speaker)}: {quote(message.text, 1000)}"


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


def _progress(question: Question, votes: Sequence[Vote]) -> str:
    rule = question.rule
    words = rule_words(rule)
    needed = f"{words[0].upper()}{words[1:]}."
    if question.dispute is not None:
        needed = ":scales: No agreement, with all the votes there may be: an adjudicator decides, or votes are changed."
    voters = len(counting(votes, question.decided))
    said = [needed, f"{voters} {'has' if voters == 1 else 'have'} voted." if voters else ""]
    if unsure := sum(vote.mark is Mark.UNSURE for vote in votes):
        said.append("1 person is not sure." if unsure == 1 else f"{unsure} people are not sure.")
    if flags := sum(vote.mark is Mark.FLAG for vote in votes):
        said.append(f"{flags} flagged it :triangular_flag_on_post:.")
    if voters and question.terms and not question.terms.blind:
        said.append(tally_words(question, votes))
    return " ".join(words for words in said if words)


def tally_words(question: Question, votes: Sequence[Vote]) -> str:
    """How many gave each answer to the first open part: ``So far *greet* 2, *bye* 1.``"""
    index = len(question.decided)
    if index >= len(question.parts):
        return ""
    kind, text = question.parts[index].kind, question.message.text
    counts = sorted(((len(names), answer) for answer, names in tally(votes, question.decided).items()), reverse=True)
    shown = ", ".join(f"{answer_words(kind, answer, text)} {number}" for number, answer in counts[:_MOST_TALLIED])
    more = len(counts) - _MOST_TALLIED
    return f"So far {shown}{f' and {more} more answers' if more > 0 else ''}." if shown else ""


def answer_words(kind: PartKind, answer: str, text: str) -> str:
    """An answer to a part for people."""
    if kind is PartKind.INTENT:
        return bold(answer, _LONGEST_NAME)
    if kind is PartKind.ENTITIES:
        found = answered_entities(answer)
        return " and ".join(entity_words(entity, text) for entity in found[:_MOST_ENTITIES]) or "no entities"
    return "waiting" if answer == ACTION_LISTEN else code(answer, _LONGEST_NAME)


def _waiting(waiting: Sequence[Message]) -> str:
    texts = [quote(message.text, 60) for message in waiting[:_MOST_WAITING] if message.text]
    more = len(waiting) - _MOST_WAITING
    return f":hourglass_flowing_sand: Waiting: {', '.join(texts)}" + (f" and {more} more" if more > 0 else "")


def _decided_by(question: Question) -> str:
    """Who decided the parts, and how: usually all in the same way."""
    agreeing = _agreeing([part for part in question.parts if part.how is How.VOTES])
    said = [f"Agreed by {people(agreeing)}"] if agreeing else []
    said += [
        _ruled(ruling)
        for ruling in question.rulings
        if any(part.how is How.RULING and ruling.by in part.people for part in question.parts)
    ]
    if any(part.how is How.UNASKED for part in question.parts):
        said.append("The rest was sure enough without asking." if said else "Sure enough: nobody was asked.")
    return ". ".join(said)


def _otherwise(closed: ClosedQuestion) -> str:
    """How many answered something else than what was decided: of those who agreed on other parts, and of others."""
    parts = closed.question.parts
    otherwise = {name for part in parts for name, answer in part.given.items() if answer != part.decided}
    within = len(otherwise.intersection(_agreeing([part for part in parts if part.how is How.VOTES])))
    beside = len(otherwise) - within
    said = f". {within} of them answered a part otherwise" if within else ""
    return said + (f". {beside} {'more ' if within else ''}answered otherwise" if beside else "")


def _flags(remarks: Mapping[str, Remark]) -> list[str]:
    flags = [(name, remark.comment) for name, remark in remarks.items() if remark.mark is Mark.FLAG]
    return [f":triangular_flag_on_post: {person(name)}: {quote(comment)}" for name, comment in flags[:_MOST_FLAGS]]


def _agreeing(parts: Sequence[Part]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part.people))


def _ending(closed: ClosedQuestion) -> str:
    match closed.outcome:
        case Outcome.MESSAGE_CHANGED:
            return ":pencil2: The message was changed or deleted before this was decided."
        case Outcome.UNDONE:
            return f":leftwards_arrow_with_hook: Taken back by {person(closed.by or '')}."
        case Outcome.REDONE:
            return f":arrow_right_hook: Given up when {person(closed.by or '')} brought back what was undone."
        case Outcome.REOPENED:
            return f":leftwards_arrow_with_hook: Asked again by {person(closed.by or '')}; its votes are kept."
        case Outcome.RESTARTED:
            return f":arrows_counterclockwise: Given up when {person(closed.by or '')} restarted the conversation."
        case _:
            return f":checkered_flag: Not decided when {person(closed.by or '')} ended the session."
