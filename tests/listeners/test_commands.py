"""What the words after ``/teach`` ask for."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.quorum import FirstTo, Fixed, Posterior
from slackbot.errors import Refused
from slackbot.listeners.commands import Request, parse
from tests.blocks.strategies import UNHURRIED


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Request()),
        ("   ", Request()),
        ("3", Request(rule=Fixed(3))),
        ("quorum 3", Request(rule=Fixed(3))),
        ("quorum=3", Request(rule=Fixed(3))),
        ("Quorum 2", Request(rule=Fixed(2))),
        ("first 2 of 5", Request(rule=FirstTo(2, 5))),
        ("<@U1> posterior 0.9 (2, 4)", Request(rule=Posterior(0.9, 2, 4), speaker="U1")),
        ("<@U0BEN|ben>", Request(speaker="U0BEN")),
        ("<@W0BEN>", Request(speaker="W0BEN")),
        ("3 <@U0BEN|ben the second>", Request(rule=Fixed(3), speaker="U0BEN")),
        ("<@U0BEN|ben> quorum 3", Request(rule=Fixed(3), speaker="U0BEN")),
        ("quorum <@U0BEN> 3", Request(rule=Fixed(3), speaker="U0BEN")),
    ],
)
def test_what_is_asked_for(text: str, request_: Request) -> None:
    assert parse(text) == request_


@pytest.mark.parametrize(
    "text", ["help", "hello", "three", "3 4", "-1", "1.5", "@ben", "<@U1> <@U2>", "payload", "12345"]
)
def test_anything_else_gets_help(text: str) -> None:
    assert parse(text) is None


@UNHURRIED
@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    with suppress(Refused):
        parse(text)


@pytest.mark.parametrize("text", ["quorum 0", "51", "first 3 of 2", "first", "posterior 3"])
def test_a_rule_that_cannot_be_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(Refused, match="write"):
        parse(text)
