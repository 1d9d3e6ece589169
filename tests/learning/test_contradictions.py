"""Votes and suggestions that contradict a rule or story are found, and stay known, whatever else happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.core.protocol import Precedent, Prediction
from slackbot.crowd.votes import Vote
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import CoreFailed
from slackbot.learning.contradictions import MOST_BRANCHES, contradictions_in, unexplored
from slackbot.learning.question import Branch, Message, Part, PartKind, Question
from slackbot.store import Store
from tests.core.conversations import write_project
from tests.learning.lesson import Lesson

GREET = Precedent("utter_greet", "rule", "greet", "data/rules.yml", 12)
WAIT = Precedent("action_listen", "rule", "greet", "data/rules.yml", 12)
BYE = Precedent("utter_bye", "story", "the end", "data/stories.yml", 3, also=("order_form",))
ASKED = Question(
    id="1",
    quorum=2,
    message=Message("1.0", "hi"),
    parse_data={},
    parts=(
        Part(PartKind.INTENT, "greet"),
        Part(PartKind.ENTITIES, "[]"),
        Part(PartKind.ACTION, "utter_greet", precedents=(GREET,)),
        Part(PartKind.ACTION, "action_listen", precedents=(WAIT,)),
    ),
)
SHOWN = ASKED.suggestion


def found(question: Question, *votes: Vote) -> list[tuple[str, str]]:
    return [(item.action, item.precedent.action) for item in contradictions_in(question, votes)]


def test_what_is_suggested_by_the_rules_contradicts_nothing() -> None:
    assert found(ASKED) == []
    assert found(ASKED, Vote("ben", SHOWN, 1)) == []


def test_a_vote_for_another_action_is_held_against_what_is_known_of_that_part() -> None:
    votes = [Vote("ben", ("greet", "[]", "utter_bye"), 1), Vote("cleo", (*SHOWN[:3], "utter_bye"), 2)]
    assert found(ASKED, *votes) == [("utter_bye", "utter_greet"), ("utter_bye", "action_listen")]
    assert unexplored(ASKED, votes) is None


def test_the_same_action_is_named_once_however_many_vote_for_it() -> None:
    votes = [Vote(name, ("greet", "[]", "utter_bye"), number) for number, name in enumerate(("ben", "cleo", "dan"))]
    assert found(ASKED, *votes) == [("utter_bye", "utter_greet")]


def test_a_vote_that_no_longer_counts_warns_of_nothing() -> None:
    """Others agreed on another intent than this vote has."""
    decided = ASKED.with_decision(0, "greet", ("cleo", "dan"))
    votes = [Vote("ben", ("bye", "[]", "utter_bye"), 1)]
    assert found(decided, *votes) == []
    assert unexplored(decided, votes) is None


def test_a_decision_that_contradicts_stays_known_without_the_votes() -> None:
    decided = ASKED.with_decision(0, "greet", ("ben",)).with_decision(1, "[]", ("ben",))
    assert found(decided.with_decision(2, "utter_bye", ("ben",))) == [("utter_bye", "utter_greet")]


def test_an_action_that_may_stand_beside_contradicts_nothing() -> None:
    asked = Question("1", 1, Message("1.0", "hi"), {}, (Part(PartKind.ACTION, "order_form", precedents=(BYE,)),))
    assert found(asked) == []
    assert found(asked, Vote("ben", ("utter_menu",), 1)) == [("utter_menu", "utter_bye")]


def test_a_vote_off_what_the_card_shows_is_to_be_explored_once() -> None:
    votes = [Vote("ben", ("bye", "[]", "utter_greet"), 1), Vote("cleo", ("bye", "[]", "utter_menu"), 2)]
    path = ("bye", "[]")
    explore = unexplored(ASKED, votes)
    assert explore is not None
    assert explore.paths == (path,)
    assert found(ASKED, *votes) == [], "nothing is known of it yet"
    known = Question.from_dict({**ASKED.as_dict(), "branches": [{"path": list(path), "precedents": [vars(BYE)]}]})
    assert known.branches == (Branch(path, (BYE,)),)
    assert unexplored(known, votes) is None
    assert found(known, *votes) == [("utter_greet", "utter_bye"), ("utter_menu", "utter_bye")]


def test_no_number_of_odd_votes_is_explored_without_end() -> None:
    votes = [Vote(f"U{number}", (f"intent_{number}", "[]", "utter_bye"), number) for number in range(50)]
    explore = unexplored(ASKED, votes)
    assert explore is not None
    assert len(explore.paths) == MOST_BRANCHES
    known = Question.from_dict(
        {**ASKED.as_dict(), "branches": [{"path": list(path), "precedents": []} for path in explore.paths]}
    )
    assert unexplored(known, votes) is None


def test_a_question_that_was_stored_without_precedents_can_still_be_read() -> None:
    old = ASKED.as_dict()
    del old["branches"]
    for part in old["parts"]:
        del part["precedents"]
    assert found(Question.from_dict(old), Vote("ben", ("greet", "[]", "utter_bye"), 1)) == []


# --- in the loop --------------------------------------------------------------------------------------------------

DOMAIN = """
    version: "3.1"
    intents: [greet, bye, pay]
    responses:
      utter_greet: [{text: "Hello!"}]
      utter_bye: [{text: "Bye!"}]
    actions: [action_pay]
"""
DATA = """\
    version: "3.1"
    nlu:
    - {intent: greet, examples: "- hi"}
    - {intent: bye, examples: "- bye"}
    rules:
    - rule: greet
      steps:
      - intent: greet
      - action: utter_greet
    - rule: bye
      steps:
      - intent: bye
      - action: utter_bye
    stories:
    - story: the bill
      steps:
      - intent: pay
      - action: action_pay
      - action: utter_bye
    """


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    folder: Path = tmp_path_factory.mktemp("rules")
    return BuiltinCore.load(write_project(folder, DOMAIN, DATA))


@pytest.fixture
async def lesson(store: Store, core: BuiltinCore) -> Lesson:
    """Two people must agree."""
    return await Lesson.begin(store, core, quorum=2)


async def warned(lesson: Lesson) -> list[str]:
    """What the open card warns of: ``utter_bye: rule 'greet' (data/all.yml:9)``."""
    state = await lesson.state()
    assert state.question is not None
    return [
        f"{item.action}: {item.precedent.title} ({item.precedent.path}:{item.precedent.line})"
        for item in contradictions_in(state.question, state.votes)
    ]


async def test_a_vote_for_another_action_is_found_and_counts_all_the_same(lesson: Lesson) -> None:
    await lesson.say("hi")
    assert await warned(lesson) == []
    await lesson.change("ben", action="utter_bye")
    assert await warned(lesson) == ["utter_bye: rule 'greet' (data/all.yml:9)"]
    await lesson.change("cleo", action="utter_bye")
    assert await lesson.log() == ["greet", "utter_bye", "“Bye!”"]
    await lesson.accept("ben", "cleo")
    (closed,) = await lesson.closed()
    assert [item.action for item in contradictions_in(closed.question)] == ["utter_bye"]


async def test_an_action_after_another_intent_is_found_before_that_intent_is_agreed(
    store: Store, core: BuiltinCore
) -> None:
    """What rules say there is worked out once, and not again with the next vote for the same."""
    lesson = await Lesson.begin(store, core, quorum=3)
    await lesson.say("hi")
    await lesson.change("ben", intent="bye", action="action_pay")
    assert await warned(lesson) == ["action_pay: rule 'bye' (data/all.yml:13)"]
    before = (await lesson.state()).snapshot.question_revision
    await lesson.change("dan", intent="bye", action="action_listen")
    assert await warned(lesson) == [
        "action_pay: rule 'bye' (data/all.yml:13)",
        "action_listen: rule 'bye' (data/all.yml:13)",
    ]
    assert (await lesson.state()).snapshot.question_revision == before
    await lesson.change("cleo", "eve", intent="bye", action="action_pay")
    assert await lesson.log() == ["bye", "action_pay"]


async def test_an_action_that_follows_another_agreed_one_is_found(lesson: Lesson) -> None:
    await lesson.say("hi")
    await lesson.change("ben", action="utter_bye", action_2="utter_greet")
    assert await warned(lesson) == ["utter_bye: rule 'greet' (data/all.yml:9)"]
    question = await lesson.question()
    assert [branch.path[2:] for branch in question.branches] == [("utter_bye",)]
    assert question.branches[0].precedents == (), "no rule knows what comes after that"


@pytest.mark.parametrize(
    ("intent", "first"),
    [
        pytest.param("pay", "action_pay", id="an action that must run first"),
        pytest.param("bye", "action_listen", id="the end of the turn"),
    ],
)
async def test_nothing_is_known_behind(lesson: Lesson, intent: str, first: str) -> None:
    await lesson.say("hi")
    await lesson.change("ben", intent=intent, action=first, action_2="utter_greet")
    behind = {branch.path[2:]: branch.precedents for branch in (await lesson.question()).branches}
    assert behind[()] != ()
    assert behind[(first,)] == ()


class FailsAfter:
    """A core that answers a number of predictions, and then fails."""

    def __init__(self, core: BuiltinCore, predictions: int) -> None:
        self.domain, self.parse, self.execute = core.domain, core.parse, core.execute
        self.runs_elsewhere = core.runs_elsewhere
        self._predict, self.left = core.predict, predictions

    async def predict(self, tracker: Tracker) -> Prediction:
        self.left -= 1
        if self.left < 0:
            raise CoreFailed("out of memory")
        return await self._predict(tracker)


async def test_a_core_that_fails_to_look_ahead_keeps_nobody_from_voting(store: Store, core: BuiltinCore) -> None:
    failing = FailsAfter(core, 2)
    lesson = await Lesson.begin(store, failing, quorum=2)
    await lesson.say("hi")
    await lesson.change("ben", intent="bye", action="action_pay")
    state = await lesson.state()
    assert failing.left < 0
    assert state.session.trouble is None
    assert await warned(lesson) == []
    failing.left = 10
    await lesson.change("cleo", intent="bye", action="action_pay")
    assert await lesson.log() == ["bye", "action_pay"]
