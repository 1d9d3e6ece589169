"""A session's other messages: the thread's parent with its buttons, and what the bot says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slackbot.blocks import kit
from slackbot.blocks.card import Card
from slackbot.blocks.mrkdwn import escape, person, shorten
from slackbot.blocks.values import SessionButton
from slackbot.learning.controls import Control
from slackbot.learning.session import Session, Status

#: action_id of each of the session's buttons.
CONTROL_ACTIONS = {f"session_{control.value}": control for control in Control}
_ACTION_OF = {control: action_id for action_id, control in CONTROL_ACTIONS.items()}


def parent(conversation_id: str, session: Session, version: int, turns: int) -> Card:
    """The thread's first message. ``version`` guards its buttons; ``turns`` are the turns agreed so far."""
    quorum = "one person's word decides" if session.quorum == 1 else f"{session.quorum} people must agree"
    title = f"Teaching session: {person(session.speaker)} speaks, {quorum}"
    blocks = [kit.section(f"*Teaching session.* {person(session.speaker)} speaks; {quorum}.")]
    if session.status is Status.OPEN:
        blocks.append(kit.section(_guide(session)))
        if session.trouble:
            blocks.append(kit.section(f":warning: {escape(session.trouble)}"))
        blocks.append(_buttons(SessionButton(conversation_id, version).pack()))
    blocks.append(kit.context(f"{_state(session)} {turns} {'turn' if turns == 1 else 'turns'} agreed."))
    return Card(title, blocks)


def _guide(session: Session) -> str:
    return (
        f"{person(session.speaker)}: write in this thread what a user would write. "
        "Everybody: press *All right* or *Change* on the cards. What others write here is talk and is not recorded."
    )


def _state(session: Session) -> str:
    who = person(session.ended_by) if session.ended_by else ""
    return {
        Status.OPEN: ":large_green_circle: Open.",
        Status.FINISHING: f":hourglass_flowing_sand: Finished by {who}; the files are on their way.",
        Status.FINISHED: f":white_check_mark: Finished by {who}; the files are in the thread.",
        Status.ABORTED: f":no_entry: Aborted by {who}; nothing was exported.",
    }[session.status]


def _buttons(value: str) -> kit.Block:
    return kit.actions(
        [
            kit.button("Undo", _ACTION_OF[Control.UNDO], value),
            kit.button(
                "Restart",
                _ACTION_OF[Control.RESTART],
                value,
                confirm=kit.confirm(
                    "Start anew?",
                    "The conversation begins again. What was agreed so far stays as a story of its own.",
                    "Restart",
                    "Go on",
                ),
            ),
            kit.button(
                "Abort",
                _ACTION_OF[Control.ABORT],
                value,
                style="danger",
                confirm=kit.confirm("Abort the session?", "Nothing of it will be exported.", "Abort", "Go on"),
            ),
            kit.button("Finish", _ACTION_OF[Control.FINISH], value, style="primary"),
        ]
    )


def again(control: Control, words: str, conversation_id: str, version: int) -> Card:
    """Asks before a control is carried out that was pressed on an outdated message."""
    text = f"The conversation has moved on since that button was drawn. Next, this would be {words}."
    value = SessionButton(conversation_id, version).pack()
    button = kit.button(f"{control.value.capitalize()} it", _ACTION_OF[control], value)
    return Card(text, [kit.section(text), kit.actions([button])])


def bot_says(text: str | None, data: Mapping[str, Any], *, reverted: bool) -> Card:
    """What the bot said, with its image and the titles of its buttons; struck out when it was taken back."""
    parts = [escape(text)] if text else []
    parts += [f"<{escape(str(data['image']))}>"] if data.get("image") else []
    titles = _titles(data.get("buttons") or ())
    words = shorten("\n".join(parts), kit.TEXT - 20) or "_(nothing to show)_"
    if reverted:
        struck = "\n".join(f"~{line}~" for line in words.splitlines() if line)
        return Card("(taken back)", [kit.section(struck), kit.context("Taken back.")])
    blocks = [kit.section(f":robot_face: {words}")]
    if titles:
        blocks.append(kit.context("The user could press: " + ", ".join(titles)))
    return Card(shorten(words, kit.TEXT), blocks)


def _titles(buttons: Sequence[Mapping[str, Any]]) -> list[str]:
    return [f"*{escape(str(button.get('title', '')))}*" for button in buttons][:10]
