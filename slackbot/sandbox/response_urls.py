"""Response URLs: the way to answer an interaction without a token, five times within half an hour."""

from __future__ import annotations

from dataclasses import dataclass, field

from slackbot.sandbox.clock import Clock
from slackbot.sandbox.ids import new_id, new_secret

MAX_USES = 5
LIFETIME = 30 * 60.0  # seconds
#: How long one that has expired is remembered as such, in seconds.
_REMEMBERED = 2 * LIFETIME


@dataclass
class ResponseURL:
    """What one URL was given out for."""

    url: str
    user_id: str
    channel_id: str
    made_at: float
    #: The message that the interaction was about, and whether only that person sees it.
    message_ts: str | None = None
    is_ephemeral: bool = False
    uses: int = 0


@dataclass
class ResponseURLs:
    """The response URLs that were given out."""

    clock: Clock
    team_id: str
    #: ``http://host:port``, known once the server listens.
    base_url: str = ""
    _by_url: dict[str, ResponseURL] = field(default_factory=dict)

    def new(
        self, kind: str, user_id: str, channel_id: str, message_ts: str | None = None, *, is_ephemeral: bool = False
    ) -> str:
        """A URL for an interaction; `kind` is ``commands``, ``actions`` or ``app``."""
        url = f"{self.base_url}/hooks/{kind}/{self.team_id}/{new_id('')}/{new_secret()}"
        self._forget_old()
        self._by_url[url] = ResponseURL(
            url, user_id, channel_id, self.clock.now(), message_ts, is_ephemeral=is_ephemeral
        )
        return url

    def _forget_old(self) -> None:
        now = self.clock.now()
        while self._by_url and now - next(iter(self._by_url.values())).made_at > _REMEMBERED:
            del self._by_url[next(iter(self._by_url))]

    def use(self, url: str) -> ResponseURL | str:
        """Count a use. Answers what the URL was for, or Slack's word for why it can't be used."""
        found = self._by_url.get(url)
        if found is None:
            return "no_service"
        if self.clock.now() - found.made_at > LIFETIME:
            return "expired_url"
        if found.uses >= MAX_USES:
            return "used_url"
        found.uses += 1
        return found
