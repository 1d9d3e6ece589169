"""Links to the live page of one conversation's picture: signed, and good for some days."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import jwt

from slackbot.errors import SettingsError
from slackbot.settings import Settings

#: Tells these keys from JWTs that open the API, whatever they are signed with.
_AUDIENCE = "storythread-picture"
#: Seconds for which a link is good.
GOOD_FOR = 7 * 24 * 3600


@dataclass(frozen=True)
class Links:
    """Makes links, and tells whether a link's key is one of ours."""

    #: Where browsers reach the server, without a slash at its end.
    url: str
    secret: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Links | None:
        """None where the settings name no address. Raises SettingsError where there is one and no secret."""
        if settings.picture_url is None:
            return None
        if settings.picture_secret is None:
            raise SettingsError("STORYTHREAD_PICTURE_URL is set without STORYTHREAD_PICTURE_SECRET; set both")
        return cls(settings.picture_url.rstrip("/"), settings.picture_secret)

    def link(self, conversation_id: str) -> str:
        """The page's address with a key that opens it, and nothing else."""
        key = key_of(conversation_id, self.secret, time.time() + GOOD_FOR)
        return f"{self.url}/pictures/{quote(conversation_id, safe='')}?{urlencode({'key': key})}"


def key_of(conversation_id: str, secret: str, until: float) -> str:
    """What opens the picture of a conversation, and of no other, until a Unix second."""
    return jwt.encode({"sub": conversation_id, "aud": _AUDIENCE, "exp": int(until)}, secret, algorithm="HS256")


def opens(key: str, conversation_id: str, secret: str) -> bool:
    """Whether a key is signed with the secret, for this conversation, and not out of date."""
    try:
        told = jwt.decode(
            key, secret, algorithms=["HS256"], audience=_AUDIENCE, options={"require": ["exp", "sub", "aud"]}
        )
    except jwt.PyJWTError:
        return False
    return bool(told["sub"] == conversation_id)
