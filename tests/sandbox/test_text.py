"""What a person types, as Slack keeps it and as people read it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.sandbox.text import escape, readable, stored, typed, unescape

USERS = {"ada": "U1", "storythread": "U2", "mary.ann": "U3"}
CHANNELS = {"teaching": "C1"}
NAMES = {"U1": "Ada", "U2": "Storythread", "U3": "Mary Ann", "C1": "teaching"}


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("hi @ada!", "hi <@U1>!"),
        ("@storythread, @mary.ann.", "<@U2>, <@U3>."),
        ("@nobody in #nowhere", "@nobody in #nowhere"),
        ("see #teaching", "see <#C1|teaching>"),
        ("go to https://example.com/a?b=1&c=2.", "go to <https://example.com/a?b=1&amp;c=2>."),
        ("(https://example.com)", "(<https://example.com>)"),
        ("mail bob@example.com", "mail <mailto:bob@example.com|bob@example.com>"),
        ("<@U1> typed out", "&lt;@U1&gt; typed out"),
        ("ada@ada", "ada@ada"),
        ("a#teaching", "a#teaching"),
    ],
)
def test_typed_text_becomes_slacks_markup(text: str, markup: str) -> None:
    assert typed(text, USERS.get, CHANNELS.get).text == markup


def test_the_blocks_hold_the_same_as_typed() -> None:
    [block] = typed("hi @ada & https://x.org", USERS.get, CHANNELS.get).blocks
    [section] = block["elements"]
    assert section["elements"] == [
        {"type": "text", "text": "hi "},
        {"type": "user", "user_id": "U1"},
        {"type": "text", "text": " & "},
        {"type": "link", "url": "https://x.org"},
    ]


@given(st.text(alphabet="ab &<>@#.|:/\n;lgt"))
def test_what_was_typed_can_be_read_again(text: str) -> None:
    assert readable(typed(text, USERS.get, CHANNELS.get).text, lambda name: NAMES[name].lower()) == text


@given(st.text())
def test_escaping_can_be_undone(text: str) -> None:
    assert unescape(escape(text)) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a & b < c", "a &amp; b &lt; c"),
        ("a &amp; b", "a &amp; b"),
        ("<@U1> and <https://x.org|x & y>", "<@U1> and <https://x.org|x & y>"),
        ("<!here> <#C1> <not markup>", "<!here> <#C1> &lt;not markup&gt;"),
    ],
)
def test_a_bots_text_keeps_its_markup_and_loses_strays(text: str, kept: str) -> None:
    assert stored(text, markup=True) == kept


def test_plain_text_has_no_markup() -> None:
    assert stored("<@U1> & co", markup=False) == "&lt;@U1&gt; &amp; co"


@given(st.text(), st.booleans())
def test_keeping_a_text_twice_changes_nothing(text: str, markup: bool) -> None:
    once = stored(text, markup=markup)
    assert stored(once, markup=markup) == once
