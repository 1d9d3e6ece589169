"""Undo and redo of any number of steps: what is taken back is as if it had never been said, and comes back whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    ReminderCancelled,
    ReminderScheduled,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
    event_from_dict,
)
from slackbot.dialogue.history import history, told
from slackbot.dialogue.nlu import NLUData, examples_of, nlu_yaml
from slackbot.dialogue.reminders import due_at, pending
from slackbot.dialogue.stories import stories_of, stories_yaml
from slackbot.dialogue.tracker import EventVerbosity, Tracker
from slackbot.errors import Refused
from slackbot.learning.conversation import Conversation
from slackbot.learning.question import Question
from slackbot.learning.session import Session
from slackbot.learning.turns import first_events
from slackbot.learning.undoing import content, last_step, redo, taken_back_to, undo
from slackbot.store import Commit, Snapshot

DOMAIN = Domain.from_dict(
    {
        "intents": ["greet", "order"],
        "entities": ["dish"],
        "slots": {"dish": {"type": "text", "mappings": [{"type": "from_entity", "entity": "dish"}]}},
        "actions": ["utter_greet", "action_cook"],
        "forms": {"order_form": {"required_slots": ["dish"]}},
    }
)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
LISTEN = ActionExecuted("action_listen")


@dataclass
class Talk:
    """A conversation whose log is kept in memory; each act appends what the loop would append."""

    log: list[Event] = field(default_factory=lambda: [event_from_dict(row) for row in first_events(1.0)])
    questions: int = 0

    @property
    def tracker(self) -> Tracker:
        return Tracker("c", DOMAIN, self.log)

    def conversation(self, question: Question | None = None) -> Conversation:
        session = Session(team="T", channel="C", owner="U1", speaker="U1", quorum=1, started_at=0.0)
        snapshot = Snapshot(
            conversation_id="c", version=len(self.log), events=(), since=0, session={}, thread_ts=None, question=None,
            questions=self.questions, votes=(), waiting={}, turn=None, question_revision="0", input_revision="0",
            session_revision="0", due=None,
        )  # fmt: skip
        return Conversation("c", self.tracker, session, question, (), (), snapshot)

    def append(self, *events: Event) -> None:
        """What one question decides."""
        self.questions += 1
        decided = {"question": str(self.questions)}
        self.log += [
            replace(event.stamped(float(len(self.log))), metadata={**decided, **event.metadata})
            if not isinstance(event, UserUttered)
            else said(str(event.text), self.questions, dict(event.metadata), event.entities)
            for event in events
        ]

    def act(self, act: str) -> None:
        number = self.questions
        match act:
            case "turn":
                self.append(said(f"hi {number}"), ActionExecuted("utter_greet"), BotUttered("Hello!"), LISTEN)
            case "two questions":
                self.append(said(f"cook {number}"), SlotSet("dish", f"soup {number}"), ActionExecuted("action_cook"))
                self.append(SlotSet("dish", f"stew {number}"), ActionExecuted("utter_greet"), LISTEN)
            case "corrected":
                self.append(said(f"wrong {number}"), ActionExecuted("utter_greet"))
                self.append(UserUtteranceReverted(), LISTEN)
            case "form":
                form, asked = ActionExecuted("order_form"), [SlotSet("requested_slot", "dish"), BotUttered("Which?")]
                self.append(said(f"order {number}"), form, ActiveLoop("order_form"), *asked, LISTEN)
                self.append(said(f"answer {number}"), form, *asked, LISTEN)
            case "form filled":
                self.append(said(f"filled {number}"), ActionExecuted("order_form"), SlotSet("dish", "pie"))
                self.append(ActiveLoop(None), SlotSet("requested_slot", None), LISTEN)
            case "restart":
                self.append(Restarted(metadata={"control": True}), LISTEN)
            case "restarted by an action":
                self.append(said(f"/restart {number}"), ActionExecuted("action_restart"), Restarted(),
                            ActionExecuted("action_session_start"), SessionStarted(), LISTEN)  # fmt: skip
            case "reminder":
                self.append(ReminderScheduled("greet", NOON, name=f"r{number}"))
            case "lasting reminder":
                self.append(ReminderScheduled("greet", NOON, name="lasting", kill_on_user_message=False))
            case "cancel":
                self.append(ReminderCancelled())
            case "undo" | "redo":
                self.go(act)

    def go(self, act: str) -> bool:
        """One undo or redo; False where there is none."""
        try:
            commit, _ = (undo if act == "undo" else redo)(self.conversation(), "U1")
        except Refused:
            return False
        self.take(commit)
        return True

    def take(self, commit: Commit) -> None:
        assert commit.events
        self.log += [event_from_dict({**row, "timestamp": float(len(self.log))}) for row in commit.events]


def said(text: str, question: int = 0, metadata: dict[str, Any] | None = None, entities: Any = ()) -> UserUttered:
    meta = {"question": str(question), **(metadata or {})}
    return UserUttered(text, intent={"name": "greet"}, entities=list(entities), message_id=text, metadata=meta)


def seen(log: Sequence[Event]) -> dict[str, Any]:
    """All that a conversation comes to: Rasa's own replay of its log, and what is made of it."""
    tracker = Tracker("c", DOMAIN, log)
    state = tracker.current_state(EventVerbosity.NONE)
    return {
        "state": {**state, "latest_event_time": None, "latest_input_channel": None},
        "applied": [content(event) for event in tracker.applied_events()],
        "stories": stories_yaml(stories_of(log, "slack_c", DOMAIN)),
        "examples": nlu_yaml(NLUData(examples=tuple(examples_of(log)))),
        "pending": [(one.name, due_at(one)) for one in pending(tracker)],
    }


TEACHING = ["turn", "two questions", "corrected", "form", "form filled", "restart", "restarted by an action"]
ACTS = st.lists(
    st.sampled_from([*TEACHING, "reminder", "lasting reminder", "cancel", "undo", "undo", "redo"]), max_size=12
)
UNHURRIED = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(ACTS, st.integers(1, 8))
def test_as_many_redos_as_undos_restore_everything(acts: list[str], times: int) -> None:
    talk = Talk()
    for act in acts:
        talk.act(act)
    before, moments = seen(talk.log), list[dict[str, Any]]()
    while len(moments) < times:
        moment = seen(talk.log)
        if not talk.go("undo"):
            break
        moments.append(moment)
    for moment in reversed(moments):
        assert talk.go("redo")
        assert seen(talk.log) == moment
    assert seen(talk.log) == before


@UNHURRIED
@given(ACTS, st.integers(0, 100))
def test_going_back_leaves_what_there_was_before(acts: list[str], number: int) -> None:
    """The log is only added to; its state, stories, examples and reminders are those of the point gone back to."""
    talk = Talk()
    for act in acts:
        talk.act(act)
    places = [position for position, event in history(talk.log) if isinstance(event, UserUttered | Restarted)]
    if not places:
        return
    place, log = places[number % len(places)], list(talk.log)
    before = seen(log[:place])
    talk.take(taken_back_to(talk.conversation(), place, "U1"))
    assert talk.log[: len(log)] == log
    assert seen(talk.log) == before
    assert told(talk.log) == told(log[:place])


@UNHURRIED
@given(ACTS)
def test_undo_after_undo_leads_to_the_beginning(acts: list[str]) -> None:
    talk = Talk()
    for act in acts:
        talk.act(act)
    steps = 0
    while last_step(talk.conversation()) is not None:
        assert talk.go("undo")
        steps += 1
        assert steps < 100
    assert [event for event in told(talk.log) if isinstance(event, Restarted) and "control" in event.metadata] == []
