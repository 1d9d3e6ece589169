"""Gold questions as one person sees them, and what administrators see of everybody."""

from __future__ import annotations

from slackbot.blocks import kit
from slackbot.blocks.change import PICK_INTENT
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import bold, person, quote
from slackbot.crowd.gold import Checked, GoldQuestion

CHECK, CHECK_VIEW, ANSWER = "check_open", "check", "answer"
_MOST_PEOPLE = 60


def check_blocks(words: str) -> list[Block]:
    """A line that leads to a gold question."""
    return [kit.section(words), kit.actions([kit.button("Answer a question", CHECK, "check", style="primary")])]


def check_modal(gold: GoldQuestion) -> Block:
    """The modal with one gold question. Nothing in it tells the right answer."""
    blocks = [
        kit.section(f"Message: {quote(gold.text, 1000)}"),
        kit.input_block("What does it mean?", kit.external_select(PICK_INTENT, "Search intents"), block_id=ANSWER),
        kit.context("The answer is known. Only you see this, and it becomes no training data."),
    ]
    return kit.modal(CHECK_VIEW, "A short check", "Answer", blocks, gold.id)


def answered_modal(gold: GoldQuestion, answer: str, *, more: bool) -> Block:
    """What stands in its place once it is answered."""
    right = f"*Right.* {quote(gold.text, 500)} means {bold(gold.intent)}."
    wrong = f"{quote(gold.text, 500)} means {bold(gold.intent)}, not {bold(answer)}."
    blocks = [kit.section(right if answer == gold.intent else wrong)]
    if more:
        blocks.append(kit.actions([kit.button("Another question", CHECK, "check")]))
    return {
        "type": "modal",
        "title": kit.plain_text("A short check", kit.VIEW_TITLE),
        "close": kit.plain_text("Close", kit.VIEW_TITLE),
        "blocks": blocks,
    }


_COUNTED = (
    "*Answers* are the parts of cards: an intent, entities, each action. They are right as far as all votes together, "
    "and gold questions, can tell."
)


def crowd_text(known: Checked, settings: str) -> str:
    """What is known of everybody, for administrators: those with most answers first."""
    thresholds = known.thresholds
    lines = [
        f"*Gold questions:* {len(known.gold)}. {settings}",
        f"*Qualification:* {_qualification(known)}",
        _COUNTED,
        f"*Judged* from {thresholds.judged_from} answers on: warned below {thresholds.warn_below:.0%} right.",
        f"*Not counted* {thresholds.after_warning} answers later, if certainly below {thresholds.exclude_below:.0%}.",
    ]
    ranked = sorted(known.evidence, key=lambda name: (-known.evidence[name].answers, name))
    for name in ranked[:_MOST_PEOPLE]:
        found, gold = known.evidence[name], known.answers.get(name, ())
        lines.append(
            f"• {person(name)}: {known.standing(name).value}, {found.share:.0%} of {found.answers:.0f} answers right"
            + (f", gold {sum(gold)} of {len(gold)}" if gold else "")
        )
    if len(ranked) > _MOST_PEOPLE:
        lines.append(f"and {len(ranked) - _MOST_PEOPLE} more")
    return "\n".join(lines if ranked else [*lines, "Nothing is known of anybody yet."])


def _qualification(known: Checked) -> str:
    thresholds = known.thresholds
    if not thresholds.qualification:
        return "none."
    return f"{thresholds.qualification} questions, {thresholds.qualification_share:.0%} right, before the first vote."
