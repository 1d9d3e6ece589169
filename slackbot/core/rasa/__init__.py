"""The second core: a client of a Rasa 3 server, with functions under the names of Rasa's interactive learning."""

from slackbot.core.rasa.bot_output import format_bot_output
from slackbot.core.rasa.client import (
    all_events_before_latest_user_msg,
    is_listening_for_message,
    latest_user_message,
    replace_events,
    request_prediction,
    retrieve_domain,
    retrieve_status,
    retrieve_tracker,
    send_action,
    send_event,
    send_message,
    wait_til_server_is_running,
)
from slackbot.core.rasa.core import RasaCore
from slackbot.core.rasa.endpoint import EndpointConfig, RasaFailed
from slackbot.dialogue.tracker import EventVerbosity

__all__ = [
    "EndpointConfig",
    "EventVerbosity",
    "RasaCore",
    "RasaFailed",
    "all_events_before_latest_user_msg",
    "format_bot_output",
    "is_listening_for_message",
    "latest_user_message",
    "replace_events",
    "request_prediction",
    "retrieve_domain",
    "retrieve_status",
    "retrieve_tracker",
    "send_action",
    "send_event",
    "send_message",
    "wait_til_server_is_running",
]
