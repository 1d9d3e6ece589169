"""The network of MiniLM (a BERT of six layers), put together so that a runtime works a short text out quickly.

Its file holds whole numbers of 8 bits with factors, and says that floats be made of them first: a runtime then has four
times as much to read for every text. And it spells attention out in forty operators a layer, each of which costs more
than its work on a dozen word pieces. Here the numbers are multiplied as they are, and attention is one operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, TensorProto, helper, load, numpy_helper

#: Changes whenever the same file comes to give other vectors.
FORM = "8 bits, blocks of 128, attention as one"

INPUTS = ("input_ids", "attention_mask")

_HEADS = 12

#: What onnxruntime adds to the standard's operators.
_RUNTIMES = "com.microsoft"

#: Numbers of a text's that share one factor when they are brought to 8 bits themselves: few are coarse, many are slow.
_BLOCK = 128

#: Multiplied as whole numbers; the other levels would make floats of them again.
_IN_EIGHT_BITS = 4

#: What stands for nothing in a byte without a sign, unless something else is given.
_ZERO = 128

_EPSILON = 1e-12


def put_together(path: Path) -> bytes:
    """The network in that file, as onnxruntime takes it.

    Inputs are ``input_ids`` and ``attention_mask``, a row of word pieces for each text; the output is what each word
    piece means. Raises LookupError on a file of another network, and what onnx raises on one that it can't read.
    """
    weights = _Weights(load(path).graph)
    made = _Making(weights)
    meant = made.embedded()
    for layer in range(weights.layers):
        meant = made.layer(f"inner.encoder.layer.{layer}", meant)
    return made.model(meant)


@dataclass(frozen=True)
class _Dense:
    """A matrix in 8 bits (input by output), a factor for each column, and what is added."""

    numbers: NDArray[np.int8]
    factors: NDArray[np.float32]
    bias: NDArray[np.float32]


class _Weights:
    """What the file holds, by the names that its parts have there."""

    def __init__(self, graph: GraphProto) -> None:
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._makers = {name: node for node in graph.node for name in node.output}
        self._users = {name: node for node in graph.node for name in node.input}

    @property
    def layers(self) -> int:
        return sum(name.endswith(".attention.output.dense.bias") for name in self._constants)

    def array(self, name: str) -> NDArray[np.float32]:
        return numpy_helper.to_array(self._constants[name])

    def table(self, name: str) -> NDArray[np.float32]:
        """Of floats, made of what is stored."""
        return self.array(f"{name}_q").astype(np.float32) * self.array(f"{name}_scale")

    def dense(self, name: str) -> _Dense:
        """The matrix has no name of its own: it is what is multiplied before the bias is added."""
        bias = f"{name}.bias"
        (product,) = (self._makers[each] for each in self._users[bias].input if each != bias)
        scaled = self._makers[product.input[1]]
        numbers = self._makers[scaled.input[0]].input[0]
        return _Dense(
            numpy_helper.to_array(self._constants[numbers]), self.array(scaled.input[1]).reshape(-1), self.array(bias)
        )


class _Making:
    """The new network, as it grows. Parts are called by the names that they had."""

    def __init__(self, weights: _Weights) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[TensorProto] = []

    def embedded(self) -> str:
        """Of each piece the sum of what it is, where it stands, and that it is of the first of two texts."""
        name, weights = "inner.embeddings", self._weights
        places = weights.table(f"{name}.position_embeddings.weight")
        places = places + weights.array(f"{name}.token_type_embeddings.weight")[0]
        start, axis = self._constant("start", np.array([0])), self._constant("axis", np.array([0]))
        length = self._add("Shape", ["input_ids"], "length", start=1)
        place = self._add("Slice", [self._constant("places", places), start, length, axis], "place")
        both = self._add("Add", [self._words(f"{name}.word_embeddings.weight"), place], name)
        norm = self._norm(f"{name}.LayerNorm")
        self._add("Cast", ["attention_mask"], "mask", to=TensorProto.INT32)
        return self._add("LayerNormalization", [both, *norm], f"{name}/out", epsilon=_EPSILON)

    def _words(self, name: str) -> str:
        """Floats are made of the rows that are looked up, and not of all."""
        rows, factors = (
            self._add("Gather", [self._constant(kind, self._weights.array(kind)), "input_ids"], f"{kind}/row")
            for kind in (f"{name}_q", f"{name}_scale")
        )
        return self._add("Mul", [self._add("Cast", [rows], f"{name}/floats", to=TensorProto.FLOAT), factors], name)

    def layer(self, name: str, meant: str) -> str:
        """Attention, then each piece by itself; what comes out of each is added to what went in."""
        own, about = f"{name}.attention.self", f"{name}.attention.output"
        each = [self._weights.dense(f"{own}.{part}") for part in ("query", "key", "value")]
        together = _Dense(
            np.concatenate([one.numbers for one in each], axis=1),
            np.concatenate([one.factors for one in each]),
            np.concatenate([one.bias for one in each]),
        )
        product = self._product(own, meant, together)
        parts = [f"{own}.{part}" for part in ("query", "key", "value")]
        self._nodes.append(helper.make_node("Split", [product], parts, own, axis=-1, num_outputs=3))
        bias = self._constant(f"{own}/bias", together.bias)
        attended = self._own("MultiHeadAttention", [*parts, bias, "mask"], f"{own}/out", num_heads=_HEADS)
        meant = self._added(about, attended, meant)
        inner = self._weights.dense(f"{name}.intermediate.dense")
        product = self._product(f"{name}.intermediate", meant, inner)
        bias = self._constant(f"{name}.intermediate/bias", inner.bias)
        return self._added(f"{name}.output", self._own("BiasGelu", [product, bias], f"{name}.intermediate/out"), meant)

    def _added(self, name: str, found: str, before: str) -> str:
        """A product added to what was there before, brought to one scale."""
        dense = self._weights.dense(f"{name}.dense")
        product, bias = self._product(name, found, dense), self._constant(f"{name}/bias", dense.bias)
        inputs = [product, before, *self._norm(f"{name}.LayerNorm"), bias]
        return self._own("SkipLayerNormalization", inputs, f"{name}/out", epsilon=_EPSILON)

    def _norm(self, name: str) -> list[str]:
        return [self._constant(f"{name}.{part}", self._weights.array(f"{name}.{part}")) for part in ("weight", "bias")]

    def _product(self, name: str, left: str, right: _Dense) -> str:
        """Without its bias, which the next operator adds."""
        height, width = right.numbers.shape
        blocks = height // _BLOCK
        columns = (right.numbers.T.astype(np.int16) + _ZERO).astype(np.uint8).reshape(width, blocks, _BLOCK)
        inputs = [
            left,
            self._constant(f"{name}/columns", columns),
            self._constant(f"{name}/factors", np.repeat(right.factors, blocks)),
        ]
        form = {"K": height, "N": width, "bits": 8, "block_size": _BLOCK, "accuracy_level": _IN_EIGHT_BITS}
        return self._own("MatMulNBits", inputs, f"{name}/product", **form)

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _add(self, operator: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(operator, inputs, [output], output, domain=domain, **attributes))
        return output

    def _own(self, operator: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        return self._add(operator, inputs, output, _RUNTIMES, **attributes)

    def model(self, meant: str) -> bytes:
        """All of it, giving ``meant``."""
        width = self._weights.array("inner.embeddings.LayerNorm.weight").shape[0]
        given = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "pieces"]) for name in INPUTS]
        told = helper.make_tensor_value_info(meant, TensorProto.FLOAT, ["texts", "pieces", width])
        graph = helper.make_graph(self._nodes, "MiniLM", given, [told], self._constants)
        versions = [helper.make_opsetid("", 18), helper.make_opsetid(_RUNTIMES, 1)]
        return bytes(helper.make_model(graph, opset_imports=versions, ir_version=9).SerializeToString())
