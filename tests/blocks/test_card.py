"""How a turn card reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from slackbot.blocks.card import Card, closed_card, open_card
from slackbot.crowd.quorum import Fixed
from slackbot.crowd.votes import Mark, Vote
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
from slackbot.learning.terms import Order, Terms

GREET = Part(PartKind.INTENT, "greet", confidence=0.93)
NONE = Part(PartKind.ENTITIES, "[]")
SAY = Part(PartKind.ACTION, "utter_greet", reason="rule 'greet'", says=("Hey! How are you?",))
WAIT = Part(PartKind.ACTION, "action_listen")
RUN = Part(PartKind.ACTION, "action_book", reason="story 'a table'", runs_elsewhere=True)


def question(*parts: Part, text: str = "hi", quorum: int = 1) -> Question:
    return Question("7", quorum, Message("1.5", text), {}, parts)


def lines(card: Card) -> list[str]:
    """The card's texts."""
    texts = []
    for block in card.blocks:
        texts += [block["text"]["text"]] if block["type"] == "section" else []
        texts += [element["text"] for element in block["elements"]] if block["type"] == "context" else []
    return texts


def voted(asked: Question, *answers: str, mark: Mark = Mark.NONE) -> list[Vote]:
    """Votes that say so of the first part."""
    return [Vote(f"U{n}", (answer,) if answer else (), n, mark) for n, answer in enumerate(answers, start=1)]


def shown(
    asked: Question, votes: Sequence[Vote] = (), waiting: tuple[Message, ...] = (), responses: Any = None
) -> list[str]:
    return lines(open_card("c", "U1", asked, votes, waiting, responses or {}))


def test_a_right_turn_reads_as_one_sentence_about_the_message_and_one_about_the_answer() -> None:
    assert shown(question(GREET, NONE, SAY, WAIT)) == [
        "<@U1>: “hi”",
        "I understood *greet* (0.93).",
        "I would say *Hey! How are you?* (`utter_greet`, rule 'greet') and wait for <@U1>.",
        "One person's word decides.",
    ]


def test_a_reminder_that_fired_is_nobodys_message() -> None:
    asked = replace(question(SAY, WAIT), message=Message("reminder:1:r", "EXTERNAL: greet", "call <back>"))
    assert shown(asked)[0] == ":alarm_clock: The reminder *call &lt;back&gt;* fired: “EXTERNAL: greet”"


def test_entities_are_named_with_what_they_mean() -> None:
    found = [
        {"start": 8, "end": 11, "value": 2, "entity": "number", "role": "adults"},
        {"start": 15, "end": 19, "value": "rome", "entity": "city"},
    ]
    asked = question(GREET, Part(PartKind.ENTITIES, entities_answer(found)), WAIT, text="trip of two to Rome")
    assert shown(asked)[1] == (
        "I understood *greet* (0.93) with “two” as *number* (role adults, meaning 2), “Rome” as *city* (meaning rome)."
    )


def test_a_custom_action_is_run_and_ends_the_plan() -> None:
    assert shown(question(GREET, NONE, RUN))[2] == "I would run `action_book` (story 'a table')."


def test_several_actions_are_numbered() -> None:
    assert shown(question(GREET, NONE, SAY, RUN))[2].split("\n") == [
        "I would",
        "1. say *Hey! How are you?* (`utter_greet`, rule 'greet')",
        "2. run `action_book` (story 'a table')",
    ]


def test_what_was_not_understood_can_only_be_changed() -> None:
    card = open_card("c", "U1", question(replace(GREET, suggested=""), NONE, WAIT), (), (), {})
    assert lines(card)[1] == "I did not understand this. Press *Change* to say what it means."
    (buttons,) = [block["elements"] for block in card.blocks if block["type"] == "actions"]
    assert [button["text"]["text"] for button in buttons if "text" in button] == ["Change", "Not sure"]


def test_what_is_decided_is_ticked_part_by_part() -> None:
    decided = question(GREET, NONE, SAY, WAIT).with_decision(0, "bye", ["U2"])
    assert shown(decided)[1] == "I understood *bye* :white_check_mark:, without entities."
    decided = decided.with_decision(1, "[]", ["U2"])
    assert shown(decided)[1] == "I understood *bye*. :white_check_mark:"
    decided = decided.with_decision(2, "utter_bye", ["U2"])
    assert shown(decided, responses={"utter_bye": [{"text": "Bye!"}]})[2] == (
        "I would say *Bye!* (`utter_bye`) :white_check_mark: and wait for <@U1>."
    )


def test_the_tally_says_how_many_not_what() -> None:
    asked = question(GREET, NONE, WAIT, quorum=3)
    assert [shown(asked, voted(asked, *answers))[-1] for answers in ((), ("greet",), ("greet", "bye"))] == [
        "3 people must agree.",
        "3 people must agree. 1 has voted.",
        "3 people must agree. 2 have voted.",
    ]


def test_who_is_not_sure_or_flags_is_counted_apart() -> None:
    asked = question(GREET, NONE, WAIT, quorum=3)
    votes = [*voted(asked, "greet"), Vote("U8", (), 8, Mark.UNSURE), Vote("U9", (), 9, Mark.FLAG, "which one?")]
    said = "3 people must agree. 1 has voted. 1 person is not sure. 1 flagged it :triangular_flag_on_post:."
    assert shown(asked, votes)[-1] == said


def test_where_people_need_not_answer_blind_the_card_tells_what_was_answered() -> None:
    asked = replace(question(GREET, NONE, WAIT, quorum=3), terms=Terms(Fixed(3), blind=False))
    said = "3 people must agree. 3 have voted. So far *greet* 2, *bye* 1."
    assert shown(asked, voted(asked, "greet", "bye", "greet"))[-1] == said


@pytest.mark.parametrize(
    ("order", "style", "orders"),
    [
        (Order.SUGGESTED, "primary", {("All right", "Change")}),
        (Order.ALPHABETICAL, None, {("All right", "Change")}),
        (Order.RANDOM, None, {("All right", "Change"), ("Change", "All right")}),
    ],
)
def test_the_button_that_agrees_stands_out_only_where_the_suggestion_may(
    order: Order, style: str | None, orders: set[tuple[str, str]]
) -> None:
    seen = set()
    for number in range(20):
        asked = replace(question(GREET, NONE, WAIT), id=str(number), terms=Terms(Fixed(1), order=order))
        (buttons,) = [b["elements"] for b in open_card("c", "U1", asked, (), (), {}).blocks if b["type"] == "actions"]
        assert {button.get("style") for button in buttons if button.get("text", {}).get("text") == "All right"} == {
            style
        }
        seen.add((buttons[0]["text"]["text"], buttons[1]["text"]["text"]))
    assert seen == orders


def test_the_second_card_of_a_turn_says_what_it_comes_after() -> None:
    assert shown(question(WAIT))[:2] == ["After <@U1>: “hi”", "I would wait for <@U1>."]


def test_a_closed_card_says_what_was_decided_and_by_whom() -> None:
    asked = question(GREET, NONE, SAY, WAIT)
    for index, part in enumerate(asked.parts):
        asked = asked.with_decision(index, part.suggested, ["U2", "U3"][: 1 + index % 2])
    card = closed_card("U1", ClosedQuestion(asked, Outcome.DECIDED, {}), {})
    assert lines(card) == [
        "<@U1>: “hi”",
        "I understood *greet* (0.93).",
        "I would say *Hey! How are you?* (`utter_greet`, rule 'greet') and wait for <@U1>.",
        ":white_check_mark: Agreed by <@U2> and <@U3>",
    ]


def test_a_closed_card_tells_how_many_differed_and_what_was_flagged() -> None:
    asked = question(GREET, NONE, WAIT)
    for index, part in enumerate(asked.parts):
        given = {"U2": part.suggested, "U3": part.suggested} | ({} if index else {"U4": "bye"})
        asked = asked.with_decision(index, part.suggested, ["U2", "U3"], given=given)
    votes = {"U2": asked.suggestion, "U3": asked.suggestion, "U4": ("bye",), "U5": ()}
    remarks = {"U4": Remark(Mark.FLAG, "it *may* be a farewell"), "U5": Remark(Mark.UNSURE)}
    card = closed_card("U1", ClosedQuestion(asked, Outcome.DECIDED, votes, remarks=remarks), {})
    assert lines(card)[-2:] == [
        ":white_check_mark: Agreed by <@U2> and <@U3>. 1 answered otherwise",
        ":triangular_flag_on_post: <@U4>: “`it *may* be a farewell`”",
    ]


def test_whoever_agreed_on_a_part_only_is_not_counted_among_those_who_did_not_agree() -> None:
    """U4 was overruled on the intent and agreed on the rest; U5 agreed on nothing."""
    asked = question(GREET, NONE, WAIT)
    for index, part in enumerate(asked.parts):
        agreeing = ["U2", "U3"] if index == 0 else ["U2", "U4"]
        given = dict.fromkeys(agreeing, part.suggested) | ({} if index else {"U4": "bye"})
        asked = asked.with_decision(index, part.suggested, agreeing, given=given)
    alone = closed_card("U1", ClosedQuestion(asked, Outcome.DECIDED, {}), {})
    agreed = ":white_check_mark: Agreed by <@U2>, <@U3> and <@U4>. 1 of them answered a part otherwise"
    assert lines(alone)[-1] == agreed
    first, *rest = asked.parts
    asked = replace(asked, parts=(replace(first, given={**first.given, "U5": "bye"}), *rest))
    assert (
        lines(closed_card("U1", ClosedQuestion(asked, Outcome.DECIDED, {}), {}))[-1]
        == f"{agreed}. 1 more answered otherwise"
    )


def test_a_closed_card_without_a_decision_says_why() -> None:
    endings = {
        Outcome.MESSAGE_CHANGED: "The message was changed or deleted before this was decided.",
        Outcome.UNDONE: "Taken back by <@U9>.",
        Outcome.RESTARTED: "Given up when <@U9> restarted the conversation.",
        Outcome.ENDED: "Not decided when <@U9> ended the session.",
    }
    for outcome, words in endings.items():
        texts = lines(closed_card("U1", ClosedQuestion(question(GREET, NONE, SAY), outcome, {}, "U9"), {}))
        assert len(texts) == 2
        assert texts[1].endswith(words)


def test_a_plan_of_many_long_texts_shows_every_action() -> None:
    """What people agree with all at once must all be there to read."""
    says = [replace(SAY, suggested=f"utter_{n}", says=("word " * 500,) * 5, reason="r" * 500) for n in range(9)]
    text = "\n".join(shown(question(GREET, NONE, *says, WAIT)))
    for number in range(9):
        assert f"`utter_{number}`" in text
    assert "10. wait for <@U1>" in text
