"""A question that votes came to nothing on: what adjudicators see of it, on the card and in their own channel."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.blocks import kit
from slackbot.blocks.card import Card, answer_words
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import people, person, quote
from slackbot.blocks.remarks import DECIDE
from slackbot.blocks.values import CardButton
from slackbot.crowd.quorum import Agreed, Candidate, Exhausted
from slackbot.crowd.votes import Mark, Vote, tally
from slackbot.learning.question import Question
from slackbot.learning.verdicts import verdict

_MOST_CANDIDATES, _MOST_FLAGS = 6, 5


def leading(question: Question, votes: Sequence[Vote]) -> str | None:
    """The most probable of the answers to the part in dispute; None where nobody gave one."""
    found = candidates_of(question, votes)
    return found[0].answer if found else None


def candidates_of(question: Question, votes: Sequence[Vote]) -> tuple[Candidate, ...]:
    """The answers to the first open part with those who gave them, the most probable first."""
    found = verdict(question, votes, question.decided)
    if isinstance(found, Exhausted):
        return found.candidates
    counts = tally(votes, question.decided)
    given = [Candidate(answer, names, 0.0) for answer, names in counts.items()]
    first = found.answer if isinstance(found, Agreed) else ""
    return tuple(sorted(given, key=lambda one: (one.answer != first, -len(one.people), one.answer)))


def known_lines(question: Question, votes: Sequence[Vote]) -> list[str]:
    """The votes and comments, for who decides: a line for each candidate, who is not sure, and what was flagged."""
    kind, text = question.parts[len(question.decided)].kind, question.message.text
    lines = [
        f"• {answer_words(kind, one.answer, text)}: {people(one.people)}"
        + (f" ({one.posterior:.0%} likely)" if one.posterior else "")
        for one in candidates_of(question, votes)[:_MOST_CANDIDATES]
    ]
    unsure = tuple(vote.person for vote in votes if vote.mark is Mark.UNSURE)
    lines += [f"Not sure: {people(unsure)}"] if unsure else []
    flags = [vote for vote in votes if vote.mark is Mark.FLAG]
    return lines + [
        f":triangular_flag_on_post: {person(vote.person)}: {quote(vote.comment)}" for vote in flags[:_MOST_FLAGS]
    ]


def dispute_card(conversation_id: str, question: Question, votes: Sequence[Vote], link: str | None) -> Card:
    """The message in the adjudicators' channel while a question waits for them."""
    value = CardButton(conversation_id, question.id, question.revision).pack()
    where = f" <{link}|See the thread.>" if link else ""
    blocks: list[Block] = [
        kit.section(f":scales: No agreement on {quote(question.message.text, 500)}.{where}"),
        *(kit.section(lines) for lines in kit.paragraphs(known_lines(question, votes)) if lines),
        kit.actions([kit.button("Decide…", DECIDE, value, style="primary")]),
    ]
    return Card(f"No agreement on {quote(question.message.text, 100)}", blocks)


def settled_card(question: Question, link: str | None) -> Card:
    """The same message once nobody needs to decide any more."""
    rulings = [f"{person(one.by)} decided: {quote(one.reason)}" for one in question.rulings]
    how = ". ".join(rulings) or "Decided without a ruling"
    where = f" <{link}|See the thread.>" if link else ""
    text = f":white_check_mark: {quote(question.message.text, 500)}: {how}.{where}"
    return Card(f"{quote(question.message.text, 100)}: decided", [kit.section(text)])
