"""The picture of how a crowd does."""

from __future__ import annotations

from collections import Counter

import pytest

from slackbot.crowd.agreement import Accuracy
from slackbot.evaluation.crowd_picture import crowd_picture, drawable

CONFUSION = Counter({("greet", "greet"): 9, ("greet", "book_a_table"): 2, ("book_a_table", "book_a_table"): 5})
PEOPLE = [("Zoë", Accuracy(9, 10)), ("Олег", Accuracy(0, 3)), ("Ben", Accuracy(0, 0))]


@pytest.mark.parametrize("people", [PEOPLE, PEOPLE[:1], [], PEOPLE * 30])
@pytest.mark.parametrize("confusion", [CONFUSION, Counter[tuple[str, str]]()])
def test_a_picture_is_drawn_of_whatever_there_is(
    confusion: Counter[tuple[str, str]], people: list[tuple[str, Accuracy]]
) -> None:
    if confusion or people:
        assert crowd_picture(confusion, people).startswith(b"\x89PNG")


def test_many_intents_are_shown_as_far_as_they_can_be_read() -> None:
    many = Counter({(f"intent {n}", f"intent {n + n % 2}"): n for n in range(1, 200)})
    assert len(crowd_picture(many, PEOPLE)) < 2_000_000


def test_a_name_that_the_font_cannot_show_is_told() -> None:
    assert drawable("Zoë Olegowna Олег")
    assert not drawable("李雷")
