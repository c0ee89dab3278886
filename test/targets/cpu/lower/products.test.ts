import { expect, test } from "vitest";
import { newNetwork } from "../../../../bench/networks/network-builder.ts";
import type { Model, Value } from "../../../../src/ir/index.ts";
import { parseModel, uniformNumbers } from "../../../../src/ir/index.ts";
import { inferTypes } from "../../../../src/ops/index.ts";
import type { LoweredRegion } from "../../../../targets/cpu/lower/index.ts";
import { coveredNodes, lowerNodes, matchIntegerGraph } from "../../../../targets/cpu/lower/index.ts";
import { templatesFor } from "../../../../targets/cpu/select.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { integerIsas, isaSets, testDevice } from "../test-devices.ts";
import { runProgram } from "../transformer/run-program.ts";
import { ortValues, quantized } from "./quantized-model.ts";

interface Layer {
  readonly op: "Conv" | "ConvTranspose";
  readonly inputs: number;
  readonly outputs: number;
  readonly groups: number;
  readonly kernel: readonly [number, number];
  readonly attributes: string;
  readonly size?: readonly [number, number];
}

const layers: readonly Layer[] = [
  // Upsampling of text detectors: gapless neighbouring phases, one channel at the end.
  ...[24, 1].map((outputs): Layer => ({
    ...{ op: "ConvTranspose", inputs: 24, outputs, groups: 1, kernel: [2, 2], attributes: "strides=[2, 2]" },
  })),
  transposed([4, 4], "strides=[2, 2], pads=[1, 1, 1, 1]"),
  transposed([3, 3], "strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]"),
  transposed([3, 5], "strides=[1, 3], pads=[0, 2, 1, 1], dilations=[2, 1]"),
  transposed([4, 3], "strides=[2, 3], pads=[3, 0, 0, 1], dilations=[3, 2], output_padding=[1, 0]"),
  transposed([5, 3], "strides=[4, 2], pads=[2, 1, 2, 0]"),
  transposed([1, 1], ""),
  transposed([4, 4], "strides=[2, 2], pads=[1, 1, 1, 1]", { groups: 18, inputs: 18 }),
  transposed([3, 3], "strides=[2, 1]", { groups: 3, inputs: 6 }),
  grouped(32, 4, 4, [3, 3], "pads=[1, 1, 1, 1]"),
  grouped(8, 8, 8, [3, 3], "strides=[2, 2], pads=[1, 1, 1, 1]"),
  grouped(2, 32, 24, [1, 1], ""),
  grouped(3, 5, 7, [3, 2], "pads=[1, 0, 1, 1], dilations=[2, 1]"),
  grouped(16, 1, 2, [3, 3], "pads=[1, 1, 1, 1]"),
];

function transposed(kernel: Layer["kernel"], attributes: string, parts: Partial<Layer> = {}): Layer {
  return { op: "ConvTranspose", inputs: 5, outputs: 18, groups: 1, kernel, attributes, ...parts };
}

function grouped(groups: number, inputs: number, outputs: number, kernel: Layer["kernel"], attributes: string): Layer {
  return { op: "Conv", inputs: groups * inputs, outputs: groups * outputs, groups, kernel, attributes };
}

const [height, width] = [6, 9];
const [xScale, yScale] = [0.02, 0.11];

function weightShape({ op, inputs, outputs, groups, kernel }: Layer): readonly number[] {
  return op === "Conv" ? [outputs, inputs / groups, ...kernel] : [inputs, outputs / groups, ...kernel];
}

function list(count: number, next: () => number): string {
  return `[${Array.from({ length: count }, next).join(", ")}]`;
}

function network(body: string, opset = 17): Model {
  const model = parseModel(`opset ${opset} graph g { ${body} }`);
  inferTypes(model);
  return model;
}

function call({ op, groups, attributes }: Layer, operands: string): string {
  return `${op}(${operands}) {${[`group=${groups}`, attributes].filter((text) => text !== "").join(", ")}}`;
}

/** Whether weights may have a scale for each output channel. */
function takesScales({ op, groups }: Layer): boolean {
  return op === "Conv" || groups === 1;
}

/** The layer between quantizers. */
function quantizedLayer(layer: Layer, perChannel: boolean): Model {
  const next = uniformNumbers(3);
  const shape = weightShape(layer);
  const count = shape.reduce((a, b) => a * b, 1);
  const scales = Array.from({ length: perChannel ? layer.outputs : 1 }, () => (1 + Math.floor(next() * 9)) / 1024);
  const sized = perChannel ? `[${layer.outputs}]` : "[]";
  const text = (values: readonly number[]): string => (perChannel ? `[${values.join(", ")}]` : String(values[0]));
  return network(`in %x: float32[1,${layer.inputs},${height},${width}]
    const %xs: float32[] = ${xScale}
    const %xz: uint8[] = 117
    const %ys: float32[] = ${yScale}
    const %yz: uint8[] = 0
    const %w: int8[${shape.join(",")}] = ${list(count, () => Math.floor(next() * 255) - 127)}
    const %ws: float32${sized} = ${text(scales)}
    const %b: int32[${layer.outputs}] = ${list(layer.outputs, () => Math.floor(next() * 20_000) - 10_000)}
    const %bs: float32${sized} = ${text(scales.map((scale) => Math.fround(xScale) * scale))}
    %q = QuantizeLinear(%x, %xs, %xz)
    %d = DequantizeLinear(%q, %xs, %xz)
    %wd = DequantizeLinear(%w, %ws) {axis=${layer.op === "Conv" ? 0 : 1}}
    %bd = DequantizeLinear(%b, %bs) {axis=0}
    %c = ${call(layer, "%d, %wd, %bd")}
    %r = Relu(%c)
    %yq = QuantizeLinear(%r, %ys, %yz)
    %y = DequantizeLinear(%yq, %ys, %yz)
    out %y`);
}

/** All of a model as one region, however little it computes. */
function wholeRegion(model: Model): LoweredRegion {
  const matched = matchIntegerGraph(model.graph, model.opsets.get("") ?? 0);
  const nodes = new Set(model.graph.nodes());
  expect(coveredNodes(matched)).toEqual(nodes);
  return lowerNodes(model.graph, matched, nodes, "f32");
}

function randomInput({ inputs }: Layer): Float32Array {
  const next = uniformNumbers(7);
  return Float32Array.from({ length: inputs * height * width }, () => 4 * next() - 2);
}

const hostTest = test.skipIf(process.arch !== "x64" || hostMissing !== undefined);

const operation = ({ op }: Layer): string => (op === "Conv" ? "grouped" : "transposed");

hostTest("int8: grouped convolutions give ONNX Runtime's bits, transposed ones a step", async () => {
  for (const [index, layer] of layers.entries()) {
    const model = quantizedLayer(layer, index % 2 === 0 && takesScales(layer));
    const region = wholeRegion(model);
    expect(region.steps.map(({ workload }) => workload.op)).toContain(`${operation(layer)}-u8s8`);
    const x = randomInput(layer);
    const expected = (await ortValues(model, x, ["y"])).get("y") as ArrayLike<number>;
    for (const isa of Object.values(integerIsas).filter(canRun)) {
      const y = runProgram(region, new Map([["x", x]]), testDevice(isa)).get("y") as Float32Array;
      const steps = Array.from(y, (value, at) => Math.round(Math.abs(value - (expected[at] as number)) / yScale));
      expect(y.length).toBe(expected.length);
      expect(new Set(y).size).toBeGreaterThan(20);
      // Only sums that lie at the border of two steps may round another way.
      expect(Math.max(...steps), JSON.stringify(layer)).toBeLessThanOrEqual(layer.op === "Conv" ? 0 : 1);
      expect(steps.filter((step) => step > 0).length).toBeLessThanOrEqual(0.002 * y.length);
    }
  }
});

hostTest("float32: grouped and transposed convolutions agree with ONNX Runtime", async () => {
  for (const layer of layers) {
    const shape = weightShape(layer).join(",");
    const model = network(`in %x: float32[1,${layer.inputs},${height},${width}]
      const %w: float32[${shape}] = random(1)
      const %b: float32[${layer.outputs}] = random(2)
      %c = ${call(layer, "%x, %w, %b")}
      %y = Sigmoid(%c)
      out %y`);
    const region = wholeRegion(model);
    expect(region.steps.map(({ workload }) => workload.op)).toContain(`${operation(layer)}-f32`);
    const x = randomInput(layer);
    const expected = (await ortValues(model, x, ["y"])).get("y") as ArrayLike<number>;
    for (const isa of [isaSets.avx512, isaSets.avx2].filter(canRun)) {
      const y = runProgram(region, new Map([["x", x]]), testDevice(isa)).get("y") as Float32Array;
      expect(y.length).toBe(expected.length);
      expect(Math.max(...y.map((value, at) => Math.abs(value - (expected[at] as number))))).toBeLessThan(1e-5);
    }
  }
});

/** Two residual blocks whose 3×3 convolutions have eight groups, the second with a stride. */
function resNeXt(): Model {
  const net = newNetwork("resnext", [1, 3, 16, 16], 5);
  const relu = (x: Value): Value => net.op("Relu", [x]);
  const block = (x: Value, [inputs, width, outputs]: readonly [number, number, number], stride: number): Value => {
    const narrow = relu(net.conv(x, [inputs, width], { kernel: 1 }));
    const inner = relu(net.conv(narrow, [width, width], { kernel: 3, stride, groups: 8 }));
    const branch = net.conv(inner, [width, outputs], { kernel: 1, gain: 0.5 });
    return relu(net.op("Add", [branch, net.conv(x, [inputs, outputs], { kernel: 1, stride, gain: 0.5 })]));
  };
  const stem = relu(net.conv(net.input, [3, 16], { kernel: 3 }));
  const blocks = block(block(stem, [16, 32, 48], 1), [48, 64, 64], 2);
  const pooled = net.op("Flatten", [net.op("GlobalAveragePool", [blocks])]);
  const model = net.finish(net.op("MatMul", [pooled, net.normal([64, 10], 0.2)]), [1, 10]);
  inferTypes(model);
  return model;
}

hostTest("a quantized ResNeXt is one region and gives ONNX Runtime's bits", async () => {
  const model = await quantized(resNeXt());
  const region = wholeRegion(model);
  const groups = region.steps.flatMap(({ workload }) => (workload.op === "grouped-u8s8" ? [workload.groups] : []));
  expect(groups).toEqual([8, 8]);
  const next = uniformNumbers(11);
  const x = Float32Array.from({ length: 3 * 16 * 16 }, () => 4 * next() - 2);
  const [name] = region.outputs.map((value) => value.name) as [string];
  const expected = Array.from((await ortValues(model, x, [name])).get(name) as ArrayLike<number>);
  for (const isa of Object.values(integerIsas).filter(canRun))
    expect(Array.from(runProgram(region, new Map([["input", x]]), testDevice(isa)).get(name) ?? [])).toEqual(expected);
});

test("a transposed convolution is one call a phase; neighbours of a row are one where their pixels are", () => {
  const steps = (layer: Layer): readonly string[] =>
    wholeRegion(quantizedLayer(layer, false)).steps.flatMap(({ workload }) =>
      workload.op === "transposed-u8s8"
        ? [`${workload.window.kernel.join("x")} ${workload.outputs} ${workload.y.pixel}`]
        : [],
    );
  expect(steps(layers[0] as Layer)).toEqual(["1x1 48 48", "1x1 48 48"]);
  expect(steps(layers[2] as Layer)).toEqual(Array.from({ length: 4 }, () => "2x2 18 36"));
});

hostTest("a transposed convolution adds a residual, phase by phase", async () => {
  const model = network(`in %x: float32[1,4,5,6]
    const %w: float32[4,4,3,3] = random(1)
    const %a: float32[4,4,2,2] = random(2)
    %p = ConvTranspose(%x, %a) {strides=[2, 2]}
    %q = ConvTranspose(%x, %w) {strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]}
    %r = Add(%p, %q)
    %y = Relu(%r)
    out %y`);
  const region = wholeRegion(model);
  const ops = region.steps.map(({ workload }) => workload.op);
  expect(ops).not.toContain("binary-f32");
  if (!canRun(isaSets.avx2)) return;
  const x = Float32Array.from({ length: 120 }, (_, index) => Math.sin(index));
  const expected = (await ortValues(model, x, ["y"])).get("y") as ArrayLike<number>;
  const y = runProgram(region, new Map([["x", x]]), testDevice(isaSets.avx2)).get("y") as Float32Array;
  expect(Math.max(...y.map((value, at) => Math.abs(value - (expected[at] as number))))).toBeLessThan(1e-5);
});

test("--exact leaves transposed convolutions of quantized networks plain, as ONNX Runtime computes them in float32", () => {
  const device = testDevice(isaSets.avxvnni);
  for (const layer of layers)
    for (const { workload } of wholeRegion(quantizedLayer(layer, takesScales(layer))).steps) {
      const left = templatesFor(workload, device, true).length;
      if (workload.op === "transposed-u8s8") expect(left).toBe(0);
      else expect(left).toBeGreaterThan(0);
    }
});

test("what has no kernel says why", () => {
  const reasons = (body: string): readonly string[] => {
    const model = network(`in %x: float32[1,4,8,8] const %w: float32[4,4,3,3] = random(1) ${body} out %y`, 19);
    const matched = matchIntegerGraph(model.graph, 19);
    expect(matched.ops).toEqual([]);
    return matched.refusals.map(({ reason }) => reason);
  };
  const transpose = (attributes: string): readonly string[] => reasons(`%y = ConvTranspose(%x, %w) {${attributes}}`);
  expect(transpose(`strides=[2, 2], auto_pad="SAME_UPPER"`)).toEqual([
    "transposed convolution whose padding follows from the size of its result",
  ]);
  expect(transpose("output_shape=[9, 9]")).toEqual([
    "transposed convolution whose padding follows from the size of its result",
  ]);
  expect(transpose("strides=[4, 4]")).toEqual(["transposed convolution with results that no input reaches"]);
  const average = (gap: number): string => `%y = AveragePool(%x) {kernel_shape=[3, 3], dilations=[${gap}, 1]}`;
  expect(reasons(average(2))).toEqual(["an average over cells with gaps"]);
  expect(() => reasons(average(1))).toThrow();
});

test("a quantized average over cells with gaps has no kernel either", () => {
  const kinds = (gap: number): readonly string[] => {
    const model = network(
      `in %x: float32[1,8,9,9]
      const %s: float32[] = 0.02
      const %z: uint8[] = 117
      %q = QuantizeLinear(%x, %s, %z)
      %d = DequantizeLinear(%q, %s, %z)
      %p = AveragePool(%d) {kernel_shape=[3, 3], dilations=[${gap}, ${gap}]}
      %yq = QuantizeLinear(%p, %s, %z)
      %y = DequantizeLinear(%yq, %s, %z)
      out %y`,
      19,
    );
    return matchIntegerGraph(model.graph, 19).ops.map(({ kind }) => kind);
  };
  expect(kinds(1)).toContain("pool");
  expect(kinds(2)).not.toContain("pool");
});
