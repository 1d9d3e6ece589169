"""What the live page shows of a conversation just now, worked out anew only where something has changed."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path as FilePath
from typing import Any

from slackbot.crowd.votes import counting
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.project import load_project, project_files
from slackbot.learning.conversation import Conversation, Reader
from slackbot.picture.as_json import as_json
from slackbot.picture.graph import Path
from slackbot.picture.layout import laid_out
from slackbot.picture.neighbours import PHONE, neighbourhood, whole
from slackbot.picture.surroundings import Others, others_of, paths_around, story_paths
from slackbot.store import Store

#: Seconds for which other conversations are taken as known.
_KNOWN_FOR = 30.0
_MOST_KEPT = 50
#: Longer than any log: of the log, only how long it is.
_NOTHING = 10**9


class LivePictures:
    """Every method raises StoreUnavailable."""

    def __init__(self, store: Store, domain: Callable[[], Domain], folder: FilePath | None) -> None:
        """``folder``: the project whose stories are drawn; None where there is none."""
        self._store, self._domain, self._folder = store, domain, folder
        self._reader = Reader(store, domain)
        self._others: OrderedDict[str, tuple[float, Others]] = OrderedDict()
        self._shown: OrderedDict[tuple[str, bool], tuple[object, dict[str, Any]]] = OrderedDict()
        self._stories: tuple[object, list[Path]] = (None, [])
        self._one_at_a_time = asyncio.Lock()

    async def stamp(self, conversation_id: str) -> str | None:
        """Another text whenever the picture may be another; None where there is no such session."""
        snapshot = await self._store.read(conversation_id, since=_NOTHING)
        if snapshot is None:
            return None
        revisions = snapshot.question_revision, snapshot.input_revision, snapshot.session_revision
        return "-".join(map(str, (snapshot.version, snapshot.questions, *revisions)))

    async def shown(self, conversation_id: str, *, everything: bool) -> dict[str, Any] | None:
        """The picture as JSON, with all stories or those around the conversation; None if there is no such session."""
        async with self._one_at_a_time:
            stamp = await self.stamp(conversation_id)
            conversation = await self._reader.read(conversation_id) if stamp else None
            if conversation is None:
                return None
            others = await self._known_others(conversation)
            stories = await self._project_stories()
            key, state = (conversation_id, everything), (stamp, id(others), id(stories))
            kept = self._shown.get(key)
            if kept is None or kept[0] != state:
                paths = await paths_around(self._store, conversation, stories, others)
                question = conversation.question
                voted = len(counting(conversation.votes, question.decided)) if question else 0
                status = conversation.session.status.value
                made = await asyncio.to_thread(_made, paths, status, voted, everything=everything)
                kept = (state, {**made, "stamp": stamp, "everything": everything})
                _keep(self._shown, key, kept)
            return kept[1]

    async def _known_others(self, conversation: Conversation) -> Others:
        known = self._others.get(conversation.id)
        if known is None or time.monotonic() - known[0] > _KNOWN_FOR:
            found = await others_of(self._store, conversation)
            known = (time.monotonic(), known[1] if known and known[1] == found else found)
            _keep(self._others, conversation.id, known)
        return known[1]

    async def _project_stories(self) -> list[Path]:
        """The project's, read again where its files have changed. Raises FileError."""
        if self._folder is None:
            return []
        files = await asyncio.to_thread(_changed_at, self._folder)
        state = (files, id(self._domain()))
        if self._stories[0] != state:
            project = await asyncio.to_thread(load_project, self._folder)
            self._stories = (state, story_paths(project.stories, project.domain))
        return self._stories[1]


def _keep(kept: OrderedDict[Any, Any], key: object, value: object) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > _MOST_KEPT:
        kept.popitem(last=False)


def _changed_at(folder: FilePath) -> list[tuple[str, int]]:
    return [(str(path), path.stat().st_mtime_ns) for path in project_files(folder)]


def _made(paths: Sequence[Path], status: str, voted: int, *, everything: bool) -> dict[str, Any]:
    if everything:
        return as_json(laid_out(whole(paths)), paths, "", status=status, voted=voted)
    near = neighbourhood(paths, PHONE)
    return as_json(laid_out(near.graph), paths, near.left_out, status=status, voted=voted)
