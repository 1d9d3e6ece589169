"""People who do anything at any time, with whatever is on their screens; and what must hold whatever they did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from slackbot.blocks.menu import MENU
from slackbot.blocks.remarks import MORE
from slackbot.dialogue.events import UserUttered, event_from_dict
from slackbot.dialogue.history import told, undone
from slackbot.dialogue.project import load_project
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.export import export_files
from slackbot.learning.session import Status
from slackbot.learning.turns import turns_of
from slackbot.learning.undoing import is_as, redo, undo
from slackbot.listeners.shortcuts import REOPEN
from slackbot.sandbox import Person
from slackbot.sandbox.elements import options_of, placed_elements
from slackbot.sandbox.errors import NotAcknowledged, NotOnScreen
from slackbot.store import Store
from tests.end_to_end.stage import Json, Scene, Stage, labels
from workers.reminders import ring_due

WORDS = ["hi", "bye", "a table for 4 tonight", "yes please", "/restart", "`code` *bold*", "<x> & [a](b)", "action_back"]
WRITTEN = ["utter_x", "x", "bad name", "because <it> is", "[]"]
TIMES = ["18:30", "07:15"]
COMMANDS = [
    *["status", "stats", "crowd", "picture", "pause", "resume", "remind list", "remind cancel all", "help"],
    *["remind 1s greet", "remind 1s goodbye keep name=later", "remind 1s greet keep name=soon", "remind 0s gret"],
    *["default", "default 2", "default first 2 of 3", "default posterior 0.85"],
]
RULES = ["", "1", "2", "first 2 of 2", "first 2 of 3", "posterior 0.85"]


@dataclass
class Crowd:
    """Some people in one channel, and the sessions that they hold there, forks among them."""

    stage: Stage
    random: Random
    #: Conversation, question and person of every vote that the store has taken.
    votes: set[tuple[str, str, str]] = field(default_factory=set)
    unacknowledged: list[str] = field(default_factory=list)

    @property
    def scenes(self) -> list[Scene]:
        """The sessions' threads, oldest first."""
        messages = self.stage.slack.messages(self.stage.channel)
        return [Scene(self.stage, message["ts"], self.stage.channel) for message in messages if _is_parent(message)]

    async def bound(self) -> list[Scene]:
        """Those of them of which the app has noted whose threads they are."""
        store = self.stage.teaching.store
        return [scene for scene in self.scenes if await store.conversation_in(scene.channel, scene.ts)]

    def watch(self, vote: Callable[..., Awaitable[bool]]) -> Callable[..., Awaitable[bool]]:
        """``Store.vote``, of which each vote that it takes is noted."""

        async def voted(store: Store, conversation: str, question: str, person: str, *args: Any, **more: Any) -> bool:
            taken = await vote(store, conversation, question, person, *args, **more)
            if taken:
                self.votes.add((conversation, question, person))
            return taken

        return voted


class Somebody:
    """One who does one thing after the other, at random."""

    def __init__(self, crowd: Crowd, name: str) -> None:
        self.crowd, self.name, self.random, self.stage = crowd, name, crowd.random, crowd.stage
        self.person: Person = crowd.stage.people[name]
        self.seen: list[Json] = []
        self.said: list[str] = []

    @property
    def scene(self) -> Scene:
        """Mostly one that is not over."""
        scenes = self.crowd.scenes
        going_on = [scene for scene in scenes if labels(scene.parent)]
        return self.random.choice(going_on[-3:] if going_on and self.random.random() < 0.95 else scenes)

    async def look(self) -> None:
        """Waits until the newest session shows everything that was done in it, as people do who don't hurry."""
        for scene in (await self.crowd.bound())[-1:]:
            await calm(scene, worker=False)

    async def act(self) -> None:
        """Something; what turns out not to be on the screen is left alone."""
        talking = [self.speak] * 4 + [self.edit]
        voting = [self.agree] * 9 + [self.change, self.change, self.remark, self.more, self.press_old, self.decide]
        leading = [self.undo, self.undo, self.menu, self.menu, self.button, self.asked, self.command, self.reopen]
        elsewhere = [self.home, self.home_use, self.ring, self.end]
        choices: Sequence[Callable[[], Awaitable[None]]] = [*talking, *voting, *leading, *elsewhere]
        if self.person.view and self.random.random() < 0.9:
            choices = [self.use, self.use, self.use, self.submit, self.submit, self.close]
        if self.random.random() < 0.4:
            await self.look()
        choice = self.random.choice(choices)
        try:
            with suppress(NotOnScreen):
                await choice()
        except NotAcknowledged as error:
            self.crowd.unacknowledged.append(f"{choice.__name__}: {error}")

    # --- in a thread ------------------------------------------------------------------------------------------

    async def speak(self) -> None:
        self.said.append(await self.scene.say(self.random.choice(WORDS), by=self.name))

    async def edit(self) -> None:
        if self.said and self.random.random() < 0.3:
            await self.person.delete(self.stage.channel, self.said.pop())
        elif self.said:
            await self.person.edit(self.stage.channel, self.random.choice(self.said), self.random.choice(WORDS))

    async def agree(self) -> None:
        await self._on_card("All right")

    async def change(self) -> None:
        await self._on_card("Change")

    async def remark(self) -> None:
        await self._on_card("Not sure")

    async def decide(self) -> None:
        await self._on_card("Decide…")

    async def _on_card(self, label: str) -> None:
        scene = self.scene
        for card in scene.open_cards:
            self.seen.append(card)
            await scene.press(self.name, label, ts=card["ts"], times=self.random.choice([1, 1, 1, 2]))

    async def more(self) -> None:
        await self._overflow(self.random.choice(self.scene.open_cards or [self.scene.parent]), MORE)

    async def menu(self) -> None:
        await self._overflow(self.scene.parent, MENU)

    async def _overflow(self, message: Json, action: str) -> None:
        for element, _ in placed_elements(message["blocks"]):
            if element["action_id"] == action:
                value = self.random.choice(element["options"])["value"]
                await self.person.choose(self.stage.channel, message["ts"], action, value)

    async def press_old(self) -> None:
        if self.seen:
            card = self.random.choice(self.seen)
            await self.scene.press_as_seen(self.name, self.random.choice(labels(card)), card)

    async def undo(self) -> None:
        scene = self.scene
        await scene.press(self.name, "Undo", ts=scene.ts)

    async def button(self) -> None:
        scene = self.scene
        label = self.random.choice([label for label in labels(scene.parent) if label not in ENDINGS] or ["Undo"])
        await scene.press(self.name, label, ts=scene.ts)

    async def end(self) -> None:
        """Seldom; then somebody begins anew."""
        if self.random.random() < 0.25:
            scene = self.crowd.scenes[0 if self.random.random() < 0.5 else -1]
            with suppress(NotOnScreen):
                await scene.press(self.name, self.random.choice(ENDINGS), ts=scene.ts)
            await self.stage.command(self.random.choice(RULES), by=self.name)

    async def asked(self) -> None:
        """What only this person sees: *Undo it*, *Answer a question* ..."""
        asked = [message for message in self.person.ephemerals if labels(message)]
        if asked:
            message = self.random.choice(asked[-3:])
            await self.person.press_ephemeral(message, self.random.choice(labels(message)))

    async def reopen(self) -> None:
        await self.person.message_action(REOPEN, self.stage.channel, self.random.choice(self.scene.messages)["ts"])

    async def command(self) -> None:
        await self.stage.command(self.random.choice(COMMANDS), by=self.name)

    async def ring(self) -> None:
        """Has the reminders fire that are due, as a worker does, and as if an app found what was held back."""
        await ring_due(self.stage.redis_url)
        await self.stage.teaching.advancing.resume()

    # --- in a modal, on the Home tab ----------------------------------------------------------------------------

    async def use(self) -> None:
        if self.person.view:
            element, block = self.random.choice(list(placed_elements(self.person.view["blocks"])) or [({}, {})])
            if element.get("type") == "button":
                await self.person.view_press(element["action_id"], block["block_id"])
            elif element:
                value = await self._value(element, block)
                if value is not None:
                    await self.person.fill(element["action_id"], value, block["block_id"])

    async def submit(self) -> None:
        if self.person.view and self.person.view.get("submit"):
            await self.person.submit()
        else:
            await self.close()

    async def close(self) -> None:
        if self.random.random() < 0.4:
            await self.person.close_view(everything=self.random.random() < 0.2)

    async def home(self) -> None:
        await self.person.open_home()

    async def home_use(self) -> None:
        if self.person.home:
            element, block = self.random.choice(list(placed_elements(self.person.home["blocks"])))
            value = None if element["type"] == "button" else await self._value(element, block)
            await self.person.home_press(element["action_id"], value, block["block_id"])

    async def _value(self, element: Json, block: Json) -> Any:
        """Something that may be put into an element; None for nothing."""
        kind = element["type"]
        if kind == "plain_text_input":
            return self.random.choice(WRITTEN)
        if kind == "timepicker":
            return self.random.choice(TIMES)
        found = options_of(element)
        if "external" in kind:
            query = self.random.choice(["", "", "brand_new"])
            found = await self.person.options(element["action_id"], query, block["block_id"])
        chosen = self.random.choice(found)["value"] if found else None
        return [chosen] if chosen and (kind.startswith("multi") or kind == "checkboxes") else chosen


ENDINGS = ["Abort", "Finish"]


def _is_parent(message: Json) -> bool:
    metadata = message.get("metadata") or {}
    return bool(metadata.get("event_payload", {}).get("name") == "parent")


# --- what must hold ---------------------------------------------------------------------------------------------


def refused(stage: Stage) -> list[tuple[str, str]]:
    """The calls that Slack has refused, but for what can't be helped.

    A modal may be closed while a press in it is handled, be open already, or be late on a machine with other work; and
    Slack limits how fast it is talked to.
    """
    calls = [(call.method, call.error) for call in stage.slack.calls if call.error and call.error != "ratelimited"]
    harmless = {"not_found", "exchanged_trigger_id", "expired_trigger_id"}
    return [(method, error) for method, error in calls if error not in harmless or not method.startswith("views.")]


async def calm(scene: Scene, *, worker: bool) -> None:
    """Waits until nothing is left to be done in a session. Without a worker a finished one stays unfinished."""
    store = scene.stage.teaching.store
    async with scene.stage.waiting():
        while True:
            conversation = await scene.stage.conversation(scene)
            finishing = conversation.session.status is Status.FINISHING
            waits = worker if finishing else conversation.is_open and conversation.snapshot.due is not None
            if not waits and not await store.redraws(conversation.id):
                return
            await scene.stage.breath()


async def check(crowd: Crowd, scene: Scene, folder: Path) -> None:
    """What must hold of a session in which nothing goes on."""
    conversation = await crowd.stage.conversation(scene)
    assert conversation.session.trouble is None
    check_cards(scene, conversation)
    await check_votes(crowd, conversation)
    check_files(crowd.stage, conversation, folder)
    check_redo(conversation)
    await check_fork(crowd.stage, conversation)


def check_cards(scene: Scene, conversation: Conversation) -> None:
    """One card has buttons where people are asked something; else none has."""
    question = conversation.question
    asked = conversation.is_open and not conversation.is_paused and question is not None and question.failure is None
    assert len(scene.open_cards) == asked, scene.text
    over = [] if conversation.is_open else [label for message in scene.messages for label in labels(message)]
    assert over == [], scene.text
    names = [message["metadata"]["event_payload"]["name"] for message in scene.messages if message.get("metadata")]
    assert len(names) == len(set(names)), f"posted twice: {names}"


async def check_votes(crowd: Crowd, conversation: Conversation) -> None:
    """Each vote that was taken is in the store, with its question."""
    records = await crowd.stage.teaching.store.closed_questions(conversation.id)
    known = {
        (record["id"], person)
        for record in records
        for person in {*record["votes"], *(name for part in record["parts"] for name in part["given"])}
    }
    open_one = conversation.question.id if conversation.question else ""
    known |= {(open_one, vote.person) for vote in conversation.votes}
    taken = {(question, person) for of, question, person in crowd.votes if of == conversation.id}
    assert taken <= known, f"lost: {taken - known} of {conversation.id}"


def check_files(stage: Stage, conversation: Conversation, folder: Path) -> None:
    """The files can be read again, and hold the turns that count, no others."""
    domain, (taught, name) = stage.teaching.loop.core.domain, (conversation, conversation.id)
    files = export_files(taught.tracker, taught.session.additions, domain, name)
    (folder / name / "data").mkdir(parents=True)
    for file, text in files.items():
        (folder / name / ("" if file == "domain.yml" else "data") / file).write_text(text)
    project = load_project(folder / name)
    texts = [turn.message for turn in turns_of(conversation.tracker)]
    users = [event for story in project.stories for event in story.events if isinstance(event, UserUttered)]
    assert [event.intent_name for event in users] == [event.intent_name for event in texts], files.get("stories.yml")
    examples = {(example.intent, _plain(example.text)) for example in project.nlu.examples}
    assert examples <= {(event.intent_name, _plain(event.text or "")) for event in texts}, files.get("nlu.yml")


def _plain(text: str) -> str:
    """As an example has it, in which brackets would mark an entity."""
    return " ".join(text.translate(str.maketrans("[]", "()")).split())


def check_redo(conversation: Conversation) -> None:
    """Undo, as often as there is something to undo, then redo as often: everything is as it was."""
    before = now = replace(conversation, question=None, session=replace(conversation.session, status=Status.OPEN))
    already, steps = len(undone(now.tracker.events)), 0
    with suppress(Refused):
        while steps < 30:
            now, steps = _after(now, undo(now, "U1")[0]), steps + 1
    assert len(undone(now.tracker.events)) == already + steps
    for _ in range(steps):
        now = _after(now, redo(now, "U1")[0])
    assert is_as(now.tracker, before.tracker)
    assert list(_contents(now)) == list(_contents(before))


def _after(conversation: Conversation, commit: Any) -> Conversation:
    return replace(conversation, tracker=conversation.tracker.with_events(map(event_from_dict, commit.events)))


def _contents(conversation: Conversation) -> Iterator[Json]:
    return (event.as_dict() for event in told(conversation.tracker.events))


async def check_fork(stage: Stage, conversation: Conversation) -> None:
    """A branch begins as its parent did; the parent knows of it and has lost nothing."""
    forked = conversation.session.forked
    if forked is None:
        return
    parent = await stage.teaching.loop.read(forked.conversation)
    assert parent is not None
    assert conversation.id in parent.session.branches
    both = ([event.as_dict() for event in one.tracker.events[: forked.position]] for one in (parent, conversation))
    assert next(both) == next(both)
