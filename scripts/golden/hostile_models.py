"""Networks that mean no good, for test/unit/inference/hostile.test.ts. Needs the package onnx.

    VENV/bin/python scripts/golden/hostile_models.py test/fixtures/hostile

All take `image`, float32 [n, 1, 64, 64], and give `scores`, float32 [n, 1, height, width].
"""

import sys
from pathlib import Path

import numpy
from onnx import TensorProto, checker, helper, numpy_helper, save

SIDE = 30_000  # squared, 3.6 GB of float32


def model(nodes, constants=()):
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 64, 64])
    scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 1, "height", "width"])
    weights = [numpy_helper.from_array(numpy.array(value), name) for name, value in constants]
    graph = helper.make_graph(nodes, "graph", [image], [scores], weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(made)
    return made


def endless():
    """A loop of 2^62 rounds, each of which changes nothing."""
    count = helper.make_tensor_value_info("count", TensorProto.INT64, [])
    go = helper.make_tensor_value_info("go", TensorProto.BOOL, [])
    still = helper.make_tensor_value_info("still", TensorProto.BOOL, [])
    before = helper.make_tensor_value_info("before", TensorProto.FLOAT, None)
    after = helper.make_tensor_value_info("after", TensorProto.FLOAT, None)
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["still"]), helper.make_node("Neg", ["before"], ["after"])],
        "body", [count, go, before], [still, after],
    )
    return model([helper.make_node("Loop", ["rounds", "yes", "image"], ["scores"], body=body)],
                 [("rounds", numpy.int64(2**62)), ("yes", numpy.bool_(True))])


def huge_output():
    """An output of 3.6 GB that its shape does not tell of."""
    return model(
        [helper.make_node("ReduceMax", ["image"], ["most"], axes=[1, 2, 3], keepdims=1),
         helper.make_node("Expand", ["most", "shape"], ["scores"])],
        [("shape", numpy.array([1, 1, SIDE, SIDE]))],
    )


def huge_constant():
    """A file of some hundred bytes that takes 3.6 GB as soon as its constants are folded."""
    value = numpy_helper.from_array(numpy.array([0.5], dtype=numpy.float32), "value")
    return model(
        [helper.make_node("ConstantOfShape", ["shape"], ["filled"], value=value),
         helper.make_node("Neg", ["filled"], ["other"]),
         helper.make_node("Add", ["other", "filled"], ["sums"]),
         helper.make_node("ReduceMax", ["sums"], ["most"], axes=[2, 3], keepdims=1),
         helper.make_node("Add", ["image", "most"], ["scores"])],
        [("shape", numpy.array([1, 1, SIDE, SIDE]))],
    )


for name, made in (("endless", endless()), ("huge-output", huge_output()), ("huge-constant", huge_constant())):
    save(made, Path(sys.argv[1]) / f"{name}.onnx")
