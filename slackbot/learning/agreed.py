"""All that people have agreed on so far, in all conversations, as data to learn from."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from slackbot.core.builtin.taught import Taught
from slackbot.core.protocol import Additions
from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, Event, UserUttered, events_from_dicts
from slackbot.dialogue.history import told
from slackbot.dialogue.nlu import Example, examples_of
from slackbot.dialogue.project import DEFAULT_INTENTS
from slackbot.dialogue.stories import Story, stories_of
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import UnknownEvent
from slackbot.learning.conversation import with_additions
from slackbot.learning.plan import UNASKED
from slackbot.learning.session import Session, Status
from slackbot.store import Snapshot, Store

log = logging.getLogger(__name__)

#: Conversations that are looked at, at most.
MOST_CONVERSATIONS = 100_000


@dataclass(frozen=True)
class Agreed:
    """What conversations teach."""

    taught: Taught
    #: Those in which something was agreed.
    conversations: int
    #: Ids of those that the assistant's domain no longer fits: their intents or actions are gone.
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Lesson:
    session: Session
    examples: Sequence[Example]
    stories: Sequence[Story]


async def agreed(store: Store, domain: Domain) -> Agreed:
    """What was agreed in all sessions that nobody aborted, open ones too; the latest session first.

    Nothing that is only suggested is in it: the log holds what was decided, of a turn that isn't over only what its
    message means is taken, and nothing that the assistant was so sure of that nobody was asked. ``domain`` is the
    assistant's own. Raises StoreUnavailable.
    """
    found, left_out = dict[str, _Lesson](), list[str]()
    for conversation_id in await store.conversations(MOST_CONVERSATIONS):
        snapshot = await store.read(conversation_id)
        if snapshot is None or Session.from_dict(snapshot.session).status is Status.ABORTED:
            continue
        lesson = _lesson(snapshot, domain)
        if lesson is None:
            left_out.append(conversation_id)
        elif lesson.examples or lesson.stories:
            found[conversation_id] = lesson
    lessons = [_without_shared(lesson, found) for lesson in found.values()]
    lessons.sort(key=lambda lesson: -lesson.session.started_at)
    taught = Taught(
        tuple(example for lesson in lessons for example in reversed(lesson.examples)),
        tuple(story for lesson in lessons for story in lesson.stories),
    )
    return Agreed(taught, len(lessons), tuple(left_out))


def stories_in(snapshot: Snapshot, domain: Domain) -> Sequence[Story]:
    """What one conversation teaches of stories, as far as it was agreed; none that the domain doesn't fit."""
    lesson = _lesson(snapshot, domain)
    return lesson.stories if lesson else ()


def _without_shared(lesson: _Lesson, lessons: Mapping[str, _Lesson]) -> _Lesson:
    """What a branch teaches beyond the conversation that it was forked from, if that teaches too."""
    forked = lesson.session.forked
    origin = lessons.get(forked.conversation) if forked else None
    if origin is None:
        return lesson
    whole = [story.events for story in origin.stories]
    return replace(
        lesson,
        examples=[example for example in lesson.examples if example not in origin.examples],
        stories=[story for story in lesson.stories if story.events not in whole],
    )


def _lesson(snapshot: Snapshot, domain: Domain) -> _Lesson | None:
    """None where the log can't be read, or speaks of what the domain doesn't have."""
    session = Session.from_dict(snapshot.session)
    own = with_additions(domain, session.additions) if session.additions != Additions() else domain
    try:
        events = events_from_dicts(snapshot.events)
    except (UnknownEvent, ValueError) as error:
        log.warning("conversation %s is left out: %s", snapshot.conversation_id, error)
        return None
    stories = stories_of(events, f"slack_{snapshot.conversation_id}", own)
    if not _fits(stories, own):
        log.warning("conversation %s is left out: the domain lacks what it uses", snapshot.conversation_id)
        return None
    whole = [story for story in map(_asked, _whole_turns(stories, Tracker("", own, events))) if story]
    return _Lesson(session, _examples(events), whole)


def _examples(events: Sequence[Event]) -> list[Example]:
    """What the messages mean that people were asked about."""
    asked = {event.text for event in told(events) if isinstance(event, UserUttered) and not _is_unasked(event)}
    return [example for example in examples_of(events) if example.text in asked]


def _is_unasked(event: Event) -> bool:
    return bool(event.metadata.get(UNASKED))


def _asked(story: Story) -> Story | None:
    """The story up to the first turn in which nobody was asked about something; None where that is its first."""
    unasked = next((place for place, event in enumerate(story.events) if _is_unasked(event)), len(story.events))
    if unasked == len(story.events):
        return story
    messages = [place for place, event in enumerate(story.events[: unasked + 1]) if isinstance(event, UserUttered)]
    return replace(story, events=story.events[: messages[-1]]) if messages and messages[-1] else None


def _fits(stories: Iterable[Story], domain: Domain) -> bool:
    events: list[Event] = [event for story in stories for event in story.events]
    intents = {event.intent_name for event in events if isinstance(event, UserUttered)}
    actions = {event.action_name for event in events if isinstance(event, ActionExecuted)}
    return intents <= {*domain.intents, *DEFAULT_INTENTS, None} and actions <= {*domain.actions, None}


def _whole_turns(stories: list[Story], tracker: Tracker) -> list[Story]:
    """The stories without the turn that is still being decided: nobody has said yet what comes next in it."""
    if not stories or tracker.is_listening or tracker.paused:
        return stories
    *before, last = stories
    messages = [place for place, event in enumerate(last.events) if isinstance(event, UserUttered)]
    kept = replace(last, events=last.events[: messages[-1]])
    return [*before, kept] if len(messages) > 1 else before
