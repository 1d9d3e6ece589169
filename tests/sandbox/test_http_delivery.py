"""Deliveries by HTTP: signature, encodings, acknowledgements, retries, against a plain server and a real Bolt app."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from slackbot.sandbox import NotAcknowledged, Person, Sandbox

Answer = Callable[[], web.Response]


class Requests(list[tuple[str, dict[str, str]]]):
    """Body and headers of what came in."""


@asynccontextmanager
async def endpoint(slack: Sandbox, answer: Answer = web.Response) -> AsyncIterator[Requests]:
    """A request URL that notes every request and answers what it is told to."""
    requests = Requests()

    async def take(request: web.Request) -> web.Response:
        requests.append((await request.text(), dict(request.headers)))
        return answer()

    app = web.Application()
    app.router.add_post("/slack/events", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = "http://{}:{}/slack/events".format(*runner.addresses[0][:2])
    try:
        yield requests
    finally:
        slack.request_url = None
        await runner.cleanup()


async def test_every_request_is_signed_as_slack_signs(slack: Sandbox, ada: Person, channel: str) -> None:
    async with endpoint(slack) as requests:
        await ada.say(channel, "héllo")
        await ada.command("/teach", "a b&c", channel)
        await ada.shortcut("help")
    verifier = SignatureVerifier(slack.signing_secret)
    for body, headers in requests:
        assert verifier.is_valid_request(body, headers)
        assert not verifier.is_valid_request(body + " ", headers)
        assert abs(int(headers["X-Slack-Request-Timestamp"]) - time.time()) < 5


async def test_each_kind_of_payload_has_its_encoding(slack: Sandbox, ada: Person, channel: str) -> None:
    async with endpoint(slack) as requests:
        await ada.say(channel, "hi")
        await ada.command("/teach", "a b&c", channel)
        await ada.shortcut("help")
    (event, event_headers), (command, command_headers), (shortcut, shortcut_headers) = requests
    assert event_headers["Content-Type"] == "application/json"
    assert json.loads(event)["type"] == "event_callback"
    form = "application/x-www-form-urlencoded"
    assert command_headers["Content-Type"] == shortcut_headers["Content-Type"] == form
    assert parse_qs(command)["text"] == ["a b&amp;c"]
    assert json.loads(parse_qs(shortcut)["payload"][0])["callback_id"] == "help"


async def test_a_failed_event_comes_again_with_number_and_reason(slack: Sandbox, ada: Person, channel: str) -> None:
    answers = iter([500, 404, 200])
    async with endpoint(slack, lambda: web.Response(status=next(answers))) as requests:
        await ada.say(channel, "hi")
        await slack.idle()
    retries = [(h.get("X-Slack-Retry-Num"), h.get("X-Slack-Retry-Reason")) for _, h in requests]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({body for body, _ in requests}) == 1


async def test_an_app_can_ask_for_no_retry(slack: Sandbox, ada: Person, channel: str) -> None:
    async with endpoint(slack, lambda: web.Response(status=500, headers={"X-Slack-No-Retry": "1"})) as requests:
        await ada.say(channel, "hi")
        await slack.idle()
    assert len(requests) == 1


async def test_a_failed_interaction_is_an_error_and_never_comes_again(
    slack: Sandbox, ada: Person, channel: str
) -> None:
    async with endpoint(slack, lambda: web.Response(status=500)) as requests:
        with pytest.raises(NotAcknowledged, match="http_error"):
            await ada.command("/teach", "", channel)
        await slack.idle()
    assert len(requests) == 1
    assert slack.deliveries[0].ack is not None
    assert slack.deliveries[0].ack.status == 500


async def test_a_plain_text_acknowledgement_is_shown_to_whoever_ran_the_command(
    slack: Sandbox, ada: Person, channel: str
) -> None:
    async with endpoint(slack, lambda: web.Response(text="On it")):
        assert await ada.command("/teach", "", channel) == {"text": "On it"}
    assert [message["text"] for message in ada.ephemerals] == ["On it"]


@pytest.mark.usefixtures("on_http")
async def test_a_bolt_app_proves_its_request_url(slack: Sandbox) -> None:
    assert await slack.verify_request_url()


async def test_an_endpoint_without_the_challenge_is_not_verified(slack: Sandbox) -> None:
    async with endpoint(slack):
        assert not await slack.verify_request_url()


async def test_bolt_refuses_what_another_workspace_signed(
    on_http: AsyncApp, slack: Sandbox, ada: Person, channel: str
) -> None:
    async with Sandbox() as other:
        other.request_url = slack.request_url
        eve = other.add_person("eve")
        with pytest.raises(NotAcknowledged):
            await eve.shortcut("help")
        assert other.deliveries[0].ack is not None
        assert other.deliveries[0].ack.status == 401
