"""What a window asks a person to do: each verb is a method of Person, with the arguments that it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slackbot.errors import PersonError
from slackbot.sandbox.people import Person
from slackbot.sandbox.shapes import JSON


class BadRequest(PersonError):
    """A window asked for something in the wrong form."""


@dataclass(frozen=True)
class Verb:
    """`needs` and `takes` are names of texts; `value` and what is not named here may be anything."""

    do: Callable[[Person, JSON], Awaitable[Any]]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    anything: tuple[str, ...] = ()


async def perform(person: Person, name: str, arguments: JSON) -> Any:
    """Do it; answers what the person gets back. BadRequest, NotOnScreen, NotAcknowledged."""
    verb = VERBS.get(name)
    if verb is None:
        raise BadRequest(f"there is no verb {name!r}; there is: {', '.join(VERBS)}")
    _check(verb, arguments)
    return await verb.do(person, arguments)


def _check(verb: Verb, arguments: JSON) -> None:
    for name in verb.needs:
        if name not in arguments:
            raise BadRequest(f"{name!r} is missing")
    for name, value in arguments.items():
        if name not in (*verb.needs, *verb.takes, *verb.anything):
            raise BadRequest(f"{name!r} is not asked for")
        is_text = isinstance(value, str) or (value is None and name in verb.takes)
        if name not in verb.anything and not is_text:
            raise BadRequest(f"{name!r} must be a text")


async def _press(person: Person, a: JSON) -> None:
    if a.get("value") is not None:
        await person.choose(a["channel"], a["ts"], a["action"], a["value"], block_id=a.get("block_id"))
        return
    seen = a.get("seen")
    if seen is not None and (not isinstance(seen, dict) or seen.get("ts") != a["ts"]):
        raise BadRequest("'seen' must be the message with this ts")
    await person.press(a["channel"], a["ts"], a["action"], block_id=a.get("block_id"), seen=seen)


async def _close_view(person: Person, a: JSON) -> None:
    await person.close_view(everything=bool(a.get("everything")))


async def _dismiss(person: Person, a: JSON) -> None:
    person.dismiss({"ts": a["ephemeral_ts"]})


async def _read(person: Person, a: JSON) -> None:
    person.read(a["channel"], a["ts"])


VERBS: dict[str, Verb] = {
    "say": Verb(lambda p, a: p.say(a["channel"], a["text"], a.get("thread_ts")), ("channel", "text"), ("thread_ts",)),
    "edit": Verb(lambda p, a: p.edit(a["channel"], a["ts"], a["text"]), ("channel", "ts", "text")),
    "delete": Verb(lambda p, a: p.delete(a["channel"], a["ts"]), ("channel", "ts")),
    "react": Verb(lambda p, a: p.react(a["channel"], a["ts"], a["name"]), ("channel", "ts", "name")),
    "unreact": Verb(lambda p, a: p.unreact(a["channel"], a["ts"], a["name"]), ("channel", "ts", "name")),
    "read": Verb(_read, ("channel", "ts")),
    "join": Verb(lambda p, a: p.join(a["channel"]), ("channel",)),
    "leave": Verb(lambda p, a: p.leave(a["channel"]), ("channel",)),
    "invite": Verb(lambda p, a: p.invite(a["channel"], a["user_id"]), ("channel", "user_id")),
    "command": Verb(
        lambda p, a: p.command(a["command"], a.get("text") or "", a["channel"]), ("command", "channel"), ("text",)
    ),
    "shortcut": Verb(lambda p, a: p.shortcut(a["callback_id"]), ("callback_id",)),
    "message_action": Verb(
        lambda p, a: p.message_action(a["callback_id"], a["channel"], a["ts"]), ("callback_id", "channel", "ts")
    ),
    "press": Verb(_press, ("channel", "ts", "action"), ("block_id",), ("value", "seen")),
    "choose": Verb(
        lambda p, a: p.choose(a["channel"], a["ts"], a["action"], a.get("value"), block_id=a.get("block_id")),
        ("channel", "ts", "action"),
        ("block_id",),
        ("value",),
    ),
    "message_options": Verb(
        lambda p, a: p.message_options(a["channel"], a["ts"], a["action"], a["query"], block_id=a.get("block_id")),
        ("channel", "ts", "action", "query"),
        ("block_id",),
    ),
    "press_ephemeral": Verb(
        lambda p, a: p.press_ephemeral(
            {"ts": a["ephemeral_ts"]}, a["action"], a.get("value"), block_id=a.get("block_id")
        ),
        ("ephemeral_ts", "action"),
        ("channel", "block_id"),
        ("value",),
    ),
    "dismiss": Verb(_dismiss, ("ephemeral_ts",)),
    "view_press": Verb(lambda p, a: p.view_press(a["action"], a.get("block_id")), ("action",), ("block_id",)),
    "fill": Verb(
        lambda p, a: p.fill(a["action"], a.get("value"), a.get("block_id")), ("action",), ("block_id",), ("value",)
    ),
    "options": Verb(
        lambda p, a: p.options(a["action"], a["query"], a.get("block_id")), ("action", "query"), ("block_id",)
    ),
    "submit": Verb(lambda p, a: p.submit()),  # noqa: ARG005  it takes nothing
    "close_view": Verb(_close_view, (), (), ("everything",)),
    "open_home": Verb(lambda p, a: p.open_home(a.get("tab") or "home"), (), ("tab",)),
    "home_press": Verb(
        lambda p, a: p.home_press(a["action"], a.get("value"), a.get("block_id")),
        ("action",),
        ("block_id",),
        ("value",),
    ),
}
