"""What a text looks like to the intent classifier: its words, its runs of characters, and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from slackbot.core.builtin.embeddings import word_vectors


class TextFeatures:
    """Tf-idf over words, tf-idf over characters, and word vectors side by side, each of length 1.

    Without word vectors (see ``word_vectors``) it is the first two.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Learns the vocabulary from these texts. Raises ValueError if none has a visible character."""
        # Every visible character belongs to a token, so that examples of punctuation or emoji leave a vocabulary.
        tokens = r"\w+|[^\w\s]"
        self._tfidf = (
            TfidfVectorizer(token_pattern=tokens, ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4), sublinear_tf=True, dtype=np.float32),
        )
        for vectorizer in self._tfidf:
            vectorizer.fit(texts)
        self._vectors = word_vectors()

    def of(self, texts: Sequence[str]) -> Any:
        """A sparse matrix (CSR, 32 bits a number) with a row for each text."""
        blocks = [vectorizer.transform(texts) for vectorizer in self._tfidf]
        if self._vectors is not None:
            blocks.append(sparse.csr_matrix(self._vectors.of(texts)))
        return sparse.hstack(blocks, format="csr", dtype=np.float32)
