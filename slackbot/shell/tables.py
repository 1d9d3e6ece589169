"""The conversation as a table, its slots, and what the bot said, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from slackbot.dialogue.annotations import annotate_readably
from slackbot.dialogue.events import ActionExecuted, BotUttered, Event, SlotSet, UserUttered
from slackbot.dialogue.slots import REQUESTED_SLOT, SESSION_METADATA_SLOT
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.plan import ACTION_LISTEN
from slackbot.learning.turns import Turn, standing
from slackbot.shell.terminal import printable

_UNSHOWN_ACTIONS = {ACTION_LISTEN, "action_session_start"}
_UNSHOWN_SLOTS = {REQUESTED_SLOT, SESSION_METADATA_SLOT}


def history_table(tracker: Tracker) -> Table:
    """Everything that counts, a row for each turn: message, intent and entities; actions, words and slots."""
    table = Table(show_lines=True)
    table.add_column("#", justify="right")
    table.add_column("You", overflow="fold", ratio=1)
    table.add_column("Bot", overflow="fold", ratio=1)
    number, user, bot, part = 0, Text(), Text(), 0
    for part_now, _, event in standing(tracker):
        if isinstance(event, UserUttered) or part_now != part:
            _add(table, number, user, bot)
            number += isinstance(event, UserUttered)
            user, bot = Text(), Text()
        if part_now != part:
            table.add_row("", Text("restarted", "dim"), "")
            part = part_now
        if isinstance(event, UserUttered):
            user = _user_cell(event)
        else:
            _append(bot, _bot_cell(event))
    _add(table, number, user, bot)
    return table


def _add(table: Table, number: int, user: Text, bot: Text) -> None:
    if user or bot:
        table.add_row(str(number) if user else "", user, bot)


def _append(cell: Text, line: Text) -> None:
    if line:
        if cell:
            cell.append("\n")
        cell.append_text(line)


def _user_cell(event: UserUttered) -> Text:
    text = event.text or ""
    cell = Text(printable(annotate_readably(text, event.entities)))
    confidence = event.intent.get("confidence")
    certainty = f" {confidence:.2f}" if isinstance(confidence, int | float) else ""
    cell.append(f"\nintent: {printable(str(event.intent_name))}{certainty}", "cyan")
    return cell


def _bot_cell(event: Event) -> Text:
    match event:
        case ActionExecuted(action_name=name) if name not in _UNSHOWN_ACTIONS:
            why = f" {event.confidence or 0:.2f} {event.policy}" if event.policy else " chosen by you"
            return Text(printable(str(name or event.action_text)), "magenta") + Text(why, "dim")
        case BotUttered():
            return Text("\n".join(said(event)))
        case SlotSet() if event.key not in _UNSHOWN_SLOTS:
            return Text(printable(slot_words(event)), "green")
    return Text()


def said(event: BotUttered) -> list[str]:
    """A message of the bot as lines: its text, then everything else that it carries. Buttons are numbered."""
    lines = [event.text] if event.text else []
    for key, value in event.data.items():
        if not value:
            continue
        match key:
            case "buttons" | "quick_replies":
                shown = enumerate(buttons_of([event], key), start=1)
                lines += [f"  [{number}] {title}  → {payload}" for number, (title, payload) in shown]
            case "elements":
                lines += [f"  - {json.dumps(element, ensure_ascii=False)}" for element in value]
            case _:
                lines.append(f"  {key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")
    return [printable(line) for line in lines]


def buttons_of(events: Iterable[Event], key: str = "buttons") -> list[tuple[str, str]]:
    """Title and payload of each button of the last message that has some; a payload that is missing is the title."""
    latest: Sequence[Any] = ()
    for event in events:
        if isinstance(event, BotUttered):
            latest = event.data.get(key) or ()
    buttons = [button for button in latest if isinstance(button, Mapping)]
    return [(str(b.get("title") or b.get("payload")), str(b.get("payload") or b.get("title"))) for b in buttons]


def slot_words(event: SlotSet) -> str:
    """``dish = soup``."""
    return f"{event.key} = {event.value if isinstance(event.value, str) else json.dumps(event.value, default=str)}"


def new_words(events: Iterable[Event]) -> Iterator[Text]:
    """What the bot has just said and set, a line each."""
    for event in events:
        if isinstance(event, BotUttered):
            first, *rest = said(event) or [""]
            yield Text("Bot> ", "bold green") + Text(first)
            yield from (Text(f"     {line}") for line in rest)
        elif isinstance(event, SlotSet) and event.key not in _UNSHOWN_SLOTS:
            yield Text(f"     {printable(slot_words(event))}", "dim")


def slots_table(tracker: Tracker) -> Table | Text:
    """The slots that hold something, and how many are empty."""
    slots = {key: value for key, value in tracker.slots.items() if key not in _UNSHOWN_SLOTS}
    filled = {key: value for key, value in slots.items() if value is not None}
    caption = f"{len(slots) - len(filled)} of {len(slots)} slots are empty"
    if not filled:
        return Text(caption if slots else "There are no slots.", "dim")
    table = Table(caption=caption, caption_justify="left")
    table.add_column("slot")
    table.add_column("type")
    table.add_column("value", overflow="fold")
    for key, value in filled.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        table.add_row(key, tracker.domain.slots[key].type, Text(printable(shown)))
    return table


def turns_table(turns: Sequence[Turn]) -> Table:
    """The turns to fork before, numbered from 1."""
    table = Table()
    table.add_column("#", justify="right")
    table.add_column("You", overflow="fold")
    table.add_column("intent")
    for number, turn in enumerate(turns, start=1):
        message = turn.message
        table.add_row(str(number), Text(printable(message.text or "")), Text(printable(message.intent_name or "")))
    return table
