"""``storythread evaluate stories``: how well stories that are left out of training, and tests, are predicted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from slackbot.core.builtin.policies import Policies
from slackbot.dialogue.project import Project
from slackbot.evaluation.decisions import Decision, Played, Tally, play, tally
from slackbot.evaluation.held_out import leaving_stories_out, parts
from slackbot.evaluation.own_tests import own_tests
from slackbot.evaluation.too_few import TooFew

#: So many mistakes of each action are told one by one.
TOLD = 5


def evaluate_stories(project: Project, show: Callable[[str], None], progress: Callable[[str], None]) -> None:
    """Shows what is right, and the mistakes by action: their places, what was predicted instead, and why.

    Raises TooFew if the project has neither two stories nor tests.
    """
    held_out = leaving_stories_out(project, progress)
    tests = own_tests(project)
    if not held_out and not tests:
        remedy = "add stories until there are two, or tests"
        raise TooFew(project.path / "data", None, "there are too few stories to leave any out", remedy)
    if held_out:
        show(f"Stories left out of training, in {parts(project)} parts:")
        _show(held_out, project.path, show)
    else:
        show("Too few stories to leave any out.")
    show("")
    if not tests:
        show("The project has no tests of its own.")
        return
    progress("the project's own tests")
    policies = Policies(project.stories, project.domain, project.config, folder=project.path)
    show("The project's own tests:")
    _show([*play(policies, tests, project.domain)], project.path, show)


def _show(played: Sequence[Played], folder: Path, show: Callable[[str], None]) -> None:
    for line in (*sentences(tally(played)), *_mistakes(played, folder)):
        show(line)


def sentences(counted: Tally) -> Iterator[str]:
    """The figures as people read them."""
    yield f"{_of(counted.actions_right, counted.actions)} actions are right"
    yield f"{_of(counted.doings_right, counted.doings)} without action_listen"
    yield f"{_of(counted.conversations_right, counted.conversations)} conversations are right from beginning to end"


def _of(right: int, number: int) -> str:
    return f"  {right:,} of {number:,} ({right / number:.1%})" if number else f"  {right:,} of {number:,}"


def _mistakes(played: Sequence[Played], folder: Path) -> Iterator[str]:
    """A table of the actions that were missed, most often missed first, and below each the places."""
    wanted = Counter(decision.wanted for story in played for decision in story.decisions)
    missed: dict[str, list[tuple[Played, Decision]]] = defaultdict(list)
    for story in played:
        for decision in story.decisions:
            if not decision.is_right:
                missed[decision.wanted].append((story, decision))
    if missed:
        yield ""
        yield " wrong     of  action"
    for action in sorted(missed, key=lambda action: (-len(missed[action]), action)):
        yield f"{len(missed[action]):6} {wanted[action]:6}  {action}"
        yield from _places(missed[action], folder)


def _places(missed: Sequence[tuple[Played, Decision]], folder: Path) -> Iterator[str]:
    """Each place once, though several ways may lead through it."""
    places = Counter((_place(story, decision, folder), _instead(decision)) for story, decision in missed)
    for (place, instead), times in places.most_common(TOLD):
        yield f"{'':17}{place}" + (f", {times} times" if times > 1 else "")
        yield f"{'':19}{instead}"
    if len(places) > TOLD:
        yield f"{'':17}and at {len(places) - TOLD} more"


def _place(story: Played, decision: Decision, folder: Path) -> str:
    path = decision.path
    shown = path.relative_to(folder) if path is not None and path.is_relative_to(folder) else path
    return f"{shown}:{decision.line}, story '{story.name:.70}'"


def _instead(decision: Decision) -> str:
    predicted = decision.predicted
    return f"{predicted.action} instead ({predicted.policy} {predicted.confidence:.2f}: {predicted.reason})"
