"""What somebody has entered in a modal, kept from press to press."""

from __future__ import annotations

import secrets

from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.draft import Draft
from slackbot.teaching.services import Services


class Drafts:
    """By tokens that only the modal knows. Every method raises StoreUnavailable."""

    def __init__(self, services: Services) -> None:
        self._store, self._loop = services.store, services.loop

    async def begin(self, draft: Draft) -> str:
        """Keeps a new draft; returns its token."""
        token = secrets.token_hex(8)
        await self.keep(draft, token)
        return token

    async def keep(self, draft: Draft, token: str) -> None:
        """Keeps a draft between two presses in a modal."""
        await self._store.save_draft(token, draft.as_dict())

    async def kept(self, token: str) -> tuple[Draft, Conversation]:
        """The draft under a token, and its conversation as it is now. Raises Refused when it is gone."""
        data = await self._store.draft(token)
        draft = Draft.from_dict(data) if data else None
        conversation = await self._loop.read(draft.conversation) if draft else None
        if draft is None or conversation is None:
            raise Refused("This was opened too long ago. Close it and press *Change* again.")
        return draft, conversation
