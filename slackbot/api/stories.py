"""A conversation as Rasa's test stories, as ``GET story`` answers it."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import ActionExecuted, ActionReverted, Event, UserUtteranceReverted
from slackbot.dialogue.history import history
from slackbot.dialogue.state import ACTION_SESSION_START
from slackbot.dialogue.stories import story_steps
from slackbot.dialogue.tracker import Tracker
from slackbot.dialogue.yamlfile import FORMAT_VERSION, Quoted, to_yaml

_REVERTING = (ActionReverted, UserUtteranceReverted)


def written_story(tracker: Tracker, *, until: float | None = None, all_sessions: bool = False) -> str:
    """The story of the last session, or of each, with every turn that was not taken back.

    Turns of a form are in it, and a restart doesn't end it, as in Rasa: what it says can be said again. ``until``
    (seconds since 1970) shortens sessions, and leaves out those that have nothing up to then.
    """
    found = _sessions(tracker.events, until)[0 if all_sessions else -1 :]
    sessions = [session for session in found if session or (until is None and not all_sessions)]
    name = tracker.conversation_id
    names = [name] if len(sessions) == 1 else [f"{name}, story {number}" for number in range(1, len(sessions) + 1)]
    stories = [
        {"story": name, "steps": story_steps(_standing(session, tracker.domain), as_test=True)}
        for name, session in zip(names, sessions, strict=True)
    ]
    return to_yaml({"version": Quoted(FORMAT_VERSION), **({"stories": stories} if stories else {})})


def _sessions(log: Sequence[Event], until: float | None) -> list[list[Event]]:
    """What was said in each session up to a time; at least one."""
    starts = [position for position, event in history(log) if _begins_session(event)]
    late = (position for position, event in enumerate(log) if until is not None and (event.timestamp or 0) > until)
    sessions: list[list[Event]] = [[] for _ in (0, *starts)]
    for position, event in history(log[: next(late, len(log))]):
        sessions[sum(start <= position for start in starts)].append(event)
    return sessions[1:] if len(sessions) > 1 and not sessions[0] else sessions


def _begins_session(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_SESSION_START


def _standing(events: Sequence[Event], domain: Domain) -> list[Event]:
    """The events without what ``undo`` and ``rewind`` took back."""
    tracker, standing = Tracker("", domain), list[Event]()
    for event in events:
        before = tracker.applied_events() if isinstance(event, _REVERTING) else []
        tracker.append(event)
        if not isinstance(event, _REVERTING):
            standing.append(event)
        elif gone := before[len(tracker.applied_events()) :]:
            first = next((place for place, other in enumerate(standing) if other is gone[0]), len(standing))
            del standing[first:]
    return standing
