"""Asking back where a message was not understood."""

from __future__ import annotations

from typing import Any

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.events import ActionExecuted, ActiveLoop, BotUttered, Event, UserUttered
from slackbot.dialogue.tracker import Tracker

from .conversations import LISTENS, conversation, did, says, write_project
from .test_forms import Talk

DOMAIN = """
    intents: [greet, order, out_of_scope, nlu_fallback]
    responses:
      utter_greet: [{text: "hi"}]
      utter_order: [{text: "on its way"}]
      utter_ask_rephrase: [{text: "Say it in other words."}]
      utter_default: [{text: "I give up."}]
    """
DATA = """
    rules:
    - rule: not understood
      steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
    - rule: greet
      steps: [{intent: greet}, {action: utter_greet}]
    - rule: order
      steps: [{intent: order}, {action: utter_order}]
    """


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return BuiltinCore.load(write_project(tmp_path_factory.mktemp("fallback"), DOMAIN, DATA))


class Misunderstood(Talk):
    """A conversation after a greeting in which something is not understood."""

    async def mumble(self) -> list[str]:
        message = UserUttered(
            "mm",
            parse_data={
                "intent": {"name": "nlu_fallback", "confidence": 0.7},
                "entities": [],
                "intent_ranking": [{"name": "nlu_fallback"}, {"name": "order"}],
            },
        )
        self.tracker.append(message)
        return await self.go_on()

    async def go_on(self) -> list[str]:
        told: list[str] = []
        while (action := (await self.core.predict(self.tracker)).action) != "action_listen":
            told += [event.text or "" for event in await self.do(action) if isinstance(event, BotUttered)]
            if self.tracker.is_listening:
                return told
        self.tracker.append(LISTENS)
        return told

    async def answer(self, intent: str) -> list[str]:
        self.tracker.append(says(intent))
        return await self.go_on()

    @property
    def applied(self) -> list[str]:
        """What still counts of what was said and done, without listening."""
        return [name for event in self.tracker.applied_events() if (name := _name(event)) not in {"", "action_listen"}]


def _name(event: Event) -> str:
    if isinstance(event, UserUttered):
        return f"user {event.intent_name}"
    return (event.action_name or "") if isinstance(event, ActionExecuted) else ""


@pytest.fixture
async def talk(core: BuiltinCore) -> Misunderstood:
    talk = Misunderstood(core)
    assert await talk.answer("greet") == ["hi"]
    return talk


AFTER_ORDER = ["user greet", "utter_greet", "user order", "utter_order"]


async def test_the_likeliest_intent_is_suggested_with_buttons(talk: Misunderstood) -> None:
    assert await talk.mumble() == ["Did you mean 'order'?"]
    said = [event for event in talk.tracker.events if isinstance(event, BotUttered)][-1]
    assert [button["payload"] for button in said.data["buttons"]] == ["/order", "/out_of_scope"]


async def test_affirming_makes_the_conversation_as_if_it_had_been_understood(talk: Misunderstood) -> None:
    await talk.mumble()
    assert await talk.answer("order") == ["on its way"]
    assert talk.applied == AFTER_ORDER
    message = talk.tracker.latest_message
    assert message is not None
    assert message.intent["confidence"] == 1.0
    assert talk.tracker.active_loop == {}


async def test_after_a_denial_other_words_are_asked_for_and_taken(talk: Misunderstood) -> None:
    await talk.mumble()
    assert await talk.answer("out_of_scope") == ["Say it in other words."]
    assert await talk.answer("order") == ["on its way"]
    assert talk.applied == AFTER_ORDER


async def test_other_words_that_are_not_understood_are_suggested_for_once_more(talk: Misunderstood) -> None:
    await talk.mumble()
    await talk.answer("out_of_scope")
    assert await talk.mumble() == ["Did you mean 'order'?"]
    assert await talk.answer("order") == ["on its way"]
    assert talk.applied == AFTER_ORDER


async def outcome(talk: Misunderstood) -> list[Event]:
    return list(await talk.do("action_two_stage_fallback"))


async def test_after_a_second_denial_it_gives_up(talk: Misunderstood) -> None:
    await talk.mumble()
    await talk.answer("out_of_scope")
    await talk.mumble()
    talk.tracker.append(says("out_of_scope"))
    events = await outcome(talk)
    assert ActiveLoop(None) in events
    assert [event.text for event in events if isinstance(event, BotUttered)] == ["I give up."]
    assert talk.applied == ["user greet", "utter_greet"]


async def test_two_messages_in_a_row_that_are_not_understood_end_it(talk: Misunderstood) -> None:
    await talk.mumble()
    talk.tracker.append(says("nlu_fallback"))
    events = await outcome(talk)
    assert [event.text for event in events if isinstance(event, BotUttered)] == ["I give up."]


def reverted(core: BuiltinCore, *turns: Any) -> Tracker:
    return conversation(core.domain, says("greet"), did("utter_greet", "action_listen"), *turns)


@pytest.mark.parametrize("asked", ["action_default_ask_affirmation", "action_default_ask_rephrase"])
async def test_reverting_a_fallback_puts_the_message_in_the_place_of_the_one_before(
    core: BuiltinCore, asked: str
) -> None:
    first = [says("nlu_fallback"), did("action_default_ask_affirmation", "action_listen")]
    if asked == "action_default_ask_rephrase":
        first += [says("out_of_scope"), did(asked, "action_listen")]
    tracker = reverted(core, *first, says("order"))
    tracker.extend(await core.execute(tracker, "action_revert_fallback_events"))
    names = [name for event in tracker.applied_events() if (name := _name(event))]
    assert names[-3:] == ["utter_greet", "action_listen", "user order"]
    assert "user nlu_fallback" not in names


async def test_without_a_fallback_there_is_nothing_to_revert(core: BuiltinCore) -> None:
    tracker = reverted(core, says("order"))
    assert list(await core.execute(tracker, "action_revert_fallback_events")) == [
        ActionExecuted("action_revert_fallback_events", None, 0.0)
    ]


async def test_an_unlikely_intent_is_only_noted(core: BuiltinCore) -> None:
    events = await core.execute(reverted(core, says("order")), "action_unlikely_intent")
    assert list(events) == [ActionExecuted("action_unlikely_intent", None, 0.0)]
