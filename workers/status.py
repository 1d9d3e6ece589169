"""``storythread status``: how things stand, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from workers.standing import Named, Standing

_NUDGED = {"reminded": "brought to mind", "escalated": "given to backups", "marked": "marked as waiting"}


def lines(now: Standing) -> Iterator[str]:
    """The lines, most urgent first within each paragraph."""
    jobs = ", ".join(f"{count} {state}" for state, count in now.jobs.items())
    yield f"queue      {jobs}" + (f"; the oldest has waited {span(now.oldest_job)}" if now.jobs["waiting"] else "")
    yield f"workers    {len(now.workers) or 'NONE: run `storythread work`'}" + (
        "" if now.schedule_kept or not now.workers else "; NOBODY keeps the schedule just now"
    )
    for worker in now.workers:
        yield (
            f"           {worker.state:<9} {worker.host} {worker.name[:12]}, up {span(worker.age)},"
            f" last seen {span(worker.silent_for)} ago"
        )
    yield f"sessions   {now.sessions} open" + (
        f"; {now.to_do} to carry on and {now.to_draw} to draw, for up to {span(now.oldest_to_do)}"
        if now.to_do or now.to_draw
        else ""
    )
    overdue = f", {now.overdue} OVERDUE by up to {span(now.most_overdue)}" if now.overdue else ""
    yield f"reminders  {now.reminders} to ring{overdue}, {now.held} held back by questions or pauses"
    yield from _named("overdue", now.named_overdue, now.overdue, now)
    yield from _named("held back", now.named_held, now.held, now)
    yield from _named("next", now.named_next, now.reminders - now.overdue, now)
    nudged = ", ".join(f"{count} {_NUDGED[stage]}" for stage, count in now.nudged.items())
    sending = f", {now.digests_on_their_way} on their way" if now.digests_on_their_way else ""
    yield f"nudges     questions: {nudged}; {now.digests} digests with something left to do{sending}"


def _named(title: str, reminders: Sequence[Named], of: int, now: Standing) -> Iterator[str]:
    for one in reminders:
        due = one.alarm.due
        ago = f"{span(now.now - due)} ago" if due <= now.now else f"in {span(due - now.now)}"
        place = f"{one.channel} {one.thread_ts}".strip()
        name = "".join(letter if letter.isprintable() else "?" for letter in one.alarm.name[:60])
        moment = datetime.fromtimestamp(due, UTC)
        yield f"           {title}: {name}, {moment:%Y-%m-%d %H:%M:%S} UTC ({ago}), {one.alarm.conversation_id} {place}"
    if of > len(reminders):
        yield f"           and {of - len(reminders)} more"


def span(seconds: float) -> str:
    """A span of time: ``12 s``, ``3 min``, ``5 h``, ``2 d``."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} s"
