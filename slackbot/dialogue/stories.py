"""Rasa's stories and rules: read from files, joined at checkpoints, made from conversations, written."""

from slackbot.dialogue.story import Checkpoint, Story
from slackbot.dialogue.story_links import linked
from slackbot.dialogue.story_reader import read_stories, stories_from
from slackbot.dialogue.story_writer import stories_of, stories_yaml, story_steps

__all__ = [
    "Checkpoint",
    "Story",
    "linked",
    "read_stories",
    "stories_from",
    "stories_of",
    "stories_yaml",
    "story_steps",
]
