"""Static word vectors that place texts of like meaning near each other, read from the files of the package wordllama.

The package's own loader asks the network and imports much that nothing here needs; its two files are enough: a
vocabulary of word pieces with the order in which they merge (byte-pair encoding), and a table with a vector for each.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_log = logging.getLogger(__name__)

#: What stands for a space in word pieces; every word begins with it.
_SPACE = "▁"

#: Longer words are cut: they mean nothing, and merging takes time by the square of their length.
_LONGEST_WORD = 64


class WordPieces:
    """Splits texts into the numbers of word pieces, as byte-pair encoding with byte fallback does it."""

    def __init__(self, vocabulary: Mapping[str, int], merges: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._ranks = {tuple(pair.split(" ")): rank for rank, pair in enumerate(merges)}
        self._of_word = lru_cache(maxsize=10_000)(self._pieces)

    def split(self, text: str) -> list[int]:
        """The pieces of all words in order; characters without a piece give those of their bytes in UTF-8."""
        return [piece for word in text.split() for piece in self._of_word(word[:_LONGEST_WORD])]

    def _pieces(self, word: str) -> tuple[int, ...]:
        parts = [_SPACE, *word]
        while (place := self._next_merge(parts)) is not None:
            parts[place : place + 2] = [parts[place] + parts[place + 1]]
        return tuple(piece for part in parts for piece in self._numbers(part))

    def _next_merge(self, parts: Sequence[str]) -> int | None:
        """Where the pair begins that training merged earliest."""
        ranked = [
            (rank, place) for place, pair in enumerate(pairwise(parts)) if (rank := self._ranks.get(pair)) is not None
        ]
        return min(ranked)[1] if ranked else None

    def _numbers(self, part: str) -> Iterable[int]:
        number = self._vocabulary.get(part)
        if number is not None:
            return (number,)
        names = (f"<0x{byte:02X}>" for byte in part.encode("utf-8", "replace"))
        return [self._vocabulary[name] for name in names if name in self._vocabulary]


class WordVectors:
    """The mean vector of a text's word pieces."""

    def __init__(self, pieces: WordPieces, table: NDArray[np.float16], name: str = "") -> None:
        self._pieces = pieces
        self._table = table
        #: Which table it is.
        self.name = name
        #: Numbers in a vector.
        self.width = int(table.shape[1])

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row of length 1 for each text, whatever its case; zeros for a text without words."""
        rows = np.zeros((len(texts), self.width), np.float32)
        for row, text in zip(rows, texts, strict=True):
            pieces = self._pieces.split(text.lower())
            if pieces:
                mean = self._table[pieces].astype(np.float32).mean(axis=0)
                row[:] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return rows

    #: Quicker worked out than looked up.
    of_examples = of


@cache
def word_vectors() -> WordVectors | None:
    """The vectors of the installed package, loaded once a process; None where it isn't there or isn't what is known."""
    spec = importlib.util.find_spec("wordllama")
    for folder in (spec and spec.submodule_search_locations) or ():
        try:
            return _read(Path(folder))
        except (OSError, ValueError, LookupError, StopIteration) as error:
            _log.warning("The word vectors of wordllama are left out: %r", error)
    return None


def _read(folder: Path) -> WordVectors:
    tokenizer = json.loads(next(folder.glob("tokenizers/*.json")).read_text(encoding="utf-8"))["model"]
    weights = next(folder.glob("weights/*.safetensors"))
    pieces = WordPieces(tokenizer["vocab"], tokenizer["merges"])
    return WordVectors(pieces, _table(weights), f"wordllama-{weights.stem}")


def _table(path: Path) -> NDArray[np.float16]:
    """The one matrix of a safetensors file: the size of a JSON header, the header, the numbers. Stays on the disk."""
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header: dict[str, Any] = json.loads(file.read(size))
    tensor = header["embedding.weight"]
    if tensor["dtype"] != "F16":
        raise ValueError(f"{path} holds {tensor['dtype']}, not F16")
    offset = 8 + size + tensor["data_offsets"][0]
    return np.memmap(path, np.float16, "r", offset, tuple(tensor["shape"]))
