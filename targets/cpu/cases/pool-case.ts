import type { KernelParameters } from "../../../src/codegen/index.ts";
import { uniformNumbers } from "../../../src/ir/index.ts";
import type { WorkloadCase } from "../../../src/schedule/index.ts";
import type { FloatPoolWorkload } from "../float-workload.ts";
import { evaluateFloatPool } from "../reference/float/pool.ts";
import { evaluatePool } from "../reference/pool.ts";
import type { PoolWorkload } from "../workload.ts";
import { makeOracle } from "./oracle.ts";
import { randomBytes } from "./random-bytes.ts";

/** Elements that the oracle of a case may read: of more channels only the first and the last are checked. */
const ORACLE_WORK = 2e6;

/** Room behind activations, as kernels may read over the end. */
const SLACK = 64;

/** How far float32 averages may be off; their terms are of size one. */
const bound = 1e-4;

/** Only what averages of bytes are scaled by. */
const parameters: KernelParameters = {
  numbers: { xScale: 0.02, xZero: 117, yScale: 0.02, yZero: 121 },
  tables: {},
};

/** Data for a pool of bytes or of float32, and the check of what a kernel makes of it. */
export function poolCase(workload: PoolWorkload | FloatPoolWorkload, seed: number): WorkloadCase {
  const { rows, columns, channels, window } = workload;
  const reach = (axis: 0 | 1, outputs: number): number =>
    (outputs - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis];
  const elements = reach(0, rows) * workload.x.row + reach(1, columns) * workload.x.pixel + channels + SLACK;
  const next = uniformNumbers(seed);
  const x = workload.op === "pool-u8" ? randomBytes(elements, seed) : new Float32Array(elements);
  if (workload.op === "pool-f32") for (let i = 0; i < elements; i++) x[i] = next() - 0.5;
  const slices = channelSlices(channels, rows * columns * window.kernel[0] * window.kernel[1]);
  const oracle = makeOracle(
    () => slices,
    ({ first, count }): ArrayLike<number> => pooled(workload, x, first, count),
  );
  return {
    prepare: oracle.prepare,
    buffers: { x: new Uint8Array(x.buffer, x.byteOffset, x.byteLength) },
    parameters,
    constants: {},
    expected: ({ y }) => {
      if (y === undefined) return "nothing was written";
      const right = oracle.results();
      // A copy: bytes that come from another process stand at any address.
      const bytes = y.slice();
      const actual =
        workload.op === "pool-u8" ? bytes : new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
      const off = workload.op === "pool-u8" ? 0 : bound;
      for (const [i, { first, count }] of slices.entries())
        for (let pixel = 0; pixel < rows * columns; pixel++)
          for (let channel = 0; channel < count; channel++) {
            const [row, column] = [Math.floor(pixel / columns), pixel % columns];
            const at = row * workload.y.row + column * workload.y.pixel + channel;
            const [is, wanted] = [actual[at + first] as number, right[i]?.[at] as number];
            if (!(Math.abs(is - wanted) <= off))
              return `row ${row}, column ${column}, channel ${first + channel}: ${is} instead of ${wanted}`;
          }
      return undefined;
    },
  };
}

/** The oracle's results for some channels, where the whole has them less `first`. */
function pooled(
  workload: PoolWorkload | FloatPoolWorkload,
  x: Uint8Array | Float32Array,
  first: number,
  count: number,
): Uint8Array | Float32Array {
  const { rows, columns, y: strides } = workload;
  const length = (rows - 1) * strides.row + (columns - 1) * strides.pixel + count;
  if (workload.op === "pool-u8") {
    const y = new Uint8Array(length);
    evaluatePool({ ...workload, channels: count }, { x: (x as Uint8Array).subarray(first), y }, parameters);
    return y;
  }
  const y = new Float32Array(length);
  evaluateFloatPool({ ...workload, channels: count }, { x: (x as Float32Array).subarray(first), y });
  return y;
}

/** The first and the last channels, as many as the oracle can afford; `work` is that of one. */
function channelSlices(channels: number, work: number): readonly { readonly first: number; readonly count: number }[] {
  const count = Math.max(1, Math.floor(ORACLE_WORK / (2 * work)));
  if (2 * count >= channels) return [{ first: 0, count: channels }];
  return [
    { first: 0, count },
    { first: channels - count, count },
  ];
}
