"""Changes of files as a unified diff that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

_CONTEXT = 3
_NO_NEWLINE = "\n\\ No newline at end of file\n"


def unified_diff(name: str, before: str | None, after: str) -> str:
    """The diff of one file, empty if it is the same. ``before`` is None for a new file. Lines keep their endings."""
    if before == after:
        return ""
    old, new = _lines(before or ""), _lines(after)
    head = f"--- {'/dev/null' if before is None else f'a/{name}'}\n+++ b/{name}\n"
    return head + "".join(_hunks(old, new))


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_CONTEXT):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n"
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (_line(" ", line) for line in old[i:j])
            else:
                yield from (_line("-", line) for line in old[i:j])
                yield from (_line("+", line) for line in new[k:m])


def _lines(text: str) -> list[str]:
    """The lines with their endings; only newlines end lines here, as in other programs' diffs."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}{_NO_NEWLINE}"


def _range(start: int, end: int) -> str:
    """A range of lines, as diffs write it: an empty one is behind the line that it names."""
    length = end - start
    first = start + 1 if length else start
    return f"{first}" if length == 1 else f"{first},{length}"
