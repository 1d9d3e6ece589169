"""The page's server, over real HTTP: what a window is shown, told, and may do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from slackbot.sandbox import Person, Sandbox
from slackbot.sandbox.page import feed as feeds
from slackbot.sandbox.page.site import STATIC

from .apps import JSON, MODAL, Recorder
from .windows import Window


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def window(session: ClientSession, slack: Sandbox, ada: Person) -> Window:
    return Window(session, slack.url, ada.id)


@pytest.fixture
def bob(slack: Sandbox, channel: str) -> Person:
    person = slack.add_person("bob", "Bob")
    slack.join(channel, person)
    return person


@pytest.fixture
def others(session: ClientSession, slack: Sandbox, bob: Person) -> Window:
    return Window(session, slack.url, bob.id)


def button(action: str) -> list[JSON]:
    text = {"type": "plain_text", "text": action}
    return [
        {"type": "actions", "block_id": "card", "elements": [{"type": "button", "action_id": action, "text": text}]}
    ]


# --- what is shown ----------------------------------------------------------------------------------------------------


async def test_the_page_loads_nothing_from_outside(window: Window) -> None:
    async with window.session.get(f"{window.url}/") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        text = await answer.text()
    assert 'src="http' not in text
    assert 'href="http' not in text


async def test_every_file_that_the_page_names_is_served_as_what_it_is(window: Window) -> None:
    kinds = {"js": "javascript", "css": "css", "svg": "svg", "woff2": "font"}
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop()
        async with window.session.get(window.url + path) as answer:
            assert answer.status == 200, path
            assert path == "/" or kinds[path.rpartition(".")[2]] in answer.content_type
            text = await answer.text() if "svg" not in path and "woff" not in path else ""
        seen.add(path)
        named = {f"/static/{name}" for name in re.findall(r"""(?:from|import) +["']\./([\w.-]+)["']""", text)}
        named |= set(re.findall(r"""(?:src|href)=["'](/static/[\w./-]+)["']""", text))
        waiting += named - seen - set(waiting)
    assert "/static/app.js" in seen
    assert not {path.name for path in STATIC.glob("*.js")} - {path.rpartition("/")[2] for path in seen}


async def test_the_workspace_names_its_people_its_app_and_its_commands(session: ClientSession) -> None:
    command = {"command": "/teach", "description": "Teach", "usage_hint": "[people]"}
    manifest = {"features": {"slash_commands": [command], "bot_user": {"display_name": "Robot"}}}
    async with Sandbox(manifest=manifest) as slack:
        ada = slack.add_person("ada", "Ada")
        about = await Window(session, slack.url, ada.id).get("/page/workspace")
    assert about["commands"] == [command]
    assert about["app"]["name"] == "Robot"
    assert [(one["display_name"], one["is_bot"]) for one in about["people"]] == [("Robot", True), ("Ada", False)]


async def test_a_window_shows_what_its_person_sees_and_nothing_else(
    slack: Sandbox, client: AsyncWebClient, channel: str, ada: Person, window: Window, others: Window
) -> None:
    secret = slack.add_channel("secret", private=True)
    slack.join(secret, ada)
    await ada.say(secret, "psst")
    await client.chat_postEphemeral(channel=channel, user=ada.id, text="for Ada alone")
    metadata = {"event_type": "card", "event_payload": {"secret": 1}}
    posted = await client.chat_postMessage(channel=channel, text="hi", metadata=metadata)
    mine, theirs = await window.state(), await others.state()
    assert [one["name"] for one in mine["channels"]] == ["teaching", "secret"]
    assert [one["name"] for one in theirs["channels"]] == ["teaching"]
    assert secret not in theirs["messages"]
    assert [one["text"] for one in mine["ephemerals"]] == ["for Ada alone"]
    assert theirs["ephemerals"] == []
    [message] = theirs["messages"][channel]
    assert message["ts"] == posted["ts"]
    assert "metadata" not in message


async def test_messages_of_others_are_unread_until_they_are_read(
    channel: str, ada: Person, window: Window, others: Window
) -> None:
    await ada.say(channel, "one")
    ts = await ada.say(channel, "two")
    await ada.say(channel, "a reply", ts)
    assert [one["unread"] for one in (await window.state())["channels"]] == [0]
    assert [one["unread"] for one in (await others.state())["channels"]] == [2]
    await others.do("read", channel=channel, ts=ts)
    after = await others.state()
    assert ([one["unread"] for one in after["channels"]], after["read"]) == ([0], {channel: ts})


async def test_files_are_shown_as_what_they_are_and_never_run(
    slack: Sandbox, client: AsyncWebClient, channel: str, window: Window
) -> None:
    secret = slack.add_channel("secret", private=True)
    await client.files_upload_v2(channel=channel, filename="nlu.yml", content="nlu: é")
    await client.files_upload_v2(channel=channel, filename="x.html", content="<script>")
    await client.files_upload_v2(channel=secret, filename="no.yml", content="no")
    shown = (await window.state())["files"]
    assert [one["name"] for one in shown.values()] == ["nlu.yml", "x.html"]
    first, page = shown.values()
    assert (first["preview"], first["size"]) == ("nlu: é", 7)
    async with window.session.get(window.url + page["url"]) as answer:
        assert answer.content_type == "text/plain"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    async with window.session.get(window.url + first["url"] + "&download=1") as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="nlu.yml"'
        assert await answer.read() == "nlu: é".encode()
    hidden = next(file for file in slack.files if file.name == "no.yml")
    async with window.session.get(window.address(f"/page/file/{hidden.id}")) as answer:
        assert answer.status == 404


# --- what is told -----------------------------------------------------------------------------------------------------


async def test_a_window_is_told_of_each_change_that_its_person_may_see(
    slack: Sandbox, client: AsyncWebClient, channel: str, ada: Person, others: Window, window: Window
) -> None:
    secret = slack.add_channel("secret", private=True)
    slack.join(secret, ada)
    async with others.changes() as events:
        await ada.say(secret, "psst")
        await client.chat_postEphemeral(channel=channel, user=ada.id, text="for Ada alone")
        ts = await ada.say(channel, "hi")
        said = await events.next()
        assert (said["data"]["type"], said["data"]["message"]["text"]) == ("message", "hi")
        await ada.say(channel, "there", ts)
        reply = await events.next()
        assert reply["id"] > said["id"]
        assert reply["data"]["parent"]["reply_count"] == 1


async def test_a_window_resumes_where_it_was_cut_off(channel: str, ada: Person, window: Window) -> None:
    seen = (await window.state())["last_event_id"]
    for text in ("one", "two", "three"):
        await ada.say(channel, text)
    async with window.changes(f"/page/changes?after={seen}") as events:
        first = [await events.next() for _ in range(6)]
    messages = [event for event in first if event["data"]["type"] == "message"]
    assert [event["data"]["message"]["text"] for event in messages] == ["one", "two", "three"]
    async with window.changes(**{"Last-Event-ID": str(messages[1]["id"])}) as events:
        assert (await events.until("message"))["message"]["text"] == "three"


async def test_a_window_of_an_earlier_run_is_told_to_load_anew(channel: str, ada: Person, window: Window) -> None:
    async with window.changes(**{"Last-Event-ID": "17"}) as events:
        assert (await events.next())["event"] == "reload"
        await ada.say(channel, "hi")
        assert (await events.until("message"))["message"]["text"] == "hi"


async def test_a_feed_is_bounded_and_says_what_it_has_forgotten() -> None:
    feed = feeds.Feed(keep=3)
    start = feed.last_id
    for number in range(5):
        feed.put(number)
    assert not feed.reaches_back_to(start)
    assert feed.reaches_back_to(start + 2)
    assert [entry.item for entry in await feed.after(start + 3, 1.0)] == [3, 4]
    assert await feed.after(feed.last_id, 0.01) == []


async def test_streams_end_with_the_workspace(session: ClientSession) -> None:
    async with Sandbox() as slack:
        window = Window(session, slack.url, slack.add_person("ada").id)
        streams = [window.changes(), window.changes("/page/traffic/changes")]
        opened = [await stream.__aenter__() for stream in streams]
    for stream, events in zip(streams, opened, strict=True):
        with pytest.raises(EOFError):
            await events.next()
        await stream.__aexit__(None, None, None)


# --- what a person does -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("on_socket")
async def test_people_write_change_and_delete_messages(channel: str, window: Window, others: Window) -> None:
    ts = await window.do("say", channel=channel, text="hi")
    await window.do("edit", channel=channel, ts=ts, text="ho")
    await others.do("react", channel=channel, ts=ts, name="eyes")
    [message] = (await others.state())["messages"][channel]
    assert (message["text"], message["reactions"][0]["count"]) == ("ho", 1)
    await others.do("unreact", channel=channel, ts=ts, name="eyes")
    await window.do("delete", channel=channel, ts=ts)
    assert (await others.state())["messages"][channel] == []


@pytest.mark.usefixtures("on_socket")
async def test_a_modal_is_opened_filled_in_refused_and_closed(
    channel: str, window: Window, others: Window, recorder: Recorder
) -> None:
    await window.do("command", command="/modal", text="", channel=channel)
    [shown] = (await window.state())["views"]
    assert shown["view"]["callback_id"] == MODAL["callback_id"]
    assert (await others.state())["views"] == []
    await window.do("fill", action="name", value="", block_id="intent")
    answer = await window.do("submit")
    assert answer["response_action"] == "errors"
    [shown] = (await window.state())["views"]
    assert shown["errors"] == {"intent": "Please complete this required field."}
    await window.do("fill", action="name", value="bye", block_id="intent")
    assert (await window.state())["views"][0]["state"]["intent"]["name"]["value"] == "bye"
    await window.do("submit")
    assert (await window.state())["views"] == []
    assert recorder.submissions[0]["view"]["state"]["values"]["intent"]["name"]["value"] == "bye"


@pytest.mark.usefixtures("on_socket")
async def test_a_button_on_a_message_that_has_changed_meanwhile_still_tells_the_app(
    client: AsyncWebClient, channel: str, window: Window, recorder: Recorder
) -> None:
    ts = str((await client.chat_postMessage(channel=channel, text="?", blocks=button("other-1")))["ts"])
    [seen] = (await window.state())["messages"][channel]
    await client.chat_update(channel=channel, ts=ts, text="closed")
    refused = await window.fail("press", channel=channel, ts=ts, action="other-1")
    assert refused["error"] == "not_on_screen"
    await window.do("press", channel=channel, ts=ts, action="other-1", block_id="card", seen=seen)
    assert [body["actions"][0]["action_id"] for body in recorder.actions] == ["other-1"]


@pytest.mark.usefixtures("on_socket")
async def test_ephemerals_are_dismissed_by_whom_they_are_for(
    client: AsyncWebClient, channel: str, ada: Person, window: Window, others: Window
) -> None:
    await client.chat_postEphemeral(channel=channel, user=ada.id, text="psst", blocks=button("other-1"))
    [shown] = (await window.state())["ephemerals"]
    await window.do("press_ephemeral", channel=channel, ephemeral_ts=shown["ts"], action="other-1")
    assert (await others.fail("dismiss", ephemeral_ts=shown["ts"]))["error"] == "not_on_screen"
    await window.do("dismiss", ephemeral_ts=shown["ts"])
    assert (await window.state())["ephemerals"] == []


@pytest.mark.parametrize("patience", [1.0])
@pytest.mark.usefixtures("on_socket")
async def test_what_goes_wrong_is_said_as_slack_says_it(
    slack: Sandbox, client: AsyncWebClient, channel: str, window: Window
) -> None:
    ts = (await client.chat_postMessage(channel=channel, text="?", blocks=button("silent")))["ts"]
    silent = await window.fail("press", channel=channel, ts=ts, action="silent")
    assert (silent["error"], silent["message"]) == ("not_acknowledged", "storythread did not respond")
    elsewhere = slack.add_channel("elsewhere")
    assert "use join" in (await window.fail("say", channel=elsewhere, text="hi"))["message"]
    assert (await window.fail("say", channel=channel))["message"] == "'text' is missing"
    assert (await window.fail("say", channel=channel, text=7))["message"] == "'text' must be a text"
    assert "no verb 'fly'" in (await window.fail("fly"))["message"]
    assert "'loud'" in (await window.fail("say", channel=channel, text="hi", loud=True))["message"]


@pytest.mark.usefixtures("on_socket")
async def test_somebody_new_comes_into_the_channel_for_all_to_see(channel: str, window: Window) -> None:
    async with window.changes() as events:
        status, answer = await window.post("/page/people", {"display_name": "Zoë Ω"})
        assert status == 200
        assert (await events.until("person_added"))["person"]["display_name"] == "Zoë Ω"
        joined = await events.until("member_joined_channel")
    assert joined["user"] == answer["result"]["id"]
    assert joined["user"] in joined["about"]["members"]
    twice, refused = await window.post("/page/people", {"display_name": "Zoë Ω"})
    assert (twice, refused["error"]) == (400, "bad_request")


# --- whom the page answers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_other_sites_are_refused(window: Window, channel: str, headers: dict[str, str]) -> None:
    address = window.address("/page/do/say")
    async with window.session.post(address, json={"channel": channel, "text": "hi"}, headers=headers) as answer:
        assert answer.status == 403
    assert (await window.state())["messages"][channel] == []


async def test_the_pages_own_scripts_and_localhost_are_served(window: Window, channel: str) -> None:
    own = {"Origin": window.url}
    address = window.address("/page/do/say")
    async with window.session.post(address, json={"channel": channel, "text": "hi"}, headers=own) as answer:
        assert answer.status == 200
    port = window.url.rpartition(":")[2]
    assert "channels" in await window.get("/page/state", Host=f"localhost:{port}")


async def test_nobody_acts_as_somebody_who_is_not_here(session: ClientSession, slack: Sandbox) -> None:
    for user in ("", "U0NOBODY", slack.bot_user_id):
        async with session.get(f"{slack.url}page/state?as={user}") as answer:
            assert answer.status == 404
            assert (await answer.json())["error"] == "no_such_person"


# --- the panel --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("on_socket")
async def test_the_panel_shows_calls_and_deliveries_with_their_timing(
    client: AsyncWebClient, channel: str, window: Window
) -> None:
    async with window.changes("/page/traffic/changes") as events:
        await window.do("command", command="/teach", text="2", channel=channel)
        await client.chat_postMessage(channel=channel, text="hi")
        told = [(await events.next())["data"] for _ in range(5)]
    begun, ended = (one["delivery"] for one in told if one.get("delivery", {}).get("kind") == "slash_commands")
    assert (begun["id"], begun["acknowledged"], ended["acknowledged"]) == (ended["id"], None, True)
    traffic = await window.get("/page/traffic")
    [call] = [one for one in traffic["calls"] if one["method"] == "chat.postMessage"]
    assert (call["arguments"]["text"], call["ok"], call["status"], call["rate_limited"]) == ("hi", True, 200, False)
    assert call["ms"] >= 0
    [command] = [one for one in traffic["deliveries"] if one["kind"] == "slash_commands"]
    assert (command["name"], command["payload"]["text"], command["transport"]) == ("/teach", "2", "socket")


async def test_the_panel_keeps_the_last_of_what_happened(session: ClientSession) -> None:
    async with Sandbox(keep=3) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        for _ in range(5):
            await client.auth_test()
        window = Window(session, slack.url, slack.add_person("ada").id)
        kept = [call["id"] for call in (await window.get("/page/traffic"))["calls"]]
        assert kept == [call.id for call in slack.calls]
        assert len(kept) == 3


@pytest.mark.usefixtures("on_socket")
async def test_switches_make_slack_misbehave(
    client: AsyncWebClient, channel: str, window: Window, recorder: Recorder
) -> None:
    wanted = {
        "copies": 2,
        "drop_next_ack": 1,
        "fail_next": {"method": "*", "failure": 429, "times": 2, "retry_after": 0},
    }
    _, set_to = await window.post("/page/faults", wanted)
    assert (set_to["copies"], set_to["drop_next_ack"]) == (2, 1)
    assert set_to["fail_next"] == [{"method": "*", "failure": 429, "times": 2, "retry_after": 0}]
    assert await window.get("/page/faults") == set_to
    answers = [await _status(client, window) for _ in range(3)]
    assert answers == [429, 429, 200]
    await window.do("command", command="/teach", text="", channel=channel)
    assert len(recorder.commands) == 2
    calls = (await window.get("/page/traffic"))["calls"]
    asked = [(call["rate_limited"], call["retry_after"]) for call in calls if call["method"] == "auth.test"]
    assert asked[:3] == [(True, 0), (True, 0), (False, None)]
    assert (await window.get("/page/faults"))["drop_next_ack"] == 0


async def _status(client: AsyncWebClient, window: Window) -> int:
    headers = {"Authorization": f"Bearer {client.token}"}
    async with window.session.post(f"{client.base_url}auth.test", headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize(
    "wrong",
    [
        {"copies": 3},
        {"copies": True},
        {"delay_ms": -1},
        {"drop_next_ack": "1"},
        {"fail_next": {"failure": 200}},
        {"fail_next": []},
        {"explode": True},
    ],
)
async def test_a_switch_that_can_not_be_so_sets_nothing(window: Window, wrong: JSON) -> None:
    before = await window.get("/page/faults")
    status, answer = await window.post("/page/faults", {"delay_ms": 5, **wrong})
    assert (status, answer["error"]) == (400, "bad_request")
    assert await window.get("/page/faults") == before


async def test_sockets_are_disconnected_and_come_back(slack: Sandbox, on_socket: object, window: Window) -> None:
    async with window.changes() as events:
        await window.post("/page/faults", {"disconnect": True})
        assert (await events.until("connections"))["count"] == 0
        assert (await events.until("connections"))["count"] == 1


@pytest.mark.usefixtures("on_socket")
async def test_a_delivery_is_delivered_again(window: Window, channel: str, recorder: Recorder) -> None:
    await window.do("command", command="/teach", text="3", channel=channel)
    [first] = (await window.get("/page/traffic"))["deliveries"]
    status, _ = await window.post("/page/redeliver", {"delivery_id": first["id"]})
    assert status == 200
    assert recorder.commands[0] == recorder.commands[1]
    assert (await window.post("/page/redeliver", {"delivery_id": -1}))[0] == 400
