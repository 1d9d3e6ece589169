"""``python -m benchmarks.crowd --data DIR``: how many votes it takes to know the right answer."""

from __future__ import annotations

import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from benchmarks.crowd_policies import DEFAULT, Drawn, Outcome, of_crowd_kit, online, outcomes
from benchmarks.crowd_sets import LabelledSet, read_set, set_folders
from benchmarks.crowd_speed import LABELS, seconds
from benchmarks.measuring import Progress, duration, last_line
from slackbot.errors import FileError, StorythreadError

#: Labels that are looked at in all draws of a set together: small sets are drawn more often.
WORK = 200_000
FEWEST_DRAWS, MOST_DRAWS = 2, 10
#: Labels of a set beyond which crowd-kit is left out.
MOST_FOR_PEER = 200_000

Results = dict[str, dict[str, Outcome]]


def measure(data: Path, draws: int | None) -> tuple[Results, dict[str, LabelledSet], dict[str, str]]:
    """Policy to set to outcome, the sets, and why others were skipped."""
    results: Results = defaultdict(dict)
    sets: dict[str, LabelledSet] = {}
    skipped: dict[str, str] = {}
    progress = Progress()
    for folder in set_folders(data):
        try:
            one = read_set(folder)
        except FileError as error:
            skipped[folder.name] = str(error)
            continue
        sets[one.name] = one
        for policy, outcome in _means(one, draws, progress):
            results[policy][one.name] = outcome
    return results, sets, skipped


def _means(one: LabelledSet, draws: int | None, progress: Progress) -> Iterator[tuple[str, Outcome]]:
    """Every policy with the mean of its outcomes over the draws."""
    number = draws or min(MOST_DRAWS, max(FEWEST_DRAWS, WORK // len(one.labels.task)))
    found: dict[str, list[Outcome]] = defaultdict(list)
    for seed in range(number):
        progress.at(f"{one.name}: draw {seed + 1} of {number}")
        drawn = Drawn.of(one, seed)
        for policy, outcome in outcomes(drawn):
            found[policy].append(outcome)
        if seed == 0 and compares(one):
            for policy, outcome in of_crowd_kit(drawn, online(drawn, DEFAULT).used):
                found[policy].append(outcome)
    for policy, several in found.items():
        yield policy, Outcome(fmean(one.accuracy for one in several), fmean(one.votes for one in several))


def compares(one: LabelledSet) -> bool:
    """Whether crowd-kit is asked too: where it is installed, and where it would not take minutes."""
    return importlib.util.find_spec("crowdkit") is not None and len(one.labels.task) <= MOST_FOR_PEER


def report(results: Results, sets: Mapping[str, LabelledSet], skipped: Mapping[str, str]) -> None:
    """The sets, a table of accuracy and mean votes, what was skipped, and all of it as JSON."""
    for one in sets.values():
        labels = one.labels
        click.echo(
            f"{one.name}: {len(labels.task):,} votes of {len(labels.people):,} people on {len(labels.tasks):,} tasks, "
            f"{int(labels.choices[0]):,} answers, {len(one.judged):,} tasks judged"
            + "".join(f"; {note}" for note in one.notes)
        )
        if len(labels.task) > MOST_FOR_PEER:
            click.echo(f"{one.name}: too big for crowd-kit, which is not asked here")
    for name, why in skipped.items():
        click.echo(f"{name}: skipped: {why}")
    if importlib.util.find_spec("crowdkit") is None:
        click.echo("crowd-kit is not installed here, so there is nothing of it beside ours: pip install crowd-kit")
    click.echo("\nAccuracy @ mean votes a task:")
    for line in _table(results, [*sets]):
        click.echo(line)
    taken = seconds()
    words = ", ".join(f"{name} {duration(value)}" for name, value in taken.items())
    click.echo(f"\n{LABELS:,} simulated votes are aggregated in: {words}")
    last_line(_summary(results, skipped) | {"seconds_for_100000": taken})


def _table(results: Results, names: Sequence[str]) -> Iterator[str]:
    rows = [("", ["mean", *names])]
    for policy, per_set in results.items():
        mean = _cell(_mean(per_set) if len(per_set) == len(names) else None)
        rows.append((policy, [mean, *(_cell(per_set.get(name)) for name in names)]))
    first = max(len(policy) for policy, _ in rows)
    widths = [max(len(cells[place]) for _, cells in rows) for place in range(len(names) + 1)]
    for policy, cells in rows:
        yield "  ".join([policy.ljust(first), *(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))])


def _cell(outcome: Outcome | None) -> str:
    return f"{outcome.accuracy:.3f} @ {outcome.votes:.2f}" if outcome else "-"


def _mean(per_set: Mapping[str, Outcome]) -> Outcome:
    """Every set weighs the same."""
    return Outcome(fmean(one.accuracy for one in per_set.values()), fmean(one.votes for one in per_set.values()))


def _summary(results: Results, skipped: Mapping[str, str]) -> dict[str, Any]:
    policies = {}
    for policy, per_set in results.items():
        mean = _mean(per_set)
        policies[policy] = {
            "mean_accuracy": mean.accuracy,
            "mean_votes": mean.votes,
            "sets": len(per_set),
            "per_set": {name: {"accuracy": one.accuracy, "votes": one.votes} for name, one in per_set.items()},
        }
    return {
        "benchmark": "crowd",
        "default": str(DEFAULT),
        "policies": policies,
        "against_majority_of_5": _against(results[str(DEFAULT)], results["majority of 5"]),
        "skipped": dict(skipped),
    }


def _against(ours: Mapping[str, Outcome], theirs: Mapping[str, Outcome]) -> dict[str, Any]:
    """Differences of accuracy, in points of a hundred, and the share of votes saved."""
    points = {name: 100 * (ours[name].accuracy - theirs[name].accuracy) for name in ours}
    mean, peer = _mean(ours), _mean(theirs)
    return {
        "points": 100 * (mean.accuracy - peer.accuracy),
        "votes_saved": 1 - mean.votes / peer.votes,
        "worst_set": min(points, key=points.__getitem__),
        "worst_points": min(points.values()),
    }


@click.command()
@click.option("--data", required=True, type=click.Path(path_type=Path), help="Folders with labels.csv and gold.csv.")
@click.option(
    "--draws", type=click.IntRange(min=1), help="Random orders of votes; otherwise 2 to 10, fewer of big sets."
)
def main(data: Path, draws: int | None) -> None:
    """Accuracy and mean votes a task, for every set and policy.

    labels.csv has the columns task, worker, label; gold.csv has task, label.
    """
    try:
        results, sets, skipped = measure(data, draws)
        if not sets:
            raise FileError(data, None, "no set in it can be used", "; ".join(skipped.values()))
    except StorythreadError as error:
        click.echo(f"benchmarks.crowd: {error}", err=True)
        sys.exit(1)
    report(results, sets, skipped)


if __name__ == "__main__":
    main()
