"""Texts in Slack's markup: shown as they are, read as they were typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.blocks.mrkdwn import bold, code, escape, literal, people, plain, quote, shorten
from tests.blocks.strategies import TEXTS, UNHURRIED

MARKED = st.text("*_~`<>&a1 :\n", max_size=30)


@UNHURRIED
@given(st.text() | MARKED)
def test_what_is_escaped_is_read_back(text: str) -> None:
    assert plain(escape(text)) == text


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("see <https://example.com/?a=1&amp;b=2>", "see https://example.com/?a=1&b=2"),
        ("see <http://example.com|example.com>", "see example.com"),
        ("<mailto:ada@example.com|ada@example.com>", "ada@example.com"),
        ("<mailto:ada@example.com>", "ada@example.com"),
        ("<tel:+4930123|+49 30 123>", "+49 30 123"),
        ("<@U012ABC> hi", "@U012ABC hi"),
        ("<@U012ABC|ben> hi", "@ben hi"),
        ("<#C012ABC|general>", "#general"),
        ("<!here> and <!channel>", "@here and @channel"),
        ("<!subteam^S012|@cooks>", "@cooks"),
        ("<!date^1392734382^{date_short}|Feb 18>", "Feb 18"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        (":wave: *hi*", ":wave: *hi*"),
    ],
)
def test_links_and_mentions_lose_their_markup(sent: str, typed: str) -> None:
    assert plain(sent) == typed


@UNHURRIED
@given(TEXTS | MARKED, st.integers(1, 60))
def test_a_text_is_cut_to_its_length_and_never_inside_of_an_entity(text: str, length: int) -> None:
    cut = shorten(escape(text), length)
    assert len(cut) <= length
    assert not re.search("&(?!(amp|lt|gt);)", cut)


@UNHURRIED
@given(TEXTS | MARKED, st.integers(2, 40))
def test_nothing_in_a_text_acts_as_markup(text: str, length: int) -> None:
    """No mentions, no links; what could be formatting stands in one piece of code, on one line, however it is cut."""
    for shown in (literal(text, length), quote(text, length), code(text, length)):
        assert not re.search(r"[<>\n]", shown)
        inside = shown.strip("“”")
        if re.search(r"(?<!\w)[*_~]|[*_~](?!\w)|`", inside):
            assert (inside[0], inside[-1], inside.count("`")) == ("`", "`", 2)


@UNHURRIED
@given(TEXTS | MARKED, st.integers(2, 40))
def test_bold_is_all_bold_or_not_at_all(text: str, length: int) -> None:
    shown = bold(text, length)
    assert not re.search(r"[<>\n]", shown)
    if shown.startswith("*"):
        assert shown.endswith("*")
        assert not re.search(r"(?<!\w)[*_~]|[*_~](?!\w)|`", shown[1:-1])


def test_names_with_underscores_are_no_formatting() -> None:
    assert bold("mood_good") == "*mood_good*"
    assert literal("rule 'book_table'") == "rule 'book_table'"


def test_people_are_listed() -> None:
    assert [people(["U1"]), people(["U1", "U2"]), people(["U1", "U2", "U3"])] == [
        "<@U1>",
        "<@U1> and <@U2>",
        "<@U1>, <@U2> and <@U3>",
    ]
