"""Whatever there is to show, Slack takes it: every card, modal and message keeps within Slack's limits."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slackbot.blocks.card import Card, closed_card, open_card
from slackbot.blocks.change import NEW_VIEWS, change_modal, found, new_modal, notice
from slackbot.blocks.dispute import dispute_card, known_lines, settled_card
from slackbot.blocks.home import home
from slackbot.blocks.lineage import BranchLink, Lineage
from slackbot.blocks.remarks import flag_modal
from slackbot.blocks.thread import again, bot_says, parent
from slackbot.blocks.turns import sure_modal, undo_modal
from slackbot.blocks.values import SessionButton, SessionChoice
from slackbot.blocks.waiting import Item
from slackbot.crowd.preferences import Preferences
from slackbot.crowd.votes import Vote
from slackbot.learning.controls import Control
from slackbot.learning.draft import Draft
from slackbot.learning.pending import Pending
from slackbot.learning.points import Point
from slackbot.learning.question import ClosedQuestion, Message, PartKind, Question
from slackbot.learning.session import Forked, Session
from slackbot.learning.turns import Told
from slackbot.listeners.commands import HELP
from slackbot.sandbox.block_kit import message_problems, suggested_options, view_problems
from tests.blocks.strategies import (
    NAMES,
    TEXTS,
    UNHURRIED,
    asked_and_voted,
    closed_questions,
    drafts,
    sessions,
)

CONVERSATION = "0123456789abcdef"
LINK = f"https://{'w' * 60}.slack.com/archives/C0123456789/p1700000000000100?thread_ts=1700000000.000100"
RESPONSES = st.dictionaries(
    NAMES, st.lists(st.fixed_dictionaries({}, optional={"text": TEXTS}), max_size=2), max_size=3
)

TOLD = st.builds(
    Told, number=st.integers(1, 10**6), text=TEXTS | st.none(), actions=st.lists(NAMES, max_size=6).map(tuple)
)


def assert_posted(card: Card) -> None:
    """Slack takes it, as a new message and as an edit."""
    assert message_problems(card.blocks) == []
    assert len(card.blocks) <= 50
    assert 0 < len(card.text) <= 4000, "chat.update refuses longer texts"
    assert not {"<!", "<#"} & {card.text[i : i + 2] for i in range(len(card.text))}


def assert_shown(view: dict[str, Any]) -> None:
    """Slack takes it as a modal."""
    assert view_problems(view) == []
    assert len(json.dumps(view).encode()) <= 250_000


@UNHURRIED
@given(
    asked_and_voted(),
    st.lists(st.builds(Message, ts=st.just("2.5"), text=TEXTS), max_size=8),
    RESPONSES,
)
def test_open_cards(asked: tuple[Question, list[Vote]], waiting: list[Message], responses: dict[str, Any]) -> None:
    question, votes = asked
    assert_posted(open_card(CONVERSATION, "U2", question, votes, waiting, responses))


@UNHURRIED
@given(closed_questions(), RESPONSES)
def test_closed_cards(closed: ClosedQuestion, responses: dict[str, Any]) -> None:
    card = closed_card("U2", closed, responses)
    assert_posted(card)
    assert all(block["type"] != "actions" for block in card.blocks)


@UNHURRIED
@given(st.lists(TEXTS | st.none(), min_size=1, max_size=6), st.sampled_from([1, 1, 60]))
def test_modals_of_turns(texts: list[str | None], times: int) -> None:
    found, messages = [], tuple[str, ...]()
    for position, text in enumerate(texts * times):
        messages = messages if text is None else (text, *messages)
        found.append(Point(position, text, messages))
    assert_shown(undo_modal(SessionButton(CONVERSATION, 10**9), found))
    assert_shown(sure_modal(SessionChoice("12345", CONVERSATION, 10**9), found[-1]))


@UNHURRIED
@given(sessions(), st.integers(0, 10**9), st.integers(0, 10**6))
def test_parents(session: Session, version: int, turns: int) -> None:
    assert_posted(parent(CONVERSATION, session, version, turns))


@UNHURRIED
@given(sessions(), st.lists(TOLD, max_size=8), st.integers(0, 30), st.sampled_from([LINK, None]))
def test_parents_of_branches(session: Session, told: list[Told], branches: int, link: str | None) -> None:
    forked = Forked("0123456789abcdef", 10**6, 10**7)
    lineage = Lineage(forked, link, tuple(told), (BranchLink(link, 10**6),) * branches)
    assert_posted(parent(CONVERSATION, session, 1, 1, lineage=lineage))


@UNHURRIED
@given(
    st.none() | TEXTS,
    st.fixed_dictionaries(
        {},
        optional={
            "image": st.none() | TEXTS,
            "buttons": st.none() | st.lists(st.fixed_dictionaries({}, optional={"title": TEXTS}), max_size=15),
        },
    ),
    st.booleans(),
)
def test_what_the_bot_says(text: str | None, data: dict[str, Any], reverted: bool) -> None:
    assert_posted(bot_says(text, data, reverted=reverted))


@UNHURRIED
@given(st.sampled_from(Control), TEXTS, st.integers(0, 10**9))
def test_questions_about_a_control(control: Control, words: str, version: int) -> None:
    assert_posted(again(control, words, CONVERSATION, version))


@UNHURRIED
@given(drafts())
def test_change_modals(draft: Draft) -> None:
    assert_shown(change_modal(draft, "0123456789abcdef"))


def test_a_change_modal_for_the_longest_message() -> None:
    """Slack takes messages of 40,000 characters, and a view of 250 kB: not all of the words can be options."""
    for word in ("w ", "👩‍👩‍👧‍👦 ", "\u0001 "):
        text = (word * 40_000)[:40_000]
        draft = Draft("c", "1", text, kinds=_KINDS, suggested=("", "[]"), decided=0, answers=("", "[]"))
        assert_shown(change_modal(draft, "token"))


_KINDS = (PartKind.INTENT, PartKind.ENTITIES)


@UNHURRIED
@given(st.sampled_from(sorted(NEW_VIEWS)))
def test_modals_for_what_is_new(callback_id: str) -> None:
    assert_shown(new_modal(callback_id, "token"))


@UNHURRIED
@given(TEXTS)
def test_notices(text: str) -> None:
    assert_shown(notice(text))


@UNHURRIED
@given(TEXTS, st.lists(NAMES, unique=True, max_size=150), TEXTS)
def test_options(query: str, names: list[str], description: str) -> None:
    options = found(query, names, dict.fromkeys(names, description))
    assert suggested_options({"options": options}) == options
    assert len({option["value"] for option in options}) == len(options)


@UNHURRIED
@given(TEXTS)
def test_the_modal_for_a_flag(text: str) -> None:
    assert_shown(flag_modal("card|c|1|0", text))


@UNHURRIED
@given(asked_and_voted().filter(lambda asked: bool(asked[0].open_parts)))
def test_what_adjudicators_see(asked: tuple[Question, list[Vote]]) -> None:
    question, votes = asked
    assert_posted(dispute_card(CONVERSATION, question, votes, "https://x.slack.com/archives/C1/p1"))
    assert_posted(settled_card(question, None))
    draft = Draft.of(CONVERSATION, question).as_ruling(len(question.decided), None, known_lines(question, votes))
    assert_shown(change_modal(draft, "0123456789abcdef"))
    assert Draft.from_dict(draft.as_dict()) == draft


@UNHURRIED
@given(st.lists(asked_and_voted(), max_size=10), st.booleans())
def test_home_tabs(asked: list[tuple[Question, list[Vote]]], lead_on: bool) -> None:
    session = Session(team="T1", channel="C1", owner="U1", speaker="U2", quorum=1, started_at=0.0)
    items = [
        Item(Pending(CONVERSATION, session, question, tuple(votes), len(votes), "1.5"), "https://x.slack.com/archives")
        for question, votes in asked
    ]
    assert view_problems(home(items, items, Preferences(lead_on=lead_on), HELP, 1e6)) == []
