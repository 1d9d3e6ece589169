"""Adds what conversations taught to a Rasa project on disk, with the smallest diff."""

from slackbot.dialogue.merge.plan import FileChange, Plan, plan
from slackbot.dialogue.merge.taught import Conversation

__all__ = ["Conversation", "FileChange", "Plan", "plan"]
