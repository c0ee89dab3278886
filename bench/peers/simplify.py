"""Runs one Python simplifier on one model and writes what came of it as JSON.

    python simplify.py onnxslim|onnxsim MODEL SCRATCH RESULT.json

Keys of the result: nodes (subgraphs included), bytes, seconds, agrees (outputs as of the original in ONNX Runtime with
its optimizations off, on random inputs; absent where the original does not run), or error.
"""

import json
import os
import sys
import time

import numpy as np
import onnx
import onnxruntime as ort

# Outputs count as the same within these, relative and absolute; half precision has three digits.
TOLERANCE = {"float16": (1e-2, 1e-2), "float32": (1e-3, 1e-5), "float64": (1e-3, 1e-5)}

NUMPY_TYPES = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(int64)": np.int64,
    "tensor(int32)": np.int32,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(bool)": np.bool_,
}


def count_nodes(graph):
    total = len(graph.node)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                total += count_nodes(attribute.g)
            for inner in attribute.graphs:
                total += count_nodes(inner)
    return total


def simplify(tool, source, target):
    if tool == "onnxslim":
        import onnxslim

        onnxslim.slim(source, target)
    else:
        import onnxsim

        simplified, _ = onnxsim.simplify(onnx.load(source))
        onnx.save(simplified, target)


def session(path):
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def random_feeds(model, known_shapes):
    rng = np.random.default_rng(1)
    feeds = {}
    for value in model.get_inputs():
        shape = known_shapes.get(value.name) or [size if isinstance(size, int) and size > 0 else 1 for size in value.shape]
        dtype = NUMPY_TYPES[value.type]
        if np.issubdtype(dtype, np.floating):
            feeds[value.name] = (rng.random(shape) * 2 - 1).astype(dtype)
        else:
            feeds[value.name] = rng.integers(0, 2, shape).astype(dtype)
    return feeds


def noted_shapes(path):
    """Shapes that a models.json beside the model notes for inputs whose dimensions are open."""
    folder, name = os.path.split(path)
    index = os.path.join(folder, "models.json")
    if not os.path.exists(index):
        return {}
    with open(index, encoding="utf8") as file:
        for entry in json.load(file):
            if entry.get("file") == name:
                return entry.get("ranShapes") or {}
    return {}


def agrees(source, target):
    """Whether both give the same outputs; None where the original gives none."""
    try:
        original = session(source)
        feeds = random_feeds(original, noted_shapes(source))
        wanted = original.run(None, feeds)
    except Exception:  # whatever keeps the original from running, there is nothing to compare
        return None
    try:
        got = session(target).run(None, feeds)
    except Exception:
        return False
    return all(same(a, b) for a, b in zip(wanted, got, strict=True))


def same(a, b):
    if not isinstance(a, np.ndarray) or not np.issubdtype(a.dtype, np.floating):
        return np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b
    relative, absolute = TOLERANCE[a.dtype.name]
    return a.shape == b.shape and np.allclose(a, b, rtol=relative, atol=absolute, equal_nan=True)


def total_bytes(path):
    folder, name = os.path.split(path)
    return sum(os.path.getsize(os.path.join(folder, other)) for other in os.listdir(folder) if other.startswith(name))


def main():
    tool, source, scratch, result = sys.argv[1:]
    target = os.path.join(scratch, f"{tool}.onnx")
    for leftover in os.listdir(scratch):
        if leftover.startswith(f"{tool}.onnx"):
            os.remove(os.path.join(scratch, leftover))
    started = time.perf_counter()
    try:
        simplify(tool, source, target)
        seconds = time.perf_counter() - started
        nodes = count_nodes(onnx.load(target, load_external_data=False).graph)
        outcome = {"nodes": nodes, "bytes": total_bytes(target), "seconds": seconds}
        verdict = agrees(source, target)
        if verdict is not None:
            outcome["agrees"] = bool(verdict)
    except BaseException as error:  # the tools also leave with SystemExit
        outcome = {"error": f"{type(error).__name__}: {error}"}
    with open(result, "w", encoding="utf8") as file:
        json.dump(outcome, file)


main()
