"""Conversations in Redis: an append-only log of events, and beside it the open question, its votes, the session."""

from slackbot.store.conversations import Commit, Redraw, Snapshot, Store, StoredVote

__all__ = ["Commit", "Redraw", "Snapshot", "Store", "StoredVote"]
