"""What somebody may ask for in the midst of any question: raised there, and carried out by the loop around it."""

from __future__ import annotations


class Signal(Exception):
    """The question that was being asked is given up; the loop does what was asked for, then goes on."""


class RestartConversation(Signal):
    """Begin the conversation anew; what came before stays as a story of its own."""


class UndoLastStep(Signal):
    """Take back the latest decision, or several."""

    def __init__(self, steps: int = 1) -> None:
        self.steps = steps
        super().__init__(f"undo {steps}")


class RedoLastUndo(Signal):
    """Bring back what was undone last, or what several undos took back."""

    def __init__(self, steps: int = 1) -> None:
        self.steps = steps
        super().__init__(f"redo {steps}")


class ForkTracker(Signal):
    """Branch off before an earlier turn: the number of the turn from 1, None to be asked."""

    def __init__(self, turn: int | None = None) -> None:
        self.turn = turn
        super().__init__(f"fork {turn}")


class SwitchBranch(Signal):
    """Go on in another branch: its number from 1, None to be asked."""

    def __init__(self, branch: int | None = None) -> None:
        self.branch = branch
        super().__init__(f"switch {branch}")


class Abort(Signal):
    """Stop. What was taught is kept unless it is discarded."""
