"""Quantizes a float model with ONNX Runtime's own quantizer, by min-max and by percentile, on given samples.

usage: ort-quantize.py MODEL SAMPLES.npy INPUT OUT_FOLDER

SAMPLES.npy holds one sample a row, batch dimension left out. Settings are the quantizer's best for x86 with VNNI:
QDQ, uint8 activations, int8 weights per channel, its own pre-processing; opsets below 13 are converted to 17 first,
because the quantizer writes models there that ONNX Runtime does not load.
"""

import pathlib
import sys

import numpy
import onnx
from onnx import version_converter
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process


class Rows(CalibrationDataReader):
    """Feeds the rows of an array one by one."""

    def __init__(self, name, rows):
        self.feeds = iter([{name: row[None]} for row in rows])

    def get_next(self):
        return next(self.feeds, None)


def main():
    model_path, samples, name, folder = sys.argv[1:5]
    out = pathlib.Path(folder)
    model = onnx.load(model_path)
    if next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")) < 13:
        model = version_converter.convert_version(model, 17)
    converted, prepared = out / "converted.onnx", out / "prepared.onnx"
    onnx.save(model, converted)
    quant_pre_process(str(converted), str(prepared), skip_symbolic_shape=True)
    rows = numpy.load(samples)
    for label, method in (("minmax", CalibrationMethod.MinMax), ("percentile", CalibrationMethod.Percentile)):
        quantize_static(
            str(prepared), str(out / f"ort-{label}.onnx"), Rows(name, rows),
            quant_format=QuantFormat.QDQ, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            per_channel=True, calibrate_method=method,
        )


main()
