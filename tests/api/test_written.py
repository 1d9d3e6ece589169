"""JSON that is written once and cut out of the log."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from slackbot.api.written import Raw, WrittenLog, written

OBJECTS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)


@given(st.lists(OBJECTS, max_size=8), st.integers(0, 9), st.integers(0, 8))
def test_what_is_cut_out_of_a_log_is_what_its_events_say(rows: list[object], start: int, stop: int) -> None:
    log = WrittenLog()
    log.extend(json.dumps(row, ensure_ascii=False) for row in rows)
    assert len(log) == len(rows)
    stop = min(stop, len(rows))
    assert json.loads(b"[" + log.cut(start, stop) + b"]") == rows[start:stop]


@given(st.lists(st.tuples(OBJECTS, st.booleans()), max_size=6))
def test_an_answer_keeps_its_order_whatever_of_it_is_written_already(parts: list[tuple[object, bool]]) -> None:
    plain = {str(place): part for place, (part, _) in enumerate(parts)}
    given_ = {
        str(place): Raw(json.dumps(part).encode()) if is_raw else part for place, (part, is_raw) in enumerate(parts)
    }
    found = json.loads(bytes(written(given_)))
    assert (found, list(found)) == (plain, list(plain))
