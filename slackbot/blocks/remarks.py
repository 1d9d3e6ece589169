"""What people can say of a question beside answers: that they aren't sure, skip it, or find something wrong with it."""

from __future__ import annotations

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import quote
from slackbot.blocks.values import CardButton, RemarkChoice
from slackbot.crowd.votes import Mark

UNSURE, MORE, DECIDE = "card_unsure", "card_more", "card_decide"
FLAG_VIEW, COMMENT = "flag", "comment"
LONGEST_COMMENT = 500

#: What a person is told whose remark is stored.
THANKS = {
    Mark.UNSURE: "Noted: you are not sure. You may still vote until this is decided.",
    Mark.SKIP: "Skipped: you won't be asked this again. You may still vote until it is decided.",
    Mark.FLAG: "Flagged, with your comment. You may still vote until this is decided.",
}


def remark_buttons(card: CardButton) -> list[Block]:
    """*Not sure*, and a menu with the rest."""

    def value(mark: Mark) -> str:
        return RemarkChoice(mark, card.conversation, card.question, card.revision).pack()

    return [
        kit.button("Not sure", UNSURE, value(Mark.UNSURE)),
        kit.overflow(MORE, [kit.option("Skip", value(Mark.SKIP)), kit.option("Something is wrong…", value(Mark.FLAG))]),
    ]


def flag_modal(metadata: str, message: str) -> Block:
    """The modal for the comment of a flag."""
    field = kit.text_input(COMMENT, multiline=True)
    blocks = [
        kit.section(f"Message: {quote(message, 1000)}"),
        kit.input_block("What is wrong with this question?", field, block_id=COMMENT),
        kit.context("It is shown with your name to those who decide, and to everybody once it is decided."),
    ]
    return kit.modal(FLAG_VIEW, "Something is wrong", "Flag", blocks, metadata)
