"""Every error Storythread raises on purpose.

StorythreadError
├── PersonError            somebody can mend it: one line, with its place and its remedy
│   ├── FileError          a file that can't be read as what it should be
│   ├── SettingsError      a setting that is missing or wrong
│   └── Refused            somebody may not do this, or not now
│       └── Unqualified    somebody must answer gold questions first
├── WorldError             nobody here did wrong: retried with a bound, then shown
│   ├── StoreUnavailable   Redis doesn't answer
│   ├── SlackUnavailable   Slack doesn't answer, or answers that it can't now
│   │   └── DeliveryUnknown    the connection broke after a message was sent
│   ├── SlackRefused       Slack won't take a call, now or later
│   └── CoreFailed         the core couldn't parse, predict or execute
│       └── ActionFailed   an action server couldn't run a custom action
├── Conflict               the conversation changed since it was read: read again and decide again
└── UnknownEvent           an event type that Rasa doesn't have
"""

from __future__ import annotations

from pathlib import Path


class StorythreadError(Exception):
    """The root: catch it where a person must be told instead of shown a traceback."""


class PersonError(StorythreadError):
    """Something a person can mend. Its text is one line that says what to do."""


class FileError(PersonError):
    """A file, or a place in it, that is not what it should be.

    The text reads ``path:line: problem; remedy`` (``path: problem; remedy`` where no line is known).
    """

    def __init__(self, path: Path | str, line: int | None, problem: str, remedy: str) -> None:
        self.path, self.line, self.problem, self.remedy = Path(path), line, problem, remedy
        place = f"{path}:{line}" if line is not None else str(path)
        super().__init__(f"{place}: {problem}; {remedy}")


class SettingsError(PersonError):
    """A setting that is missing or wrong. The text names its environment variable."""


class Refused(PersonError):
    """Somebody asked for what they may not do, or what can't be done now. The text is shown to them."""


class Unqualified(Refused):
    """Somebody must answer gold questions before the first vote. The text is shown to them, with a way to do so."""


class WorldError(StorythreadError):
    """The world did wrong: worth trying again, nothing is lost."""


class StoreUnavailable(WorldError):
    """Redis didn't answer within the bound."""


class SlackUnavailable(WorldError):
    """Slack didn't take the call within the bound."""


class DeliveryUnknown(SlackUnavailable):
    """The connection broke after a message was sent: it may or may not have been posted."""


class SlackRefused(WorldError):
    """Slack won't take a call, now or later. ``code`` is Slack's own word for why."""

    def __init__(self, method: str, code: str) -> None:
        self.method, self.code = method, code
        super().__init__(f"Slack refuses {method}: {code}")


class CoreFailed(WorldError):
    """The core could not parse, predict or execute."""


class ActionFailed(CoreFailed):
    """The action server did not run an action. ``problem`` is the server's message, or why there is none."""

    def __init__(self, action: str, problem: str) -> None:
        self.action, self.problem = action, problem
        super().__init__(f"{action} failed: {problem}")


class Conflict(StorythreadError):
    """The conversation is no longer as it was when the write was decided. Nothing was written."""


class UnknownEvent(StorythreadError):
    """An event whose type is not one of Rasa's."""
