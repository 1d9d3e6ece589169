"""What somebody who has just voted is told of the question, and nobody else."""

from __future__ import annotations

from slackbot.blocks.card import tally_words
from slackbot.blocks.contradictions import warning_lines
from slackbot.blocks.remarks import THANKS
from slackbot.crowd.quorum import Posterior
from slackbot.crowd.votes import Mark, Vote, tally
from slackbot.learning.contradictions import contradictions_in
from slackbot.learning.conversation import Conversation
from slackbot.learning.question import Question
from slackbot.learning.session import least_votes
from slackbot.learning.verdicts import judged


def standing(conversation: Conversation, question: Question, person: str, said: Mark = Mark.NONE) -> str | None:
    """Where the open question stands, for somebody who has just voted; None where the card says so itself.

    ``said`` is what they have just said beside, or in the place of, an answer.
    """
    vote = next((vote for vote in conversation.votes if vote.person == person), None)
    if vote is None:
        return None
    if said is not Mark.NONE:
        return THANKS[said]
    decided = question.decided
    if vote.answers == decided[: len(vote.answers)]:
        return None
    if vote.answers[: len(decided)] != decided:
        return "Your vote is stored, but others agreed on another answer. The card asks about the rest anew."
    if judged(question, conversation.votes, decided) is not None and question.dispute is None:
        return None  # decided this very moment
    return "\n".join([*warned(question, vote), _counted(conversation, question, vote)])


def warned(question: Question, vote: Vote) -> list[str]:
    """What one's own vote contradicts, beyond what the card warns everybody of."""
    public = contradictions_in(question)
    own = [found for found in contradictions_in(question, [vote]) if found not in public]
    return warning_lines(question, own)


def _counted(conversation: Conversation, question: Question, vote: Vote) -> str:
    votes, index = conversation.votes, len(question.decided)
    answers = tally(votes, question.decided)
    agreeing = len(answers[vote.answers[index]])
    if isinstance(question.rule, Posterior):
        others = (
            "Nobody else has" if agreeing == 1 else "One more has" if agreeing == 2 else f"{agreeing - 1} more have"
        )
        words = f"Your vote is counted. {others} answered the same so far."
    else:
        words = f"Your vote is counted: {agreeing} of the {least_votes(question.rule)} people who must agree."
    shown = f" {tally_words(question, votes)}" if len(answers) > 1 else ""
    return f"{words}{shown} You may still change it."
