"""How somebody chooses, on the Home tab, when to be reminded of questions."""

from __future__ import annotations

import re
from dataclasses import replace

from slackbot.blocks import kit
from slackbot.blocks.kit import Block
from slackbot.crowd.preferences import Nudges, Preferences

#: action_ids.
PICK_NUDGES, PICK_HOUR, WEEKENDS = "home_nudges", "home_nudge_hour", "home_weekends"
QUIET_FROM, QUIET_UNTIL = "home_quiet_from", "home_quiet_until"
_OFTEN = {
    Nudges.IMMEDIATE: "Soon, and again each day",
    Nudges.DAILY: "Once a day",
    Nudges.OFF: "Never",
}
_YES = "yes"


def nudge_settings(preferences: Preferences) -> list[Block]:
    """The blocks. All times are in the person's own zone, which Slack knows."""
    often = {value: kit.option(label, value) for value, label in _OFTEN.items()}
    hours = [kit.option(f"{hour:02}:00", str(hour)) for hour in range(24)]
    weekends = kit.checkboxes(WEEKENDS, [kit.option("Remind me on Saturdays and Sundays too", _YES)])
    if preferences.weekends:
        weekends["initial_options"] = weekends["options"]
    chosen = often[Nudges(preferences.nudges)]
    from_, until = preferences.quiet_from, preferences.quiet_until
    return [
        kit.section(
            "Remind me of questions that wait for me",
            accessory=kit.static_select(PICK_NUDGES, "How often", list(often.values()), chosen),
        ),
        kit.section(
            "Once a day: at", accessory=kit.static_select(PICK_HOUR, "Hour", hours, hours[preferences.nudge_hour])
        ),
        kit.section("Never from", accessory=kit.timepicker(QUIET_FROM, "From", from_)),
        kit.section("until", accessory=kit.timepicker(QUIET_UNTIL, "Until", until)),
        kit.actions([weekends]),
        kit.context("Reminders come as direct messages. Times are those of your own time zone, as Slack has it."),
    ]


def with_choice(preferences: Preferences, action: Block) -> Preferences:
    """The preferences after a choice in one of these blocks, as Slack sends it. Raises ValueError for any other."""
    name, value = action["action_id"], str((action.get("selected_option") or {}).get("value"))
    if name == PICK_NUDGES:
        return replace(preferences, nudges=Nudges(value).value)
    if name == PICK_HOUR:
        return replace(preferences, nudge_hour=_hour(value))
    if name == WEEKENDS:
        return replace(preferences, weekends=bool(action["selected_options"]))
    if name == QUIET_FROM:
        return replace(preferences, quiet_from=_time(action.get("selected_time"), preferences.quiet_from))
    if name == QUIET_UNTIL:
        return replace(preferences, quiet_until=_time(action.get("selected_time"), preferences.quiet_until))
    raise ValueError(f"{name} is none of these settings")


def _hour(text: str) -> int:
    hour = int(text)
    if not 0 <= hour < 24:
        raise ValueError(f"{hour} is no hour")
    return hour


def _time(text: str | None, before: str) -> str:
    """A time that was cleared stays as it was."""
    if text is None:
        return before
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{text[:20]!r} is no time")
    return text
