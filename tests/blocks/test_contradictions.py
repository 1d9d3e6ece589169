"""What a card says of contradictions."""

from __future__ import annotations

from typing import Any

from slackbot.blocks.card import closed_card, open_card
from slackbot.blocks.contradictions import warnings
from slackbot.core.protocol import Precedent
from slackbot.learning.contradictions import Contradiction
from slackbot.learning.question import ClosedQuestion, Message, Outcome, Part, PartKind, Question

RULE = Precedent("utter_greet", "rule", "greet", "data/rules.yml", 12)
ASKED = Question(
    id="1",
    quorum=2,
    message=Message("1.0", "hi"),
    parse_data={},
    parts=(
        Part(PartKind.INTENT, "greet"),
        Part(PartKind.ENTITIES, "[]"),
        Part(PartKind.ACTION, "utter_greet", precedents=(RULE,)),
        Part(PartKind.ACTION, "action_listen"),
    ),
)
SHOWN = ASKED.suggestion


def text_of(*found: Contradiction) -> str:
    (block,) = warnings(ASKED, found)
    assert block["type"] == "section"
    assert len(block["text"]["text"]) <= 3000
    return str(block["text"]["text"])


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    return [block["text"]["text"] for block in blocks if block["type"] == "section"]


def test_it_names_the_other_its_file_and_line_and_what_it_says() -> None:
    assert text_of(Contradiction(SHOWN[:2], "utter_bye", RULE)) == (
        ":warning: `utter_bye` contradicts rule 'greet' (data/rules.yml:12), which says `utter_greet` here."
    )


def test_waiting_is_called_waiting() -> None:
    story = Precedent("action_listen", "story", "a talk", "data/stories.yml", 3)
    assert text_of(Contradiction(SHOWN[:2], "action_listen", RULE)).startswith(":warning: Waiting contradicts rule")
    assert text_of(Contradiction(SHOWN[:3], "utter_bye", story)).endswith("(data/stories.yml:3), which waits here.")


def test_it_says_where_an_action_is_meant_that_follows_other_answers_than_those_shown() -> None:
    for path, words in (
        (("bye", "[]"), ":warning: Understood as *bye*, `utter_menu` contradicts"),
        (("greet", "[1]"), ":warning: With other entities, `utter_menu` contradicts"),
        ((*SHOWN[:2], "utter_bye"), ":warning: After `utter_bye`, `utter_menu` contradicts"),
        ((*SHOWN, "utter_bye"), ":warning: After `utter_bye`, `utter_menu` contradicts"),
    ):
        assert text_of(Contradiction(path, "utter_menu", RULE)).startswith(words)


def test_one_that_was_not_read_from_a_file_has_no_place() -> None:
    assert "contradicts rule 'greet', which" in text_of(Contradiction((), "utter_bye", Precedent("a", "rule", "greet")))


def test_they_are_a_few_lines_however_many_there_are() -> None:
    found = [Contradiction(SHOWN[:2], f"utter_{number}", RULE) for number in range(30)]
    lines = text_of(*found).splitlines()
    assert len(lines) == 5
    assert lines[-1] == "and 26 more contradictions"
    assert text_of(*found[:5]).splitlines()[-1] == "and 1 more contradiction"


def test_names_from_files_are_shown_as_they_are_and_cut() -> None:
    odd = Precedent("<!channel>" * 90, "story", "*a* <@U1> & `b`\n" * 90, f"data/{'deep/' * 90}last_<1>.yml", 3)
    text = text_of(*[Contradiction(SHOWN[:2], "<http://x|y>" * 90, odd)] * 4)
    assert not {"<!channel>", "<@U1>", "<http", "<1>"} & set(text.split())
    assert "<" not in text
    assert "last_&lt;1&gt;.yml:3" in text
    assert len(text.splitlines()) == 4


def test_an_open_card_without_contradictions_has_no_warning() -> None:
    card = open_card("c", "U1", ASKED, (), (), {})
    assert not any(":warning:" in text for text in texts(card.blocks))
    warned = open_card("c", "U1", ASKED, (), (), {}, [Contradiction(SHOWN[:2], "utter_bye", RULE)])
    assert [block["type"] for block in warned.blocks][-3:] == ["section", "actions", "context"]
    assert texts(warned.blocks)[-1].startswith(":warning: `utter_bye`")


def test_a_closed_card_keeps_the_warning_of_what_was_decided() -> None:
    question = ASKED
    for index, answer in enumerate(("greet", "[]", "utter_bye", "action_listen")):
        question = question.with_decision(index, answer, ("U2",))
    for outcome, shown in ((Outcome.DECIDED, 1), (Outcome.UNDONE, 0)):
        card = closed_card("U1", ClosedQuestion(question, outcome, {}), {})
        assert sum(":warning: `utter_bye` contradicts rule 'greet'" in text for text in texts(card.blocks)) == shown
