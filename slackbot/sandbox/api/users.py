"""users.*: the members of the workspace."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slackbot.sandbox.api.access import page
from slackbot.sandbox.api.arguments import Arguments
from slackbot.sandbox.api.registry import Tier, method
from slackbot.sandbox.backend import Backend
from slackbot.sandbox.errors import ApiError
from slackbot.sandbox.shapes import JSON
from slackbot.sandbox.workspace import Account, Workspace

_READ = ("users:read",)
_COLORS = (
    "9f69e7", "4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "e0a729", "684b6c", "5b89d5", "2b6836", "99a949",
    "df3dc0", "4cc091", "9b3b45", "d58247", "bb86b7", "5a4592", "db3150", "235e5b", "9e3997", "53b759", "c386df",
    "385a86", "a63024",
)  # fmt: skip


@method("users.info", Tier.T4, scopes=_READ, required=("user",))
def info(backend: Backend, arguments: Arguments) -> JSON:
    """One member."""
    account = backend.workspace.accounts.get(arguments.text("user"))
    if account is None:
        raise ApiError("user_not_found")
    return {"user": user_dict(backend.workspace, account)}


@method("users.list", Tier.T2, scopes=_READ)
def list_all(backend: Backend, arguments: Arguments) -> JSON:
    """Every member; all at once unless there is a limit."""
    accounts = list(backend.workspace.accounts.values())
    shown, metadata = page(accounts, arguments, default=1000, most=1000)
    members = [user_dict(backend.workspace, account) for account in shown]
    now = int(backend.workspace.clock.now())
    return {"members": members, "cache_ts": now, "response_metadata": metadata}


@method("users.profile.get", Tier.T4, scopes=("users.profile:read",))
def profile(backend: Backend, arguments: Arguments) -> JSON:
    """A member's profile, by default the bot's own."""
    account = backend.workspace.accounts.get(arguments.text("user", backend.workspace.app.bot_user_id))
    if account is None:
        raise ApiError("user_not_found")
    return {"profile": _profile(backend.workspace, account)}


def color_of(user_id: str) -> str:
    """The color of a member, which never changes: six hexadecimal digits."""
    return _COLORS[sum(user_id.encode()) % len(_COLORS)]


def user_dict(workspace: Workspace, account: Account) -> JSON:
    """A member as Slack describes one."""
    team, name = workspace.team.id, account.display_name
    return {
        "id": account.id,
        "team_id": team,
        "name": account.name,
        "deleted": False,
        "color": color_of(account.id),
        "real_name": name,
        **_time_zone(workspace, account),
        "profile": _profile(workspace, account),
        "is_admin": account.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": account.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


def _profile(workspace: Workspace, account: Account) -> JSON:
    name = account.display_name
    first, _, last = name.partition(" ")
    profile = {
        "title": "",
        "phone": "",
        "skype": "",
        "avatar_hash": "",
        "status_text": "",
        "status_emoji": "",
        "status_emoji_display_info": [],
        "status_expiration": 0,
        "first_name": first,
        "last_name": last,
        "real_name": name,
        "display_name": name,
        "real_name_normalized": name,
        "display_name_normalized": name,
        "team": workspace.team.id,
    }
    if account.is_bot:
        profile |= {"bot_id": workspace.app.bot_id, "api_app_id": workspace.app.id}
    return profile


def _time_zone(workspace: Workspace, account: Account) -> JSON:
    """The zone with its name and its offset in seconds, as they are now."""
    if account.tz == "Etc/UTC":
        return {"tz": account.tz, "tz_label": "Coordinated Universal Time", "tz_offset": 0}
    now = datetime.fromtimestamp(workspace.clock.now(), ZoneInfo(account.tz))
    offset = now.utcoffset() or timedelta()
    return {"tz": account.tz, "tz_label": now.tzname() or account.tz, "tz_offset": int(offset.total_seconds())}
