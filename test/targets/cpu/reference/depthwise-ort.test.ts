import { expect } from "vitest";
import { evaluateDepthwise } from "../../../../targets/cpu/reference/depthwise.ts";
import type { DepthwiseWorkload } from "../../../../targets/cpu/workload.ts";
import { ortEvaluate, x64Test } from "./ort-evaluate.ts";
import { randomQuantizations } from "./random-quantization.ts";

const list = (values: ArrayLike<number>): string =>
  `[${Array.from(values, (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(9))).join(", ")}]`;

x64Test("QLinearConv with a group a channel: random windows, strides, dilations, quantizations", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { below, next } = randomQuantizations(seed);
    const pick = (values: readonly number[]): number => values[below(values.length)] as number;
    const side = pick([1, 2, 3, 3, 5]);
    const window = {
      kernel: [side, pick([side, 1])],
      stride: [pick([1, 2]), pick([1, 2])],
      dilation: [pick([1, 2]), 1],
    } as const;
    const channels = 2 + below(40);
    const input = [11, 9] as const;
    const size = (axis: 0 | 1): number =>
      Math.floor((input[axis] - (window.kernel[axis] - 1) * window.dilation[axis] - 1) / window.stride[axis]) + 1;
    const [rows, columns] = [size(0), size(1)];
    const [x, y] = [next(), next()];
    const perTensor = below(2) === 0;
    const taps = window.kernel[0] * window.kernel[1];
    const operands = {
      x: Uint8Array.from({ length: input[0] * input[1] * channels }, () => below(256)),
      weights: Int8Array.from({ length: channels * taps }, () => below(256) - 128),
      weightScale: Float32Array.from({ length: perTensor ? 1 : channels }, () => (1 + below(9)) / 64),
      bias: Int32Array.from({ length: channels }, () => below(20_000) - 10_000),
      residual: undefined,
    };
    const expected = await ortEvaluate(
      `in %x: uint8[1,${input.join(",")},${channels}]
      const %xs: float32[] = ${x.scale.toPrecision(9)} const %xz: uint8[] = ${x.zero}
      const %ys: float32[] = ${y.scale.toPrecision(9)} const %yz: uint8[] = ${y.zero}
      const %w: int8[${channels},1,${window.kernel.join(",")}] = ${list(operands.weights)}
      const %ws: float32[${perTensor ? "" : channels}] = ${perTensor ? (operands.weightScale[0] as number).toPrecision(9) : list(operands.weightScale)}
      const %wz: int8[${perTensor ? "" : channels}] = ${perTensor ? "0" : list(new Int8Array(channels))}
      const %b: int32[${channels}] = ${list(operands.bias)}
      %t = Transpose(%x) {perm = [0, 3, 1, 2]}
      %u = QLinearConv(%t, %xs, %xz, %w, %ws, %wz, %ys, %yz, %b) {group = ${channels}, strides = ${list(window.stride)}, dilations = ${list(window.dilation)}}
      %y = Transpose(%u) {perm = [0, 2, 3, 1]}`,
      { x: operands.x },
    );
    const workload: DepthwiseWorkload = {
      op: "depthwise-u8s8",
      ...{ rows, columns, channels, window, bias: true },
      x: { row: input[1] * channels, pixel: channels },
      y: { row: columns * channels, pixel: channels },
      epilogue: { out: "u8", table: false, residual: undefined },
    };
    const result = new Uint8Array(rows * columns * channels);
    const numbers = { xScale: x.scale, xZero: x.zero, yScale: y.scale, yZero: y.zero, lo: 0, hi: 255 };
    evaluateDepthwise(workload, { ...operands, y: result }, { numbers, tables: {} });
    expect(Array.from(expected), `seed ${seed}: ${JSON.stringify(workload)}`).toEqual(Array.from(result));
  }
});
