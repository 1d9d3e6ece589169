"""Changes of files as a unified diff that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher

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
    for group in _Matcher(old, new).get_grouped_opcodes(_CONTEXT):
        (_, old_start, _, new_start, _), (_, _, old_end, _, new_end) = group[0], group[-1]
        yield f"@@ -{_range(old_start, old_end)} +{_range(new_start, new_end)} @@\n"
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from (_line(" ", line) for line in old[i:j])
            else:
                yield from (_line("-", line) for line in old[i:j])
                yield from (_line("+", line) for line in new[k:m])


class _Matcher(SequenceMatcher[str]):
    """Where lines were only added, none counts as gone; the longest runs that are equal may need some to be."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._old, self._new = old, new

    def get_matching_blocks(self) -> list[Match]:
        found = super().get_matching_blocks()
        takes_away = sum(block.size for block in found) < len(self._old)
        return (_only_added(self._old, self._new) if takes_away else None) or found


def _only_added(old: Sequence[str], new: Sequence[str]) -> list[Match] | None:
    """The runs of lines that both have, if the new ones are the old ones and others between them."""
    runs = [Match(0, 0, 0)]
    for place, line in enumerate(new):
        run = runs[-1]
        count = run.a + run.size
        if count < len(old) and line == old[count]:
            if run.b + run.size == place:
                runs[-1] = run._replace(size=run.size + 1)
            else:
                runs.append(Match(count, place, 1))
    is_whole = runs[-1].a + runs[-1].size == len(old)
    return [*runs, Match(len(old), len(new), 0)] if is_whole else None


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
