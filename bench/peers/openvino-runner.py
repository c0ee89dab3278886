"""Runs models in OpenVINO: one JSON request a line on stdin, one answer a line on stdout (bench/cpu/runner.ts)."""

import json
import os
import sys

import numpy as np
import openvino as ov

# Libraries may print; answers have the real stdout for themselves.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)

core = ov.Core()
forms = {}


def read(feed):
    return np.fromfile(feed["file"], dtype="<f4").reshape(feed["shape"])


def load(path, feeds):
    model = core.read_model(path)
    if model.is_dynamic():
        model.reshape({feed["name"]: feed["shape"] for feed in feeds})
    return model


def open_form(request):
    compiled = core.compile_model(
        load(request["model"], request["feeds"]),
        "CPU",
        {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_NUM_THREADS": request["threads"]},
    )
    infer = compiled.create_infer_request()
    for feed in request["feeds"]:
        infer.set_tensor(feed["name"], ov.Tensor(read(feed)))
    infer.infer()
    forms[request["form"]] = infer
    return {}


def burst(request):
    """Latencies as OpenVINO measures them itself: without the way through Python."""
    infer = forms[request["form"]]
    for _ in range(request["drop"]):
        infer.infer()
    ns = []
    for _ in range(request["iterations"]):
        infer.infer()
        ns.append(infer.latency * 1e6)
    return {"ns": ns}


def close(request):
    forms.pop(request["form"], None)
    return {}


def versions(_):
    found = {"openvino": ov.__version__}
    try:
        import nncf

        found["nncf"] = nncf.__version__
    except ImportError:
        pass
    return {"versions": found}


def quantize(request):
    import nncf

    samples = request["samples"]
    model = load(request["model"], samples[:1])
    attention = any(op.get_type_name() == "Softmax" for op in model.get_ops()) and any(
        op.get_type_name() == "MatMul" and len(op.get_output_partial_shape(0)) == 4 for op in model.get_ops()
    )
    data = nncf.Dataset(samples, lambda feed: {feed["name"]: read(feed)})
    options = {"model_type": nncf.ModelType.TRANSFORMER} if attention else {}
    quantized = nncf.quantize(model, data, subset_size=len(samples), **options)
    ov.save_model(quantized, request["output"], compress_to_fp16=False)
    return {}


operations = {"open": open_form, "burst": burst, "close": close, "versions": versions, "quantize": quantize}
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = operations[request["op"]](request)
    except Exception as error:
        answer = {"error": str(error).strip().splitlines()[-1] if str(error).strip() else repr(error)}
    print(json.dumps(answer), file=answers, flush=True)
