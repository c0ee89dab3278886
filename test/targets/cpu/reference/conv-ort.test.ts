import { expect } from "vitest";
import type { KernelParameters } from "../../../../src/codegen/index.ts";
import { evaluateConv } from "../../../../targets/cpu/reference/conv.ts";
import type { ConvWorkload } from "../../../../targets/cpu/workload.ts";
import { ortEvaluate, x64Test } from "./ort-evaluate.ts";
import { randomQuantizations } from "./random-quantization.ts";

type Random = ReturnType<typeof randomQuantizations>;

interface Case {
  readonly workload: ConvWorkload;
  /** Height and width of the input, without halo. */
  readonly input: readonly [number, number];
  readonly weights: Int8Array;
  readonly weightScale: Float32Array;
  readonly bias: Int32Array;
  readonly x: Uint8Array;
  readonly parameters: KernelParameters;
}

function bytes(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

function randomCase(seed: number): Case {
  const random = randomQuantizations(seed);
  const pick = (values: readonly number[]): number => values[random.below(values.length)] as number;
  const window = {
    kernel: [pick([1, 2, 3]), pick([1, 3])],
    stride: [pick([1, 2]), pick([1, 2])],
    dilation: [pick([1, 2]), 1],
  } as const;
  const [inputs, outputs] = [pick([1, 3, 4, 8, 20]), pick([1, 3, 16, 20])];
  const input = [7, 9] as const;
  const size = (axis: 0 | 1): number =>
    Math.floor((input[axis] - (window.kernel[axis] - 1) * window.dilation[axis] - 1) / window.stride[axis]) + 1;
  const [rows, columns] = [size(0), size(1)];
  const [x, y] = [random.next(), random.next()];
  const perTensor = random.below(2) === 0;
  const numbers = { xScale: x.scale, xZero: x.zero, yScale: y.scale, yZero: y.zero, lo: 0, hi: 255 };
  return {
    workload: {
      op: "conv-u8s8",
      ...{ rows, columns, inputs, outputs, window, weights: "oihw", bias: true },
      x: { row: input[1] * inputs, pixel: inputs },
      y: { row: columns * outputs, pixel: outputs },
      epilogue: { out: "u8", table: false, residual: undefined },
    },
    input,
    weights: Int8Array.from(bytes(random, outputs * inputs * window.kernel[0] * window.kernel[1])),
    weightScale: Float32Array.from({ length: perTensor ? 1 : outputs }, () => (1 + random.below(9)) / 256),
    bias: Int32Array.from({ length: outputs }, () => random.below(20_000) - 10_000),
    x: bytes(random, input[0] * input[1] * inputs),
    parameters: { numbers, tables: {} },
  };
}

const list = (values: ArrayLike<number>): string =>
  `[${Array.from(values, (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(9))).join(", ")}]`;

/** The case as QLinearConv; layouts change by Transpose, so that x and y are channels last. */
async function ortConv({
  workload,
  input,
  weights,
  weightScale,
  bias,
  x,
  parameters,
}: Case): Promise<ArrayLike<number>> {
  const { inputs, outputs, window } = workload;
  const { xScale, xZero, yScale, yZero } = parameters.numbers as Record<string, number>;
  const [kh, kw] = window.kernel;
  const scalar = (name: string, type: string, value = 0): string =>
    `const %${name}: ${type}[] = ${value.toPrecision(9)}`;
  const integer = (name: string, value = 0): string => `const %${name}: uint8[] = ${value}`;
  const perTensor = weightScale.length === 1;
  const text = `in %x: uint8[1,${input[0]},${input[1]},${inputs}]
    ${scalar("xs", "float32", xScale)} ${integer("xz", xZero)} ${scalar("ys", "float32", yScale)} ${integer("yz", yZero)}
    const %w: int8[${outputs},${inputs},${kh},${kw}] = ${list(weights)}
    const %ws: float32[${perTensor ? "" : outputs}] = ${perTensor ? (weightScale[0] as number).toPrecision(9) : list(weightScale)}
    const %wz: int8[${perTensor ? "" : outputs}] = ${perTensor ? "0" : list(new Int8Array(outputs))}
    const %b: int32[${outputs}] = ${list(bias)}
    %t = Transpose(%x) {perm = [0, 3, 1, 2]}
    %u = QLinearConv(%t, %xs, %xz, %w, %ws, %wz, %ys, %yz, %b) {strides = ${list(window.stride)}, dilations = ${list(window.dilation)}}
    %y = Transpose(%u) {perm = [0, 2, 3, 1]}`;
  return ortEvaluate(text, { x });
}

x64Test("QLinearConv: random windows, strides, dilations, zero points, scales", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const sample = randomCase(seed);
    const y = new Uint8Array(sample.workload.rows * sample.workload.y.row);
    evaluateConv(sample.workload, { ...sample, residual: undefined, y }, sample.parameters);
    expect(Array.from(await ortConv(sample)), `seed ${seed}`).toEqual(Array.from(y));
  }
});

x64Test("QGemm: a matrix product with uint8 and with float32 results", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomQuantizations(100 + seed);
    const [rows, inputs, outputs] = [1 + random.below(9), 1 + random.below(70), 1 + random.below(40)];
    const [x, y] = [random.next(), random.next()];
    const operands = {
      x: bytes(random, rows * inputs),
      weights: Int8Array.from(bytes(random, inputs * outputs)),
      weightScale: Float32Array.from({ length: outputs }, () => (1 + random.below(9)) / 512),
      bias: Int32Array.from({ length: outputs }, () => random.below(20_000) - 10_000),
      residual: undefined,
    };
    const constants = `const %xs: float32[] = ${x.scale.toPrecision(9)} const %xz: uint8[] = ${x.zero}
      const %ys: float32[] = ${y.scale.toPrecision(9)} const %yz: uint8[] = ${y.zero}
      const %w: int8[${inputs},${outputs}] = ${list(operands.weights)} const %wz: int8[${outputs}] = ${list(new Int8Array(outputs))}
      const %ws: float32[${outputs}] = ${list(operands.weightScale)} const %b: int32[${outputs}] = ${list(operands.bias)}`;
    for (const out of ["u8", "f32"] as const) {
      const result = out === "u8" ? ", %ys, %yz" : "";
      const expected = await ortEvaluate(
        `in %x: uint8[${rows},${inputs}] ${constants}
        %y = com.microsoft::QGemm(%x, %xs, %xz, %w, %ws, %wz, %b${result})`,
        { x: operands.x },
      );
      const actual = out === "u8" ? new Uint8Array(rows * outputs) : new Float32Array(rows * outputs);
      const workload: ConvWorkload = {
        op: "conv-u8s8",
        ...{ rows: 1, columns: rows, inputs, outputs, weights: "io", bias: true },
        window: { kernel: [1, 1], stride: [1, 1], dilation: [1, 1] },
        x: { row: rows * inputs, pixel: inputs },
        y: { row: rows * outputs, pixel: outputs },
        epilogue: { out, table: false, residual: undefined },
      };
      const numbers = { xScale: x.scale, xZero: x.zero, yScale: y.scale, yZero: y.zero, lo: 0, hi: 255 };
      evaluateConv(workload, { ...operands, y: actual }, { numbers, tables: {} });
      expect(Array.from(expected), `seed ${seed} ${out}`).toEqual(Array.from(actual));
    }
  }
});

x64Test("a QDQ model of a convolution and a residual sum, as ONNX Runtime fuses it, in both orders", async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = randomQuantizations(300 + seed);
    const [side, inputs, outputs] = [3 + random.below(5), 4 * (1 + random.below(4)), 16 * (1 + random.below(3))];
    const [x, y, residual, out] = [random.next(), random.next(), random.next(), random.next()];
    const weightScale = Float32Array.from({ length: outputs }, () => (1 + random.below(9)) / 512);
    const operands = {
      x: bytes(random, side * side * inputs),
      weights: Int8Array.from(bytes(random, inputs * outputs)),
      weightScale,
      bias: Int32Array.from({ length: outputs }, () => random.below(20_000) - 10_000),
      residual: bytes(random, side * side * outputs),
    };
    const scalars = Object.entries({ x, y, r: residual, o: out }).map(
      ([name, { scale, zero }]) =>
        `const %${name}s: float32[] = ${scale.toPrecision(9)} const %${name}z: uint8[] = ${zero}`,
    );
    const biasScale = weightScale.map((scale) => Math.fround(x.scale * scale));
    for (const first of [false, true]) {
      const text = `in %x: uint8[1,${side},${side},${inputs}] in %r: uint8[1,${side},${side},${outputs}]
        ${scalars.join(" ")}
        const %w: int8[${outputs},${inputs},1,1] = ${list(operands.weights)}
        const %ws: float32[${outputs}] = ${list(weightScale)} const %wz: int8[${outputs}] = ${list(new Int8Array(outputs))}
        const %b: int32[${outputs}] = ${list(operands.bias)} const %bs: float32[${outputs}] = ${list(biasScale)}
        const %bz: int32[${outputs}] = ${list(new Int32Array(outputs))}
        %xt = Transpose(%x) {perm = [0, 3, 1, 2]} %rt = Transpose(%r) {perm = [0, 3, 1, 2]}
        %xf = DequantizeLinear(%xt, %xs, %xz) %rf = DequantizeLinear(%rt, %rs, %rz)
        %wf = DequantizeLinear(%w, %ws, %wz) {axis = 0} %bf = DequantizeLinear(%b, %bs, %bz) {axis = 0}
        %c = Conv(%xf, %wf, %bf) %q = QuantizeLinear(%c, %ys, %yz) %d = DequantizeLinear(%q, %ys, %yz)
        %s = Add(${first ? "%rf, %d" : "%d, %rf"})
        %t = QuantizeLinear(%s, %os, %oz) %y = Transpose(%t) {perm = [0, 2, 3, 1]}`;
      const expected = await ortEvaluate(text, { x: operands.x, r: operands.residual }, "all");
      const strides = { row: side * outputs, pixel: outputs };
      const workload: ConvWorkload = {
        op: "conv-u8s8",
        ...{ rows: side, columns: side, inputs, outputs, weights: "oihw", bias: true },
        window: { kernel: [1, 1], stride: [1, 1], dilation: [1, 1] },
        x: { row: side * inputs, pixel: inputs },
        y: strides,
        epilogue: { out: "u8", table: false, residual: first ? { ...strides, first } : strides },
      };
      const numbers = {
        ...{ xScale: x.scale, xZero: x.zero, yScale: y.scale, yZero: y.zero, lo: 0, hi: 255 },
        ...{ residualScale: residual.scale, residualZero: residual.zero },
        ...{ outScale: out.scale, outZero: out.zero, outLo: 0, outHi: 255 },
      };
      const actual = new Uint8Array(side * side * outputs);
      evaluateConv(workload, { ...operands, y: actual }, { numbers, tables: {} });
      expect(Array.from(actual), `seed ${seed}, first ${first}`).toEqual(Array.from(expected));
    }
  }
});
