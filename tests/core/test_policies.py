"""What the built-in core predicts, policy by policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.domain import DEFAULT_ACTIONS
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
)
from slackbot.dialogue.tracker import Tracker
from slackbot.errors import FileError

from .conversations import LISTENS, Turn, conversation, did, next_action, says, write_project

DOMAIN = """
    intents: [greet, order, affirm, deny, thank, complain]
    entities: [dish, drink]
    slots:
      dish: {type: text, mappings: [{type: from_entity, entity: dish}]}
      size: {type: categorical, values: [small, large], mappings: [{type: custom}]}
      member: {type: bool, mappings: [{type: custom}]}
      note: {type: text, influence_conversation: false, mappings: [{type: custom}]}
    responses:
      utter_greet: [{text: hi}]
      utter_ask_dish: [{text: which}]
      utter_sure: [{text: sure}]
      utter_ok: [{text: ok}]
      utter_welcome: [{text: welcome}]
    actions: [action_cook]
    """

STORIES = """
    stories:
    - story: ordering with a dish
      steps:
      - intent: greet
      - action: utter_greet
      - intent: order
        entities: [dish: soup]
      - action: utter_sure
      - intent: affirm
      - action: action_cook
      - action: utter_ok
    - story: ordering without a dish
      steps:
      - intent: order
      - action: utter_ask_dish
      - intent: order
        entities: [dish: soup]
      - action: utter_sure
      - intent: deny
      - action: utter_ok
    rules:
    - rule: thanks
      steps:
      - intent: thank
      - action: utter_welcome
    """


GREETED: list[Turn] = [says("greet"), did("utter_greet"), LISTENS]


@pytest.fixture(scope="module")
def cook(tmp_path_factory: pytest.TempPathFactory) -> BuiltinCore:
    return BuiltinCore.load(write_project(tmp_path_factory.mktemp("cook"), DOMAIN, STORIES))


def order(dish: str) -> list[Event]:
    return [says("order", dish=dish), SlotSet("dish", dish)]


async def test_every_action_is_scored_highest_first_then_by_name(cook: BuiltinCore) -> None:
    prediction = await cook.predict(conversation(cook.domain, says("complain")))
    assert sorted(score.action for score in prediction.scores) == sorted(cook.domain.actions)
    ranked = [(-score.score, score.action) for score in prediction.scores]
    assert ranked == sorted(ranked)
    assert all(0 <= score.score <= 1 for score in prediction.scores)
    assert prediction.confidence == prediction.scores[0].score


async def test_a_new_conversation_starts_by_listening(cook: BuiltinCore) -> None:
    assert (await cook.predict(Tracker("new", cook.domain))).action == "action_listen"


async def test_after_a_restart_the_session_starts(cook: BuiltinCore) -> None:
    prediction = await cook.predict(conversation(cook.domain, says("greet"), [Restarted()]))
    assert (prediction.action, prediction.policy) == ("action_session_start", "followup_action")


async def test_a_followup_action_comes_before_all_policies(cook: BuiltinCore) -> None:
    tracker = conversation(cook.domain, says("greet"), [FollowupAction("action_cook")])
    prediction = await cook.predict(tracker)
    assert (prediction.action, prediction.policy, prediction.confidence) == ("action_cook", "followup_action", 1.0)


async def test_a_followup_that_the_domain_lacks_is_passed_over(cook: BuiltinCore) -> None:
    assert await next_action(cook, says("greet"), [FollowupAction("action_unheard")]) == "utter_greet"


async def test_a_conversation_just_like_a_story_goes_on_like_it(cook: BuiltinCore) -> None:
    prediction = await cook.predict(conversation(cook.domain, *GREETED, order("pie")))
    assert (prediction.action, prediction.policy, prediction.confidence) == ("utter_sure", "MemoizationPolicy", 1.0)
    assert prediction.reason == "story 'ordering with a dish', all.yml:9"


async def test_entities_of_a_story_matter(cook: BuiltinCore) -> None:
    assert await next_action(cook, says("order")) == "utter_ask_dish"
    assert await next_action(cook, *GREETED, order("pie")) == "utter_sure"


async def test_several_actions_follow_one_message_and_then_it_listens(cook: BuiltinCore) -> None:
    turns: list[Turn] = [*GREETED, order("pie"), did("utter_sure"), LISTENS, says("affirm")]
    assert await next_action(cook, *turns) == "action_cook"
    assert await next_action(cook, *turns, did("action_cook")) == "utter_ok"
    assert await next_action(cook, *turns, did("action_cook", "utter_ok")) == "action_listen"


async def test_a_story_may_begin_anew_in_the_middle_of_a_conversation(cook: BuiltinCore) -> None:
    turns: list[Turn] = [says("affirm"), did("utter_ok"), LISTENS, says("order")]
    prediction = await cook.predict(conversation(cook.domain, *turns))
    assert (prediction.action, prediction.policy) == ("utter_ask_dish", "AugmentedMemoizationPolicy")


async def test_reverted_turns_are_forgotten(cook: BuiltinCore) -> None:
    turns: list[Turn] = [
        *GREETED,
        says("complain"),
        [UserUtteranceReverted(), LISTENS],
    ]
    prediction = await cook.predict(conversation(cook.domain, *turns, order("pie")))
    assert (prediction.action, prediction.policy) == ("utter_sure", "MemoizationPolicy")


async def test_turns_that_only_rules_know_dont_disturb_a_story(cook: BuiltinCore) -> None:
    aside: list[Turn] = [says("thank"), did("utter_welcome"), LISTENS]
    turns: list[Turn] = [*GREETED, *aside, order("pie")]
    prediction = await cook.predict(conversation(cook.domain, *turns))
    assert (prediction.action, prediction.policy) == ("utter_sure", "MemoizationPolicy")


async def test_slots_that_no_story_has_dont_disturb_a_story(cook: BuiltinCore) -> None:
    turns: list[Turn] = [*GREETED, [SlotSet("size", "large")], order("pie")]
    assert (await cook.predict(conversation(cook.domain, *turns))).policy == "MemoizationPolicy"


async def test_what_is_like_no_story_is_guessed_from_similar_turns(cook: BuiltinCore) -> None:
    turns: list[Turn] = [
        says("greet"),
        did("utter_ok"),
        LISTENS,
        order("pie"),
        did("utter_welcome"),
        LISTENS,
        says("affirm"),
    ]
    prediction = await cook.predict(conversation(cook.domain, *turns))
    assert (prediction.action, prediction.policy) == ("action_cook", "StatisticalPolicy")
    assert 0.3 < prediction.confidence < 1
    assert prediction.reason.startswith("similar to story 'ordering with a dish'")


async def test_the_guess_also_ranks_what_a_story_didnt_choose(cook: BuiltinCore) -> None:
    prediction = await cook.predict(conversation(cook.domain, says("order")))
    assert [score.action for score in prediction.scores[:2]] == ["utter_ask_dish", "utter_sure"]


async def test_an_intent_that_training_lacks_falls_back_with_low_confidence(cook: BuiltinCore) -> None:
    prediction = await cook.predict(conversation(cook.domain, says("complain")))
    assert (prediction.action, prediction.policy) == ("action_default_fallback", "RulePolicy")
    assert prediction.confidence == pytest.approx(0.3)


async def test_an_action_of_the_session_is_scored_and_followed_by_listening(cook: BuiltinCore) -> None:
    domain = cook.domain.merged(intents=["sing"], actions=["action_sing"], responses={"utter_la": "la"})
    prediction = await cook.predict(conversation(domain, says("sing"), did("action_sing")))
    assert {"action_sing", "utter_la"} <= {score.action for score in prediction.scores}
    assert (prediction.action, prediction.policy) == ("action_listen", "StatisticalPolicy")
    assert prediction.confidence < 0.5


async def test_a_project_without_stories_falls_back_and_listens(tmp_path: Path) -> None:
    core = BuiltinCore.load(write_project(tmp_path, "intents: [greet]\nresponses: {utter_a: [{text: a}]}"))
    assert await next_action(core, says("greet")) == "action_default_fallback"
    assert await next_action(core, says("greet"), did("utter_a")) == "action_listen"


async def test_default_actions_are_never_guessed_by_chance(cook: BuiltinCore) -> None:
    scores = (await cook.predict(conversation(cook.domain, says("complain")))).scores
    assert {score.action for score in scores if score.score == 0} == {
        action for action in DEFAULT_ACTIONS if action != "action_default_fallback"
    }


async def test_the_fallback_has_the_threshold_and_action_of_the_configuration(tmp_path: Path) -> None:
    config = "policies: [{name: RulePolicy, core_fallback_threshold: 0.7, core_fallback_action_name: utter_ok}]"
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, STORIES, config))
    prediction = await core.predict(conversation(core.domain, says("complain")))
    assert (prediction.action, prediction.confidence) == ("utter_ok", 0.7)


async def test_what_is_seldom_wrong_is_still_no_answer_to_an_unknown_intent(tmp_path: Path) -> None:
    stories = "stories: [{story: one, steps: [intent: greet, action: utter_ok]}]"
    domain = "intents: [greet, sing]\nresponses: {utter_ok: [{text: ok}]}"
    core = BuiltinCore.load(write_project(tmp_path, domain, stories))
    assert await next_action(core, says("sing")) == "action_default_fallback"


async def test_a_guess_depends_on_the_question_that_was_answered(tmp_path: Path) -> None:
    stories = """
        stories:
        - {story: one, steps: [intent: order, action: utter_ask_dish, intent: affirm, action: utter_ok]}
        - {story: two, steps: [intent: order, action: utter_ask_dish, intent: affirm, action: utter_ok]}
        - {story: three, steps: [intent: greet, action: utter_sure, intent: affirm, action: action_cook]}
        """
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, stories))
    turns: list[Turn] = [says("order"), did("utter_welcome", "utter_sure"), LISTENS, says("affirm")]
    prediction = await core.predict(conversation(core.domain, *turns))
    assert (prediction.action, prediction.policy) == ("action_cook", "StatisticalPolicy")


def test_a_threshold_that_is_no_number_is_named_with_its_line(tmp_path: Path) -> None:
    config = "policies:\n- name: RulePolicy\n  core_fallback_threshold: high\n"
    with pytest.raises(FileError, match=r"config.yml:3: core_fallback_threshold is 'high'; write a number"):
        BuiltinCore.load(write_project(tmp_path, DOMAIN, STORIES, config))


async def test_without_a_fallback_an_unknown_intent_gets_an_unsure_guess(tmp_path: Path) -> None:
    config = "policies: [{name: RulePolicy, enable_fallback_prediction: false}]"
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, STORIES, config))
    prediction = await core.predict(conversation(core.domain, says("complain")))
    assert prediction.policy == "StatisticalPolicy"
    assert prediction.confidence < 0.4
    assert prediction.reason == "a guess: nothing in training is similar"


async def test_a_story_that_contradicts_another_leaves_it_to_the_statistics(tmp_path: Path) -> None:
    stories = """
        stories:
        - {story: one, steps: [intent: greet, action: utter_ok]}
        - {story: two, steps: [intent: greet, action: utter_greet]}
        - {story: three, steps: [intent: greet, action: utter_greet]}
        """
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, stories))
    prediction = await core.predict(conversation(core.domain, says("greet")))
    assert (prediction.action, prediction.policy) == ("utter_greet", "StatisticalPolicy")


async def test_a_story_that_breaks_off_at_a_message_teaches_no_answer_to_it(tmp_path: Path) -> None:
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, "stories: [{story: half, steps: [intent: greet]}]"))
    assert await next_action(core, says("greet")) == "action_default_fallback"


async def test_checkpoints_join_stories(tmp_path: Path) -> None:
    stories = """
        stories:
        - {story: first, steps: [intent: greet, action: utter_greet, checkpoint: here]}
        - {story: second, steps: [checkpoint: here, intent: affirm, action: action_cook]}
        """
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, stories))
    prediction = await core.predict(conversation(core.domain, *GREETED, says("affirm")))
    assert (prediction.action, prediction.policy) == ("action_cook", "MemoizationPolicy")


def _any_event() -> st.SearchStrategy[Event]:
    names = st.sampled_from(["utter_greet", "action_cook", "utter_sure", "action_listen", "action_unheard"])
    intents = st.sampled_from(["greet", "order", "affirm", "complain", "unheard", None])
    values = st.one_of(st.none(), st.text(max_size=3), st.booleans(), st.lists(st.integers(), max_size=2))
    slots = st.sampled_from(["dish", "size", "member", "note", "unheard"])
    return st.one_of(
        names.map(ActionExecuted),
        intents.map(says),
        st.builds(SlotSet, slots, values),
        st.sampled_from([ActiveLoop("form"), ActiveLoop(None), ActionExecutionRejected("form"), Restarted()]),
        st.just(UserUtteranceReverted()),
        names.map(FollowupAction),
    )


@given(st.lists(_any_event(), max_size=15))
async def test_no_conversation_is_too_odd_to_go_on(cook: BuiltinCore, events: list[Event]) -> None:
    tracker = Tracker("odd", cook.domain, events)
    prediction = await cook.predict(tracker)
    assert prediction.action in cook.domain.actions
    assert prediction == await cook.predict(Tracker("odd", cook.domain, events))
    assert list(tracker.events) == events


async def test_a_long_conversation_is_predicted_like_a_short_one(cook: BuiltinCore) -> None:
    turn = [says("order"), *did("utter_ask_dish"), LISTENS, *order("pie"), *did("utter_sure"), LISTENS]
    long, longer = (conversation(cook.domain, turn * turns, says("deny")) for turns in (20, 125))
    assert (await cook.predict(long)).action == (await cook.predict(longer)).action


ASKED = """
    stories:
    - {story: yes after sure, steps: [action: utter_sure, intent: affirm, action: action_cook]}
    - {story: yes after a dish, steps: [intent: order, action: utter_ask_dish, intent: affirm, action: utter_ok]}
    - {story: yes after a greeting, steps: [intent: greet, action: utter_greet, intent: affirm, action: utter_ok]}
    rules:
    - {rule: complaints, steps: [intent: complain, action: utter_sure]}
    """


async def test_a_story_that_begins_with_an_action_goes_on_after_it_whatever_was_before(tmp_path: Path) -> None:
    core = BuiltinCore.load(write_project(tmp_path, DOMAIN, ASKED))
    befores: list[list[Turn]] = [
        [says("complain")],
        [says("order"), did("utter_ok"), LISTENS, says("complain")],
        [*GREETED, [SlotSet("dish", "pie")], says("order")],
    ]
    for before in befores:
        prediction = await core.predict(conversation(core.domain, *before, did("utter_sure"), LISTENS, says("affirm")))
        assert (prediction.action, prediction.policy) == ("action_cook", "AugmentedMemoizationPolicy")
        assert prediction.reason.startswith("story 'yes after sure', all.yml:3")
