"""``python -m benchmarks.pictures``."""

from __future__ import annotations

import json

from click.testing import CliRunner

from benchmarks.pictures import main


def test_the_last_line_is_for_programs() -> None:
    done = CliRunner().invoke(main, ["--stories", "20"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["stories"] == 20
    assert told["nodes"] <= told["steps"] + 6
    assert told["png_bytes"] > 1000
