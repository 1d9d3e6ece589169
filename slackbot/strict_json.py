"""Reads JSON that others wrote, without what Python would read and nobody could store or send on."""

from __future__ import annotations

import json
import math
from typing import Any


def loads(text: str) -> Any:
    """The value of a JSON text.

    Raises ValueError for NaN, a number beyond all bounds, or half of a surrogate pair; JSONDecodeError, which is one,
    for what is no JSON; and RecursionError for what is nested too deeply.
    """
    value = json.loads(text, parse_float=_finite, parse_constant=_no_number)
    if "\\u" in text:
        _check_characters(value)
    return value


def _finite(written: str) -> float:
    number = float(written)
    return number if math.isfinite(number) else _no_number(written)


def _no_number(written: str) -> Any:
    raise ValueError(f"{written:.20} is no number")


def _check_characters(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair is no character") from None
