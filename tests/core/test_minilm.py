"""The network that is put together from the file of the extra says what the one in the file says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

onnx = pytest.importorskip("onnx", reason="the extra 'transformer' isn't installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'transformer' isn't installed")

from slackbot.core.builtin.minilm import INPUTS, put_together  # noqa: E402  needs onnx
from slackbot.core.builtin.sentence_vectors import MODEL, _file  # noqa: E402  beside the above

FILE = _file(*MODEL)
pytestmark = pytest.mark.skipif(FILE is None, reason="the extra 'transformer' isn't installed")

Floats = NDArray[np.float32]
#: Numbers of word pieces, between those that begin and end a text.
TEXTS = [[101, 7592, 102], [101, 2054, 2003, 2115, 2171, 1029, 102], [101, *range(2000, 2060), 102]]


def vectors(model: str | bytes, texts: Sequence[Sequence[int]]) -> Floats:
    """The mean of what each piece means, of length 1; all texts are given at once."""
    numbers = np.zeros((len(texts), max(map(len, texts))), np.int64)
    for row, text in enumerate(texts):
        numbers[row, : len(text)] = text
    present = np.array([[at < len(text) for at in range(numbers.shape[1])] for text in texts], np.int64)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = dict(zip(INPUTS, (numbers, present), strict=True))
    if len(session.get_inputs()) > len(INPUTS):
        given["token_type_ids"] = np.zeros_like(numbers)
    (meant,) = session.run(None, given)
    totals = np.einsum("tpd,tp->td", meant, present.astype(np.float32))
    rows: Floats = totals / np.linalg.norm(totals, axis=1, keepdims=True)
    return rows


def test_texts_mean_the_same_but_for_what_eight_bits_round() -> None:
    """Long and short, alone and beside longer ones."""
    model, truth = put_together(Path(str(FILE))), vectors(str(FILE), TEXTS)
    assert np.einsum("td,td->t", vectors(model, TEXTS), truth).min() > 0.995
    for text, of_file in zip(TEXTS, truth, strict=True):
        assert vectors(model, [text])[0] @ of_file > 0.995


def test_what_stands_beside_a_text_says_nothing_about_it() -> None:
    """A shorter text is filled up with pieces that don't count."""
    model = put_together(Path(str(FILE)))
    together, alone = vectors(model, TEXTS), np.concatenate([vectors(model, [text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-3)


def test_it_multiplies_in_eight_bits_and_attention_is_one_operator() -> None:
    graph = onnx.load_from_string(put_together(Path(str(FILE)))).graph
    operators = [node.op_type for node in graph.node]
    assert operators.count("MatMulNBits") == 24
    assert operators.count("MultiHeadAttention") == 6
    assert not {"MatMul", "Softmax"}.intersection(operators)


def test_another_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    node = onnx.helper.make_node("Identity", ["input_ids"], ["out"])
    both = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, [1]) for name in ("input_ids", "out")]
    onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "one", both[:1], both[1:])), path)
    with pytest.raises(LookupError):
        put_together(path)
