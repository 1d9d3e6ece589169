"""Questions, drafts and sessions of any size, for tests of what is shown of them."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from slackbot.crowd.quorum import FirstTo, Fixed, Posterior
from slackbot.crowd.votes import Mark, Vote
from slackbot.learning.draft import Draft
from slackbot.learning.plan import ACTION_LISTEN, LONGEST_PLAN
from slackbot.learning.question import (
    ClosedQuestion,
    Message,
    Outcome,
    Part,
    PartKind,
    Question,
    Remark,
    entities_answer,
)
from slackbot.learning.session import Session, Status
from slackbot.learning.terms import Order, Terms

#: Big examples take long on a machine that does other things too: that is no fault of what is tested.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

#: Texts that break out of markup, texts that are long, texts of nothing to see.
HARD = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "*",
        "`",
        "a `code` and *bold* _it_ ~no~",
        "<!channel> <@U1> <https://x.y|z>",
        "&" * 700,
        "&amp;" * 300,
        "<" * 3000,
        "x" * 5000,
        "two words " * 700,
        "line\n" * 1500,
        "👩‍👩‍👧‍👦" * 300,
        "\u202e\u0000\u200b",
    ]
)
TEXTS = st.text(max_size=120) | HARD
NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=200) | st.sampled_from(
    ["greet", "a" * 200, "#" * 200, "*bold*", "`" * 200, "<" * 200, "utter_" + "&" * 194]
)
PEOPLE = st.lists(st.from_regex(r"U[A-Z0-9]{8}", fullmatch=True), max_size=50, unique=True)


@st.composite
def entities(draw: st.DrawFn, text: str) -> str:
    """An answer about entities: few, or more than a modal holds, inside of the text or not."""
    places = st.integers(0, len(text) + 3)
    one = st.fixed_dictionaries(
        {"start": places, "end": places, "entity": NAMES},
        optional={"value": TEXTS | st.integers() | st.lists(st.integers(), max_size=3), "role": NAMES, "group": NAMES},
    )
    rows = draw(st.lists(one, max_size=4))
    return entities_answer(rows * draw(st.sampled_from([1, 1, 1, 60])))


TERMS = st.builds(
    Terms,
    st.sampled_from([Fixed(1), Fixed(3), FirstTo(2, 5), Posterior()]),
    blind=st.booleans(),
    order=st.sampled_from(Order),
)


@st.composite
def asked_and_voted(draw: st.DrawFn) -> tuple[Question, list[Vote]]:
    """A question and votes on it, on its first open part and on others, with remarks."""
    question = draw(questions())
    votes = []
    for number in range(draw(st.integers(0, 6))):
        answer = draw(NAMES)
        if question.open_parts and question.open_parts[0].kind is PartKind.ENTITIES:
            answer = draw(entities(question.message.text))
        votes.append(Vote(f"U{number}", (*question.decided, answer), number, draw(st.sampled_from(Mark)), draw(TEXTS)))
    return question, votes


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """With or without the understanding; up to the longest plan; decided in part or wholly."""
    text = draw(TEXTS)
    parts = [_action(draw) for _ in range(draw(st.integers(0, LONGEST_PLAN)))]
    understanding = [
        Part(PartKind.INTENT, draw(NAMES | st.just("")), confidence=draw(st.none() | st.floats(0, 1))),
        Part(PartKind.ENTITIES, draw(entities(text))),
    ]
    if draw(st.booleans()) or not parts:
        parts = [*understanding, *parts]
    question = Question(
        id=str(draw(st.integers(1, 10**6))),
        quorum=draw(st.integers(1, 50)),
        message=Message("1.5", text),
        parse_data={},
        parts=tuple(parts),
        revision=draw(st.integers(0, 10**6)),
        terms=draw(st.none() | TERMS),
    )
    for index in range(draw(st.integers(0, len(parts)))):
        answer = question.parts[index].suggested
        if question.parts[index].kind is not PartKind.ENTITIES:
            answer = draw(NAMES | st.just(answer or "greet"))
        question = question.with_decision(index, answer, draw(PEOPLE))
    return question


def _action(draw: st.DrawFn) -> Part:
    return Part(
        PartKind.ACTION,
        draw(NAMES | st.just(ACTION_LISTEN)),
        confidence=1.0,
        policy="RulePolicy",
        reason=draw(TEXTS),
        says=tuple(draw(st.lists(TEXTS, max_size=5))),
    )


@st.composite
def closed_questions(draw: st.DrawFn) -> ClosedQuestion:
    question, votes = draw(asked_and_voted())
    return ClosedQuestion(
        question,
        draw(st.sampled_from(Outcome)),
        {vote.person: vote.answers for vote in votes},
        draw(st.none() | st.just("U1")),
        {vote.person: Remark(vote.mark, vote.comment) for vote in votes},
    )


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """A draft of a question with an open part, after some presses."""
    question = draw(questions().filter(lambda question: bool(question.open_parts)))
    draft = Draft.of("0123456789abcdef", question)
    for kind in draw(st.lists(st.sampled_from([PartKind.INTENT, PartKind.ACTION]), max_size=3)):
        draft = draft.with_new(kind, draw(NAMES))
    return draft


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    return Session(
        team="T1",
        channel="C1",
        owner="U1",
        speaker="U2",
        quorum=draw(st.integers(1, 50)),
        started_at=0.0,
        status=draw(st.sampled_from(Status)),
        trouble=draw(st.none() | TEXTS),
        ended_by=draw(st.none() | st.just("U1")),
    )
