"""Simulated annotators: people who answer open questions by themselves, and are right with a given chance."""

from __future__ import annotations

from slackbot.sandbox.annotators.annotator import Annotator, Pace
from slackbot.sandbox.annotators.crowd import Crowd
from slackbot.sandbox.annotators.knowledge import Knowledge, knowledge_of

__all__ = ["Annotator", "Crowd", "Knowledge", "Pace", "knowledge_of"]
