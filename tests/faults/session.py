"""One scripted session: what people do in it, one act after the other, and what must come of it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slackbot.blocks.card import ACCEPT, CHANGE
from slackbot.blocks.change import PICK_INTENT
from slackbot.sandbox import NotAcknowledged, NotOnScreen, Person
from tests.end_to_end.stage import _short, labels, shown
from tests.faults.world import STEP, World

Json = dict[str, Any]
#: Seconds that somebody who was shown an error looks at the thread before trying again.
_LOOK = 1.5
_MOST_TRIES = 12

STEPS = [
    *["user:greet", "action:utter_greet", "bot", "action:action_listen"],
    *["user:mood_bad", "action:utter_comfort", "bot", "action:action_listen"],
    *["user:bot_challenge", "action:utter_iamabot", "bot", "action:action_listen"],
    *["undo", "undo"],
    *["action:utter_iamabot", "bot", "action:action_listen"],
]
STORIES = """\
version: "3.1"
stories:
- story: NAME
  steps:
  - intent: greet
  - action: utter_greet
  - intent: mood_bad
  - action: utter_comfort
  - intent: bot_challenge
  - action: utter_iamabot
"""


@dataclass(frozen=True)
class Act:
    """Something that one person does once."""

    name: str
    do: Callable[[], Awaitable[object]]
    #: What the thread shows when the act has had its effect; None for a vote, which may show nothing by itself.
    seen: Callable[[], object] | None = None


class Session:
    """A session of three people in a channel of their own, from ``/teach`` to the files."""

    def __init__(self, world: World, name: str = "teaching") -> None:
        self.world, self.channel = world, world.slack.add_channel(name)
        self.ada, self.ben, self.cleo = (self.joined(person) for person in ("Ada", "Ben", "Cleo"))
        self.acts = self._acts()

    def joined(self, name: str) -> Person:
        """Somebody new in the channel."""
        slack = self.world.slack
        person = slack.add_person(f"{name.lower()}-{len(slack._backend.workspace.accounts)}", name)
        slack.join(self.channel, person)
        return person

    def _acts(self) -> list[Act]:
        return [
            Act("teach", lambda: self.ada.command("/teach", "quorum 2", self.channel), lambda: self.thread),
            self._says("hi", lambda: self.card("hi")),
            self._accepts(self.ben),
            self._accepts(self.cleo, lambda: self.bot_said("Hey! How are you?") and not self.open_cards),
            self._says("it rains again", lambda: self.card("it rains again")),
            self._says("are you human?", lambda: "Waiting: “are you human?”" in self._shown(self.open_cards)),
            self._opens_modal(self.ben),
            self._picks(self.ben, "mood_bad"),
            self._opens_modal(self.cleo),
            self._picks(self.cleo, "mood_bad", lambda: "*mood_bad*" in self._shown(self.open_cards)),
            self._accepts(self.cleo),
            self._accepts(self.ben, lambda: self.bot_said("onion soup") and self.card("are you human?")),
            self._accepts(self.ben),
            self._accepts(self.cleo, lambda: self.bot_said("I am a bot") and not self.open_cards),
            Act("undo", self._undo, lambda: self._undone(1)),
            self._accepts(self.ben),
            self._accepts(self.cleo, lambda: self.bot_said("I am a bot", times=2) and not self.open_cards),
            Act("finish", lambda: self.ada.press(self.channel, self.thread, "Finish"), lambda: self.is_finishing),
        ]

    # --- what people do ---------------------------------------------------------------------------------------

    def _says(self, text: str, seen: Callable[[], object]) -> Act:
        return Act(f"say {text}", lambda: self.ada.say(self.channel, text, self.thread), seen)

    def _accepts(self, person: Person, seen: Callable[[], object] | None = None) -> Act:
        async def accept() -> None:
            card = await self.world.until(lambda: self.open_cards)
            await person.press(self.channel, card[-1]["ts"], ACCEPT)

        return Act(f"{person.display_name.lower()} accepts", accept, seen)

    def _opens_modal(self, person: Person) -> Act:
        async def press() -> None:
            card = await self.world.until(lambda: self.open_cards)
            await person.press(self.channel, card[-1]["ts"], CHANGE)

        return Act(f"{person.display_name.lower()} opens the modal", press, lambda: person.view)

    def _picks(self, person: Person, intent: str, seen: Callable[[], object] = lambda: True) -> Act:
        async def pick() -> None:
            await person.fill(PICK_INTENT, intent)
            await person.submit()

        return Act(f"{person.display_name.lower()} picks {intent}", pick, lambda: not person.view and seen())

    async def _undo(self) -> None:
        """Ada presses *Undo*, unless she sees that it was done.

        Where she is asked again, as what she saw was older than the thread is, she reads what would be taken back.
        """
        if self._taken_back:
            return
        asked = len(self.ada.ephemerals)
        await self.ada.press(self.channel, self.thread, "Undo")
        await self.world.until(lambda: len(self.ada.ephemerals) > asked)
        for question in self.ada.ephemerals[asked:]:
            if "Undo it" in labels(question) and "utter_iamabot" in shown(question):
                await self.ada.press_ephemeral(question, "Undo it")

    async def perform(self, act: Act, after: Callable[[], object] = lambda: None) -> None:
        """Does it until it is acknowledged, calls ``after`` at once, and waits for what comes of it.

        Whoever is shown an error looks at the thread before trying again, as people do.
        """
        for _ in range(_MOST_TRIES):
            try:
                await act.do()
                break
            except NotAcknowledged:
                if await self._shows(act.seen, _LOOK):
                    break
            except NotOnScreen:  # somebody's button has gone: the act has had its effect, or will have it
                if await self._shows(act.seen, _LOOK * 4):
                    break
        else:
            raise AssertionError(f"the app never acknowledged: {act.name}")
        after()
        if act.seen is not None and not await self._shows(act.seen, STEP):
            raise AssertionError(f"no effect seen of: {act.name}\n{self.text}")

    async def _shows(self, seen: Callable[[], object] | None, seconds: float) -> bool:
        try:
            await self.world.until(seen or (lambda: False), seconds)
        except TimeoutError:
            return False
        return True

    # --- what there is to see ---------------------------------------------------------------------------------

    @property
    def thread(self) -> str:
        """ts of the parent message; empty before it is there."""
        return next((str(m["ts"]) for m in self.world.slack.messages(self.channel) if m.get("metadata")), "")

    @property
    def messages(self) -> list[Json]:
        return self.world.slack.messages(self.channel, self.thread) if self.thread else []

    @property
    def text(self) -> str:
        return self.world.slack.transcript(self.channel)

    @property
    def open_cards(self) -> list[Json]:
        return [message for message in self.messages if "Change" in labels(message)]

    def card(self, text: str) -> Json | None:
        """The open card about a message."""
        return next((card for card in self.open_cards if f"“{text}”" in shown(card).splitlines()[0]), None)

    def bot_said(self, text: str, *, times: int = 1) -> bool:
        return (
            sum(":robot_face:" in shown(m) and text in shown(m) for m in self.messages)
            + sum(f"~{text}" in shown(m) or (text in shown(m) and "Taken back." in shown(m)) for m in self.messages)
            >= times
        )

    @property
    def is_finishing(self) -> bool:
        return "Finished by" in shown(self.messages[0])

    @property
    def is_over(self) -> bool:
        return "the files are in the thread" in shown(self.messages[0])

    @property
    def _taken_back(self) -> int:
        """How much of what the bot said is taken back."""
        return sum("Taken back." in shown(message) for message in self.messages)

    def _undone(self, times: int) -> object:
        return self._taken_back == times and self.open_cards

    @staticmethod
    def _shown(messages: list[Json]) -> str:
        return "\n".join(shown(message) for message in messages)

    # --- what must come of it ---------------------------------------------------------------------------------

    async def check(self, seconds: float = STEP) -> None:
        """Waits for the end, then holds everything against the script."""
        await self.world.until(lambda: self.is_over and len(self.files) >= 4, seconds)
        await self._nothing_left_to_do()
        assert await self.steps() == STEPS, self.text
        assert sorted(self.files) == ["domain.yml", "nlu.yml", "stories.yml", "story.png"], self.text
        assert _as_written(self.files["stories.yml"]) == STORIES, self.files["stories.yml"]
        for text in ("hi", "it rains again", "are you human?"):
            assert self.files["nlu.yml"].count(f"- {text}\n") == 1, self.files["nlu.yml"]
        self.check_messages()

    def check_messages(self) -> None:
        """Each message is there once, and no button that nobody should press."""
        names = [message["metadata"]["event_payload"]["name"] for message in self.messages if message.get("metadata")]
        assert len(names) == len(set(names)), f"posted twice: {names}\n{self.text}"
        parents = [m for m in self.world.slack.messages(self.channel) if m.get("metadata") and _is_parent(m)]
        assert len(parents) == 1, self.text
        assert [label for message in self.messages for label in labels(message)] == [], self.text
        assert len(self.files) == len(self._uploads), f"uploaded twice\n{self.text}"

    @property
    def _uploads(self) -> list[Any]:
        return [file for file in self.world.slack.files if file.channel == self.channel]

    @property
    def files(self) -> dict[str, str]:
        return {file.name: file.content.decode(errors="replace") for file in self._uploads}

    async def conversation(self) -> str:
        """The conversation's id in the store."""
        found = await self.world.store.conversation_in(self.channel, self.thread)
        assert found is not None
        return found

    async def events(self) -> list[Json]:
        snapshot = await self.world.store.read(await self.conversation())
        assert snapshot is not None
        return list(snapshot.events)

    async def steps(self) -> list[str]:
        """The log in short, without the session's start."""
        return [_short(event) for event in (await self.events())[3:]]

    async def _nothing_left_to_do(self) -> None:
        """The store's own lists say that the conversation is over and its thread up to date."""
        conversation = await self.conversation()
        store = self.world.store
        async with asyncio.timeout(STEP):
            while conversation in [*await store.undrawn(-1), *await store.active()]:  # noqa: ASYNC110  it is in Redis
                await asyncio.sleep(0.1)


def _is_parent(message: Json) -> bool:
    return bool(message["metadata"]["event_payload"]["name"] == "parent")


def _as_written(stories: str) -> str:
    return re.sub(r"slack_[0-9a-f]+", "NAME", stories)
