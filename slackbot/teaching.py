"""Everything people can do, as verbs: the listeners call these and show what they answer.

Each verb stores first; what follows from it happens in the background, where any process may take it up again.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from slackbot.background import Background
from slackbot.backlog import Backlog
from slackbot.blocks.card import Card
from slackbot.blocks.dispute import known_lines, leading
from slackbot.blocks.gold import check_blocks
from slackbot.blocks.mrkdwn import escape, plain, quote, shorten
from slackbot.blocks.remarks import LONGEST_COMMENT
from slackbot.blocks.standing import standing
from slackbot.blocks.thread import again
from slackbot.blocks.values import CardButton, RemarkChoice, SessionButton
from slackbot.checks import Checked, Checks
from slackbot.crowd.quorum import Rule, usual_rule
from slackbot.crowd.votes import Mark
from slackbot.errors import Conflict, Refused, SlackUnavailable
from slackbot.learning.additions import check_name, with_addition
from slackbot.learning.controls import Control, commit_of
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.failures import Remedy, first_draft, written_events
from slackbot.learning.loop import Loop
from slackbot.learning.pausing import require_running
from slackbot.learning.question import Question, Ruling
from slackbot.learning.renewal import Renewal
from slackbot.learning.session import Session, Status, least_votes
from slackbot.learning.terms import Order
from slackbot.learning.turns import first_events
from slackbot.learning.verdicts import is_disputed
from slackbot.missed import Missed
from slackbot.permissions import Permissions, Right
from slackbot.reminding import Reminding
from slackbot.sessions import Sessions
from slackbot.store import Store
from slackbot.store.channels import Channels
from slackbot.store.preferences import People
from slackbot.threads import Slack, Threads
from slackbot.threads.slack import name_of

#: Seconds after which a conversation that nobody carried on is taken up by whoever finds it.
TAKE_UP_AFTER = 5.0
Tell = Callable[[str], Awaitable[object]]
_CLOSED = "This question is closed already: your press came too late, and changes nothing."
_FOREIGN = "This button does not belong to a session in this thread."


@dataclass(frozen=True)
class Place:
    """Where in Slack something happened."""

    team: str
    channel: str
    thread_ts: str | None = None


class Requests(Protocol):
    """What is asked of the workers besides exports. Every method raises StoreUnavailable."""

    async def statistics(self, team: str, channel: str, person: str, request: str, *, names: bool) -> None:
        """Numbers and a picture of a channel's votes, for one person. ``request`` names the asking."""


class Teaching:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(
        self,
        store: Store,
        loop: Loop,
        threads: Threads,
        slack: Slack,
        background: Background,
        *,
        channels: Channels,
        people: People,
        permissions: Permissions,
        backlog: Backlog,
        checks: Checks,
        adjudication_channel: str | None = None,
        quorum: Rule | None,
        export: Callable[[str], Awaitable[None]],
        requests: Requests,
        renewal: Renewal | None = None,
    ) -> None:
        self.store, self.loop, self.threads, self.slack = store, loop, threads, slack
        #: None where the assistant doesn't learn while it is taught.
        self.renewal = renewal
        self._background, self._quorum, self._export = background, quorum, export
        self.channels, self._adjudication_channel = channels, adjudication_channel
        self.people, self.backlog, self.checks = people, backlog, checks
        self._permissions, self._requests = permissions, requests
        self._missed = Missed(store, loop.read, slack)
        self.sessions = Sessions(store, loop, permissions)
        self.reminding = Reminding(loop, self.sessions, self.wake)

    # --- sessions -----------------------------------------------------------------------------------------------

    async def start(
        self, place: Place, owner: str, speaker: str | None, rule: Rule | None, request: str, *, bot: str
    ) -> str:
        """Opens a session and returns its conversation id. The same ``request`` again opens no second one.

        ``rule`` is what was asked for, None for the channel's; ``bot`` is the app's own user id.
        """
        await self._permissions.require_session(place.channel, owner, speaker or owner, bot)
        rule = rule or await self._usual_rule(place.channel, bot)
        session = Session(
            team=place.team,
            channel=place.channel,
            owner=owner,
            speaker=speaker or owner,
            quorum=least_votes(rule),
            started_at=time.time(),
            rule=str(rule),
        )
        conversation_id = hashlib.blake2s(f"{place.team}|{request}".encode(), digest_size=8).hexdigest()
        await self.store.create(conversation_id, session.as_dict(), first_events(time.time()), "parent")
        self.wake(conversation_id)
        return conversation_id

    async def _usual_rule(self, channel: str, bot: str) -> Rule:
        """The channel's rule, or else the settings', or else one that suits how many people can vote."""
        kept = await self.channels.rule(channel)
        return kept or self._quorum or usual_rule(await self._permissions.annotators(channel, bot))

    async def set_channel_rule(self, channel: str, person: str, rule: Rule | None) -> None:
        """Sets the rule of the channel's sessions to come; None: the settings', or what suits the channel."""
        await self._permissions.require(Right.ADMINISTER, person, channel)
        await self.channels.set_rule(channel, rule)

    async def channel_rule(self, channel: str) -> tuple[Rule, bool]:
        """The rule of the channel's sessions to come, and whether it was set for this channel."""
        bot = str((await self.slack.identity())["user_id"])
        return await self._usual_rule(channel, bot), await self.channels.rule(channel) is not None

    async def everybody(self, team: str, channel: str, person: str) -> tuple[Checked, str]:
        """What is known of everybody, for administrators, and how gold questions come about. Raises Refused."""
        await self._permissions.require(Right.ADMINISTER, person, channel)
        return await self.checks.known(team), self.checks.described

    async def statistics(self, place: Place, person: str, request: str) -> None:
        """Has the channel's votes counted for somebody: with names for those who may see how everybody does.

        The same ``request`` again changes nothing. Raises Refused for those who are not in the channel.
        """
        await self._permissions.require(Right.VOTE, person, place.channel)
        names = await self._permissions.may(Right.ADMINISTER, person, place.channel)
        await self._requests.statistics(place.team, place.channel, person, request, names=names)

    async def control(self, place: Place, person: str, control: Control, button: SessionButton) -> Card | str:
        """Undo, restart, abort or finish. Words about what was done, escaped, or a card that asks again.

        It asks again where the button was drawn before the conversation's latest events: nobody undoes by accident
        what they have not seen.
        """
        conversation = await self._conversation_of(place, button.conversation)
        await self._permissions.require(Right.CONTROL, person, place.channel, conversation.session)
        version = button.version if control in {Control.UNDO, Control.RESTART} else None
        try:
            words = await self.loop.control(conversation.id, control, person, version=version)
        except Conflict:
            conversation = await self._conversation_of(place, button.conversation)
            _, words = commit_of(control, conversation, person)
            words = words if control is Control.UNDO else f"a {control.value}"
            return again(control, words, conversation.id, conversation.version)
        self.wake(conversation.id)
        return shorten(escape(words[0].upper() + words[1:]), 300)

    # --- what the speaker writes --------------------------------------------------------------------------------

    async def heard(self, place: Place, person: str, ts: str, text: str) -> None:
        """Takes a message, if it is the speaker's in a session's thread. Anything else is talk."""
        conversation = await self._spoken_in(place, person)
        if conversation is not None and (words := plain(text).strip()):
            outcome = await self.store.take_message(conversation.id, ts, {"text": words}, redraw=conversation.open_card)
            if conversation.is_paused and outcome == "taken":
                self._tell_later(place, person, "This session is paused: your message waits until it is resumed.")
            self.wake(conversation.id)

    async def changed(self, place: Place, person: str, ts: str, text: str | None, changed: str) -> None:
        """Takes an edit of a message, or its deletion (``text`` None), that happened at ts ``changed``."""
        conversation = await self._spoken_in(place, person)
        if conversation is None:
            return
        words = plain(text).strip() if text else ""
        outcome = await self.store.take_message(
            conversation.id, ts, {"text": words} if words else None, changed=changed, redraw=conversation.open_card
        )
        if outcome == "late":
            line = "That turn is over already, so the change makes no difference. *Undo* takes a turn back."
            self._tell_later(place, person, line)
        elif outcome != "repeated":
            self.wake(conversation.id)

    def _tell_later(self, place: Place, person: str, line: str) -> None:
        self._background.start(
            self.slack.tell(place.channel, person, line, thread_ts=place.thread_ts), "telling the speaker"
        )

    async def _spoken_in(self, place: Place, person: str) -> Conversation | None:
        conversation_id = await self._conversation_in(place)
        conversation = await self.loop.read(conversation_id) if conversation_id else None
        if conversation is None or not conversation.is_open or conversation.session.speaker != person:
            return None
        return conversation

    async def _conversation_in(self, place: Place) -> str | None:
        if place.thread_ts is None:
            return None
        return await self.store.conversation_in(place.channel, place.thread_ts)

    async def adopt(self, place: Place) -> None:
        """Notes whose thread this is, where a crash came between posting its parent and noting it."""
        if place.thread_ts is None or await self._conversation_in(place):
            return
        async for message in self.slack.messages(place.channel, thread_ts=place.thread_ts, oldest="0"):
            name = name_of(message)
            if name and name.get("name") == "parent" and message["ts"] == place.thread_ts:
                conversation_id = name["conversation"]
                if await self.loop.read(conversation_id):
                    await self.store.bind_thread(conversation_id, place.channel, place.thread_ts)
                    await self.store.note_shown(conversation_id, "parent", {"ts": place.thread_ts})
            return

    # --- votes --------------------------------------------------------------------------------------------------

    async def accept(self, place: Place, person: str, button: CardButton, response_url: str) -> None:
        """*All right*: a vote for every part as the card shows it."""
        conversation, question = await self._question_of(place, person, button)
        if button.revision != question.revision:
            raise Refused("The card has changed since you saw it. Please look at it again.")
        await self._require_turn(person, conversation)
        if not await self.store.vote(conversation.id, question.id, person, question.suggestion):
            raise Refused(_CLOSED)
        self.threads.offer(conversation.id, f"card:{question.id}", response_url)
        self._after_vote(conversation.id, question.id, person, self._whispering(place, response_url))

    async def remark(self, place: Place, person: str, choice: RemarkChoice, response_url: str) -> None:
        """*Not sure* or *Skip*: stored in the place of an answer."""
        conversation, question = await self._question_of(place, person, choice.card)
        if not await self.store.vote(conversation.id, question.id, person, (), mark=choice.mark):
            raise Refused(_CLOSED)
        tell = self._whispering(place, response_url)
        self._after_vote(conversation.id, question.id, person, tell, choice.mark)

    async def flaggable(self, place: Place, person: str, button: CardButton) -> str:
        """*Something is wrong*: the message of the question that is to be flagged."""
        _, question = await self._question_of(place, person, button)
        return question.message.text

    async def flag(self, person: str, button: CardButton, comment: str) -> None:
        """Flags a question, whatever the person answered to it. Raises Refused."""
        conversation = await self.loop.read(button.conversation)
        if conversation is None:
            raise Refused(_FOREIGN)
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        require_running(conversation.session)
        answers = next((vote.answers for vote in conversation.votes if vote.person == person), ())
        if not await self.store.vote(
            conversation.id, button.question, person, answers, mark=Mark.FLAG, comment=comment[:LONGEST_COMMENT]
        ):
            raise Refused(_CLOSED)
        self._after_vote(conversation.id, button.question, person, self._telling(conversation, person), Mark.FLAG)

    async def change(self, place: Place, person: str, button: CardButton) -> tuple[Draft, str]:
        """*Change*: a draft of the person's own answers, and the token under which it is kept."""
        conversation, question = await self._question_of(place, person, button)
        vote = next((vote.answers for vote in conversation.votes if vote.person == person), ())
        await self._require_turn(person, conversation)
        draft, token = Draft.of(conversation.id, question, vote), secrets.token_hex(8)
        if order := (await self.people.preferences(person)).order:
            draft = replace(draft, order=Order(order))
        await self.keep(draft, token)
        return draft, token

    async def _require_turn(self, person: str, conversation: Conversation) -> None:
        """Raises Refused where it is others' turn to vote, and Unqualified where gold questions come first."""
        await self.checks.require_qualified(conversation.session.team, person)
        await self.backlog.require_share(person, conversation.id, conversation.session, conversation.votes)

    async def keep(self, draft: Draft, token: str) -> None:
        """Keeps a draft between two presses in a modal."""
        await self.store.save_draft(token, draft.as_dict())

    async def kept(self, token: str) -> tuple[Draft, Conversation]:
        """The draft under a token, and its conversation as it is now."""
        data = await self.store.draft(token)
        draft = Draft.from_dict(data) if data else None
        conversation = await self.loop.read(draft.conversation) if draft else None
        if draft is None or conversation is None:
            raise Refused("This was opened too long ago. Close it and press *Change* again.")
        return draft, conversation

    async def submit(self, person: str, draft: Draft, conversation: Conversation) -> None:
        """Makes a draft a vote."""
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        require_running(conversation.session)
        if not await self.store.vote(conversation.id, draft.question, person, draft.path):
            raise Refused(_CLOSED)
        self._after_vote(conversation.id, draft.question, person, self._telling(conversation, person))

    async def add(self, person: str, conversation: Conversation, kind: str, name: str, text: str) -> None:
        """Adds an intent, an action or a response to the session. Raises Refused with what is wrong with it."""
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        check_name(kind, name, conversation.tracker.domain)
        await self.loop.change_session(conversation.id, lambda session: with_addition(session, kind, name, text))
        self.wake(conversation.id)

    # --- adjudication -------------------------------------------------------------------------------------------

    async def disputed(self, place: Place, person: str, button: CardButton) -> tuple[Draft, str]:
        """*Decide…*: a draft of a ruling that begins with the leading answer, and the token under which it is kept."""
        conversation = await self.loop.read(button.conversation)
        known = {conversation.session.channel if conversation else None, self._adjudication_channel}
        if conversation is None or (place.channel and place.channel not in known):  # the Home tab is in no channel
            raise Refused(_FOREIGN)
        await self._permissions.require(Right.ADJUDICATE, person, conversation.session.channel, conversation.session)
        require_running(conversation.session)
        question = conversation.question
        if question is None or question.id != button.question or not is_disputed(question, conversation.votes):
            raise Refused("This has been decided meanwhile, or votes may still decide it.")
        draft = Draft.of(conversation.id, question).as_ruling(
            len(question.decided), leading(question, conversation.votes), known_lines(question, conversation.votes)
        )
        token = secrets.token_hex(8)
        await self.keep(draft, token)
        return draft, token

    async def rule(self, person: str, draft: Draft, conversation: Conversation, reason: str) -> None:
        """Decides by a draft. Raises Refused."""
        session, question = conversation.session, conversation.question
        await self._permissions.require(Right.ADJUDICATE, person, session.channel, session)
        require_running(session)
        if question is None or question.id != draft.question or len(question.decided) != draft.decided:
            raise Refused("This has been decided meanwhile: your ruling came too late, and changes nothing.")
        await self.loop.rule(conversation.id, question, Ruling(person, draft.ruling, reason[:LONGEST_COMMENT]))
        self.wake(conversation.id)

    async def reopen(self, place: Place, person: str, card_ts: str) -> None:
        """Has the closed question of a card asked again. Raises Refused."""
        conversation_id = await self._conversation_in(place)
        conversation = await self.loop.read(conversation_id) if conversation_id else None
        name = await self.store.shown_as(conversation.id, card_ts) if conversation else None
        kind, _, question_id = (name or "").partition(":")
        if conversation is None or kind != "card":
            raise Refused("This is not the card of a question.")
        await self._permissions.require(Right.ADJUDICATE, person, conversation.session.channel, conversation.session)
        await self.loop.reopen(conversation.id, question_id, person)
        await self.checks.drop(conversation.session.team, conversation.id, question_id)
        self.wake(conversation.id)

    # --- custom actions that failed -----------------------------------------------------------------------------

    async def remedy(self, place: Place, person: str, button: CardButton, remedy: Remedy) -> None:
        """*Retry* or *Skip*. Raises Refused where somebody has decided already."""
        conversation, question = await self._question_of(place, person, button)
        await self.loop.remedy(conversation.id, replace(question, revision=button.revision), remedy, person)
        self.wake(conversation.id)

    async def failed_action(self, place: Place, person: str, button: CardButton) -> tuple[str, str]:
        """*Use these events*: the action, and what the person may begin with to write its events."""
        conversation, question = await self._question_of(place, person, button)
        if question.failure is None or question.revision != button.revision:
            raise Refused(_CLOSED)
        return question.parts[question.appended].answer, first_draft(question, conversation.tracker)

    async def use_events(self, person: str, button: CardButton, text: str) -> None:
        """Records the failed action with the events of a text. Raises Refused with what is wrong with them."""
        conversation = await self.loop.read(button.conversation)
        if conversation is None:
            raise Refused(_FOREIGN)
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        require_running(conversation.session)
        question = conversation.question
        if question is None or question.id != button.question:
            raise Refused(_CLOSED)
        await self.loop.remedy(
            conversation.id,
            replace(question, revision=button.revision),
            Remedy.EVENTS,
            person,
            lambda tracker: written_events(text, tracker.domain),
        )
        self.wake(conversation.id)

    async def _question_of(self, place: Place, person: str, button: CardButton) -> tuple[Conversation, Question]:
        conversation = await self._conversation_of(place, button.conversation)
        await self._permissions.require(Right.VOTE, person, place.channel)
        require_running(conversation.session)
        question = conversation.question
        if question is None or question.id != button.question:
            raise Refused(_CLOSED)
        return conversation, question

    async def _conversation_of(self, place: Place, conversation_id: str) -> Conversation:
        """The session that a button claims, if the button was pressed where that session is held."""
        conversation = await self.loop.read(conversation_id)
        if conversation is None or conversation.session.channel != place.channel:
            raise Refused(_FOREIGN)
        if place.thread_ts is not None and place.thread_ts != conversation.snapshot.thread_ts:
            raise Refused(_FOREIGN)
        return conversation

    def _whispering(self, place: Place, response_url: str) -> Tell:
        return lambda words: self.slack.whisper(response_url, words, thread_ts=place.thread_ts)

    def _telling(self, conversation: Conversation, person: str) -> Tell:
        session, thread_ts = conversation.session, conversation.snapshot.thread_ts
        return lambda words: self.slack.tell(session.channel, person, words, thread_ts=thread_ts)

    def _after_vote(
        self, conversation_id: str, question_id: str, person: str, tell: Tell, said: Mark = Mark.NONE
    ) -> None:
        async def carry_on() -> None:
            await self._advance(conversation_id)
            conversation = await self.loop.read(conversation_id)
            question = conversation.question if conversation else None
            words = standing(conversation, question, person, said) if conversation and question else None
            if not question or question.id != question_id:
                words = None
            with suppress(SlackUnavailable):  # the next question is on the Home tab as well
                following = await self._next_question(person, conversation_id)
                words = "\n".join(line for line in (words, following) if line)
            if words:
                await tell(words)
            await self.threads.draw(conversation_id)
            if conversation is not None:
                await self._check(conversation, person)

        self._background.start(carry_on(), _carrying_on(conversation_id))

    async def _check(self, conversation: Conversation, person: str) -> None:
        """Makes gold of what was decided for certain; warns who has just voted, or asks them a gold question."""
        session, thread_ts = conversation.session, conversation.snapshot.thread_ts
        await self.checks.promote(conversation)
        if warning := await self.checks.warning(session.team, person):
            await self.slack.tell(session.channel, person, warning, thread_ts=thread_ts)
        if await self.checks.is_due(session.team, person):
            words = "A short check, which only you see and whose answer is known:"
            await self.slack.tell(session.channel, person, words, thread_ts=thread_ts, blocks=check_blocks(words))

    async def _next_question(self, person: str, conversation_id: str) -> str | None:
        """Where the next question for somebody is who has just answered one; None where there is none."""
        if not (await self.people.preferences(person)).lead_on:
            return None
        found = await self.backlog.waiting_for(person, but=conversation_id, most=1)
        link = await self.backlog.link(found[0]) if found else None
        return f"<{link}|Next question>: {quote(found[0].question.message.text, 100)}" if link else None

    # --- going on -----------------------------------------------------------------------------------------------

    def wake(self, conversation_id: str) -> None:
        """Takes, in the background, every step that can be taken, and draws what there is to draw."""
        self._background.start(self._carry_on(conversation_id), _carrying_on(conversation_id))

    async def _carry_on(self, conversation_id: str) -> None:
        await self._advance(conversation_id)
        conversation = await self.loop.read(conversation_id)
        if conversation is not None and conversation.session.status is Status.FINISHING:
            await self._export(conversation_id)
        await self.threads.draw(conversation_id)

    async def _advance(self, conversation_id: str) -> None:
        """Takes every step that can be taken, in the light of what the speaker wrote while nobody listened."""
        if not await self._missed.take(conversation_id):
            await self.threads.draw(conversation_id)
            await self._missed.take(conversation_id)
        await self.loop.advance(conversation_id)

    async def note_missed(self) -> None:
        """Notes that speakers may have written while nobody listened. To be called before somebody listens again."""
        self._missed.note(await self.store.active())

    async def resume(self) -> None:
        """Takes up every unfinished session."""
        for conversation_id in await self.store.active():
            self.wake(conversation_id)

    async def take_up(self) -> None:
        """Takes up conversations that have been waiting for a process to carry them on."""
        waiting = [*await self.store.due(TAKE_UP_AFTER), *await self.store.undrawn(TAKE_UP_AFTER)]
        for conversation_id in dict.fromkeys((*waiting, *self._missed.conversations)):
            if not self._background.is_doing(_carrying_on(conversation_id)):
                self.wake(conversation_id)


def _carrying_on(conversation_id: str) -> str:
    return f"carrying on {conversation_id}"
