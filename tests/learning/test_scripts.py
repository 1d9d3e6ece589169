"""Sessions at random: people say, vote, change, edit, delete, undo, restart and press finish, again and again, while
processes race and die. At every moment what must hold holds.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.events import Event, Restarted
from slackbot.dialogue.history import told
from slackbot.dialogue.tracker import Tracker
from slackbot.store import Store
from tests.learning.exported import stories_of
from tests.learning.invariants import check_at_rest
from tests.learning.lesson import Lesson, short
from tests.learning.rehearsal import TEXTS, Act, Rehearsal

NUMBER = st.integers(0, 5)

SAY = st.tuples(st.just("say"), st.sampled_from(TEXTS))
AGREE = st.tuples(st.just("accept"), st.sampled_from(["all", "all", "ben", "cleo", "dan"]))
CHANGE = st.tuples(st.just("change"), st.sampled_from(["all", "ben", "cleo", "dan"]), NUMBER, NUMBER)
EDIT = st.tuples(st.just("edit"), NUMBER, st.sampled_from(TEXTS) | st.none())
REPEAT = st.tuples(st.just("repeat"), NUMBER)
CONTROL = st.tuples(st.sampled_from(["undo", "undo", "undo", "redo", "redo", "restart"]))
#: What somebody does, or what all people do. The likeliest acts are those that carry a session on.
ACTS = st.one_of(SAY, SAY, AGREE, AGREE, AGREE, CHANGE, CHANGE, EDIT, REPEAT, CONTROL)
#: What happens then: a process goes on; none does; two do at once; one dies at some moment, and another process goes
#: on with the next act; one goes on, and during a call of its core somebody does something else.
GOING_ON = st.one_of(
    st.tuples(st.just("goes on")),
    st.tuples(st.just("goes on")),
    st.tuples(st.just("stops")),
    st.tuples(st.just("races")),
    st.tuples(st.just("dies"), st.integers(0, 12)),
    st.tuples(st.just("meanwhile"), NUMBER, ACTS),
    st.tuples(st.just("meanwhile"), NUMBER, ACTS),
)
SCRIPTS = st.lists(st.tuples(ACTS, GOING_ON), min_size=8, max_size=24)

numbers = count()


async def assert_files_tell_the_log(lesson: Lesson, folder: Path) -> None:
    """The stories read again are what still counts of each part between restarts, if the speaker spoke in it."""
    tracker = (await lesson.state()).tracker
    parts: list[list[Event]] = [[]]
    for event in told(tracker.events)[3:]:
        if isinstance(event, Restarted):
            parts.append([])
        else:
            parts[-1].append(event)
    counting = [[short(event) for event in Tracker("", tracker.domain, part).applied_events()] for part in parts]
    assert ["listen", *counting[-1]][-len(await lesson.applied()) :] == await lesson.applied()
    kept = [[name for name in part if name != "listen" and not name.startswith("“")] for part in counting]
    intents = set(tracker.domain.intents)
    expected = [part for part in kept if intents & set(part)]
    assert (await stories_of(lesson, folder) if expected else []) == expected


@given(SCRIPTS, st.integers(1, 3), st.sampled_from(["finish", "abort", None]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_people_do_and_whichever_process_dies(
    store: Store,
    core: BuiltinCore,
    other_redis: Redis,
    tmp_path: Path,
    script: list[tuple[Act, Act]],
    quorum: int,
    end: str | None,
) -> None:
    lesson = await Lesson.begin(store, core, f"script-{next(numbers)}", quorum=quorum)
    rehearsal = Rehearsal(lesson, core, other_redis)
    for act, going_on in script:
        await rehearsal.play(act, going_on)
    await lesson.loop.advance(lesson.id)
    await check_at_rest(lesson, rehearsal.known)
    await assert_files_tell_the_log(lesson, tmp_path / lesson.id)
    if end:
        before = await lesson.log()
        await rehearsal.play((end,), ("goes on",))
        assert await lesson.log() == before
