"""What a turn card says of answers that contradict the assistant's rules or stories."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import bold, code, literal
from slackbot.core.protocol import Precedent
from slackbot.learning.contradictions import Contradiction
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.question import PartKind, Question

_MOST_WARNINGS = 4
#: Characters of a name or path.
_LONGEST = 150


def warnings(question: Question, contradictions: Sequence[Contradiction]) -> list[Block]:
    """A paragraph with a line for each of the first contradictions; nothing where there is none."""
    lines = warning_lines(question, contradictions)
    return [kit.section("\n".join(lines))] if lines else []


def warning_lines(question: Question, contradictions: Sequence[Contradiction]) -> list[str]:
    """A line for each of the first contradictions, and how many more there are."""
    lines = [f":warning: {_sentence(question, found)}" for found in contradictions[:_MOST_WARNINGS]]
    more = len(contradictions) - _MOST_WARNINGS
    if more > 0:
        lines.append(f"and {more} more {'contradiction' if more == 1 else 'contradictions'}")
    return lines


def _sentence(question: Question, found: Contradiction) -> str:
    action = "waiting" if found.action == ACTION_LISTEN else code(found.action, _LONGEST)
    other = found.precedent
    says = "waits" if other.action == ACTION_LISTEN else f"says {code(other.action, _LONGEST)}"
    text = f"{_where(question, found.path)}{action} contradicts {_title(other)}, which {says} here."
    return text[0].upper() + text[1:]


def _title(precedent: Precedent) -> str:
    title = f"{precedent.kind} '{literal(precedent.name, _LONGEST)}'"
    if not precedent.path:
        return title
    place = precedent.path if precedent.line is None else f"{precedent.path}:{precedent.line}"
    # A long path is cut at its beginning: the file and the line are at its end.
    return f"{title} ({literal(place if len(place) <= _LONGEST else f'…{place[1 - _LONGEST :]}')})"


def _where(question: Question, path: Sequence[str]) -> str:
    """Says after which answers the action would follow, where they are not those that the card shows."""
    shown = question.suggestion
    for index, answer in enumerate(path):
        if index >= len(shown) or answer != shown[index]:
            kind = question.parts[index].kind if index < len(shown) else PartKind.ACTION
            if kind is PartKind.INTENT:
                return f"understood as {bold(answer, _LONGEST)}, "
            return "with other entities, " if kind is PartKind.ENTITIES else f"after {code(answer, _LONGEST)}, "
    return ""
