"""What people add to an assistant while they teach it: intents, actions and responses that its files lack."""

from __future__ import annotations

import re
from dataclasses import replace

from slackbot.dialogue.domain import Domain
from slackbot.errors import Refused
from slackbot.learning.intents import intent_names
from slackbot.learning.session import Session, Status

LONGEST_NAME = 200
_NAME = re.compile(r"[^\s/{}()\[\]\"':,#&*!|>%@`]+")
_RESPONSE = "utter_"


def is_name(text: str) -> bool:
    """Whether Rasa's files can hold this as the name of something."""
    return bool(_NAME.fullmatch(text)) and len(text) <= LONGEST_NAME


def is_new_intent(name: str, domain: Domain) -> bool:
    """Whether an intent of that name can be added."""
    try:
        check_name("intent", name, domain)
    except Refused:
        return False
    return name not in intent_names(domain)


def check_name(kind: str, name: str, domain: Domain) -> None:
    """Raises Refused with what is wrong with the name of a new intent, action or response (that is its ``kind``)."""
    if len(name) > LONGEST_NAME:
        raise Refused(f"A name has at most {LONGEST_NAME} characters.")
    if not is_name(name):
        raise Refused("A name has no spaces, quotes, brackets or slashes. Use letters, digits, _ and -.")
    if name in (domain.intents if kind == "intent" else domain.actions):
        raise Refused("There is one of that name already: pick it from the list.")
    if kind == "response" and not name.removeprefix(_RESPONSE):
        raise Refused("Write more than utter_, such as utter_opening_hours.")
    if (kind == "response") != name.startswith(_RESPONSE):
        what = "a response starts" if kind == "response" else f"an {kind} can't start"
        raise Refused(f"The name of {what} with utter_.")


def with_addition(session: Session, kind: str, name: str, text: str) -> Session:
    """The session with one thing more. Raises Refused where somebody was quicker, or the session is over."""
    if session.status is not Status.OPEN:
        raise Refused(f"This session is {session.status.value}: nothing can be added to it.")
    additions = session.additions
    known = additions.intents if kind == "intent" else (*additions.actions, *additions.responses)
    if name in known:
        raise Refused("There is one of that name already: pick it from the list.")
    match kind:
        case "intent":
            additions = replace(additions, intents=(*additions.intents, name))
        case "action":
            additions = replace(additions, actions=(*additions.actions, name))
        case _:
            additions = replace(additions, responses={**additions.responses, name: text.strip()})
    return replace(session, additions=additions)
