"""Block Kit: every limit of Slack's at its edge, and that what the SDK can make is taken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.models import blocks as sdk
from slack_sdk.models.blocks.basic_components import DispatchActionConfig
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Sandbox
from slackbot.sandbox.block_kit import message_problems, view_problems

from .apps import JSON, refusal

LIMITS = Path(__file__).parents[3] / "shared" / "slack" / "block_kit_limits.json"


def plain(text: str) -> JSON:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> JSON:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str = "a", **fields: Any) -> JSON:
    return {"type": "button", "action_id": action_id, "text": plain("x"), **fields}


def option(value: str, **fields: Any) -> JSON:
    return {"text": plain("x"), "value": value, **fields}


def options(count: int) -> list[JSON]:
    return [option(str(number)) for number in range(count)]


def actions(*elements: JSON) -> JSON:
    return {"type": "actions", "elements": list(elements)}


def menu(**fields: Any) -> JSON:
    return actions({"type": "static_select", "action_id": "a", **fields})


def section(text: Any, **fields: Any) -> JSON:
    return {"type": "section", "text": text, **fields}


def field(**fields: Any) -> JSON:
    element = {"type": "plain_text_input", "action_id": "a", **fields.pop("element", {})}
    return {"type": "input", "label": plain("x"), "element": element, **fields}


def table(rows: int, columns: int) -> JSON:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def card(**fields: Any) -> JSON:
    return {"type": "card", "title": mrkdwn("x"), **fields}


def container(count: int = 1, **fields: Any) -> JSON:
    return {"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}] * count, **fields}


def message(*blocks: JSON) -> list[str]:
    return [problem.line() for problem in message_problems(list(blocks))]


def modal(*blocks: JSON, **fields: Any) -> list[str]:
    view = {"type": "modal", "title": plain("x"), "submit": plain("x"), "blocks": list(blocks), **fields}
    return [problem.line() for problem in view_problems(view)]


def lengths() -> Iterator[Any]:
    """Where a length is limited: how to make a block of it, and the most characters."""
    yield "section.text", lambda text: [section(mrkdwn(text))], 3000
    yield "section.fields[].text", lambda text: [{"type": "section", "fields": [mrkdwn(text)]}], 2000
    yield "header.text", lambda text: [{"type": "header", "text": plain(text)}], 150
    yield "context text", lambda text: [{"type": "context", "elements": [mrkdwn(text)]}], 3000
    yield "block_id", lambda text: [{"type": "divider", "block_id": text}], 255
    yield "action_id", lambda text: [actions(button(text))], 255
    yield "button.text", lambda text: [actions(button(text=plain(text)))], 75
    yield "button.value", lambda text: [actions(button(value=text))], 2000
    yield "button.url", lambda text: [actions(button(url=text))], 3000
    yield "button.accessibility_label", lambda text: [actions(button(accessibility_label=text))], 75
    yield "button.agent_prompt", lambda text: [actions(button(agent_prompt=text))], 4000
    yield "option.text", lambda text: [menu(options=[{**option("v"), "text": plain(text)}])], 75
    yield "option.value", lambda text: [menu(options=[option(text)])], 150
    yield "option.description", lambda text: [menu(options=[option("v", description=plain(text))])], 75
    yield "select.placeholder", lambda text: [menu(options=options(1), placeholder=plain(text))], 150
    yield "group.label", lambda text: [menu(option_groups=[{"label": plain(text), "options": options(1)}])], 75
    yield "input.label", lambda text: [field(label=plain(text))], 2000
    yield "input.hint", lambda text: [field(hint=plain(text))], 2000
    yield "confirm.title", lambda text: [actions(button(confirm=confirm(title=plain(text))))], 100
    yield "confirm.text", lambda text: [actions(button(confirm=confirm(text=mrkdwn(text))))], 300
    yield "confirm.deny", lambda text: [actions(button(confirm=confirm(deny=plain(text))))], 30
    yield "image.alt_text", lambda text: [{"type": "image", "image_url": "https://x", "alt_text": text}], 2000
    yield "image_url", lambda text: [{"type": "image", "image_url": text, "alt_text": "x"}], 3000
    yield "markdown.text", lambda text: [{"type": "markdown", "text": text}], 12_000
    yield "card.title", lambda text: [card(title=mrkdwn(text))], 150
    yield "card.subtitle", lambda text: [card(subtitle=mrkdwn(text))], 150
    yield "card.body", lambda text: [card(body=mrkdwn(text))], 200
    yield "container.title", lambda text: [container(title=plain(text))], 150
    yield "container.subtitle", lambda text: [container(subtitle=plain(text))], 150


def confirm(**fields: Any) -> JSON:
    return {"title": plain("x"), "text": plain("x"), "confirm": plain("x"), "deny": plain("x"), **fields}


@pytest.mark.parametrize(("make", "most"), [pytest.param(m, n, id=name) for name, m, n in lengths()])
def test_a_text_may_have_so_many_characters_and_no_more(make: Any, most: int) -> None:
    assert message(*make("x" * most)) == []
    [line] = message(*make("x" * (most + 1)))
    assert line.startswith(f"must be less than {most + 1} characters [json-pointer:/0/")


def counts() -> Iterator[Any]:
    """Where a number of items is limited: how to make a block of so many, the most, and the fewest."""
    yield "actions.elements", lambda n: [actions(*(button(str(i)) for i in range(n)))], 25, 1
    yield "section.fields", lambda n: [{"type": "section", "fields": [mrkdwn("x")] * n}], 10, 1
    yield "context.elements", lambda n: [{"type": "context", "elements": [mrkdwn("x")] * n}], 10, 1
    yield "static_select.options", lambda n: [menu(options=options(n))], 100, 1
    yield "option_groups", lambda n: [menu(option_groups=[{"label": plain("x"), "options": options(1)}] * n)], 100, 1
    yield "group.options", lambda n: [menu(option_groups=[{"label": plain("x"), "options": options(n)}])], 100, 1
    yield "overflow", lambda n: [actions({"type": "overflow", "action_id": "a", "options": options(n)})], 5, 1
    yield "radio", lambda n: [actions({"type": "radio_buttons", "action_id": "a", "options": options(n)})], 10, 1
    yield "checkboxes", lambda n: [actions({"type": "checkboxes", "action_id": "a", "options": options(n)})], 10, 1
    yield "container.child_blocks", lambda n: [container(n)], 10, 1
    yield "carousel", lambda n: [{"type": "carousel", "elements": [card()] * n}], 10, 1
    yield "table.rows", lambda n: [table(n, 1)], 100, 1
    yield "table.cells", lambda n: [table(1, n)], 20, 1


@pytest.mark.parametrize(("make", "most", "fewest"), [pytest.param(*rest, id=name) for name, *rest in counts()])
def test_a_list_may_have_so_many_items_and_no_more_or_fewer(make: Any, most: int, fewest: int) -> None:
    assert message(*make(most)) == message(*make(fewest)) == []
    assert any(line.startswith(f"no more than {most} items allowed") for line in message(*make(most + 1)))
    assert any(line.startswith(f"must provide at least {fewest} items") for line in message(*make(fewest - 1)))


def test_a_message_has_50_blocks_at_most_and_a_view_100() -> None:
    divider = {"type": "divider"}
    assert message(*[divider] * 50) == modal(*[divider] * 100) == []
    assert message(*[divider] * 51) == ["no more than 50 items allowed [json-pointer:]"]
    assert modal(*[divider] * 101) == ["no more than 100 items allowed [json-pointer:/blocks]"]


@pytest.mark.parametrize(
    ("blocks", "line"),
    [
        ([section(mrkdwn(""))], "must be more than 0 characters [json-pointer:/0/text/text]"),
        ([section("words")], "must provide an object [json-pointer:/0/text]"),
        ([section({"type": "text", "text": "x"})], "unsupported type: text [json-pointer:/0/text/type]"),
        ([{"type": "section"}], "must define one of `text`, `fields` [json-pointer:/0]"),
        ([{"type": "header", "text": mrkdwn("x")}], "unsupported type: mrkdwn [json-pointer:/0/text/type]"),
        ([{"type": "paragraph"}], "unsupported type: paragraph [json-pointer:/0/type]"),
        ([{"text": "x"}], "missing required field: type [json-pointer:/0]"),
        ([actions(button(disabled=True))], "invalid additional property: disabled [json-pointer:/0/elements/0]"),
        ([actions(button(style="blue"))], "must be a valid enum value [json-pointer:/0/elements/0/style]"),
        ([actions({"type": "button", "action_id": "a"})], "missing required field: text [json-pointer:/0/elements/0]"),
        (
            [actions(button("a"), button("b"), button("a"))],
            '`action_id` "a" already exists [json-pointer:/0/elements/2/action_id]',
        ),
        (
            [{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}],
            '`block_id` "b" already exists [json-pointer:/1/block_id]',
        ),
        (
            [menu(options=options(2), initial_option=option("7"))],
            "`initial_option` must be one of the options [json-pointer:/0/elements/0/initial_option]",
        ),
        (
            [menu(options=[option("1"), option("1")])],
            'duplicate option value "1" [json-pointer:/0/elements/0/options/1/value]',
        ),
        ([menu()], "must define one of `options`, `option_groups` [json-pointer:/0/elements/0]"),
        ([actions(field()["element"])], "unsupported type: plain_text_input [json-pointer:/0/elements/0/type]"),
        ([field(element={"max_length": 3001})], "must be between 1 and 3000 [json-pointer:/0/element/max_length]"),
        ([field(optional="yes")], "must be a boolean [json-pointer:/0/optional]"),
        ([table(1, 1), table(1, 1)], "too many table blocks [json-pointer:]"),
        ([{"type": "markdown", "text": "x" * 6001}] * 2, "must be less than 12001 characters [json-pointer:]"),
        ([{"type": "alert", "text": mrkdwn("x")}], "unsupported type: alert [json-pointer:/0/type]"),
        (
            [container(is_collapsible=True, has_header_divider=True)],
            "`has_header_divider` can't be set when `is_collapsible` is true [json-pointer:/0/has_header_divider]",
        ),
        ([{"type": "card"}], "must define one of `hero_image`, `title`, `actions`, `body` [json-pointer:/0]"),
        (
            [{"type": "image", "alt_text": "x"}],
            "must define one of `image_url`, `slack_file` [json-pointer:/0]",
        ),
    ],
)
def test_a_wrong_block_is_named_with_its_place(blocks: list[JSON], line: str) -> None:
    assert message(*blocks) == [line]


def test_the_same_action_id_may_be_in_two_blocks() -> None:
    assert message(actions(button("a")), actions(button("a"))) == []


@pytest.mark.parametrize("kind", ["table", "markdown", "context_actions", "plan", "task_card", "data_visualization"])
def test_some_blocks_are_for_messages_alone(kind: str) -> None:
    assert modal({"type": kind}) == [f"unsupported type: {kind} [json-pointer:/blocks/0/type]"]


def test_a_file_can_be_asked_for_in_a_modal_alone() -> None:
    asking = field()
    asking["element"] = {"type": "file_input", "action_id": "f"}
    assert modal(asking) == []
    assert message(asking) == ["unsupported type: file_input [json-pointer:/0/element/type]"]


MADE_BY_THE_SDK: list[sdk.Block] = [
    sdk.SectionBlock(text="*x*", fields=["x", "y"], accessory=sdk.ButtonElement(text="x", action_id="a")),
    sdk.HeaderBlock(text="x"),
    sdk.DividerBlock(),
    sdk.ImageBlock(image_url="https://example.com/x.png", alt_text="x", title="x"),
    sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="x"), sdk.PlainTextObject(text="x", emoji=True)]),
    sdk.MarkdownBlock(text="# x"),
    sdk.ActionsBlock(
        elements=[
            sdk.ButtonElement(text="x", action_id="1", value="v", style="primary", confirm=sdk.ConfirmObject(
                title="x", text="x", confirm="x", deny="x", style="danger")),
            sdk.StaticSelectElement(
                action_id="2", placeholder="x", options=[sdk.Option(text="x", value="v", description="d")]),
            sdk.ExternalDataSelectElement(action_id="3", placeholder="x", min_query_length=0),
            sdk.UserSelectElement(action_id="4", placeholder="x"),
            sdk.ConversationSelectElement(action_id="5", filter=sdk.ConversationFilter(include=["public"])),
            sdk.ChannelSelectElement(action_id="6"),
            sdk.RadioButtonsElement(action_id="7", options=[sdk.Option(text="x", value="v")]),
            sdk.CheckboxesElement(action_id="8", options=[sdk.Option(text=sdk.PlainTextObject(text="x"), value="v")]),
            sdk.DatePickerElement(action_id="9", initial_date="2026-01-01"),
            sdk.TimePickerElement(action_id="10", initial_time="12:00"),
            sdk.OverflowMenuElement(action_id="11", options=[sdk.Option(text="x", value="v")]),
            sdk.StaticMultiSelectElement(action_id="12", option_groups=[
                sdk.OptionGroup(label="x", options=[sdk.Option(text="x", value="v")])]),
            sdk.DateTimePickerElement(action_id="13", initial_date_time=1700000000),
        ]
    ),
    sdk.ContextActionsBlock(
        elements=[
            sdk.FeedbackButtonsElement(
                action_id="1",
                positive_button=sdk.FeedbackButtonObject(text="Good", value="+"),
                negative_button=sdk.FeedbackButtonObject(text="Bad", value="-"),
            ),
            sdk.IconButtonElement(action_id="2", icon="trash", text="Delete", value="x"),
        ]
    ),
    sdk.InputBlock(
        label="x", hint="x", optional=True, dispatch_action=True,
        element=sdk.PlainTextInputElement(
            action_id="a", multiline=True, min_length=1, max_length=9, placeholder="x",
            dispatch_action_config=DispatchActionConfig(trigger_actions_on=["on_enter_pressed"]))),
    sdk.InputBlock(label="x", element=sdk.NumberInputElement(action_id="a", is_decimal_allowed=True, min_value="1")),
    sdk.InputBlock(label="x", element=sdk.EmailInputElement(action_id="a", focus_on_load=True)),
    sdk.InputBlock(label="x", element=sdk.UrlInputElement(action_id="a")),
    sdk.InputBlock(label="x", element=sdk.RichTextInputElement(action_id="a", min_lines=1, max_lines=5)),
    sdk.RichTextBlock(elements=[
        sdk.RichTextSectionElement(elements=[
            sdk.RichTextElementParts.Text(text="x", style=sdk.RichTextElementParts.TextStyle(bold=True)),
            sdk.RichTextElementParts.User(user_id="U1"),
            sdk.RichTextElementParts.Channel(channel_id="C1"),
            sdk.RichTextElementParts.Link(url="https://x", text="x"),
            sdk.RichTextElementParts.Emoji(name="eyes"),
            sdk.RichTextElementParts.Broadcast(range="here")]),
        sdk.RichTextListElement(style="bullet", indent=0, elements=[sdk.RichTextSectionElement(elements=[])]),
        sdk.RichTextQuoteElement(elements=[]),
        sdk.RichTextPreformattedElement(elements=[sdk.RichTextElementParts.Text(text="x")])]),
    sdk.TableBlock(rows=[[sdk.RawTextObject(text="x").to_dict(), sdk.RawNumberObject(value=1, text="1").to_dict()]]),
    sdk.CardBlock(title="x", body="x", actions=[sdk.ButtonElement(text="x", action_id="a")]),
    sdk.CarouselBlock(elements=[sdk.CardBlock(title="x")]),
    sdk.ContainerBlock(title="x", subtitle="x", width="wide", is_collapsible=True, default_collapsed=True,
                       child_blocks=[sdk.SectionBlock(text="x"), sdk.DividerBlock()]),
    sdk.PlanBlock(title="x", tasks=[sdk.TaskCardBlock(task_id="1", title="x", status="pending")]),
]  # fmt: skip


@pytest.mark.parametrize("block", MADE_BY_THE_SDK, ids=lambda block: block.type)
def test_what_the_sdk_makes_is_taken(block: sdk.Block) -> None:
    assert message(block.to_dict()) == []


#: Fields of the SDK's models that Slack's reference does not give to every class that inherits them.
INHERITED = {"alt_text", "confirm", "focus_on_load", "placeholder"}


@pytest.mark.parametrize("block", MADE_BY_THE_SDK, ids=lambda block: block.type)
def test_every_field_of_the_sdks_models_is_known(block: sdk.Block) -> None:
    made = block.to_dict()
    extra = {name: None for name in block.attributes if name not in made}
    lines = message({**made, **extra})
    assert not [line for line in lines if "additional property" in line]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["type", "text", "elements", "blocks", "element", "options", "rows", "title", "child_blocks"]), inner),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(json_values, max_size=4))
def test_whatever_comes_is_judged_without_an_exception(blocks: list[Any]) -> None:
    message_problems(blocks)
    view_problems({"type": "modal", "title": plain("x"), "blocks": blocks})


@given(st.sampled_from([block.to_dict() for block in MADE_BY_THE_SDK]), json_values, st.data())
def test_a_block_with_one_field_spoilt_is_judged_without_an_exception(
    block: JSON, value: Any, data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(block)))
    message_problems([{**block, key: value}])


async def test_posting_a_wrong_block_says_where_and_posts_nothing(
    slack: Sandbox, client: AsyncWebClient, channel: str
) -> None:
    answer = await refusal(client.chat_postMessage(channel=channel, text="x", blocks=[section(mrkdwn("x" * 3001))]))
    line = "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert answer == {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [line],
        "response_metadata": {"messages": [f"[ERROR] {line}"]},
    }
    assert slack.messages(channel) == []


async def validate(slack: Sandbox, **arguments: Any) -> JSON:
    data = {key: json.dumps(value) for key, value in arguments.items()}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{slack.api_url}blocks.validate", data=data) as answer,
    ):
        body: JSON = await answer.json()
        return body


async def test_blocks_can_be_validated_without_a_token(slack: Sandbox) -> None:
    assert await validate(slack, blocks=[section(mrkdwn("x"))]) == {"ok": True}
    assert await validate(slack, message={"text": "x", "blocks": [section(mrkdwn("x"))]}) == {"ok": True}
    answer = await validate(slack, blocks=[section({"type": "invalid", "text": "x"})])
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == [
        {
            "code": "failed_constraint",
            "message": "unsupported type: invalid",
            "field": "type",
            "pointer": "/0/text/type",
            "constraint": {"type": "enum", "expected": ["plain_text", "mrkdwn"]},
        }
    ]
    view = {"type": "modal", "blocks": [section(mrkdwn("x"))]}
    assert (await validate(slack, view=view))["error"] == "invalid_view"
    both = await validate(slack, view=view, blocks=[])
    assert both["response_metadata"]["messages"] == ["must provide exactly one of `blocks`, `view`, or `message`"]


@pytest.mark.skipif(not LIMITS.exists(), reason="the table of Slack's limits (../shared) is not here")
def test_the_lengths_tested_here_are_those_of_slacks_table() -> None:
    limits = json.loads(LIMITS.read_text())
    table = {**limits["blocks"], **limits["elements"], **limits["composition"], **limits["ids"]}
    known = {name: entry for name, entry in table.items() if isinstance(entry, list)}
    tested = {name: most for name, _, most in lengths()} | {name: most for name, _, most, _ in counts()}
    shared = tested.keys() & known.keys()
    assert len(shared) >= 15
    for name in shared:
        numbers = [value for value in known[name] if isinstance(value, int)]
        if numbers:
            assert tested[name] == numbers[-1], name
