"""What a request does to a conversation: a message, a prediction, an action, an intent; as Rasa's server does it."""

from __future__ import annotations

import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar

from slackbot import clock
from slackbot.api.errors import ApiError, no_conversation, not_found
from slackbot.api.trackers import Draft, Kept, Trackers
from slackbot.core.builtin.default_actions import default_outcome
from slackbot.core.builtin.understanding import is_spelled_out
from slackbot.core.protocol import Core, Prediction
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, BotUttered, Event, SessionStarted, UserUttered
from slackbot.dialogue.project import DEFAULT_INTENTS
from slackbot.dialogue.state import ACTION_LISTEN, ACTION_SESSION_START, RULE_SNIPPET
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.errors import ActionFailed, Conflict

log = logging.getLogger(__name__)
Json = dict[str, Any]
T = TypeVar("T")
_Decide: TypeAlias = Callable[[Kept], Awaitable[tuple[T, Draft]]]

#: Actions that an intent may lead to before the assistant is made to listen, as in Rasa.
MOST_ACTIONS = 10
#: Texts whose meaning is kept, since clients ask for it again: with the message, and to show it.
KEPT_TEXTS = 256

_EXTRACT_SLOTS = "action_extract_slots"
_NO_SELECTOR: Json = {
    "all_retrieval_intents": [],
    "default": {
        "response": {"responses": None, "confidence": 0.0, "intent_response_key": None, "utter_action": "utter_None"},
        "ranking": [],
    },
}


class Operations:
    """Of one assistant on the conversations of one store. All raise StoreUnavailable, CoreFailed, Conflict, Refused."""

    def __init__(self, trackers: Trackers, core: Core, assistant_id: str = "", *, selects: bool = True) -> None:
        """``selects``: the assistant's pipeline has a selector of answers, which parse data then tell of."""
        self.trackers, self.core, self._assistant_id, self._selects = trackers, core, assistant_id, selects
        self._parsed: OrderedDict[str, Json] = OrderedDict()
        self._parsed_by: tuple[object, ...] = ()

    @property
    def model_id(self) -> str:
        """What tells the model from others: its version where it has one, or what a Rasa calls it."""
        core = getattr(self.core, "core", self.core)
        version = getattr(core, "version", None)
        return getattr(core, "model_id", None) or ("storythread" if version is None else f"storythread-{version}")

    @property
    def stamp(self) -> Json:
        """The metadata of every event that is stored."""
        return {"model_id": self.model_id, "assistant_id": self._assistant_id}

    async def opened(self, conversation_id: str) -> Draft:
        """The conversation to be read. One that isn't there begins: it is stored with the start of its session."""
        async with self.trackers.alone(conversation_id):
            kept = await self._any(conversation_id)
            if kept.version or kept.is_session:
                return kept.draft(self.stamp)
            return await self._session_stored(kept)

    async def found(self, conversation_id: str) -> Draft:
        """The conversation as it is. Raises ApiError where there is none."""
        return (await self._existing(conversation_id)).draft(self.stamp)

    async def message(self, conversation_id: str, text: str, parse_data: Json | None) -> Draft:
        """Adds a message of the user and the slots it fills; ``parse_data`` says what it means, else the core does."""

        async def decide(kept: Kept) -> tuple[None, Draft]:
            draft = await self._in_session(kept)
            parsed = parse_data if parse_data is not None else await self.parse(text, draft.tracker)
            draft.add(UserUttered(text, parse_data=parsed, message_id=secrets.token_hex(16)))
            await self._extract_slots(draft)
            return None, draft

        async with self.trackers.alone(conversation_id):
            _, draft = await self._added(conversation_id, decide, self.trackers.known(conversation_id), self._any)
            return draft

    async def predict(self, conversation_id: str) -> tuple[Prediction, Draft]:
        """What comes next. A new session is begun first where the old one has expired."""
        async with self.trackers.alone(conversation_id):
            kept = await self._existing(conversation_id)
            draft = await self._in_session(kept)
            await self.trackers.append(kept, draft)
            return await self.core.predict(draft.tracker), draft

    async def execute(
        self, conversation_id: str, action: str, policy: str | None, confidence: float | None
    ) -> tuple[list[BotUttered], Draft]:
        """Runs an action; what it said. Raises ApiError for one that the domain lacks."""

        async def decide(kept: Kept) -> tuple[list[BotUttered], Draft]:
            draft = await self._in_session(kept)
            if action != RULE_SNIPPET and action not in draft.tracker.domain.actions:
                problem = f"Cannot access action '{action}', as that name is not a registered action for this domain"
                raise ApiError(500, "ConversationError", f"An unexpected error occurred. Error: {problem}")
            return await self._run(draft, action, policy, confidence), draft

        async with self.trackers.alone(conversation_id):
            known = self.trackers.known(conversation_id)
            if known is not None and action != RULE_SNIPPET and self.core.runs_elsewhere(action, known.tracker):
                known = None  # what it does there must not be done twice
            return await self._added(conversation_id, decide, known, self._existing)

    async def trigger(self, conversation_id: str, intent: str, entities: Any) -> tuple[list[BotUttered], Draft]:
        """What follows where an intent comes from outside, up to listening; what was said. Raises ApiError."""
        async with self.trackers.alone(conversation_id):
            kept = await self._any(conversation_id)
            draft = await self._in_session(kept)
            if intent not in (*draft.tracker.domain.intents, *DEFAULT_INTENTS):
                raise not_found(f"The intent {intent} does not exist in the domain.")
            draft.add(_external(draft.tracker, intent, entities))
            await self._extract_slots(draft)
            said = await self._until_listening(draft)
            await self.trackers.append(kept, draft)
            return said, draft

    async def append(self, conversation_id: str, events: Sequence[Event]) -> Draft:
        """Adds events as they are. A conversation that isn't there begins first, unless they begin it."""
        async with self.trackers.alone(conversation_id):
            kept = await self._any(conversation_id)
            draft = kept.draft(self.stamp)
            if not kept.version and not _begins_session(events):
                await self._begin_session(draft)
            draft.add(*events)
            await self.trackers.append(kept, draft)
            return draft

    async def replace(self, conversation_id: str, events: Sequence[Event]) -> Draft:
        """Puts events in the place of all others."""
        async with self.trackers.alone(conversation_id):
            draft = Draft(Tracker(conversation_id, self.core.domain), {})
            draft.add(*events)
            await self.trackers.replace(conversation_id, draft.new)
            return draft

    async def parse(self, text: str, tracker: Tracker | None = None) -> Json:
        """What a message means, in all of Rasa's keys. The latest texts are understood once."""
        tracker = tracker or Tracker("default", self.core.domain)
        if tracker.domain is not self.core.domain:
            # What sessions have added makes domains of their own, in which a text may mean something else.
            return self._completed(text, await self.core.parse(text, tracker), tracker.domain)
        model = (getattr(self.core, "core", self.core), self.core.domain)
        if not self._parsed_by or any(a is not b for a, b in zip(model, self._parsed_by, strict=True)):
            self._parsed, self._parsed_by = OrderedDict(), model
        kept = self._parsed
        if text not in kept:
            kept[text] = self._completed(text, await self.core.parse(text, tracker), tracker.domain)
        kept.move_to_end(text)
        if len(kept) > KEPT_TEXTS:
            kept.popitem(last=False)
        return kept[text]

    def _completed(self, text: str, parsed: Mapping[str, Any], domain: Domain) -> Json:
        """Parse data with what Rasa tells beside it, in Rasa's order. Of what is spelled out it tells nothing more."""
        if is_spelled_out(text, domain):
            return {"text": text, **parsed}
        tokens = [[match.start(), match.end()] for match in re.finditer(r"\w+", text)]
        told = {key: parsed[key] for key in ("text", "intent", "entities") if key in parsed}
        completed = {"text": text, **told, "text_tokens": tokens, **parsed}
        if self._selects:
            completed.setdefault("response_selector", _NO_SELECTOR)
        return completed

    async def _added(
        self, conversation_id: str, decide: _Decide[T], known: Kept | None, read: Callable[[str], Awaitable[Kept]]
    ) -> tuple[T, Draft]:
        """Stores what is decided on a conversation, and gives it.

        It is decided on what is ``known`` of it, if anything, which spares reading it; and anew on what is read, where
        others wrote meanwhile, or nothing is to be stored that would tell so.
        """
        if known is not None:
            with suppress(Conflict):
                result, draft = await decide(known)
                if draft.new:
                    await self.trackers.append(known, draft)
                    return result, draft
        kept = await read(conversation_id)
        result, draft = await decide(kept)
        await self.trackers.append(kept, draft)
        return result, draft

    async def _any(self, conversation_id: str) -> Kept:
        return await self.trackers.read(conversation_id) or self.trackers.begun(conversation_id)

    async def _existing(self, conversation_id: str) -> Kept:
        kept = await self.trackers.read(conversation_id)
        if kept is None:
            raise no_conversation()
        return kept

    async def _session_stored(self, kept: Kept) -> Draft:
        draft = await self._in_session(kept)
        await self.trackers.append(kept, draft)
        return draft

    async def _in_session(self, kept: Kept) -> Draft:
        """A draft in a session that has not expired. Sessions of Slack never do: people take their time."""
        draft = kept.draft(self.stamp)
        if not kept.is_session and _is_over(draft.tracker):
            await self._begin_session(draft)
        return draft

    async def _begin_session(self, draft: Draft) -> None:
        if self.core.runs_elsewhere(ACTION_SESSION_START, draft.tracker):
            await self._run(draft, ACTION_SESSION_START, None, 1.0)
            return
        started = ActionExecuted(ACTION_SESSION_START, confidence=1.0)
        draft.add(started, *default_outcome(draft.tracker, ACTION_SESSION_START))

    async def _extract_slots(self, draft: Draft) -> None:
        try:
            draft.add(*await self.core.execute(draft.tracker, _EXTRACT_SLOTS))
        except ActionFailed as error:
            log.warning("slots are not extracted: %s", error)

    async def _run(self, draft: Draft, action: str, policy: str | None, confidence: float | None) -> list[BotUttered]:
        """Runs an action; what it said. As in Rasa, one that fails on its server has run and come to nothing."""
        executed = ActionExecuted(action, policy, confidence if confidence is not None else 0.0)
        if action == RULE_SNIPPET:
            draft.add(executed)
            return []
        try:
            events = await self.core.execute(draft.tracker, action, policy=policy, confidence=confidence)
        except ActionFailed as error:
            log.warning("%s", error)
            events = [replace(executed, metadata={"failure": error.problem})]
        if action == _EXTRACT_SLOTS and not any(isinstance(event, ActionExecuted) for event in events):
            draft.add(executed)  # which a core doesn't note where slots are filled after a message
        draft.add(*events)
        return [event for event in events if isinstance(event, BotUttered)]

    async def _until_listening(self, draft: Draft) -> list[BotUttered]:
        said: list[BotUttered] = []
        for _ in range(MOST_ACTIONS):
            if draft.tracker.paused:
                return said
            prediction = await self.core.predict(draft.tracker)
            said += await self._run(draft, prediction.action, prediction.policy, prediction.confidence)
            if prediction.action in (ACTION_LISTEN, ACTION_SESSION_START):
                return said  # the start of a session ends with listening
        draft.add(ActionExecuted(ACTION_LISTEN))
        return said


def _begins_session(events: Sequence[Event]) -> bool:
    match events:
        case [ActionExecuted(action_name="action_session_start"), SessionStarted(), *_]:
            return True
    return False


def _is_over(tracker: Tracker) -> bool:
    """Whether a session must begin before anything else happens: nothing counts, or the user is long silent."""
    applied = tracker.shown(EventVerbosity.APPLIED)
    if not applied:
        return True
    minutes = tracker.domain.session_config.session_expiration_time
    spoken = next((event.timestamp for event in reversed(applied) if isinstance(event, UserUttered)), None)
    return minutes > 0 and spoken is not None and clock.now() - spoken > minutes * 60


def _external(tracker: Tracker, intent: str, entities: Any) -> UserUttered:
    return UserUttered(
        f"EXTERNAL: {intent}",
        {"name": intent},
        _entities(entities),
        input_channel=tracker.current_state(EventVerbosity.NONE)["latest_input_channel"],
        metadata={"is_external": True},
    )


def _entities(given: Any) -> list[Json]:
    """A list of entities, also where a mapping from type to value was given."""
    pairs: Iterable[Any] = given or ()
    if isinstance(given, Mapping):
        return [{"entity": name, "value": value} for name, value in given.items()]
    return [dict(one) for one in pairs]
