"""The forms of projects that others wrote, without their action servers."""

from __future__ import annotations

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.events import UserUttered

from .conversations import REAL_PROJECTS
from .test_forms import Talk, in_short

pytestmark = pytest.mark.skipif(not REAL_PROJECTS.is_dir(), reason="needs ../shared/data/rasa_projects")

BASIC, CUSTOM, BANK = "how-to-rasa/video-09-1-basic-forms", "how-to-rasa/video-09-2-custom-forms", "financial-demo"
ORDERED = "simple_pizza_form requested_slot=None loop=None utter_submit utter_pizza_slots"
SCRIPTS = [
    (
        BASIC,
        {
            "/buy_pizza": "simple_pizza_form loop=simple_pizza_form requested_slot=pizza_size",
            '/inform{"pizza_size": "large"}': "simple_pizza_form requested_slot=pizza_type",
            "/bot_challenge": ("simple_pizza_form_rejected utter_iamabot simple_pizza_form requested_slot=pizza_type"),
            '/inform{"pizza_type": "hawaii"}': ORDERED,
            "/goodbye": "utter_goodbye",
        },
    ),
    (
        BASIC,
        {
            "/buy_pizza": "simple_pizza_form loop=simple_pizza_form requested_slot=pizza_size",
            "/stop": "simple_pizza_form_rejected utter_ask_continue",
            "/affirm": "action_deactivate_loop loop=None requested_slot=None",
            "/goodbye": "utter_goodbye",
        },
    ),
    (
        CUSTOM,
        {
            "/buy_fancy_pizza": "fancy_pizza_form loop=fancy_pizza_form requested_slot=pizza_size",
            '/inform{"pizza_size": "s"}': "fancy_pizza_form requested_slot=pizza_type",
            '/inform{"pizza_type": "veggie"}': "fancy_pizza_form requested_slot=vegetarian",
            "of course": "fancy_pizza_form requested_slot=None loop=None utter_submit utter_pizza_slots",
        },
    ),
    (
        BANK,
        {
            "/transfer_money": "transfer_money_form loop=transfer_money_form requested_slot=AA_CONTINUE_FORM",
            '/inform{"PERSON": "Ann"}': "transfer_money_form requested_slot=amount-of-money",
            "/check_balance": (
                "transfer_money_form_rejected action_show_balance transfer_money_form requested_slot=amount-of-money"
            ),
            '/inform{"amount-of-money": "10"}': "transfer_money_form requested_slot=zz_confirm_form",
            "/affirm": "transfer_money_form requested_slot=None loop=None action_transfer_money",
        },
    ),
]


@pytest.mark.parametrize(("project", "script"), SCRIPTS)
async def test_a_session_with_a_form_runs_as_its_author_meant_it(project: str, script: dict[str, str]) -> None:
    talk = Talk(BuiltinCore.load(REAL_PROJECTS / project))
    told: dict[str, str] = {}
    for text in script:
        await talk.hear(UserUttered(text, parse_data=await talk.core.parse(text, talk.tracker)))
        done: list[str] = []
        while (action := (await talk.core.predict(talk.tracker)).action) != "action_listen":
            done += [in_short(event) for event in await talk.do(action)]
        await talk.do("action_listen")
        told[text] = " ".join(word.replace(" ", "_") for word in done if not word.startswith("“"))
    assert told == script
