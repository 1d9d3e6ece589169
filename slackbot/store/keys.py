"""The names under which everything is kept in Redis."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "storythread"
#: Characters of a conversation's id.
LONGEST_ID = 255
#: ids of the conversations that are not over (SET)
ACTIVE = f"{PREFIX}:active"
#: ids of the conversations in which something is to be done -> since when, Unix seconds (ZSET)
DUE = f"{PREFIX}:due"
#: ids of the conversations with something to draw -> since when, Unix seconds (ZSET)
UNDRAWN = f"{PREFIX}:undrawn"
#: "channel:thread ts" -> conversation id (HASH)
THREADS = f"{PREFIX}:threads"
#: channel -> the rule by which its sessions decide, as text (HASH)
CHANNEL_RULES = f"{PREFIX}:channels:rules"
#: wanted: counts the turns after which training is wanted; failure: of the latest that failed, JSON (HASH)
TRAINING = f"{PREFIX}:training"
#: Unix seconds since when a training is running (STRING, for as long as one may run)
TRAINING_NOW = f"{PREFIX}:training:now"
#: version -> what is known of the model, JSON (HASH)
MODELS = f"{PREFIX}:models"
#: the latest version (STRING)
MODEL_VERSION = f"{PREFIX}:models:latest"
#: "conversation id:question id" -> verdict on the question's suggestions, JSON (HASH)
JUDGED = f"{PREFIX}:judged"
#: "conversation id\nname" of reminders that are still to ring -> when, Unix seconds (ZSET)
REMINDERS = f"{PREFIX}:reminders"
#: the same of reminders that rang, and are held back until their conversation can take them (ZSET)
REMINDERS_HELD = f"{PREFIX}:reminders:held"
#: ids of conversations in which a reminder has just fired (PUBLISH)
FIRED = f"{PREFIX}:reminders:fired"
#: periodic job -> when it was begun last, Unix seconds (HASH)
PERIODIC = f"{PREFIX}:periodic"
#: "conversation id\nquestion id\nsince", "...reminded", "...escalated", "...marked" -> when, Unix seconds (HASH)
NUDGED_QUESTIONS = f"{PREFIX}:nudges:questions"
#: person -> what they were reminded of last, and the digest that is just being sent, JSON (HASH)
NUDGED_PEOPLE = f"{PREFIX}:nudges:people"
#: id -> a digest that was posted and is not struck out yet, JSON (HASH)
DIGESTS = f"{PREFIX}:nudges:digests"
#: person -> what they have set for themselves, JSON (HASH)
PREFERENCES = f"{PREFIX}:people:preferences"


@dataclass(frozen=True)
class Keys:
    """The keys of one conversation."""

    conversation_id: str

    def __getattr__(self, name: str) -> str:
        if name not in _NAMES:
            raise AttributeError(name)
        return f"{PREFIX}:conversation:{self.conversation_id}:{name}"


#: log LIST, head HASH, votes HASH, waiting HASH, seen HASH, questions HASH, redraw ZSET, later ZSET, shown HASH,
#: lease STRING, replaced STRING, reminders HASH, alarms ZSET, criteria ZSET. The Lua files say what is in them.
_NAMES = frozenset(
    {
        *("log", "head", "votes", "waiting", "seen", "questions", "redraw", "later", "shown", "lease"),
        "replaced",
        *("reminders", "alarms", "criteria"),
    }
)


def model(version: int | str) -> str:
    """The archive of a model (STRING, a zip)."""
    return f"{PREFIX}:model:{version}"


def draft(token: str) -> str:
    """What somebody has entered in a modal so far (STRING, JSON)."""
    return f"{PREFIX}:draft:{token}"


def posted(request: str) -> str:
    """How much of somebody's statistics is posted: text, picture (STRING)."""
    return f"{PREFIX}:posted:{request}"


def profile(person: str) -> str:
    """What Slack says of somebody (STRING, JSON, for a day)."""
    return f"{PREFIX}:profile:{person}"


def members(channel: str) -> str:
    """Who is in a channel (STRING, JSON, for minutes)."""
    return f"{PREFIX}:members:{channel}"


def skills(team: str) -> str:
    """What is known of each annotator of a workspace (HASH: version, at, questions, skills)."""
    return f"{PREFIX}:skills:{team}"


def gold(team: str, part: str) -> str:
    """Of a workspace's gold questions: questions, answers, seen, warned (HASH each)."""
    return f"{PREFIX}:gold:{team}:{part}"
