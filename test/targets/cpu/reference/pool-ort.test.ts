import { expect } from "vitest";
import { evaluatePool } from "../../../../targets/cpu/reference/pool.ts";
import type { PoolWorkload } from "../../../../targets/cpu/workload.ts";
import { ortEvaluate, x64Test } from "./ort-evaluate.ts";
import { randomQuantizations } from "./random-quantization.ts";

type Random = ReturnType<typeof randomQuantizations>;
type Kind = PoolWorkload["kind"];

interface Case {
  readonly workload: PoolWorkload;
  /** Height and width of the input, without halo. */
  readonly input: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly ceil: 0 | 1;
}

/** A window over an input of 4 to 11 rows and columns, padded by less than half of it. */
function randomCase({ below }: Random, kind: Kind): Case {
  const input = [4 + below(8), 4 + below(8)] as const;
  const axes = ([0, 1] as const).map((axis) => {
    if (kind === "global-average") return { kernel: input[axis], stride: 1, before: 0, after: 0 };
    // A window of the whole input is another kind.
    const kernel = 1 + below(Math.min(5, input[axis] - 1));
    const pad = (): number => below(Math.floor((kernel - 1) / 2) + 1);
    return { kernel, stride: 1 + below(3), before: pad(), after: pad() };
  });
  const [vertical, horizontal] = axes as [(typeof axes)[number], (typeof axes)[number]];
  const ceil = kind === "global-average" || below(2) === 0 ? 0 : 1;
  const outputs = axes.map(({ kernel, stride, before, after }, axis) => {
    const size = input[axis] as number;
    const steps = (size + before + after - kernel) / stride;
    if (ceil === 0) return Math.floor(steps) + 1;
    // No window begins behind the input.
    return Math.min(Math.ceil(steps), Math.ceil((size + before) / stride) - 1) + 1;
  }) as [number, number];
  const reached = axes.map(({ kernel, stride, before }, axis) =>
    Math.max(0, ((outputs[axis] as number) - 1) * stride + kernel - before - (input[axis] as number)),
  ) as [number, number];
  const channels = 1 + below(20);
  const width = (outputs[1] - 1) * horizontal.stride + horizontal.kernel;
  return {
    workload: {
      op: "pool-u8",
      ...{ kind, rows: outputs[0], columns: outputs[1], channels },
      window: {
        kernel: [vertical.kernel, horizontal.kernel],
        stride: [vertical.stride, horizontal.stride],
        dilation: [1, 1],
      },
      edge: { pads: [vertical.before, horizontal.before, ...reached], counted: below(2) === 0 },
      x: { row: Math.max(width, horizontal.before + input[1]) * channels, pixel: channels },
      y: { row: outputs[1] * channels, pixel: channels },
    },
    input,
    pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
    ceil,
  };
}

/** The input with its halo, as wide as a row of x. */
function withHalo({ workload, input, pads }: Case, x: Uint8Array, fill: number): Uint8Array {
  const { channels, edge } = workload;
  const padded = new Uint8Array((pads[0] + input[0] + edge.pads[2]) * workload.x.row).fill(fill);
  for (let row = 0; row < input[0]; row++)
    padded.set(
      x.subarray(row * input[1] * channels, (row + 1) * input[1] * channels),
      (pads[0] + row) * workload.x.row + pads[1] * channels,
    );
  return padded;
}

function operatorOf({ workload, pads, ceil }: Case, channelsLast: boolean): string {
  const { kind, window, edge } = workload;
  const last = `channels_last = ${Number(channelsLast)}`;
  if (kind === "global-average") return `com.microsoft::QLinearGlobalAveragePool(%t, %xs, %xz, %ys, %yz) {${last}}`;
  const shape = `kernel_shape = [${window.kernel.join(", ")}], strides = [${window.stride.join(", ")}], pads = [${pads.join(", ")}], ceil_mode = ${ceil}`;
  if (kind === "max") return `MaxPool(%t) {${shape}}`;
  return `com.microsoft::QLinearAveragePool(%t, %xs, %xz, %ys, %yz) {${shape}, ${last}, count_include_pad = ${Number(edge.counted)}}`;
}

x64Test.each(["max", "average", "global-average"] as const)("%s pool: as ONNX Runtime computes it", async (kind) => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomQuantizations(seed);
    const sample = randomCase(random, kind);
    const { workload, input } = sample;
    const [xs, ys] = [random.next(), random.next()];
    const x = Uint8Array.from({ length: input[0] * input[1] * workload.channels }, () => random.below(256));
    const last = kind !== "max" && seed % 2 === 0;
    const before = last ? "%t = Identity(%x)" : "%t = Transpose(%x) {perm = [0, 3, 1, 2]}";
    const after = last ? "%y = Identity(%u)" : "%y = Transpose(%u) {perm = [0, 2, 3, 1]}";
    const expected = await ortEvaluate(
      `in %x: uint8[1,${input.join(",")},${workload.channels}]
      const %xs: float32[] = ${xs.scale.toPrecision(9)} const %xz: uint8[] = ${xs.zero}
      const %ys: float32[] = ${ys.scale.toPrecision(9)} const %yz: uint8[] = ${ys.zero}
      ${before} %u = ${operatorOf(sample, last)} ${after}`,
      { x },
    );
    const y = new Uint8Array(workload.rows * workload.y.row);
    evaluatePool(
      workload,
      { x: withHalo(sample, x, kind === "max" ? 0 : xs.zero), y },
      { numbers: { xScale: xs.scale, xZero: xs.zero, yScale: ys.scale, yZero: ys.zero }, tables: {} },
    );
    expect(Array.from(y), `seed ${seed}: ${JSON.stringify(sample)}`).toEqual(Array.from(expected));
  }
});
