"""Leaves stories out of training by turns, to see how they are predicted by what the others teach."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from slackbot.core.builtin.policies import Policies
from slackbot.dialogue.project import Project
from slackbot.dialogue.stories import Story
from slackbot.evaluation.decisions import Played, play

FOLDS = 5


def leaving_stories_out(project: Project, progress: Callable[[str], None]) -> list[Played]:
    """Every story of the project, predicted by policies that have learned all rules and the stories of other parts.

    What belongs together is left out together: the alternatives of one story, and stories that checkpoints join. The
    stories are shuffled, always in the same way, and dealt out to ``parts``. Empty if there are not two to part.
    """
    groups = story_groups(project.stories)
    if len(groups) < 2:
        return []
    random.Random(0).shuffle(groups)
    rules = [story for story in project.stories if story.kind == "rule"]
    folds = parts(project)
    played: list[Played] = []
    for fold in range(folds):
        progress(f"part {fold + 1} of {folds}")
        learned = [story for at, group in enumerate(groups) if at % folds != fold for story in group]
        held_out = [story for at, group in enumerate(groups) if at % folds == fold for story in group]
        policies = Policies([*rules, *learned], project.domain, project.config, folder=project.path)
        played += play(policies, held_out, project.domain)
    return played


def parts(project: Project) -> int:
    """Into how many parts the stories are dealt out: FOLDS, or as many as there are stories."""
    return min(FOLDS, len(story_groups(project.stories)))


def story_groups(stories: Iterable[Story]) -> list[list[Story]]:
    """The stories, without rules, by what belongs together; in the order of the files."""
    told = [story for story in stories if story.kind == "story"]
    first_of: dict[Hashable, int] = {}
    leader = list(range(len(told)))
    for at, story in enumerate(told):
        for key in _ties(story, at):
            _join(leader, first_of.setdefault(key, at), at)
    groups: dict[int, list[Story]] = defaultdict(list)
    for at, story in enumerate(told):
        groups[_first(leader, at)].append(story)
    return list(groups.values())


def _ties(story: Story, at: int) -> Iterator[Hashable]:
    """What two stories that belong together have in common."""
    yield at if story.line is None else (story.path, story.line)
    yield from ((checkpoint.name,) for checkpoint in (*story.start, *story.end))


def _join(leader: list[int], one: int, other: int) -> None:
    first, second = sorted((_first(leader, one), _first(leader, other)))
    leader[second] = first


def _first(leader: Sequence[int], at: int) -> int:
    while leader[at] != at:
        at = leader[at]
    return at
