"""The shape of what travels between Slack and an app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: A JSON object. What is stored in the workspace is never changed in place: a change replaces the object.
JSON = dict[str, Any]


def without_nones(values: Mapping[str, Any]) -> JSON:
    """The object without the keys whose value is None."""
    return {key: value for key, value in values.items() if value is not None}
