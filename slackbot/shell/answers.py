"""What somebody answers to an open question: all right, or another intent, other entities, another action."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.text import Text

from slackbot.dialogue.annotations import annotate_readably, parse_annotated
from slackbot.dialogue.events import Event
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.errors import CoreFailed, Refused
from slackbot.learning.additions import check_name, with_addition
from slackbot.learning.contradictions import prediction_after
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.failures import Remedy, first_draft, written_events
from slackbot.learning.intents import likeliest_first, likelihoods
from slackbot.learning.loop import Loop
from slackbot.learning.question import PartKind, Question, entities_answer
from slackbot.shell.terminal import Choice, printable

#: Names that are shown with numbers to pick them by; others are typed.
_NUMBERED = 9
_YES = {"", "y", "yes", "ok"}
_SHORTHAND = re.compile(r"(i|intent|e|entities|\d+)(?:\s+(.*))?", re.DOTALL)


class Asking(Protocol):
    """Where a question can be put. Commands and signals are seen to on the other side."""

    @property
    def console(self) -> Console:
        """Where to show things."""

    async def ask(self, prompt: str, *, choices: Sequence[Choice] = (), default: str = "") -> str:
        """One line, without surrounding space. Raises EOFError and Signal."""


class Answers:
    """Asks one person, whose word decides."""

    def __init__(self, asking: Asking, loop: Loop) -> None:
        self._asking, self._loop = asking, loop

    # --- the question ---------------------------------------------------------------------------------------------

    async def vote(self, conversation: Conversation, question: Question) -> tuple[str, ...] | None:
        """The answers to the question's parts, as a vote; None where the card should be shown again."""
        draft = Draft.of(conversation.id, question)
        understood = all(part.answer for part in question.parts)
        answer = await self._asking.ask(_prompt(question, draft) if understood else "What does it mean? (intent)> ")
        if not understood:
            answer = f"i {answer}"
        if answer.lower() in _YES:
            return draft.path
        match = _SHORTHAND.fullmatch(answer)
        if match is None:
            self._say("Press Enter if all of it is right; otherwise type what is wrong: i, e, or an action's number.")
            return None
        try:
            changed = await self._changed(conversation, question, draft, match[1], (match[2] or "").strip())
        except (Refused, CoreFailed) as error:
            self._say(str(error))
            return None
        if changed is None:
            return None
        index, given = changed
        return (*draft.answers[:index], given)  # what comes after it is planned anew, and asked again

    async def _changed(
        self, conversation: Conversation, question: Question, draft: Draft, what: str, given: str
    ) -> tuple[int, str] | None:
        """The index of a part and its new answer; None where the person gave none after all."""
        if what.isdigit():
            return await self._action(conversation, question, draft, int(what), given)
        kind = PartKind.INTENT if what.startswith("i") else PartKind.ENTITIES
        places = draft.open_parts(kind)
        if not places:
            raise Refused(f"That is agreed already ({_kind_words(kind)}). :undo takes it back.")
        if kind is PartKind.INTENT:
            name = await self._intent(conversation, question, given)
            return (places[0], name) if name else None
        return places[0], await self._entities(question, draft, given)

    # --- intents --------------------------------------------------------------------------------------------------

    async def _intent(self, conversation: Conversation, question: Question, given: str) -> str:
        """The name that somebody picks or makes up; empty where they don't."""
        names = likeliest_first(question.parse_data, conversation.tracker.domain)
        name = await self._picked("intent", names, likelihoods(question.parse_data), given)
        if name and name not in names:
            return name if await self._added(conversation, "intent", name) else ""
        return name

    async def _picked(self, kind: str, names: Sequence[str], scores: dict[str, float], given: str) -> str:
        shown = [name for name in names if name in scores][:_NUMBERED] or list(names[:_NUMBERED])
        if not given:
            for number, name in enumerate(shown, start=1):
                certainty = f"  {scores[name]:.2f}" if name in scores else ""
                self._show(Text(f"  {number}  ", "dim") + Text(printable(name)) + Text(certainty, "dim"))
            choices = [Choice(name, f"{scores[name]:.2f}" if name in scores else "") for name in names]
            given = await self._asking.ask(f"Which {kind}? (number, or a name, also a new one)> ", choices=choices)
        if given.isdigit():
            if not 1 <= int(given) <= len(shown):
                raise Refused(f"There is no {kind} number {given}.")
            return shown[int(given) - 1]
        return given

    # --- entities -------------------------------------------------------------------------------------------------

    async def _entities(self, question: Question, draft: Draft, given: str) -> str:
        """The entities that somebody marks, as an answer."""
        text = question.message.text
        if text.startswith("/"):
            raise Refused("This message holds its entities itself: say it again with others.")
        marked = annotate_readably(text, draft.entities)
        if not given:
            self._say("Mark entities as [words](entity), or [words]{…} with role, group and value as JSON.")
            given = await self._asking.ask("Entities> ", default=marked) or marked
        try:
            plain, entities = parse_annotated(given)
        except ValueError as error:
            raise Refused(f"{error}. Mark entities as [words](entity).") from None
        if plain != text:
            raise Refused(f"Only mark the words of the message, and leave them as they are: {text}")
        return draft.answers[draft.kinds.index(PartKind.ENTITIES)] if given == marked else entities_answer(entities)

    # --- actions --------------------------------------------------------------------------------------------------

    async def _action(
        self, conversation: Conversation, question: Question, draft: Draft, number: int, given: str
    ) -> tuple[int, str] | None:
        actions = [index for index, kind in enumerate(draft.kinds) if kind is PartKind.ACTION]
        if not 1 <= number <= len(actions):
            raise Refused(f"There is no action number {number}.")
        index = actions[number - 1]
        if index < draft.decided:
            raise Refused("That action is done already. :undo takes it back.")
        prediction = await prediction_after(
            self._loop.core, conversation.tracker, question, question.suggestion[:index]
        )
        scores = {score.action: score.score for score in prediction.scores} if prediction is not None else {}
        known = list(dict.fromkeys([*scores, *conversation.tracker.domain.actions]))
        name = await self._picked("action", known, scores, given)
        if not name:
            return None
        if name not in known:
            kind = "response" if name.startswith("utter_") else "action"
            if not await self._added(conversation, kind, name):
                return None
        return index, name

    # --- what is new ----------------------------------------------------------------------------------------------

    async def _added(self, conversation: Conversation, kind: str, name: str) -> bool:
        """Adds an intent, a response or an action to the session, if the person means it."""
        check_name(kind, name, conversation.tracker.domain)
        answer = await self._asking.ask(f"{name} is new. Create this {kind}? [Y/n]> ")
        if answer.lower() not in _YES:
            return False
        text = ""
        if kind == "response":
            text = await self._asking.ask(f"What does {name} say?> ")
            if not text:
                raise Refused("A response says something: nothing was created.")
        await self._loop.change_session(conversation.id, lambda session: with_addition(session, kind, name, text))
        return True

    # --- actions that failed --------------------------------------------------------------------------------------

    async def remedy(self, conversation: Conversation, question: Question) -> None:
        """Asks what to do about an action that failed, and does it."""
        failure = question.failure
        assert failure is not None  # noqa: S101  asked for a failed action only
        self._show(Text(printable(f"{failure.action} failed: {failure.problem}"), "red"))
        answer = await self._asking.ask("r = try again, s = record it without events, e = give its events> ")
        word, _, rest = answer.partition(" ")
        person = conversation.session.speaker
        match word.lower():
            case "r" | "retry" | "":
                await self._loop.remedy(conversation.id, question, Remedy.RETRY, person)
            case "s" | "skip":
                await self._loop.remedy(conversation.id, question, Remedy.SKIP, person)
            case "e" | "events":
                await self._use_events(conversation, question, rest.strip())
            case _:
                self._say("Type r, s or e.")

    async def _use_events(self, conversation: Conversation, question: Question, given: str) -> None:
        if not given:
            draft = first_draft(question, conversation.tracker)
            default = json.dumps(parse_yaml(draft, Path("draft"))) if draft else ""
            given = await self._asking.ask("Events (a JSON list)> ", default=default) or default
        events: Callable[[Tracker], Sequence[Event]] = lambda tracker: written_events(given, tracker.domain)  # noqa: E731  typed
        try:
            await self._loop.remedy(conversation.id, question, Remedy.EVENTS, conversation.session.speaker, events)
        except Refused as error:
            self._say(str(error))

    def _say(self, text: str) -> None:
        self._show(Text(printable(text), "yellow"))

    def _show(self, text: Text) -> None:
        self._asking.console.print(text)


def _prompt(question: Question, draft: Draft) -> str:
    actions = sum(part.kind is PartKind.ACTION for part in question.parts)
    first = sum(part.decided is not None for part in question.parts if part.kind is PartKind.ACTION) + 1
    ways = ["Enter = yes"]
    ways += ["i = intent"] if draft.open_parts(PartKind.INTENT) else []
    ways += ["e = entities"] if draft.open_parts(PartKind.ENTITIES) else []
    if first <= actions:
        ways.append(f"{first} = action" if first == actions else f"{first}-{actions} = action")
    return f"All right? ({', '.join(ways)})> "


def _kind_words(kind: PartKind) -> str:
    return "the intent" if kind is PartKind.INTENT else "the entities"
