"""What follows a vote, for the person who gave it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from slackbot.blocks.gold import check_blocks
from slackbot.blocks.mrkdwn import quote
from slackbot.blocks.standing import standing
from slackbot.crowd.votes import Mark
from slackbot.errors import SlackUnavailable
from slackbot.learning.conversation import Conversation
from slackbot.teaching.advancing import Advancing, carrying_on
from slackbot.teaching.services import Services

Tell = Callable[[str], Awaitable[object]]


class Voted:
    """Carries a conversation on after a vote, and tells who voted what the vote came to and what waits for them."""

    def __init__(self, services: Services, advancing: Advancing) -> None:
        self._loop, self._threads, self._slack = services.loop, services.threads, services.slack
        self._people, self._backlog, self._checks = services.people, services.backlog, services.checks
        self._background, self._advance = services.background, advancing.advance

    def follow(self, conversation_id: str, question_id: str, person: str, tell: Tell, said: Mark = Mark.NONE) -> None:
        """In the background; ``tell`` says a line to the person, who answered a question or said something else."""

        async def carry_on() -> None:
            await self._advance(conversation_id)
            conversation = await self._loop.read(conversation_id)
            question = conversation.question if conversation else None
            words = standing(conversation, question, person, said) if conversation and question else None
            if not question or question.id != question_id:
                words = None
            with suppress(SlackUnavailable):  # the next question is on the Home tab as well
                following = await self._next_question(person, conversation_id)
                words = "\n".join(line for line in (words, following) if line)
            if words:
                await tell(words)
            await self._threads.draw(conversation_id)
            if conversation is not None:
                await self._check(conversation, person)

        self._background.start(carry_on(), carrying_on(conversation_id))

    async def _check(self, conversation: Conversation, person: str) -> None:
        """Makes gold of what was decided for certain; warns who has just voted, or asks them a gold question."""
        session, thread_ts = conversation.session, conversation.snapshot.thread_ts
        await self._checks.promote(conversation)
        if warning := await self._checks.warning(session.team, person):
            await self._slack.tell(session.channel, person, warning, thread_ts=thread_ts)
        if await self._checks.is_due(session.team, person):
            words = "A short check, which only you see and whose answer is known:"
            await self._slack.tell(session.channel, person, words, thread_ts=thread_ts, blocks=check_blocks(words))

    async def _next_question(self, person: str, conversation_id: str) -> str | None:
        """Where the next question for somebody is who has just answered one; None where there is none."""
        if not (await self._people.preferences(person)).lead_on:
            return None
        found = await self._backlog.waiting_for(person, but=conversation_id, most=1)
        link = await self._backlog.link(found[0]) if found else None
        return f"<{link}|Next question>: {quote(found[0].question.message.text, 100)}" if link else None
