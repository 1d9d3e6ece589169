"""``python -m benchmarks.pictures``: what it takes to draw a conversation among hundreds of generated stories."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import TypeVar

import click

from slackbot.picture.fitting import fitted
from slackbot.picture.graph import Path, Role
from slackbot.picture.layout import laid_out
from slackbot.picture.neighbours import whole
from slackbot.picture.png import png_of
from slackbot.picture.steps import Kind, State, Step

T = TypeVar("T")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--stories", type=click.IntRange(1, 20_000), default=500, show_default=True)
@click.option("--turns", type=click.IntRange(1, 50), default=7, show_default=True, help="Of a story, at most.")
@click.option("--seed", type=int, default=1, show_default=True)
def main(*, stories: int, turns: int, seed: int) -> None:
    """Prints seconds; the last line is a JSON object."""
    chance = random.Random(seed)
    paths = [_story(chance, number, turns) for number in range(stories)]
    now = Path(Role.CURRENT, "", (*paths[0].steps[:4], Step(Kind.USER, "intent_0", State.OPEN)), goes_on=True)
    graph, merging = _timed(lambda: whole([now, *paths]))
    drawing, placing = _timed(lambda: laid_out(graph))
    (near, _), fitting = _timed(lambda: fitted([now, *paths]))
    picture, painting = _timed(lambda: png_of(near, "1 turn"))
    told = {
        "stories": stories,
        "steps": sum(len(path.steps) for path in paths),
        "nodes": len(graph.nodes),
        "boxes": len(drawing.boxes),
        "merged_s": round(merging, 3),
        "laid_out_s": round(placing, 3),
        "fitted_s": round(fitting, 3),
        "png_s": round(painting, 3),
        "png_bytes": len(picture),
    }
    click.echo(f"all {stories} stories merged and laid out in {merging + placing:.2f} s")
    click.echo(f"a picture of those around a conversation chosen, laid out and drawn in {fitting + painting:.2f} s")
    click.echo(json.dumps(told))


def _story(chance: random.Random, number: int, turns: int) -> Path:
    """Some intents are much commoner than others, and mostly answered in the same way."""
    steps = []
    for _ in range(chance.randint(2, max(turns, 2))):
        intent = min(int(chance.expovariate(0.5)), 9)
        answer = intent if chance.random() < 0.8 else chance.randrange(10)
        steps += [Step(Kind.USER, f"intent_{intent}"), Step(Kind.ACTION, f"utter_{answer}")]
    return Path(Role.STORY, f"story {number}", tuple(steps))


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


if __name__ == "__main__":
    main()
