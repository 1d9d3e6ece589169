"""The Home tab: what waits for its person, the person's own settings, and how to begin."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.blocks.nudge_settings import nudge_settings
from slackbot.blocks.remarks import DECIDE
from slackbot.blocks.values import CardButton
from slackbot.blocks.waiting import Item, words
from slackbot.crowd.preferences import Preferences
from slackbot.learning.terms import Order

#: action_ids. Buttons that lead somewhere are told to the app too, one action_id for each.
OPEN_CARD, NEXT, PICK_ORDER, LEAD_ON = "home_open", "home_next", "home_order", "home_lead_on"
_ORDERS = {
    "": "As everybody's",
    Order.SUGGESTED: "Suggested first",
    Order.RANDOM: "At random",
    Order.ALPHABETICAL: "Alphabetical",
}
_YES = "yes"


def home(
    waiting: Sequence[Item], to_decide: Sequence[Item], preferences: Preferences, instructions: str, now: float
) -> Block:
    """The view. ``now`` is in Unix seconds."""
    blocks = [*_waiting(waiting, now)]
    if to_decide:
        blocks += [kit.divider(), kit.section("*To be decided by you*")]
        blocks += [_case(item, now) for item in to_decide]
    blocks += [kit.divider(), *_settings(preferences), kit.divider()]
    blocks += [kit.section("*Teach an assistant together.* In a channel that I am in, type:")]
    return {
        "type": "home",
        "blocks": [*blocks, *(kit.section(text) for text in kit.paragraphs(instructions.split("\n")))],
    }


def _waiting(items: Sequence[Item], now: float) -> list[Block]:
    if not items:
        return [kit.section("*Nothing waits for you.*")]
    first = next((item.link for item in items if item.link), None)
    title = f"*{len(items)} {'question waits' if len(items) == 1 else 'questions wait'} for you*"
    button = kit.link_button("Next question", NEXT, first, style="primary") if first else None
    return [kit.section(title, accessory=button), *(_question(item, now) for item in items)]


def _question(item: Item, now: float) -> Block:
    button = kit.link_button("Open", OPEN_CARD, item.link) if item.link else None
    return kit.section(words(item.pending, now), accessory=button)


def _case(item: Item, now: float) -> Block:
    pending = item.pending
    value = CardButton(pending.conversation, pending.question.id, pending.question.revision).pack()
    return kit.section(words(pending, now), accessory=kit.button("Decide…", DECIDE, value))


def _settings(preferences: Preferences) -> list[Block]:
    options = {value: kit.option(label, value or "usual") for value, label in _ORDERS.items()}
    order = kit.static_select(
        PICK_ORDER, "Order of answers", list(options.values()), options.get(preferences.order, options[""])
    )
    lead_on = kit.checkboxes(LEAD_ON, [kit.option("After each vote, tell me the next question", _YES)])
    if preferences.lead_on:
        lead_on["initial_options"] = lead_on["options"]
    return [
        kit.section("*My settings*"),
        kit.section("Order of the answers in *Change*", accessory=order),
        kit.actions([lead_on]),
        *nudge_settings(preferences),
    ]


def picked_order(value: str) -> str:
    """The order that an option of the select stands for. Raises ValueError for any other."""
    return "" if value == "usual" else Order(value).value
