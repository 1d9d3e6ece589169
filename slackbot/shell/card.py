"""An open question in a terminal: what was understood, what would be done and why, and what contradicts it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from slackbot.dialogue.annotations import annotate_readably
from slackbot.learning.contradictions import Contradiction
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import Part, PartKind, Question, answered_entities
from slackbot.shell.terminal import printable

Responses = Mapping[str, Sequence[Mapping[str, Any]]]
#: Other intents that are shown beside the likeliest.
_OTHERS = 3


def question_table(question: Question, responses: Responses) -> Table:
    """A row for each part: intent, entities, and numbered actions. Agreed parts have a tick."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold", min_width=20)
    table.add_column(style="dim", overflow="fold")
    number = 0
    for part in question.parts:
        number += part.kind is PartKind.ACTION
        label = str(number) if part.kind is PartKind.ACTION else part.kind.value
        what, why = _row(part, question, responses)
        tick = Text(" ✓", "green") if part.decided is not None else Text()
        table.add_row(label, what + tick, Text(printable(why)))
    return table


def _row(part: Part, question: Question, responses: Responses) -> tuple[Text, str]:
    match part.kind:
        case PartKind.INTENT:
            return _intent(part, question)
        case PartKind.ENTITIES:
            marked = annotate_readably(question.message.text, answered_entities(part.answer))
            return Text(printable(marked) if part.answer != "[]" else "none"), ""
    return _action(part, responses)


def _intent(part: Part, question: Question) -> tuple[Text, str]:
    ranking = question.parse_data.get("intent_ranking") or ()
    others = [row for row in ranking if row.get("name") != part.answer][:_OTHERS]
    words = ", ".join(f"{row.get('name')} {row.get('confidence') or 0:.2f}" for row in others)
    name = Text(printable(part.answer), "bold cyan") if part.answer else Text("not understood", "red")
    if part.answer == part.suggested and part.confidence is not None:
        name.append(f"  {part.confidence:.2f}")
    return name, f"or {words}" if words and part.decided is None else ""


def _action(part: Part, responses: Responses) -> tuple[Text, str]:
    name = Text(printable(part.answer), "bold magenta")
    as_suggested = part.answer == part.suggested
    if part.answer == ACTION_LISTEN:
        name = Text("action_listen", "magenta") + Text("  wait for the user", "dim")
    for text in part.says if as_suggested else _first_text(responses.get(part.answer, ())):
        name.append(f"\n“{printable(text)}”", "default")
    return name, why(part) if as_suggested else ""


def why(part: Part) -> str:
    """The reason, the policy and its confidence: ``rule 'greet' (RulePolicy 1.00)``."""
    certainty = "" if part.confidence is None else f"{part.confidence:.2f}"
    policy = " ".join(word for word in (part.policy or "", certainty) if word)
    return f"{part.reason} ({policy})" if part.reason and policy else part.reason or policy


def _first_text(variations: Sequence[Mapping[str, Any]]) -> list[str]:
    return [variation["text"] for variation in variations if variation.get("text")][:1]


def warning_lines(contradictions: Sequence[Contradiction]) -> Iterator[Text]:
    """One line for each contradiction to the assistant's rules and stories."""
    for found in contradictions:
        other = found.precedent
        place = "" if not other.path else f" ({other.path}{'' if other.line is None else f':{other.line}'})"
        line = f"! {found.action} contradicts {other.title}{place}, which says {other.action} here."
        yield Text(printable(line), "yellow")
