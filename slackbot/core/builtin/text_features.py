"""What a text looks like to the intent classifier: its words, its runs of characters, and what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from slackbot.core.builtin.embeddings import word_vectors


class TextFeatures:
    """Tf-idf over words, tf-idf over characters, and word vectors side by side, each of length 1.

    Without word vectors (see ``word_vectors``) it is the first two.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Learns the terms of these texts; others don't count later on."""
        # Every visible character belongs to a token, so that examples of punctuation or emoji have terms.
        words = CountVectorizer(token_pattern=r"\w+|[^\w\s]", ngram_range=(1, 2))  # noqa: S106  a pattern, no secret
        characters = CountVectorizer(analyzer="char_wb", ngram_range=(1, 4))
        self._parts = [_Tfidf(texts, vectorizer.build_analyzer()) for vectorizer in (words, characters)]
        self._with_vectors = word_vectors() is not None

    def of(self, texts: Sequence[str]) -> Any:
        """A sparse matrix (CSR, 32 bits a number) with a row for each text."""
        blocks = [part.matrix(texts) for part in self._parts]
        vectors = word_vectors() if self._with_vectors else None
        if vectors is not None:
            blocks.append(sparse.csr_matrix(vectors.of(texts)))
        return sparse.hstack(blocks, format="csr") if len(texts) > 1 else _joined(blocks)


class _Tfidf:
    """Term counts, damped by their logarithm and weighted by how few texts have the term.

    Scikit-learn's own does the same, but its checks take several times as long as the work for a single text.
    """

    def __init__(self, texts: Sequence[str], terms_of: Callable[[str], Sequence[str]]) -> None:
        self._terms_of = terms_of
        texts_with = Counter(term for text in texts for term in {*terms_of(text)})
        self._columns = {term: column for column, term in enumerate(sorted(texts_with))}
        number = np.array([texts_with[term] for term in self._columns], np.float32)
        self._weights = np.log((1 + len(texts)) / (1 + number)) + 1

    def matrix(self, texts: Sequence[str]) -> Any:
        rows = [*map(self._row, texts)]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        return sparse.csr_matrix((values, columns, ends), (len(texts), len(self._columns)))

    def _row(self, text: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        counts = Counter(self._known(text))
        columns = np.fromiter(counts, np.int32, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._weights[columns]
        return columns, values / max(float(np.linalg.norm(values)), 1e-9)

    def _known(self, text: str) -> Iterator[int]:
        for term in self._terms_of(text):
            column = self._columns.get(term)
            if column is not None:
                yield column


def _joined(rows: Sequence[Any]) -> Any:
    """Matrices of one row each as one row. What scipy has for it takes longer than all the rest of a parse."""
    starts = np.cumsum([0, *(row.shape[1] for row in rows)])
    columns = np.concatenate([row.indices + start for row, start in zip(rows, starts, strict=False)])
    values = np.concatenate([row.data for row in rows])
    return sparse.csr_matrix((values, columns, [0, len(columns)]), (1, int(starts[-1])))
