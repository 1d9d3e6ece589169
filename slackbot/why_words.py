"""What stands behind a line, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from slackbot.crowd.spans import spans_of
from slackbot.dialogue.events import ActionExecuted, Event, SlotSet, UserUttered
from slackbot.learning.provenance import Origin, Taught
from slackbot.learning.question import How, Part, PartKind
from slackbot.learning.voted import plain_answer


def meaning(event: Event) -> str:
    """What a step of a story says."""
    if isinstance(event, UserUttered):
        return f"the user says {event.intent_name or event.text}"
    if isinstance(event, ActionExecuted):
        return f"the assistant does {event.action_name or event.action_text}"
    if isinstance(event, SlotSet):
        return f"the slot {event.key} is {event.value!r}"
    return f"the event {event.type_name}"


def account(taught: Taught, origin: Origin | None, *, names: bool) -> Iterator[str]:
    """The conversation, the question, and for each part that it decided the rule, the model and the votes."""
    thread = f", thread {taught.thread_ts}" if taught.thread_ts else ""
    yield f"  conversation {taught.id} in channel {taught.session.channel}{thread}"
    if origin is None:
        yield "  no question decided it: the conversation begins so, or its question is still open"
        return
    question = origin.closed.question
    elsewhere = ""
    if origin.conversation != taught.id:
        elsewhere = f" of conversation {origin.conversation}, from which this one was forked"
    yield f"  question {question.id}{elsewhere}, about “{question.message.text}”"
    for place in origin.places:
        yield from _decision(origin, place, names=names)
    if origin.closed.votes and not names:
        yield "  voters are not named here; --names shows their Slack user ids"


def _decision(origin: Origin, place: int, *, names: bool) -> Iterator[str]:
    part = origin.closed.question.parts[place]
    yield f"  {part.kind}: {_answer(part.kind, plain_answer(part.kind, part.answer))}, {_how(origin, place)}"
    yield f"    {_suggested(part)}"
    votes = origin.tally(place)
    if not votes:
        yield "    nobody voted on it"
    for answer, people in votes:
        who = f": {', '.join(people)}" if names else ""
        yield f"    {len(people)} {'vote' if len(people) == 1 else 'votes'} for {_answer(part.kind, answer)}{who}"


def _suggested(part: Part) -> str:
    model = f"model version {part.model_version}" if part.model_version is not None else "a model without versions"
    suggested = plain_answer(part.kind, part.suggested)
    same = suggested == plain_answer(part.kind, part.answer)
    what = "suggested it" if same else f"suggested {_answer(part.kind, suggested)}"
    sure = f", {part.confidence:.0%} sure" if part.confidence is not None else ""
    why = ", ".join(filter(None, (part.policy, part.reason)))
    return f"{model} {what}{sure}{f' ({why})' if why else ''}"


def _how(origin: Origin, place: int) -> str:
    question = origin.closed.question
    part = question.parts[place]
    if part.how is How.UNASKED:
        least = question.terms.auto_accept if question.terms else None
        return f"accepted without asking, since the assistant was {least} sure or more"
    if part.how is How.RULING:
        reasons = [ruling.reason for ruling in question.rulings if len(ruling.answers) > place and ruling.reason]
        return f"ruled by an adjudicator: “{reasons[-1]}”" if reasons else "ruled by an adjudicator"
    return f"decided by votes under the rule “{question.rule}”"


def _answer(kind: PartKind, answer: str) -> str:
    """An answer as ``plain_answer`` gives it."""
    if kind is not PartKind.ENTITIES:
        return answer or "nothing"
    spans = [
        f"{span.type} at {span.start} to {span.end}" + "".join(f", {word}" for word in (span.role, span.group) if word)
        for span in spans_of(answer)
    ]
    return "; ".join(spans) or "no entities"
