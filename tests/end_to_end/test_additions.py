"""What the assistant lacks is added from the Change modal: intents, responses, actions."""

from __future__ import annotations

import asyncio

import pytest

from slackbot.blocks.change import MARK_UP, NAME, PICK_ACTION, PICK_INTENT, PICK_TYPE, PICK_WORDS, TEXT
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.sandbox import NotAcknowledged, Person
from tests.end_to_end.stage import Scene, Stage, chosen, field


async def add(person: Person, button: str, name: str, text: str = "") -> None:
    """Fills in the modal behind one of the *New ...* buttons, and sends it."""
    await person.view_press(button)
    await person.fill(NAME, name)
    if text:
        await person.fill(TEXT, text)
    await person.submit()


async def modal(stage: Stage, text: str = "hi", command: str = "") -> tuple[Scene, Person]:
    """A scene in which Ben has pressed *Change* on the card of a message."""
    scene = await stage.teach(command)
    await scene.say(text)
    await scene.card(text)
    return scene, await scene.open_change("ben")


async def test_a_new_intent_and_a_new_response_are_taught_and_exported(stage: Stage) -> None:
    """Both are chosen in the Change modal at once, can be searched for, and end up in the files with what they say."""
    scene, ben = await modal(stage, "do you take dogs?")
    await add(ben, "New intent…", "ask_dogs")
    assert len(ben.views) == 1
    assert chosen(ben, PICK_INTENT) == "ask_dogs"
    await add(ben, "New response…", "utter_dogs", "Dogs are welcome: on the terrace!")
    assert chosen(ben, PICK_INTENT) == "ask_dogs"
    assert chosen(ben, PICK_ACTION) == "utter_dogs"
    await ben.submit()
    await scene.shows("Dogs are welcome: on the terrace!")
    await scene.agree("ben")
    await scene.say("and my cat?")
    await scene.card("and my cat?")
    cleo = await scene.open_change("cleo")
    assert [option["value"] for option in await cleo.options(PICK_INTENT, "dogs")] == ["ask_dogs"]
    await add(cleo, "New action…", "action_ask_the_cook")
    await cleo.fill(PICK_INTENT, "ask_dogs")
    await cleo.submit()
    await scene.shows("`action_ask_the_cook`")
    await scene.agree("cleo")
    async with stage.worker():
        await scene.press("ada", "Finish")
        files = await scene.files()
    (story,) = parse_yaml(files["stories.yml"], stage.settings.data)["stories"]
    assert [next(iter(step.items())) for step in story["steps"]] == [
        ("intent", "ask_dogs"),
        ("action", "utter_dogs"),
        ("intent", "ask_dogs"),
        ("action", "action_ask_the_cook"),
    ]
    domain = parse_yaml(files["domain.yml"], stage.settings.data)
    assert "ask_dogs" in domain["intents"]
    assert "action_ask_the_cook" in domain["actions"]
    assert domain["responses"]["utter_dogs"] == [{"text": "Dogs are welcome: on the terrace!"}]
    (nlu,) = parse_yaml(files["nlu.yml"], stage.settings.data)["nlu"]
    assert nlu == {"intent": "ask_dogs", "examples": "- do you take dogs?\n- and my cat?\n"}


async def test_an_intent_that_a_search_does_not_find_is_offered_as_a_new_one(stage: Stage) -> None:
    """It is added with the vote; a name that no intent can have is not offered."""
    scene, ben = await modal(stage, "do you take dogs?")
    assert await ben.options(PICK_INTENT, "utter_dogs") == []
    [option] = await ben.options(PICK_INTENT, "ask dogs")
    assert (option["text"]["text"], option["value"]) == ("ask_dogs (new)", "ask_dogs")
    await ben.fill(PICK_INTENT, "ask_dogs")
    await ben.submit()
    assert ben.view is None
    await scene.shows("I understood *ask_dogs*")
    assert (await stage.conversation(scene)).tracker.domain.intents[-1] == "ask_dogs"


@pytest.mark.parametrize(
    ("button", "name", "text", "wrong"),
    [
        ("New intent…", "ask hours", "", "A name has no spaces"),
        ("New intent…", "greet", "", "There is one of that name already"),
        ("New intent…", "utter_hello", "", "can't start with utter_"),
        ("New intent…", "a" * 201, "", "200 characters"),
        ("New action…", "action_listen", "", "There is one of that name already"),
        ("New action…", "a/b", "", "A name has no spaces"),
        ("New response…", "hello", "Hello!", "starts with utter_"),
        ("New response…", "utter_greet", "Hello!", "There is one of that name already"),
        ("New response…", "utter_", "Hello!", "more than utter_"),
    ],
)
async def test_a_bad_name_is_refused_in_the_modal(stage: Stage, button: str, name: str, text: str, wrong: str) -> None:
    """The reason stands below the name, what was typed stays, and nothing is added."""
    _, ben = await modal(stage)
    await add(ben, button, name, text)
    assert wrong in ben.view_errors[NAME]
    assert len(ben.views) == 2
    assert field(ben, NAME)["value"] == name


async def test_a_response_of_spaces_is_refused_below_its_text(stage: Stage) -> None:
    _, ben = await modal(stage)
    await add(ben, "New response…", "utter_nothing", "   ")
    assert ben.view_errors == {TEXT: "Write what the bot says."}


async def test_what_was_filled_in_already_is_kept_when_something_is_added(stage: Stage) -> None:
    """Picks, half-made marks and typed markup are still there; the new thing takes a place that nobody had filled."""
    scene, ben = await modal(stage, "a table for 4 people tonight")
    await ben.fill(PICK_INTENT, "inform")
    await ben.fill(PICK_ACTION, "utter_menu")
    await ben.fill(PICK_WORDS, ["people"])
    await ben.fill(PICK_TYPE, "diet")
    await ben.fill(MARK_UP, "a table for [4](party_size) people tonight")
    await add(ben, "New response…", "utter_see_you", "See you then!")
    assert chosen(ben, PICK_INTENT) == "inform"
    assert (chosen(ben, PICK_ACTION, 0), chosen(ben, PICK_ACTION, 1)) == ("utter_menu", "utter_see_you")
    assert [option["text"]["text"] for option in field(ben, PICK_WORDS)["selected_options"]] == ["people"]
    assert chosen(ben, PICK_TYPE) == "diet"
    assert field(ben, MARK_UP)["value"] == "a table for [4](party_size) people tonight"
    await ben.submit()
    await scene.shows("See you then!")
    assert (await scene.steps())[:1] == ["user:inform"]


async def test_what_is_added_but_never_agreed_is_not_exported(stage: Stage) -> None:
    """An addition is used as soon as somebody picks it, but the files hold what was agreed and nothing else."""
    scene, ben = await modal(stage)
    await add(ben, "New intent…", "say_nothing")
    await ben.close_view()
    await scene.agree("cleo")
    events = await scene.events()
    conversation = await stage.conversation(scene)
    assert conversation.session.additions.intents == ("say_nothing",)
    assert "say_nothing" not in str(events)


async def test_two_people_who_add_the_same_name_at_once_add_one_thing(stage: Stage) -> None:
    """The first text counts; the second person is told that there is one already and can pick it."""
    scene, ben = await modal(stage)
    cleo = await scene.open_change("cleo")
    for person, text in ((ben, "One."), (cleo, "Two.")):
        await person.view_press("New response…")
        await person.fill(NAME, "utter_new")
        await person.fill(TEXT, text)
    await asyncio.gather(ben.submit(), cleo.submit())
    errors = [person.view_errors for person in (ben, cleo)]
    assert sorted(len(found) for found in errors) == [0, 1]
    conversation = await stage.conversation(scene)
    assert len(conversation.session.additions.responses) == 1


async def test_nothing_is_added_to_a_session_that_is_over(stage: Stage) -> None:
    """A modal that was still open when the session ended says so."""
    scene, ben = await modal(stage)
    await ben.view_press("New intent…")
    await ben.fill(NAME, "too_late")
    await scene.press("ada", "Abort")
    await scene.shows("Aborted by")
    await ben.submit()
    assert "aborted" in ben.view_errors[NAME]


@pytest.mark.parametrize("press", ["New intent…", "Add entity"])
async def test_a_modal_that_is_closed_while_a_button_in_it_is_handled_is_left_closed(stage: Stage, press: str) -> None:
    """The press is acknowledged, too; one that isn't raises."""
    _, ben = await modal(stage)
    await asyncio.gather(ben.view_press(press), ben.close_view())
    assert ben.view is None


async def test_a_press_for_which_slack_opens_nothing_in_time_is_not_acknowledged_and_can_be_repeated(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack shows its person so. The log says it in a line: it is no fault of the program's."""
    _, ben = await modal(stage)
    stage.slack.faults.fail_next("views.push", "expired_trigger_id")
    with pytest.raises(NotAcknowledged):
        await ben.view_press("New intent…")
    assert [record.levelname for record in caplog.records if "expired_trigger_id" in record.getMessage()] == ["WARNING"]
    await ben.view_press("New intent…")
    assert [view["callback_id"] for view in ben.views] == ["change", "new_intent"]
