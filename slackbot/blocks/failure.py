"""The red card of a custom action that failed, and the modal in which people write its events themselves."""

from __future__ import annotations

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.mrkdwn import code, literal, person
from slackbot.blocks.values import CardButton
from slackbot.learning.failures import Remedy
from slackbot.learning.question import Failure, Question

RETRY, SKIP, USE_EVENTS = "failure_retry", "failure_skip", "failure_events"
#: action_id of each button that decides at once.
REMEDIES = {RETRY: Remedy.RETRY, SKIP: Remedy.SKIP}
EVENTS_VIEW, EVENTS = "failure_events_view", "events"
_LONGEST_NAME, _LONGEST_PROBLEM = 200, 1000


def failure_blocks(conversation_id: str, question: Question, failure: Failure) -> list[Block]:
    """What an open card shows instead of its question: what failed and why, and what can be done about it."""
    value = CardButton(conversation_id, question.id, question.revision).pack()
    said = f":red_circle: {code(failure.action, _LONGEST_NAME)} failed: {literal(failure.problem, _LONGEST_PROBLEM)}"
    return [
        kit.section(said),
        kit.actions(
            [
                kit.button("Retry", RETRY, value, style="primary"),
                kit.button("Use these events…", USE_EVENTS, value),
                kit.button("Skip", SKIP, value, style="danger"),
            ]
        ),
        kit.context("Nothing is recorded yet. *Skip* records the action without events. One press decides."),
    ]


def remedy_words(failure: Failure) -> str:
    """What was done about a failure, for the card that is closed."""
    what = "skipped it" if failure.remedy == Remedy.SKIP else "wrote its events"
    problem = literal(failure.problem, 300)
    return f":red_circle: {code(failure.action, _LONGEST_NAME)} failed ({problem}); {person(failure.by or '')} {what}."


def events_modal(metadata: str, action: str, draft: str) -> Block:
    """The modal for the events of an action."""
    text = kit.text_input(
        EVENTS, multiline=True, initial=draft, placeholder="- event: slot\n  name: city\n  value: Oslo"
    )
    hint = "A JSON or YAML list of Rasa events. The action itself is recorded before them. An empty list is [ ]."
    blocks = [
        kit.section(f"What does {code(action, _LONGEST_NAME)} set and say?"),
        kit.input_block("Events", text, block_id=EVENTS, hint=hint),
    ]
    return kit.modal(EVENTS_VIEW, "Use these events", "Record", blocks, metadata)
