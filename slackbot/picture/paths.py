"""The paths of a conversation through the story picture: as it stands, what was taken back, and its branches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from slackbot.dialogue.history import history, jump_of
from slackbot.dialogue.story import Story
from slackbot.dialogue.tracker import Tracker
from slackbot.learning.question import ClosedQuestion, Part, PartKind, Question
from slackbot.learning.turns import standing
from slackbot.picture.graph import Path, Role
from slackbot.picture.steps import UNSHOWN, Kind, State, Step, action_step, entities_of, steps_of

#: Id of a question and of the message that it was about: ids of questions count from 1 in every conversation.
Closed = Mapping[tuple[str, str], ClosedQuestion]


#: Of more than this, the latest are looked at.
_MOST_REVERTS = 50


@dataclass(frozen=True)
class Told:
    """A conversation, and what is known of how it came about."""

    #: What people call it.
    name: str
    tracker: Tracker
    #: What is being asked.
    question: Question | None = None
    is_open: bool = False
    closed: Closed = field(default_factory=dict)


def paths_of(told: Told) -> list[Path]:
    """The conversation as it stands first, then what it was before restarts, then the turns that were taken back."""
    notes = _Notes(told)
    parts: dict[int, list[Event]] = {0: []}
    kept: set[int] = set()
    for part, position, event in standing(told.tracker):
        parts.setdefault(part, []).append(event)
        kept.add(position)
    last = sum(isinstance(event, Restarted) for _, event in history(told.tracker.events))
    now = [*notes.steps(parts.get(last, [])), *_asked(told)]
    found = [Path(Role.CURRENT, "", tuple(now), goes_on=told.is_open)]
    for part, events in parts.items():
        if part != last and (steps := notes.steps(events)):
            found.append(Path(Role.EARLIER, "", tuple(steps)))
    return found + list(_wrong_turns(told, notes, kept, [path.steps for path in found]))


def branch_path(told: Told) -> Path:
    """Another conversation that shares its beginning with the one that is drawn, since its last restart."""
    [path, *_] = paths_of(replace(told, question=None))
    return replace(path, role=Role.BRANCH, name=told.name)


def story_path(story: Story, domain: Domain, *, role: Role | None = None) -> Path:
    """A story or rule. Its name has file and line, if it was read from a file."""
    # What was said in other sessions is no business of those who see this one's picture.
    steps = steps_of(story.events, domain.forms, lambda step, event: replace(step, detail=entities_of(event)))
    name = f"{story.name} ({story.path.name}:{story.line})" if story.path else story.name
    if story.kind == "rule":
        return Path(Role.RULE, name, (Step(Kind.RULE, _where(story)), *steps))
    return Path(role or Role.STORY, name, tuple(steps))


def _where(rule: Story) -> str:
    """Where a rule applies."""
    conditions = [_condition(event) for event in rule.condition]
    if rule.conversation_start:
        conditions.insert(0, "at the start")
    return " and ".join(conditions) or "anywhere"


def _condition(event: Event) -> str:
    if isinstance(event, SlotSet):
        return f"if {event.key} = {event.value}"
    return f"in {event.name}" if isinstance(event, ActiveLoop) and event.name else "outside forms"


def _asked(told: Told) -> Iterator[Step]:
    """What the open question says and the log doesn't hold yet. Of votes nothing shows before they have decided."""
    question = told.question
    for part in question.parts[question.appended :] if question and told.is_open else ():
        assert question is not None  # noqa: S101  there is a part of it
        state = State.OPEN if part.decided is None else State.AGREED
        if part.kind is PartKind.INTENT:
            step = Step(Kind.USER, part.answer or "?", state, question.message.text)
        elif part.kind is PartKind.ACTION and part.answer not in UNSHOWN:
            step = action_step(part.answer or "?", told.tracker.domain.forms, state)
        else:
            continue
        yield _decided(step, part)


def _decided(step: Step, part: Part) -> Step:
    """The step with what became of it, if it is decided."""
    if part.decided is None:
        return step
    otherwise = sum(answer != part.decided for answer in part.given.values())
    tally = f"agreed by {len(part.people)}" if part.people else "sure enough without asking"
    return replace(
        step,
        tally=f"{tally}, {otherwise} answered otherwise" if otherwise else tally,
        instead_of=part.suggested if part.suggested not in {"", part.decided} else "",
    )


class _Notes:
    """Finds what was decided about the events of a conversation."""

    def __init__(self, told: Told) -> None:
        self._closed, self._forms = told.closed, told.tracker.domain.forms

    def steps(self, events: Sequence[Event], kept: Collection[int] | None = None) -> list[Step]:
        """The steps of applied events; those that are not among ``kept`` (ids of events) were taken back."""
        self._turn, self._used = "", dict[str, int]()

        def note(step: Step, event: Event) -> Step:
            if isinstance(event, UserUttered):
                self._turn, self._used = event.message_id or "", {}
            part = self._part(event)
            step = _decided(step, part) if part is not None else step
            return step if kept is None or id(event) in kept else replace(step, state=State.TAKEN_BACK)

        return steps_of(events, self._forms, note)

    def _part(self, event: Event) -> Part | None:
        """The part of a closed question that decided the event."""
        number = str(event.metadata.get("question") or "")
        closed = self._closed.get((number, self._turn))
        if closed is None:
            return None
        if isinstance(event, UserUttered):
            return next((part for part in closed.question.parts if part.kind is PartKind.INTENT), None)
        name = event.action_name if isinstance(event, ActionExecuted) else None
        same = [part for part in closed.question.parts if part.kind is PartKind.ACTION and part.decided == name]
        key = f"{number}:{name}"
        which = self._used[key] = self._used.get(key, -1) + 1
        return same[which] if which < len(same) else None


def _wrong_turns(told: Told, notes: _Notes, kept: Collection[int], stands: Sequence[Sequence[Step]]) -> Iterator[Path]:
    """What was taken back, each with what came before it. What was said again in the same way is no wrong turn."""
    counting = {id(told.tracker.events[position]) for position in kept}
    found: dict[tuple[object, ...], tuple[Step, ...]] = {}
    for events in _before_reverts(told.tracker):
        steps = _said_again(notes.steps(events, counting), stands)
        if steps and steps[-1].state is State.TAKEN_BACK:
            found[tuple(step.key for step in steps)] = tuple(steps)
    beginnings = {key[:length] for key in found for length in range(len(key))}
    for key, path in found.items():
        if key not in beginnings:
            yield Path(Role.TAKEN_BACK, "", path, goes_on=True)


def _before_reverts(tracker: Tracker) -> Iterator[list[Event]]:
    """What stood, part by part, before each time that something was taken back."""
    log = tracker.events
    reverts = [position for position, event in enumerate(log) if _takes_back(event, position)]
    for position in reverts[-_MOST_REVERTS:]:
        parts: dict[int, list[Event]] = {}
        for part, _, event in standing(Tracker("", tracker.domain, log[:position])):
            parts.setdefault(part, []).append(event)
        yield from parts.values()


def _takes_back(event: Event, position: int) -> bool:
    jump = jump_of(event, position)
    if jump is None:
        return isinstance(event, ActionReverted | UserUtteranceReverted)
    return jump.start == position and not jump.redo


def _said_again(steps: Sequence[Step], paths: Iterable[Sequence[Step]]) -> list[Step]:
    """The steps; those that were taken back, and then came about again in the same place, as they stand."""
    known = max((_common(steps, path) for path in paths), default=0)
    return [replace(step, state=State.AGREED) if place < known else step for place, step in enumerate(steps)]


def _common(steps: Sequence[Step], path: Sequence[Step]) -> int:
    """How many steps both begin with, whatever their state."""
    same = ((one.kind, one.label) == (other.kind, other.label) for one, other in zip(steps, path, strict=False))
    return sum(1 for _ in takewhile(bool, same))
