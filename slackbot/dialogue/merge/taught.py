"""What conversations teach that a project lacks: examples, stories, and what its domain must have for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from slackbot.dialogue.events import Event
from slackbot.dialogue.merge.batch import Batch
from slackbot.dialogue.merge.examples import Conflict, ExampleBook
from slackbot.dialogue.merge.needs import DomainNeeds, texts_said
from slackbot.dialogue.merge.stories import StoryBook
from slackbot.dialogue.nlu import examples_of
from slackbot.dialogue.project import Project
from slackbot.dialogue.stories import stories_of


@dataclass(frozen=True)
class Conversation:
    """A conversation that people have agreed on."""

    #: Its stories are named after it.
    name: str
    #: The raw log; what still applies of it is taught.
    events: Sequence[Event]
    #: The texts of responses that were made up in it, by name. Of others what the bot said is taken.
    responses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taught:
    """What is to be added to a project, and what can't be."""

    additions: Batch
    conflicts: tuple[Conflict, ...]
    #: One line each, for people: what was not added, or not as it was said, and why.
    notes: tuple[str, ...]


def taught_by(conversations: Iterable[Conversation], project: Project, *, domain_grows: bool = True) -> Taught:
    """What the conversations add to the project, in their order; nothing that is there already.

    A story that needs a response whose text nobody said, a form, or (where the domain can't grow) anything else that
    the domain lacks is left out, and a note says so: the project could not be loaded with it.
    """
    examples, stories = ExampleBook(project.nlu), StoryBook(project.stories)
    needs = DomainNeeds(project.domain, grows=domain_grows)
    for conversation in conversations:
        texts = {**texts_said(conversation.events), **conversation.responses}
        for story in stories_of(conversation.events, conversation.name, project.domain):
            if stories.is_known(story):
                continue
            problem = needs.problem(story, texts)
            if problem is not None:
                stories.notes.append(f"story {story.name!r}: {problem}; it was not added")
            elif stories.offer(story):
                needs.add_story(story, texts)
        for example in examples_of(conversation.events):
            if examples.offer(example):
                needs.add_example(examples.new[-1])
    additions = needs.batch() + Batch(examples=tuple(examples.new), stories=tuple(stories.new))
    notes = dict.fromkeys([*examples.notes, *stories.notes, *needs.notes()])
    return Taught(additions, tuple(examples.conflicts), tuple(notes))
