"""The methods of the Web API by name, with what Slack asks of a caller before it looks at the arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.shapes import JSON


class Tier(Enum):
    """Slack's rate tiers: calls a minute of one method by one app in one workspace."""

    T2 = 20
    T3 = 50
    T4 = 100
    #: Hundreds a minute.
    SPECIAL = 600


Handler = Callable[[Backend, Arguments], JSON]
#: Whose token a method takes.
Caller = Literal["bot", "app", "anyone"]


@dataclass(frozen=True)
class Method:
    """One method: what it does and its rules."""

    name: str
    handler: Handler
    tier: Tier
    #: Any one of them will do; a method of conversations checks the one of the channel's kind itself.
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    caller: Caller = "bot"


METHODS: dict[str, Method] = {}


def method(
    name: str,
    tier: Tier,
    *,
    scopes: tuple[str, ...] = (),
    required: tuple[str, ...] = (),
    caller: Caller = "bot",
) -> Callable[[Handler], Handler]:
    """Register the decorated handler under a method's name."""

    def register(handler: Handler) -> Handler:
        METHODS[name] = Method(name, handler, tier, scopes, required, caller)
        return handler

    return register
