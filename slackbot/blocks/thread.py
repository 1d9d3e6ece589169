"""A session's other messages: the thread's parent with its buttons, and what the bot says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from slackbot.blocks import kit
from slackbot.blocks.card import Card
from slackbot.blocks.lineage import Lineage, branch_blocks, origin_blocks
from slackbot.blocks.menu import menu
from slackbot.blocks.mrkdwn import bold, escape, literal, person, shorten
from slackbot.blocks.rules import rule_words
from slackbot.blocks.values import SessionButton
from slackbot.learning.controls import Control
from slackbot.learning.session import Session, Status

_URL = re.compile(r"https?://[^\s<>|]+")

#: action_id of each of the session's buttons.
CONTROL_ACTIONS = {f"session_{control.value}": control for control in Control}
_ACTION_OF = {control: action_id for action_id, control in CONTROL_ACTIONS.items()}


_ALONE = Lineage()


def parent(
    conversation_id: str,
    session: Session,
    version: int,
    turns: int,
    waiting_since: float | None = None,
    lineage: Lineage = _ALONE,
) -> Card:
    """The thread's first message. ``version`` guards its buttons; ``turns`` are the turns agreed so far.

    ``waiting_since``: since when it is marked as waiting for votes that don't come, in Unix seconds; None: it is not.
    """
    quorum = rule_words(session.deciding)
    title = f"Teaching session: {person(session.speaker)} speaks, {quorum}"
    blocks = [kit.section(f"*Teaching session.* {person(session.speaker)} speaks; {quorum}."), *origin_blocks(lineage)]
    if session.status is Status.OPEN:
        blocks.append(kit.section(_guide(session)))
        if session.trouble:
            blocks.append(kit.section(f":warning: {escape(session.trouble)}"))
        blocks.append(kit.actions(_buttons(conversation_id, session, version)))
    blocks.append(kit.context(f"{_state(session, waiting_since)} {turns} {'turn' if turns == 1 else 'turns'} agreed."))
    return Card(title, [*blocks, *branch_blocks(lineage)])


def _guide(session: Session) -> str:
    return (
        f"{person(session.speaker)}: write in this thread what a user would write. "
        "Everybody: press *All right* or *Change* on the cards. What others write here is talk and is not recorded."
    )


def _state(session: Session, waiting_since: float | None) -> str:
    if session.status is Status.OPEN and session.paused_by is not None:
        return f":double_vertical_bar: Paused by {person(session.paused_by)}; messages wait until it is resumed."
    if session.status is Status.OPEN and waiting_since is not None:
        moment = f"{datetime.fromtimestamp(waiting_since, UTC):%Y-%m-%d %H:%M} UTC"
        since = f"<!date^{int(waiting_since)}^{{date_short_pretty}}, {{time}}|{moment}>"
        return f":hourglass: Waiting for votes ({since}): everybody was reminded, and nobody has answered."
    who = f"by {person(session.ended_by)}" if session.ended_by else "by itself, as nothing happened for long"
    return {
        Status.OPEN: ":large_green_circle: Open.",
        Status.FINISHING: f":hourglass_flowing_sand: Finished {who}; the files are on their way.",
        Status.FINISHED: f":white_check_mark: Finished {who}; the files are in the thread.",
        Status.ABORTED: f":no_entry: Aborted {who}; nothing was exported.",
    }[session.status]


def _buttons(conversation_id: str, session: Session, version: int) -> list[kit.Block]:
    value = SessionButton(conversation_id, version).pack()
    if session.paused_by is not None:
        return [kit.button("Resume", _ACTION_OF[Control.RESUME], value, style="primary"), *_endings(value)]
    restart = kit.button(
        "Restart",
        _ACTION_OF[Control.RESTART],
        value,
        confirm=kit.confirm(
            "Start anew?",
            "The conversation begins again. What was agreed so far stays as a story of its own.",
            "Restart",
            "Go on",
        ),
    )
    undo = kit.button("Undo", _ACTION_OF[Control.UNDO], value)
    return [undo, restart, *_endings(value), menu(conversation_id, version)]


def _endings(value: str) -> list[kit.Block]:
    sure = kit.confirm("Abort the session?", "Nothing of it will be exported.", "Abort", "Go on")
    return [
        kit.button("Abort", _ACTION_OF[Control.ABORT], value, style="danger", confirm=sure),
        kit.button("Finish", _ACTION_OF[Control.FINISH], value, style="primary"),
    ]


def sentence(words: str) -> str:
    """What a control did, escaped, beginning with a capital."""
    return shorten(escape(words[0].upper() + words[1:]), 300)


def again(control: Control, words: str, conversation_id: str, version: int) -> Card:
    """Asks before a control is carried out that was pressed on an outdated message."""
    what = shorten(escape(words), 300)
    text = f"The conversation has moved on since that button was drawn. Next, this would be {what}."
    value = SessionButton(conversation_id, version).pack()
    button = kit.button(f"{control.value.capitalize()} it", _ACTION_OF[control], value)
    return Card(text, [kit.section(text), kit.actions([button])])


_NOTHING = "_(nothing to show)_"


def bot_says(text: str | None, data: Mapping[str, Any], *, reverted: bool) -> Card:
    """What the bot said, with its image and the titles of its buttons; struck out when it was taken back."""
    image = str(data.get("image") or "")
    if reverted:
        lines = [line for line in [*(text or "").splitlines(), image] if line.strip()]
        struck = "\n".join(f"~{literal(line)}~" for line in lines) or _NOTHING
        return Card("(taken back)", [kit.section(struck), kit.context("Taken back.")])
    shown = [escape(text)] if text and text.strip() else []
    if image:
        shown.append(f"<{escape(image)}>" if _URL.fullmatch(image) else literal(image))
    words = shorten("\n".join(shown), kit.TEXT - 20) or _NOTHING
    blocks = [kit.section(f":robot_face: {words}")]
    if titles := _titles(data.get("buttons") or ()):
        blocks.append(kit.context("The user could press: " + ", ".join(titles)))
    return Card(words, blocks)


def _titles(buttons: Sequence[Mapping[str, Any]]) -> list[str]:
    return [bold(str(button.get("title", "")), 75) for button in buttons][:10]
