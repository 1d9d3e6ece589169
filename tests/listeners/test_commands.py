"""What the words after ``/teach`` ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.listeners.commands import Request, parse
from tests.blocks.strategies import UNHURRIED


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("", Request()),
        ("   ", Request()),
        ("3", Request(quorum=3)),
        ("quorum 3", Request(quorum=3)),
        ("quorum=3", Request(quorum=3)),
        ("quorum 0", Request(quorum=0)),
        ("Quorum 2", Request(quorum=2)),
        ("<@U0BEN|ben>", Request(speaker="U0BEN")),
        ("<@W0BEN>", Request(speaker="W0BEN")),
        ("3 <@U0BEN|ben the second>", Request(quorum=3, speaker="U0BEN")),
        ("<@U0BEN|ben> quorum 3", Request(quorum=3, speaker="U0BEN")),
        ("quorum <@U0BEN> 3", Request(quorum=3, speaker="U0BEN")),
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
    found = parse(text)
    assert found is None or found.quorum is None or found.quorum >= 0
