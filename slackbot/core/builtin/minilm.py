"""A network that multiplies in 8 bits what its file holds in 8 bits.

Such a file has whole numbers of 8 bits with a factor for each column (or row), and says that floats be made of them
first. A runtime makes them once, at the start, and has four times as much to read for every text from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, load, numpy_helper

#: Changes whenever the same file comes to give other vectors.
FORM = "8 bits, blocks of 128"

#: What onnxruntime adds to the standard's operators.
_RUNTIMES = "com.microsoft"

#: Numbers of a text's that share one factor when they are brought to 8 bits themselves: few are coarse, many are slow.
_BLOCK = 128

#: Multiplied as whole numbers; the other levels would make floats of them again.
_IN_EIGHT_BITS = 4

_ZERO = 128


@dataclass(frozen=True)
class _Stored:
    """A matrix in 8 bits, and its factors: the names of both, and what they are."""

    name: str
    numbers: NDArray[np.int8]
    factor_name: str
    factors: NDArray[np.float32]


def in_eight_bits(path: Path) -> bytes:
    """The network in that file, as a runtime takes it. What isn't stored like that stays as it is.

    Raises what onnx raises on a file that it can't read.
    """
    model = load(path)
    graph = model.graph
    stored = dict(_stored(graph))
    constants: list[TensorProto] = []
    nodes = [new for node in graph.node for new in _rewritten(node, stored, constants)]
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.extend(constants)
    _drop_unused(graph)
    _allow_runtimes_own(model)
    return bytes(model.SerializeToString())


def _stored(graph: GraphProto) -> Iterator[tuple[str, _Stored]]:
    """The matrices of floats that are made of 8 bits, by name."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    casts = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Cast"}
    for node in graph.node:
        if node.op_type != "Mul" or node.input[0] not in casts or node.input[1] not in constants:
            continue
        numbers, factors = constants.get(casts[node.input[0]]), constants[node.input[1]]
        if (
            numbers is not None
            and numbers.data_type == TensorProto.INT8
            and len(numbers.dims) == len(factors.dims) == 2
        ):
            arrays = numpy_helper.to_array(numbers), numpy_helper.to_array(factors)
            yield node.output[0], _Stored(numbers.name, arrays[0], factors.name, arrays[1])


def _rewritten(node: NodeProto, stored: dict[str, _Stored], constants: list[TensorProto]) -> list[NodeProto]:
    """What stands for a node; ``constants`` takes what that needs."""
    if node.op_type == "MatMul" and (right := stored.get(node.input[1])) and _fits(right):
        return [_product(node, right, constants)]
    if node.op_type == "Gather" and (rows := stored.get(node.input[0])) and rows.factors.shape[1] == 1:
        return _looked_up(node, rows)
    return [node]


def _fits(right: _Stored) -> bool:
    height, width = right.numbers.shape
    return height % _BLOCK == 0 and right.factors.shape == (1, width)


def _product(node: NodeProto, right: _Stored, constants: list[TensorProto]) -> NodeProto:
    height, width = right.numbers.shape
    blocks = height // _BLOCK
    columns = (right.numbers.T.astype(np.int16) + _ZERO).astype(np.uint8).reshape(width, blocks, _BLOCK)
    factors = np.repeat(right.factors.reshape(-1), blocks)
    zeros = np.full(width * blocks, _ZERO, np.uint8)
    parts: dict[str, NDArray[Any]] = {"columns": columns, "factors": factors, "zeros": zeros}
    constants += [numpy_helper.from_array(array, f"{node.name}/{part}") for part, array in parts.items()]
    return helper.make_node(
        "MatMulNBits", [node.input[0], *(f"{node.name}/{part}" for part in parts)], list(node.output), node.name,
        domain=_RUNTIMES, K=height, N=width, bits=8, block_size=_BLOCK, accuracy_level=_IN_EIGHT_BITS,
    )  # fmt: skip


def _looked_up(node: NodeProto, rows: _Stored) -> list[NodeProto]:
    """Floats are made of the rows that are looked up, and not of all."""
    numbers, floats, factors = (f"{node.name}/{part}" for part in ("numbers", "floats", "factors"))
    return [
        helper.make_node("Gather", [rows.name, node.input[1]], [numbers], axis=0),
        helper.make_node("Cast", [numbers], [floats], to=TensorProto.FLOAT),
        helper.make_node("Gather", [rows.factor_name, node.input[1]], [factors], axis=0),
        helper.make_node("Mul", [floats, factors], list(node.output)),
    ]


def _drop_unused(graph: GraphProto) -> None:
    wanted = {output.name for output in graph.output}
    kept: list[NodeProto] = []
    for node in reversed(graph.node):  # each stands behind what it needs
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    constants = [tensor for tensor in graph.initializer if tensor.name in wanted]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(reversed(kept))
    graph.initializer.extend(constants)


def _allow_runtimes_own(model: ModelProto) -> None:
    if all(one.domain != _RUNTIMES for one in model.opset_import):
        model.opset_import.append(helper.make_opsetid(_RUNTIMES, 1))
