"""The loop in a terminal: a message, a question about it, the bot's words, and again, until somebody stops."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from slackbot import clock
from slackbot.dialogue.history import is_told_again
from slackbot.errors import Conflict, PersonError, Refused
from slackbot.learning.contradictions import contradictions_in
from slackbot.learning.controls import Control
from slackbot.learning.conversation import Conversation
from slackbot.learning.session import Status
from slackbot.learning.turns import turns_of
from slackbot.shell.answers import Answers
from slackbot.shell.branches import Branches, holds_something
from slackbot.shell.card import question_table, warning_lines
from slackbot.shell.exporting import changes_anything, export_into, files_of, write_files
from slackbot.shell.signals import (
    Abort,
    ForkTracker,
    RedoLastUndo,
    RestartConversation,
    Signal,
    SwitchBranch,
    UndoLastStep,
)
from slackbot.shell.tables import buttons_of, history_table, new_words, slots_table, turns_table
from slackbot.shell.terminal import Choice, Terminal, printable

HELP = """\
At “You>” type what a user would say. Then press Enter if all of it is
right, or type what is wrong:
  i [NAME]           another intent, also a new one
  e [TEXT]           entities, marked: a table for [four](party_size)
  1 [NAME]           another action in the place of number 1, also a new one:
                     utter_NAME is a response, whose text is asked for
At any question:
  :history           the conversation so far
  :slots             what it remembers
  :undo [N]          take back the last decision, or the last N
  :redo [N]          bring back what was undone, if nothing new was taught since
  :restart           begin anew; what came before is kept
  :fork [TURN]       branch off before an earlier turn
  :switch [N]        go on in another branch
  :story             what would be exported
  :export            add it to the project; shows the difference and asks first
  :export files DIR  write stories.yml, nlu.yml and domain.yml to a folder
  :1                 press the bot's button number 1
  ::text             say “:text”
  :quit              export, keep or discard, and leave; so does Ctrl-C"""
_COMMAND = re.compile(r":([a-z]+)(?:\s+(.*))?", re.IGNORECASE)
_BUTTON = re.compile(r":(\d+)")
_COMMANDS = ("history", "slots", "undo", "redo", "restart", "fork", "switch", "story", "export", "help", "quit")
_QUIT = "Stop? (e = export and finish, c = continue, k = keep for later, d = discard)> "


class Shell:
    """One person who teaches in a terminal. ``project`` is where an export goes; None where there is none."""

    def __init__(
        self,
        terminal: Terminal,
        branches: Branches,
        project: Path | None,
        *,
        draw: Callable[[Sequence[Conversation]], None] | None = None,
        news: Callable[[], str | None] | None = None,
    ) -> None:
        """``draw`` is given all branches after each step, ``news`` asked for a line to show then."""
        self._draw, self._news = draw, news
        self._terminal, self._branches, self._project = terminal, branches, project
        self._loop = branches.loop
        self._answers = Answers(self, branches.loop)
        #: By conversation, how many events of its log have been shown.
        self._shown: dict[str, int] = {}
        self._written: Path | None = None

    @property
    def console(self) -> Console:
        """Where to show things."""
        return self._terminal.console

    async def run(self, *, most_turns: int | None = None) -> None:
        """Until somebody stops, the input ends, or so many turns were taught. Raises StoreUnavailable."""
        begun = len(turns_of((await self._branches.read()).tracker))
        ended = False
        while not ended:
            try:
                ended = await self._step_or_signal(begun, most_turns)
            except EOFError:
                return
            except (PersonError, Conflict) as error:
                self._say(str(error))

    async def _step_or_signal(self, begun: int, most_turns: int | None) -> bool:
        try:
            return await self._step(begun, most_turns)
        except Signal as signal:
            return await self._obeyed(signal)

    async def ask(self, prompt: str, *, choices: Sequence[Choice] = (), default: str = "") -> str:
        """One line that is no command. Raises EOFError, and Signal for what the loop must see to."""
        known = [*choices, *(Choice(f":{name}") for name in _COMMANDS)]
        while True:
            try:
                answer = (await self._terminal.ask(prompt, choices=known, default=default)).strip()
            except KeyboardInterrupt:
                raise Abort from None
            command = _COMMAND.fullmatch(answer)
            if command is None:
                return answer[1:] if answer.startswith("::") else answer
            try:
                await self._command(command[1].lower(), (command[2] or "").strip())
            except PersonError as error:
                self._say(str(error))

    # --- one step -------------------------------------------------------------------------------------------------

    async def _step(self, begun: int, most_turns: int | None) -> bool:
        """Takes the steps that need nobody, then asks once. True when enough was taught."""
        await self._loop.advance(self._branches.current)
        conversation = await self._branches.read()
        self._show_new(conversation)
        if self._news is not None and (line := self._news()) is not None:
            self._say(line)
        if self._draw is not None:
            self._draw(await self._branches.all())
        if conversation.session.trouble:
            await self._trouble(conversation)
        elif conversation.question is None:
            if most_turns is not None and len(turns_of(conversation.tracker)) - begun >= most_turns:
                return True
            await self._listen(conversation)
        elif conversation.question.failure is not None:
            await self._answers.remedy(conversation, conversation.question)
        else:
            await self._confirm(conversation)
        return False

    def _show_new(self, conversation: Conversation) -> None:
        events = conversation.tracker.events
        shown = self._shown.get(conversation.id, len(events))
        for line in new_words(event for event in events[shown:] if not is_told_again(event)):
            self.console.print(line)
        self._shown[conversation.id] = len(events)

    async def _trouble(self, conversation: Conversation) -> None:
        self.console.print(Text(printable(conversation.session.trouble or ""), "red"))
        self._say("Nothing is lost.")
        await self.ask("Enter = try again> ")
        await self._branches.forget_trouble()

    async def _listen(self, conversation: Conversation) -> None:
        buttons = buttons_of(conversation.tracker.applied_events())
        choices = [Choice(f":{number}", title) for number, (title, _) in enumerate(buttons, start=1)]
        text = await self.ask("You> ", choices=choices)
        pressed = _BUTTON.fullmatch(text)
        if pressed is not None:
            if not 1 <= int(pressed[1]) <= len(buttons):
                raise Refused("The bot offered no such button.")
            text = buttons[int(pressed[1]) - 1][1]
        if text:
            await self._branches.store.take_message(conversation.id, f"{clock.now():.6f}", {"text": text})

    async def _confirm(self, conversation: Conversation) -> None:
        question = conversation.question
        assert question is not None  # noqa: S101  called where one is open
        self.console.print(question_table(question, conversation.tracker.domain.responses))
        for line in warning_lines(contradictions_in(question, conversation.votes)):
            self.console.print(line)
        path = await self._answers.vote(conversation, question)
        if path is not None:
            await self._branches.store.vote(conversation.id, question.id, conversation.session.speaker, path)

    # --- signals --------------------------------------------------------------------------------------------------

    async def _obeyed(self, signal: Signal) -> bool:
        """Does what was asked for. True when it was to stop."""
        try:
            match signal:
                case UndoLastStep(steps=steps):
                    for _ in range(steps):
                        await self._control(Control.UNDO)
                case RedoLastUndo(steps=steps):
                    for _ in range(steps):
                        await self._control(Control.REDO)
                case RestartConversation():
                    await self._control(Control.RESTART)
                case ForkTracker(turn=number):
                    await self._fork(number)
                case SwitchBranch(branch=number):
                    await self._switch(number)
                case Abort():
                    return await self._leave()
        except Signal as other:
            return await self._obeyed(other)
        return False

    async def _control(self, control: Control) -> None:
        conversation = await self._branches.read()
        person = conversation.session.speaker
        words = await self._loop.control(conversation.id, control, person, version=conversation.version)
        self._say(words[0].upper() + words[1:])

    async def _fork(self, number: int | None) -> None:
        turns = turns_of((await self._branches.read()).tracker)
        if not turns:
            raise Refused("There is no turn to fork before yet.")
        if number is None:
            self.console.print(turns_table(turns))
            number = _number(await self.ask("Before which turn? (number; Enter = none)> "))
        if number is None:
            return
        if not 1 <= number <= len(turns):
            raise Refused(f"There is no turn {number}: there are {len(turns)}.")
        await self._branches.fork(turns[number - 1])
        self._say(f"A new branch, before “{turns[number - 1].message.text}”. The old one is kept (:switch).")

    async def _switch(self, number: int | None) -> None:
        ids = self._branches.ids
        if number is None:
            for place, conversation in enumerate(await self._branches.all(), start=1):
                texts = " / ".join(turn.message.text or "" for turn in turns_of(conversation.tracker))
                here = "*" if conversation.id == self._branches.current else " "
                self.console.print(Text(printable(f"{here} {place}  {texts or '(nothing said yet)'}")))
            number = _number(await self.ask("Which branch? (number; Enter = this one)> "))
        if number is None:
            return
        if not 1 <= number <= len(ids):
            raise Refused(f"There is no branch {number}: there are {len(ids)}.")
        self._branches.current = ids[number - 1]
        self.console.print(history_table((await self._branches.read()).tracker))

    # --- commands -------------------------------------------------------------------------------------------------

    async def _command(self, word: str, rest: str) -> None:
        match word:
            case "undo":
                raise UndoLastStep(_number(rest) or 1)
            case "redo":
                raise RedoLastUndo(_number(rest) or 1)
            case "restart":
                raise RestartConversation
            case "fork":
                raise ForkTracker(_number(rest))
            case "switch":
                raise SwitchBranch(_number(rest))
            case "quit" | "exit" | "q":
                raise Abort
            case "export":
                await self._export(rest)
            case "history" | "slots" | "story" | "help":
                await self._look(word)
            case _:
                raise Refused(f"There is no command :{word}; :help lists them. To say it, type ::{word}.")

    async def _look(self, word: str) -> None:
        tracker = (await self._branches.read()).tracker
        match word:
            case "history":
                self.console.print(history_table(tracker))
                self.console.print(slots_table(tracker))
            case "slots":
                self.console.print(slots_table(tracker))
            case "story":
                files = files_of(await self._branches.all(), self._loop.core.domain)
                shown = [f"# {name}\n{text}" for name, text in files.items() if name != "domain.yml"]
                self.console.print(Text(printable("\n".join(shown) or "Nothing was agreed yet.")), soft_wrap=True)
            case _:
                self.console.print(HELP)

    # --- taking home ----------------------------------------------------------------------------------------------

    async def _export(self, where: str) -> bool:
        """True when something was written, or there was nothing to write."""
        words = shlex.split(where) if where else []
        match words:
            case [] if self._project is not None:
                return await self._export_into(self._project)
            case []:
                self._say("This assistant is no project of yours, so the files go to a folder.")
                return await self._export_files(await self.ask("Folder> ", default="storythread-out"))
            case ["into", folder]:
                return await self._export_into(Path(folder))
            case ["files", *rest] if len(rest) <= 1:
                return await self._export_files(rest[0] if rest else await self.ask("Folder> "))
        raise Refused("Type :export, :export into PROJECT, or :export files FOLDER.")

    async def _export_into(self, project: Path) -> bool:
        conversations = await self._branches.all()
        export_into(project, conversations, dry_run=True, show=self._show_plain)
        if not changes_anything(project, conversations):
            return True
        if (await self.ask(f"Write this to {project}? [y/N]> ")).lower() not in {"y", "yes"}:
            self._say("Nothing was written.")
            return False
        export_into(project, conversations, dry_run=False, show=lambda _: None)
        self._say(f"Written to {project}.")
        return True

    async def _export_files(self, name: str) -> bool:
        folder = Path(name or "storythread-out")
        files = files_of(await self._branches.all(), self._loop.core.domain)
        if "stories.yml" not in files:
            self._say("Nothing was agreed yet, so there is nothing to write.")
            return True
        there = [file for file in files if (folder / file).exists()]
        if there and folder != self._written:
            answer = await self.ask(f"{folder} holds {', '.join(there)}. Replace? [y/N]> ")
            if answer.lower() not in {"y", "yes"}:
                self._say("Nothing was written.")
                return False
        write_files(folder, files)
        self._written = folder
        self._say(f"Written to {folder}: {', '.join(files)}.")
        return True

    # --- leaving --------------------------------------------------------------------------------------------------

    async def _leave(self) -> bool:
        """Asks what is to become of what was taught. True when the shell is to end."""
        if not any(map(holds_something, await self._branches.all())):
            await self._branches.end(Status.ABORTED)
            return True
        try:
            answer = (await self._terminal.ask(_QUIT)).strip().lower().removeprefix(":")
        except KeyboardInterrupt:
            return True
        match answer[:1]:
            case "e":
                if not await self._export(""):
                    return False
                await self._branches.end(Status.FINISHED)
            case "d":
                await self._branches.end(Status.ABORTED)
                self._say("Discarded: nothing is exported.")
            case "k" | "q":
                pass
            case _:
                return False
        return True

    def _say(self, text: str) -> None:
        self.console.print(Text(printable(text), "yellow"))

    def _show_plain(self, text: str) -> None:
        self.console.print(Text(printable(text)), soft_wrap=True)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdigit():
        raise Refused(f"{text[:40]!r} is no number.")
    return int(text)
