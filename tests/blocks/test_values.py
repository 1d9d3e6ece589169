"""What buttons carry is what comes back from them, and nothing else is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.blocks.kit import BUTTON_VALUE
from slackbot.blocks.values import CardButton, EntityButton, SessionButton
from tests.blocks.strategies import UNHURRIED

WORDS = st.text(st.characters(exclude_characters="|"), max_size=100)


@UNHURRIED
@given(WORDS, WORDS, st.integers(0))
def test_pack_and_unpack_are_each_others_inverse(conversation: str, question: str, number: int) -> None:
    card = CardButton(conversation, question, number)
    assert CardButton.unpack(card.pack()) == card
    session = SessionButton(conversation, number)
    assert SessionButton.unpack(session.pack()) == session
    entity = EntityButton(question)
    assert EntityButton.unpack(entity.pack()) == entity


@UNHURRIED
@given(st.text())
def test_anything_else_is_refused_as_such(packed: str) -> None:
    for kind in (CardButton, SessionButton):
        with pytest.raises(ValueError, match="is not the value of one of our buttons"):
            kind.unpack(packed)


@pytest.mark.parametrize("packed", ["card|c|1|one", "session|c|", "card|c|1", "session|c|1|2"])
def test_a_value_of_the_wrong_shape_is_refused(packed: str) -> None:
    for kind in (CardButton, SessionButton):
        with pytest.raises(ValueError, match=r".+"):
            kind.unpack(packed)


def test_what_slack_would_refuse_is_not_packed() -> None:
    for wrong in (CardButton("a|b", "1", 0), CardButton("a", "1" * BUTTON_VALUE, 0)):
        with pytest.raises(ValueError, match="can't be the value of a button"):
            wrong.pack()
