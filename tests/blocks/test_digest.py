"""A digest says what waits for its person, and keeps within Slack's limits whatever that is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slackbot.blocks.digest import MOST_LISTED, digest_card, struck_card
from slackbot.crowd.digest import Mentioned
from slackbot.sandbox.block_kit import message_problems
from tests.blocks.strategies import TEXTS, UNHURRIED

LINK = "https://team.slack.com/archives/C1/p1700000000000100?thread_ts=1700000000.000100&cid=C1"
ITEMS = st.builds(
    Mentioned,
    st.just("c"),
    st.just("1"),
    TEXTS,
    st.just("in <#C0123456789>, asked 5 hours ago, 12 messages wait behind it"),
    st.none() | st.just(LINK),
    st.booleans(),
    st.booleans(),
)


@UNHURRIED
@given(st.lists(ITEMS, min_size=1, max_size=MOST_LISTED), st.integers(0, 500))
def test_slack_takes_whatever_there_is_to_say(items: list[Mentioned], more: int) -> None:
    for card in (digest_card(items, more), struck_card(items)):
        assert message_problems(card.blocks) == []
    shown = "\n".join(block["text"]["text"] for block in digest_card(items, more).blocks[:-1])
    assert shown.count("• ") >= len(items)


def test_a_text_can_not_break_out_of_its_link() -> None:
    item = Mentioned("c", "1", "a|b> <!channel> ~c~", "in <#C1>", LINK)
    [line] = [line for line in digest_card([item]).blocks[0]["text"]["text"].splitlines() if "• " in line]
    assert line == f"• <{LINK}|“`aǀb&gt; &lt;!channel&gt; ~c~`”> in <#C1>"
