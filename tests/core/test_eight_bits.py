"""Networks that multiply in 8 bits what is stored in 8 bits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

onnx = pytest.importorskip("onnx", reason="the extra 'transformer' isn't installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra 'transformer' isn't installed")

from onnx import NodeProto, TensorProto, helper, numpy_helper  # noqa: E402  only where it is installed

from slackbot.core.builtin.eight_bits import in_eight_bits  # noqa: E402  needs onnx

Floats = NDArray[np.float32]
IDS = np.array([[3, 1, 4, 1, 5]], np.int64)


def stored(name: str, shape: tuple[int, int], by: int) -> tuple[list[Any], list[NodeProto]]:
    """A matrix in 8 bits with a factor for each row (``by`` 1) or column (0), and the nodes that make floats of it."""
    chance = np.random.default_rng(len(name))
    numbers = chance.integers(-127, 128, shape).astype(np.int8)
    factors = chance.uniform(0.001, 0.01, (shape[0], 1) if by else (1, shape[1])).astype(np.float32)
    constants = [numpy_helper.from_array(numbers, f"{name}_q"), numpy_helper.from_array(factors, f"{name}_scale")]
    cast = helper.make_node("Cast", [f"{name}_q"], [f"{name}_f"], to=TensorProto.FLOAT)
    return constants, [cast, helper.make_node("Mul", [f"{name}_f", f"{name}_scale"], [name])]


def network(path: Path, height: int = 256) -> Path:
    """Looks rows up and multiplies them, with ``height`` numbers in a row."""
    words, rows = stored("words", (50, height), by=1)
    right, columns = stored("right", (height, 24), by=0)
    nodes = [
        *rows,
        *columns,
        helper.make_node("Gather", ["words", "ids"], ["found"], "look up"),
        helper.make_node("MatMul", ["found", "right"], ["product"], "multiply"),
    ]
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["texts", "pieces"])
    product = helper.make_tensor_value_info("product", TensorProto.FLOAT, ["texts", "pieces", 24])
    graph = helper.make_graph(nodes, "tiny", [ids], [product], [*words, *right])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    return path


def answer(model: bytes | str) -> Floats:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"ids": IDS})
    return np.asarray(found, np.float32)


def operators(model: bytes) -> list[str]:
    return [node.op_type for node in onnx.load_from_string(model).graph.node]


def test_it_answers_as_the_network_in_the_file_but_for_what_eight_bits_round(tmp_path: Path) -> None:
    path = network(tmp_path / "model.onnx")
    before, after = answer(str(path)), answer(in_eight_bits(path))
    assert np.abs(after - before).max() < 0.02 * np.abs(before).max()


def test_no_matrix_of_floats_is_made_any_more(tmp_path: Path) -> None:
    model = in_eight_bits(network(tmp_path / "model.onnx"))
    assert operators(model) == ["Gather", "Cast", "Gather", "Mul", "MatMulNBits"]
    sizes = {tensor.name: tensor.data_type for tensor in onnx.load_from_string(model).graph.initializer}
    assert "right_q" not in sizes


def test_what_it_does_not_know_how_to_multiply_stays_as_it_is(tmp_path: Path) -> None:
    path = network(tmp_path / "model.onnx", height=100)
    assert operators(in_eight_bits(path)) == ["Cast", "Mul", "Gather", "Cast", "Gather", "Mul", "MatMul"]
    assert np.allclose(answer(in_eight_bits(path)), answer(str(path)), atol=1e-5)
