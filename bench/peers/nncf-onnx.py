"""Quantizes a float model with NNCF's ONNX backend, on given samples.

usage: nncf-onnx.py MODEL SAMPLES.npy INPUT OUTPUT

SAMPLES.npy holds one sample a row, batch dimension left out. Opsets below 13 are converted to 17 first: the backend asks
for 13 to write one scale per channel.
"""

import sys

import nncf
import numpy
import onnx
from onnx import version_converter


def main():
    model_path, samples, name, output = sys.argv[1:5]
    model = onnx.load(model_path)
    if next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")) < 13:
        model = version_converter.convert_version(model, 17)
    rows = numpy.load(samples)
    attention = sum(node.op_type == "MatMul" for node in model.graph.node) > 8 and any(
        node.op_type == "Softmax" for node in model.graph.node
    )
    options = {"model_type": nncf.ModelType.TRANSFORMER} if attention else {}
    data = nncf.Dataset(rows, lambda row: {name: row[None]})
    onnx.save(nncf.quantize(model, data, subset_size=len(rows), **options), output)


main()
