"""The verbs of voting: answers to the open question, and remarks in their place."""

from __future__ import annotations

from dataclasses import replace

from slackbot.blocks.remarks import LONGEST_COMMENT
from slackbot.blocks.values import CardButton, RemarkChoice
from slackbot.crowd.votes import Mark
from slackbot.errors import Refused
from slackbot.learning.additions import check_name, with_addition
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.learning.pausing import require_running
from slackbot.learning.terms import Order
from slackbot.permissions import Right
from slackbot.teaching.advancing import Advancing
from slackbot.teaching.drafts import Drafts
from slackbot.teaching.place import Place
from slackbot.teaching.pressed import CLOSED, Pressed
from slackbot.teaching.services import Services
from slackbot.teaching.voted import Tell, Voted


class Voting:
    """The verbs. All raise StoreUnavailable, and Refused with a sentence for the person who asked."""

    def __init__(self, services: Services, pressed: Pressed, advancing: Advancing, drafts: Drafts) -> None:
        self._services, self._pressed, self._drafts = services, pressed, drafts
        self._store, self._loop, self._permissions = services.store, services.loop, services.permissions
        self._wake, self._voted = advancing.wake, Voted(services, advancing)

    async def accept(self, place: Place, person: str, button: CardButton, response_url: str) -> None:
        """*All right*: a vote for every part as the card shows it."""
        conversation, question = await self._pressed.question(place, person, button)
        if button.revision != question.revision:
            raise Refused("The card has changed since you saw it. Please look at it again.")
        await self._require_turn(person, conversation)
        if not await self._store.vote(conversation.id, question.id, person, question.suggestion):
            raise Refused(CLOSED)
        self._services.threads.offer(conversation.id, f"card:{question.id}", response_url)
        self._voted.follow(conversation.id, question.id, person, self._whispering(place, response_url))

    async def remark(self, place: Place, person: str, choice: RemarkChoice, response_url: str) -> None:
        """*Not sure* or *Skip*: stored in the place of an answer."""
        conversation, question = await self._pressed.question(place, person, choice.card)
        if not await self._store.vote(conversation.id, question.id, person, (), mark=choice.mark):
            raise Refused(CLOSED)
        tell = self._whispering(place, response_url)
        self._voted.follow(conversation.id, question.id, person, tell, choice.mark)

    async def flaggable(self, place: Place, person: str, button: CardButton) -> str:
        """*Something is wrong*: the message of the question that is to be flagged."""
        _, question = await self._pressed.question(place, person, button)
        return question.message.text

    async def flag(self, person: str, button: CardButton, comment: str) -> None:
        """Flags a question, whatever the person answered to it. Raises Refused."""
        conversation = await self._pressed.claimed(button.conversation)
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        require_running(conversation.session)
        answers = next((vote.answers for vote in conversation.votes if vote.person == person), ())
        if not await self._store.vote(
            conversation.id, button.question, person, answers, mark=Mark.FLAG, comment=comment[:LONGEST_COMMENT]
        ):
            raise Refused(CLOSED)
        self._voted.follow(conversation.id, button.question, person, self._telling(conversation, person), Mark.FLAG)

    async def change(self, place: Place, person: str, button: CardButton) -> tuple[Draft, str]:
        """*Change*: a draft of the person's own answers, and the token under which it is kept."""
        conversation, question = await self._pressed.question(place, person, button)
        vote = next((vote.answers for vote in conversation.votes if vote.person == person), ())
        await self._require_turn(person, conversation)
        draft = Draft.of(conversation.id, question, vote)
        if order := (await self._services.people.preferences(person)).order:
            draft = replace(draft, order=Order(order))
        return draft, await self._drafts.begin(draft)

    async def submit(self, person: str, draft: Draft, conversation: Conversation) -> None:
        """Makes a draft a vote."""
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        require_running(conversation.session)
        if not await self._store.vote(conversation.id, draft.question, person, draft.path):
            raise Refused(CLOSED)
        self._voted.follow(conversation.id, draft.question, person, self._telling(conversation, person))

    async def add(self, person: str, conversation: Conversation, kind: str, name: str, text: str) -> None:
        """Adds an intent, an action or a response to the session. Raises Refused with what is wrong with it."""
        await self._permissions.require(Right.VOTE, person, conversation.session.channel)
        check_name(kind, name, conversation.tracker.domain)
        await self._loop.change_session(conversation.id, lambda session: with_addition(session, kind, name, text))
        self._wake(conversation.id)

    async def _require_turn(self, person: str, conversation: Conversation) -> None:
        """Raises Refused where it is others' turn to vote, and Unqualified where gold questions come first."""
        await self._services.checks.require_qualified(conversation.session.team, person)
        await self._services.backlog.require_share(person, conversation.id, conversation.session, conversation.votes)

    def _whispering(self, place: Place, response_url: str) -> Tell:
        return lambda words: self._services.slack.whisper(response_url, words, thread_ts=place.thread_ts)

    def _telling(self, conversation: Conversation, person: str) -> Tell:
        session, thread_ts = conversation.session, conversation.snapshot.thread_ts
        return lambda words: self._services.slack.tell(session.channel, person, words, thread_ts=thread_ts)
