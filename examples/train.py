#!/usr/bin/env python3
"""Trains the three example networks and exports them to `models/*.onnx`.

A development tool; infer-opt never runs it. It needs torch 2.13.0, onnx,
onnxruntime, numpy, Pillow, and the fonts that `calibration-data/generate.py` names:

    python train.py                  all three networks
    python train.py tiny-vit         one of them
    python train.py --evaluate       only measure the committed files again

The training images are rendered in memory by the generator of
`calibration-data/`, from a seed of their own, and are never written to disk.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "calibration-data"))
import generate  # noqa: E402  (found through the line above)

MODELS = HERE / "models"
SEED = 41
IMAGES_PER_CLASS = 2000
OPSET = 17
CLASS_COUNT = len(generate.CLASSES)
# The same figures as generate.PREPROCESS: out = (pixel * scale - mean) / std.
SCALE, MEAN, STD = 0.00392156862745098, 0.5, 0.5


def convolution(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution and batch normalization, without an activation."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut, as in ResNet-18."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1):
        super().__init__()
        self.first = convolution(inputs, outputs, stride=stride)
        self.second = convolution(outputs, outputs)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else convolution(inputs, outputs, 1, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.second(F.relu(self.first(x))) + self.shortcut(x))


class ResidualCnn(nn.Module):
    """A small ResNet: 32, 64 and 128 channels."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(convolution(3, 32), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.stages = nn.Sequential(
            ResidualBlock(32, 32),
            ResidualBlock(32, 32),
            ResidualBlock(32, 64, stride=2),
            ResidualBlock(64, 64),
            ResidualBlock(64, 128, stride=2),
        )
        self.classifier = nn.Linear(128, CLASS_COUNT)

    def forward(self, x: Tensor) -> Tensor:
        x = F.adaptive_avg_pool2d(self.stages(self.stem(x)), 1)
        # `view` rather than `flatten`: it exports as the shape arithmetic that
        # many real models carry, and that a graph optimizer has to see through.
        return self.classifier(x.view(x.size(0), -1))


class SqueezeExcite(nn.Module):
    """Scales every channel by a gate computed from the channel averages."""

    def __init__(self, channels: int, squeezed: int):
        super().__init__()
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.expand(F.silu(self.reduce(F.adaptive_avg_pool2d(x, 1))))
        return x * torch.sigmoid(gate)


class InvertedResidual(nn.Module):
    """Expand, depthwise, squeeze-excite, project, as in EfficientNet."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, expansion: int = 3):
        super().__init__()
        inner = inputs * expansion
        self.body = nn.Sequential(
            convolution(inputs, inner, 1),
            nn.SiLU(),
            convolution(inner, inner, 3, stride, groups=inner),
            nn.SiLU(),
            SqueezeExcite(inner, inputs // 4),
            convolution(inner, outputs, 1),
        )
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x) if self.shortcut else self.body(x)


class DepthwiseCnn(nn.Module):
    """A depthwise-separable network with SiLU, and HardSwish before the classifier."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            convolution(3, 32, stride=2),
            nn.SiLU(),
            InvertedResidual(32, 32),
            InvertedResidual(32, 64, stride=2),
            InvertedResidual(64, 64),
            InvertedResidual(64, 64),
            InvertedResidual(64, 96, stride=2),
            InvertedResidual(96, 96),
            InvertedResidual(96, 96),
            convolution(96, 256, 1),
            nn.Hardswish(),
        )
        self.classifier = nn.Linear(256, CLASS_COUNT)

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), 1).flatten(1))


class SpelledOutLayerNorm(nn.Module):
    """Layer normalization from elementary operations, the form older exports have."""

    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        variance = centred.pow(2).mean(-1, keepdim=True)
        return centred / torch.sqrt(variance + 1e-5) * self.weight + self.bias


class Attention(nn.Module):
    """Multi-head self-attention with a matrix of its own for each of Q, K and V."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.scale = (width // heads) ** -0.5
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))

    def split(self, x: Tensor) -> Tensor:
        """[batch, tokens, width] to [batch, heads, tokens, width / heads]."""
        return x.view(x.size(0), x.size(1), self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        weights = torch.softmax(query @ key.transpose(-2, -1) * self.scale, dim=-1)
        return self.output((weights @ value).transpose(1, 2).reshape(x.shape))


class EncoderLayer(nn.Module):
    """A pre-norm transformer layer."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm1 = SpelledOutLayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm2 = SpelledOutLayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class TinyVit(nn.Module):
    """A vision transformer: 64 tokens of 4x4 pixels, width 96, 4 layers, 4 heads.

    Three normalized convolutions make the tokens and learned weights pool them:
    with plainer patches and a plain mean, training stayed at chance for three
    epochs. The layers spell their normalization out while the last one is the
    exporter's own, so the file holds both forms.
    """

    def __init__(self, width: int = 96, depth: int = 4, heads: int = 4, pools: int = 4):
        super().__init__()
        self.patches = nn.Sequential(
            convolution(3, 32, stride=2),
            nn.ReLU(),
            convolution(32, 64, stride=2),
            nn.ReLU(),
            convolution(64, width),
        )
        self.position = nn.Parameter(torch.randn(1, 64, width) * 0.02)
        self.layers = nn.Sequential(*(EncoderLayer(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width)
        self.pool = nn.Linear(64, pools)
        self.classifier = nn.Linear(width * pools, CLASS_COUNT)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2) + self.position
        tokens = self.norm(self.layers(tokens))
        return self.classifier(self.pool(tokens.transpose(1, 2)).flatten(1))


# name: (network, epochs, batch size, peak learning rate)
RECIPES = {
    "residual-cnn": (ResidualCnn, 6, 256, 4e-3),
    "depthwise-cnn": (DepthwiseCnn, 6, 256, 6e-3),
    "tiny-vit": (TinyVit, 10, 128, 1.5e-3),
}


def preprocess(images: np.ndarray) -> np.ndarray:
    """uint8 [n, 32, 32, 3] to float32 [n, 3, 32, 32], as generate.PREPROCESS declares."""
    pixels = images.transpose(0, 3, 1, 2).astype(np.float32)
    return np.ascontiguousarray((pixels * np.float32(SCALE) - np.float32(MEAN)) / np.float32(STD))


def train(model: nn.Module, images: np.ndarray, labels: np.ndarray, epochs: int, size: int, rate: float) -> None:
    """Trains in place with AdamW and a one-cycle learning rate."""
    targets = torch.from_numpy(labels)
    steps = len(images) // size
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps * epochs, pct_start=0.2)
    model.train()
    for epoch in range(epochs):
        started, total = time.time(), 0.0
        order = torch.randperm(len(images))
        for step in range(steps):
            batch = order[step * size : (step + 1) * size]
            x = torch.from_numpy(preprocess(images[batch.numpy()])).contiguous(memory_format=torch.channels_last)
            # bfloat16 halves the time on current CPUs; weights and sums stay float32.
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(x)
            loss = F.cross_entropy(logits.float(), targets[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"  epoch {epoch + 1}/{epochs}: loss {total / steps:.3f}, {time.time() - started:.0f} s", flush=True)


def export(model: nn.Module, path: Path) -> None:
    """Writes one self-contained ONNX file with a free batch size.

    TrainingMode.PRESERVE keeps BatchNormalization as its own node (the default
    folds it into the convolution), so that the file is what infer-opt is for.
    """
    model.eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            (torch.zeros(2, 3, generate.SIZE, generate.SIZE),),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            training=torch.onnx.TrainingMode.PRESERVE,
            input_names=["input"],
            output_names=["logits"],
            dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}},
        )
    onnx.checker.check_model(str(path), full_check=True)


def evaluate(path: Path) -> tuple[float, int]:
    """Top-1 of a model file on the committed evaluation images, by onnxruntime."""
    images, labels = generate.load_split("evaluation")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (logits,) = session.run(["logits"], {"input": preprocess(images)})
    return float((logits.argmax(1) == labels).mean()), len(labels)


def count_macs(model: nn.Module) -> int:
    """Multiply-accumulates of one image in convolutions and matrix products."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model.eval()(torch.zeros(1, 3, generate.SIZE, generate.SIZE))
    return counter.get_total_flops() // 2


def describe(name: str, model: nn.Module, path: Path, seconds: float) -> dict:
    """The models.json entry of a freshly exported file."""
    top1, count = evaluate(path)
    _, epochs, size, rate = RECIPES[name]
    return {
        "file": path.name,
        "bytes": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "opset": OPSET,
        "input": {"name": "input", "shape": ["batch", 3, generate.SIZE, generate.SIZE]},
        "output": {"name": "logits", "shape": ["batch", CLASS_COUNT]},
        "parameters": sum(p.numel() for p in model.parameters()),
        "macs": count_macs(model),
        "training": {
            "seed": SEED,
            "images": IMAGES_PER_CLASS * CLASS_COUNT,
            "generatorVersion": generate.VERSION,
            "epochs": epochs,
            "batch": size,
            "peakLearningRate": rate,
            "seconds": round(seconds),
            "torch": torch.__version__,
        },
        "evaluation": {
            "split": "evaluation",
            "images": count,
            "top1": round(top1, 6),
            "onnxruntime": onnxruntime.__version__,
        },
        "preprocess": generate.PREPROCESS,
    }


def build(name: str, images: np.ndarray, labels: np.ndarray) -> dict:
    """Trains, exports and measures one network."""
    network, epochs, size, rate = RECIPES[name]
    torch.manual_seed(SEED)
    model = network().to(memory_format=torch.channels_last)
    started = time.time()
    train(model, images, labels, epochs, size, rate)
    seconds = time.time() - started
    # Back to the plain layout, which is the one the exporter writes.
    model = model.to(memory_format=torch.contiguous_format)
    path = MODELS / f"{name}.onnx"
    export(model, path)
    return describe(name, model, path, seconds)


def main() -> None:
    """Reads the command line and updates models.json."""
    parser = argparse.ArgumentParser(description="Trains and exports the example networks.")
    parser.add_argument("names", nargs="*", help=f"of {', '.join(RECIPES)}; all when none is given")
    parser.add_argument("--evaluate", action="store_true", help="only measure the committed files")
    arguments = parser.parse_args()
    names = arguments.names or list(RECIPES)
    if unknown := set(names) - set(RECIPES):
        parser.error(f"no such network: {', '.join(sorted(unknown))}")
    torch.set_num_threads(2)
    index = MODELS / "models.json"
    if arguments.evaluate:
        for name in names:
            top1, count = evaluate(MODELS / f"{name}.onnx")
            print(f"{name}: top-1 {top1:.4f} of {count}")
        return
    print(f"rendering {IMAGES_PER_CLASS * CLASS_COUNT} training images", flush=True)
    images, labels = generate.make_split("train", IMAGES_PER_CLASS, SEED)
    MODELS.mkdir(exist_ok=True)
    for name in names:
        print(name, flush=True)
        entry = build(name, images, labels)
        # Read again each time, so that runs for different networks do not undo each other.
        entries = json.loads(index.read_text())["models"] if index.exists() else {}
        entries[name] = entry
        ordered = {key: entries[key] for key in RECIPES if key in entries}
        index.write_text(json.dumps({"license": "Apache-2.0", "models": ordered}, indent=2) + "\n")
        print(f"  {entry['parameters']} parameters, {entry['macs']} MACs, {entry['bytes']} bytes, "
              f"top-1 {entry['evaluation']['top1']:.4f}", flush=True)


if __name__ == "__main__":
    main()
