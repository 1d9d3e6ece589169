"""``storythread demo --play``: five simulated annotators teach the example assistant, one of whom errs."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from slackbot.blocks.card import ACCEPT, CHANGE
from slackbot.blocks.change import PICK_ACTION, PICK_INTENT
from slackbot.errors import WorldError
from slackbot.sandbox import Person
from slackbot.sandbox.cards import button, read_card, seen, text_of
from slackbot.sandbox.demo import Demo, print_changes, running, save_files

Json = dict[str, Any]
SPEAKER = "Ada"
ANNOTATORS = ("Ben", "Cleo", "Dan", "Fay", "Eve")
ERRING = "Eve"
QUORUM = "3"
#: Seconds that anything in the play may take.
STEP = 30.0


@dataclass(frozen=True)
class Turn:
    """What the speaker says, and what the annotators know to be right."""

    says: str
    intent: str
    action: str
    #: What the one who errs takes it for, before anybody else has voted.
    mistaken: str | None = None


SCRIPT = (
    Turn("hi there", "greet", "utter_greet"),
    Turn("could be worse, I suppose", "mood_good", "utter_glad", mistaken="mood_bad"),
    Turn("a table for 4 people tonight, please", "book_table", "utter_confirm_booking"),
    Turn("yes please", "affirm", "action_book_table"),
    Turn("you're a star", "thank", "utter_welcome", mistaken="goodbye"),
    Turn("bye", "goodbye", "utter_goodbye"),
)


async def play(out: Path) -> None:
    """Plays the script, prints the thread as it unfolds, and writes the exported files to ``out``.

    Raises WorldError when something doesn't happen in time.
    """
    with tempfile.TemporaryDirectory(prefix="storythread-") as data:
        click.echo("Starting Valkey, a Slack workspace, the app and a worker ...")
        async with running(Path(data), [SPEAKER, *ANNOTATORS], quorum=QUORUM) as demo:
            printing = asyncio.create_task(print_changes(demo))
            try:
                await Play(demo).run()
            except TimeoutError as error:
                raise WorldError(f"the play got stuck: {error}") from error
            finally:
                printing.cancel()
                await asyncio.wait({printing})
            written = save_files(demo, out)
    click.echo(f"\nThe session's files: {', '.join(written)}")


class Play:
    """The play: Ada speaks, the others press; the erring one goes first where the script says so."""

    def __init__(self, demo: Demo) -> None:
        self._demo, self._slack, self._channel = demo, demo.slack, demo.channel
        self._thread = ""

    async def run(self) -> None:
        """From ``/teach`` to the files."""
        speaker = self._demo.people[SPEAKER]
        await speaker.command("/teach", "", self._channel)
        parent = await self._until(lambda: next(iter(self._slack.messages(self._channel)), None))
        self._thread = parent["ts"]
        for turn in SCRIPT:
            await self._play_turn(speaker, turn)
        await speaker.press(self._channel, self._thread, "Finish")
        await self._until(lambda: len(self._slack.files) >= 3)
        await self._until(lambda: "in the thread" in self._slack.describe(self._messages()[0]))

    async def _play_turn(self, speaker: Person, turn: Turn) -> None:
        before = len(self._messages())
        await speaker.say(self._channel, turn.says, self._thread)
        voters = [name for name in ANNOTATORS if name != ERRING]
        if turn.mistaken:
            card = await self._until(lambda: self._open_card(after=before))
            await self._vote(self._demo.people[ERRING], card, turn.mistaken, None)
        while card := await self._until(lambda: self._open_card(after=before) or self._is_answered(before)):
            if card is True:
                await self._until(lambda: not turn.action.startswith("utter_") or self._has_spoken(before))
                return
            for name in voters:
                current = self._open_card(after=before)
                if current is None or seen(current) != seen(card):
                    break
                await self._vote(self._demo.people[name], current, turn.intent, turn.action)

    async def _vote(self, person: Person, card: Json, intent: str, action: str | None) -> None:
        """Looks at the card, then agrees or corrects the first thing that is wrong."""
        told = len(person.ephemerals)
        wrong = _correction(card, intent, action)
        if wrong is None:
            click.echo(f"\n    ({person.display_name} presses All right)")
            await person.press(self._channel, card["ts"], ACCEPT)
        else:
            click.echo(f"\n    ({person.display_name} presses Change and picks {wrong[1]})")
            await person.press(self._channel, card["ts"], CHANGE)
            await person.fill(*wrong)
            await person.submit()
        with suppress(TimeoutError):
            await self._slack.wait_for(lambda: len(person.ephemerals) > told or self._changed(card), timeout=STEP)

    def _changed(self, card: Json) -> bool:
        now = next(message for message in self._messages() if message["ts"] == card["ts"])
        return seen(now) != seen(card) or not button(now, CHANGE)

    def _messages(self) -> list[Json]:
        return self._slack.messages(self._channel, self._thread)

    def _open_card(self, *, after: int) -> Json | None:
        return next((message for message in self._messages()[after:] if button(message, CHANGE)), None)

    def _is_answered(self, before: int) -> bool:
        """Every card of the turn is decided, and the last decided part was to wait for the speaker."""
        cards = [message for message in self._messages()[before:] if "Agreed by" in text_of(message)]
        return bool(cards) and "wait for" in text_of(cards[-1])

    def _has_spoken(self, before: int) -> bool:
        """The bot's own words are in the thread."""
        return any(":robot_face:" in text_of(message) for message in self._messages()[before:])

    async def _until(self, condition: Callable[[], Any]) -> Any:
        return await self._slack.wait_for(condition, timeout=STEP)


def _correction(card: Json, intent: str, action: str | None) -> tuple[str, str] | None:
    """The field of the modal to fill and the answer to give, where the card's suggestion is wrong."""
    read = read_card(card)
    if read.intent_is_open and read.intent != intent:
        return PICK_INTENT, intent
    if read.intent and action and read.action != action:
        return PICK_ACTION, action
    return None
