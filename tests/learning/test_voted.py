"""What counts as voted on, how right people are, and how that is said to whom."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from redis.asyncio import Redis

from slackbot.background import Background
from slackbot.blocks.crowd_statistics import statistics_text
from slackbot.crowd.agreement import Accuracy, Undefined
from slackbot.crowd.quorum import MODEL, Posterior, Skill
from slackbot.learning import known_skills
from slackbot.learning.crowd_statistics import statistics
from slackbot.learning.known_skills import KnownSkills
from slackbot.learning.question import ClosedQuestion, How, Message, Outcome, Part, PartKind, Question
from slackbot.learning.terms import Terms
from slackbot.learning.voted import Voted, skills_from, voted
from slackbot.store.skills import Skills

ROME = json.dumps([{"entity": "city", "start": 3, "end": 7, "value": "Rome"}])
PLACE = json.dumps([{"entity": "place", "start": 3, "end": 7, "value": "Rome"}])


def part(kind: PartKind, suggested: str, decided: str | None, how: How = How.VOTES) -> Part:
    return Part(kind, suggested, decided=decided, how=how)


def closed(*parts: Part, outcome: Outcome = Outcome.DECIDED, **votes: tuple[str, ...]) -> ClosedQuestion:
    terms = Terms(Posterior(), classes={PartKind.INTENT: 5, PartKind.ACTION: 7})
    question = Question("1", 1, Message("1.0", "to Rome"), {}, parts, terms=terms)
    return ClosedQuestion(question, outcome, votes)


INTENT = part(PartKind.INTENT, "greet", "book")
CITY = part(PartKind.ENTITIES, "[]", ROME)
ACTION = part(PartKind.ACTION, "utter_where", "utter_where", How.UNASKED)


def answered(place: int, agreed: str, how: How = How.VOTES, suggested: str = "", **answers: str) -> Voted:
    return Voted("c", str(place), 0, PartKind.INTENT, "hi", suggested, agreed, how, answers, 4)


def test_people_answer_a_part_only_if_they_agree_with_what_was_decided_before() -> None:
    question = closed(INTENT, CITY, ACTION, U1=("book", ROME), U2=("greet", PLACE), U3=("book", PLACE, "x"), U4=())
    intent, city, action = voted("c", question)
    assert intent.answers == {"U1": "book", "U2": "greet", "U3": "book"}
    assert city.answers == {"U1": '[[3,7,"city","",""]]', "U3": '[[3,7,"place","",""]]'}
    assert (city.agreed, city.suggested) == ('[[3,7,"city","",""]]', "[]")
    assert (action.answers, action.how, action.choices) == ({}, How.UNASKED, 7)


def test_a_question_that_was_taken_back_counts_for_nothing() -> None:
    assert list(voted("c", closed(INTENT, outcome=Outcome.UNDONE, U1=("book",)))) == []


def test_what_was_ruled_is_right_though_most_people_said_something_else() -> None:
    everything = [answered(n, "b", How.RULING, U1="a", U2="a", U3="b") for n in range(20)]
    skills = skills_from(everything)
    assert skills["U3"].right == pytest.approx(20)
    assert skills["U1"].wrong == pytest.approx(20)
    by_votes = skills_from([answered(n, "b", U1="a", U2="a", U3="b") for n in range(20)])
    assert by_votes["U1"].right > by_votes["U3"].right


def test_the_assistant_is_an_annotator_where_people_voted_too() -> None:
    skills = skills_from([answered(n, "a", suggested="a", U1="a", U2="a") for n in range(5)])
    assert skills[MODEL].right > 4
    assert skills_from([answered(1, "a", How.UNASKED, suggested="a")]) == {}


def test_to_accept_whatever_is_suggested_makes_nobody_skilled() -> None:
    alone = [answered(n, "a", suggested="a", U1="a") for n in range(50)]
    assert skills_from(alone) == {}
    others = [answered(100 + n, "b", suggested="a", U1="a", U2="b", U3="b", U4="b") for n in range(10)]
    skills = skills_from([*alone, *others])
    assert skills["U1"].accuracy < 0.5
    assert skills["U2"].accuracy > 0.7
    assert skills[MODEL].accuracy < 0.5


def test_statistics_count_votes_and_what_needed_none() -> None:
    question = closed(INTENT, CITY, ACTION, U1=("book", ROME), U2=("greet",), U3=("book", PLACE))
    found = statistics(voted("c", question))
    assert (found.questions, found.votes, found.mean_votes) == (1, 3, 3.0)
    assert found.decided == {How.VOTES: 2, How.UNASKED: 1}
    assert found.confusion == Counter({("book", "book"): 2, ("book", "greet"): 1})
    assert found.mixed_up == [(("book", "greet"), 1)]
    assert found.accuracies == {"U1": Accuracy(2, 2), "U2": Accuracy(0, 1), "U3": Accuracy(1, 2)}
    assert found.assistant == Accuracy(0, 2)
    assert found.alphas[PartKind.ENTITIES] != 1
    assert found.alphas[PartKind.ACTION] == Undefined("no question was answered by two people")


def test_no_votes_are_said_to_be_none() -> None:
    found = statistics([])
    assert isinstance(found.mean_votes, Undefined)
    assert "Nobody has voted" in statistics_text(found, "U1", names=True)


def test_those_who_may_see_names() -> None:
    units = [answered(n, "a", U1="a", U2="a" if n % 3 else "b", U3="b" if n % 2 else "a", U4="a") for n in range(12)]
    text = statistics_text(statistics(units), "U1", names=True)
    assert "12 questions with votes, 4.00 votes each" in text
    assert "`b` for `a` (10)" in text
    assert "• <@U1> 100 % (76 % to 100 %), 12 of 12" in text
    assert text.index("<@U1> 100 %") < text.index("<@U3> 50 %")
    assert "• <@U2> and <@U3>: 0.00, over 12 answers" in text
    assert "<@U1> and <@U4>: undefined (both always gave one and the same answer), over 12 answers" in text


def test_those_who_may_not_see_their_own_numbers_and_nobody_elses() -> None:
    units = [answered(n, "a", U1="a", U2="a" if n % 3 else "b", U3="b", U4="a") for n in range(12)]
    text = statistics_text(statistics(units), "U2", names=False)
    assert "You gave the agreed answer: 67 %" in text
    assert "The others: 0 % to 100 %, median 100 %" in text
    assert "<@" not in text
    few = statistics_text(statistics([answered(1, "a", U1="a", U2="b")]), "U1", names=False)
    assert "The others" not in few, "with one other, that would be this one's number"


def test_the_leaderboard_ranks_by_what_was_ruled_and_is_shown_only_where_that_is_wanted() -> None:
    ruled = [answered(n, "b", How.RULING, U1="a", U2="b", U3="b" if n < 5 else "a") for n in range(6)]
    voted_on = [answered(10 + n, "a", U1="a", U4="a") for n in range(30)]
    found = statistics([*ruled, *voted_on])
    text = statistics_text(found, "U4", names=False, ranks=True)
    assert text.endswith("1. <@U2>, 6 of 6\n2. <@U3>, 5 of 6\n3. <@U1>, 0 of 6")
    assert "<@" not in statistics_text(found, "U4", names=False)
    nobody = statistics_text(statistics(voted_on), "U4", names=False, ranks=True)
    assert "Nobody has answered 5 questions whose answer is known that way." in nobody
    asked = [("a", {"U4": "a"})] * 5
    assert statistics_text(statistics(voted_on, asked), "U4", names=False, ranks=True).endswith("1. <@U4>, 5 of 5")


def test_undefined_agreement_says_why() -> None:
    text = statistics_text(statistics([answered(1, "a", U1="a"), answered(2, "a", U1="a")]), "U1", names=True)
    assert "intents undefined (no question was answered by two people)" in text


async def test_an_old_estimate_is_used_and_asked_for_anew_once(redis: Redis) -> None:
    asked: list[str] = []

    async def ask(team: str) -> None:
        asked.append(team)

    store, background = Skills(redis), Background()
    known = KnownSkills(store, ask, background)
    assert await known.skills("T1") == {}
    assert await known.skills("T1") == {}
    await background.close()
    assert asked == ["T1"]
    await store.save("T1", {"U1": Skill(3, 1)}, questions=4)
    fresh = KnownSkills(store, ask, background)
    assert await fresh.skills("T1") == {"U1": Skill(3, 1)}
    await background.close()
    assert asked == ["T1"], f"the estimate is not older than {known_skills.EVERY} seconds"
