"""What a text looks like to the intent classifier: its words, its runs of characters, and what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from slackbot.core.builtin.archive import ArchiveUnfit, State
from slackbot.core.builtin.embeddings import word_vectors
from slackbot.core.builtin.linear_model import Columns, Row
from slackbot.core.builtin.sentence_vectors import sentence_vectors


class Vectors(Protocol):
    """What turns texts into vectors without having learned from them."""

    @property
    def name(self) -> str:
        """Tells these vectors from all others: weights that were learned with some are of no use with others."""

    @property
    def width(self) -> int:
        """Numbers in a vector."""

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row for each text."""

    def of_examples(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same, of texts that are likely to come again."""


def installed_vectors() -> list[Vectors]:
    """Word vectors and sentence vectors, as far as they are installed, in this order."""
    return [vectors for vectors in (word_vectors(), sentence_vectors()) if vectors is not None]


_Analyzer = Callable[[str], Sequence[str]]


class TextFeatures:
    """Tf-idf over words, tf-idf over characters, word vectors and sentence vectors side by side, each of length 1.

    Without word vectors or sentence vectors (see ``word_vectors``, ``sentence_vectors``) it is the others.
    """

    def __init__(self, parts: Sequence[_Tfidf]) -> None:
        self._parts = parts
        self._vectors = installed_vectors()

    @classmethod
    def learned(cls, texts: Sequence[str]) -> Self:
        """Learns the terms of these texts; others don't count later on."""
        return cls([_Tfidf.learned(texts, terms_of) for terms_of in _analyzers()])

    def state(self) -> State:
        """What was learned, for an archive."""
        return {"terms": [part.state() for part in self._parts], "vectors": [part.name for part in self._vectors]}

    @classmethod
    def from_state(cls, state: State) -> Self:
        """The other way. Raises ArchiveUnfit where other vectors are installed than those that were learned with."""
        if state["vectors"] != [part.name for part in installed_vectors()]:
            raise ArchiveUnfit("the archive was made where other vectors of words or sentences are installed")
        parts = zip(state["terms"], _analyzers(), strict=True)
        return cls([_Tfidf.from_state(part, terms_of) for part, terms_of in parts])

    def of(self, texts: Sequence[str]) -> Any:
        """A sparse matrix (CSR, 32 bits a number) with a row for each text."""
        blocks = [part.matrix(texts) for part in self._parts]
        blocks += [sparse.csr_matrix(part.of_examples(texts)) for part in self._vectors]
        return sparse.hstack(blocks, format="csr")

    def of_one(self, text: str) -> Row:
        """The row of one text. Making a matrix of it would take longer than working out what is in it."""
        row: list[tuple[Columns, NDArray[np.float32]]] = []
        start = 0
        for terms in self._parts:
            columns, values = terms.row(text)
            row.append((columns + np.int64(start), values))
            start += terms.width
        for vectors in self._vectors:
            row.append((slice(start, start + vectors.width), vectors.of([text])[0]))
            start += vectors.width
        return row

    @property
    def kinds(self) -> list[slice]:
        """The columns of the terms, of the word vectors and of the sentence vectors, as far as there are any."""
        ends = np.cumsum([sum(part.width for part in self._parts), *(vectors.width for vectors in self._vectors)])
        return [slice(start, end) for start, end in pairwise([0, *ends.tolist()])]


def _analyzers() -> list[_Analyzer]:
    """What splits a text into its words and pairs of words, and into its runs of characters."""
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415  a second's load

    # Every visible character belongs to a token, so that examples of punctuation or emoji have terms.
    words = CountVectorizer(token_pattern=r"\w+|[^\w\s]", ngram_range=(1, 2))  # noqa: S106  a pattern, no secret
    characters = CountVectorizer(analyzer="char_wb", ngram_range=(1, 4))
    return [words.build_analyzer(), characters.build_analyzer()]


class _Tfidf:
    """Term counts, damped by their logarithm and weighted by how few texts have the term.

    Scikit-learn's own does the same, but its checks take several times as long as the work for a single text.
    """

    def __init__(self, terms: Sequence[str], weights: NDArray[np.float32], terms_of: _Analyzer) -> None:
        self._terms_of = terms_of
        self._columns = {term: column for column, term in enumerate(terms)}
        self._weights = weights

    @classmethod
    def learned(cls, texts: Sequence[str], terms_of: _Analyzer) -> Self:
        """All terms of these texts."""
        texts_with = Counter(term for text in texts for term in {*terms_of(text)})
        terms = sorted(texts_with)
        number = np.array([texts_with[term] for term in terms], np.float32)
        return cls(terms, np.log((1 + len(texts)) / (1 + number)) + 1, terms_of)

    def state(self) -> State:
        return {"terms": [*self._columns], "weights": self._weights}

    @classmethod
    def from_state(cls, state: State, terms_of: _Analyzer) -> Self:
        return cls(state["terms"], state["weights"], terms_of)

    @property
    def width(self) -> int:
        return len(self._columns)

    def matrix(self, texts: Sequence[str]) -> Any:
        rows = [*map(self.row, texts)]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        return sparse.csr_matrix((values, columns, ends), (len(texts), len(self._columns)))

    def row(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        counts = Counter(self._known(text))
        columns = np.fromiter(counts, np.int32, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._weights[columns]
        return columns, values / max(float(np.linalg.norm(values)), 1e-9)

    def _known(self, text: str) -> Iterator[int]:
        for term in self._terms_of(text):
            column = self._columns.get(term)
            if column is not None:
                yield column
