import type { KernelParameters } from "../../../src/codegen/index.ts";
import { uniformNumbers } from "../../../src/ir/index.ts";
import type { WorkloadCase } from "../../../src/schedule/index.ts";
import type { FloatWorkload } from "../float-workload.ts";
import { fromBf16, roundedToBf16, toBf16 } from "../reference/float/bfloat16.ts";
import type { FloatConvOperands } from "../reference/float/conv.ts";
import { evaluateFloatConv } from "../reference/float/conv.ts";
import { evaluateFloatDepthwise } from "../reference/float/depthwise.ts";
import { evaluateFloatGroupedConv } from "../reference/float/grouped.ts";
import { evaluateFloatTransposedConv } from "../reference/float/transposed.ts";
import type { Strides } from "../workload.ts";
import { makeOracle } from "./oracle.ts";
import type { SumWorkload } from "./sum-shape.ts";
import { sumShape } from "./sum-shape.ts";

/** Multiply-accumulates of the oracle a case may cost: more are checked on a sample of the outputs. */
const oracleWork = 4e6;

/** Room behind activations, as kernels may read over the end. */
const slack = 16;

/** How far results may be off, in standard deviations of the sums, which are of size one here. */
const bound = 1e-4;

/** Bounds that cut off some results. */
const parameters: KernelParameters = { numbers: { alpha: 0.2, beta: 0.5, lo: -1, hi: 3 }, tables: {} };

/** Half a unit in the last place of bfloat16, in shares of the value. */
const bf16Rounding = 2 ** -8;

type FloatSumWorkload = Extract<FloatWorkload, SumWorkload>;

/**
 * Data for a float32 convolution of any form, and the check of what a kernel makes of it. What is stored as
 * bfloat16 holds only such numbers, and so do weights that may be rounded: only y is.
 */
export function floatCase(workload: FloatSumWorkload, seed: number): WorkloadCase {
  const { window, rows, columns, epilogue } = workload;
  const { inputs, outputs, terms, weights, channels } = sumShape(workload);
  const next = uniformNumbers(seed);
  // Of mean 0 and variance 1.
  const floats = (count: number, scale = 1): Float32Array => {
    const numbers = new Float32Array(count);
    for (let i = 0; i < count; i++) numbers[i] = scale * Math.sqrt(12) * (next() - 0.5);
    return numbers;
  };
  const reach = (axis: 0 | 1, size: number): number =>
    (size - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis];
  const last = ({ row, pixel }: Strides): number => (rows - 1) * row + (columns - 1) * pixel + outputs;
  const isNarrow = workload.op === "conv-bf16";
  const { residual } = epilogue;
  const operands: Operands = {
    x: held(isNarrow, floats(reach(0, rows) * workload.x.row + reach(1, columns) * workload.x.pixel + inputs + slack)),
    weights: held(isNarrow, floats(weights, 1 / Math.sqrt(terms))),
    bias: workload.bias ? floats(channels) : undefined,
    residual: residual === undefined ? undefined : held(residual.from === "bf16", floats(last(residual) + slack)),
  };
  const oracle = makeOracle(
    () => samplePixels(workload, Math.max(4, Math.floor(oracleWork / (outputs * terms)))),
    (pixel): ExpectedPixel => ({ ...pixel, values: expectedPixel(workload, pixel, operands) }),
  );
  return {
    prepare: oracle.prepare,
    buffers: bytesOf({
      x: stored(isNarrow, operands.x),
      residual: operands.residual === undefined ? undefined : stored(residual?.from === "bf16", operands.residual),
    }),
    parameters,
    constants: bytesOf({ weights: operands.weights, bias: operands.bias }),
    expected: ({ y }) => {
      if (y === undefined) return "nothing was written";
      const expected = oracle.results();
      // A copy: bytes that come from another process stand at any address.
      const { buffer, byteLength } = y.slice();
      return epilogue.out === "bf16"
        ? firstWrong(workload, expected, fromBf16(new Uint16Array(buffer, 0, Math.floor(byteLength / 2))), bf16Rounding)
        : firstWrong(workload, expected, new Float32Array(buffer, 0, Math.floor(byteLength / 4)), 0);
    },
  };
}

/** The numbers, or the nearest that bfloat16 holds. */
function held(isNarrow: boolean, numbers: Float32Array): Float32Array {
  return isNarrow ? roundedToBf16(numbers) : numbers;
}

function stored(isNarrow: boolean, numbers: Float32Array): Float32Array | Uint16Array {
  return isNarrow ? toBf16(numbers) : numbers;
}

type Operands = Omit<FloatConvOperands, "y">;

function bytesOf(arrays: Readonly<Record<string, Float32Array | Uint16Array | undefined>>): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      array === undefined ? [] : [[name, new Uint8Array(array.buffer, array.byteOffset, array.byteLength)]],
    ),
  );
}

/** An output pixel. */
interface Pixel {
  readonly row: number;
  readonly column: number;
}

interface ExpectedPixel extends Pixel {
  readonly values: Float64Array;
}

/** At most `count` output pixels: the first and the last always, the others spread evenly over all phases of a tile. */
function samplePixels({ rows, columns }: FloatSumWorkload, count: number): readonly Pixel[] {
  const all = rows * columns;
  const places =
    count >= all
      ? Array.from({ length: all }, (_, index) => index)
      : Array.from({ length: count }, (_, index) => Math.round((index * (all - 1)) / (count - 1)));
  return places.map((place) => ({ row: Math.floor(place / columns), column: place % columns }));
}

/** The oracle's results of a pixel, as a workload of one pixel. */
function expectedPixel(workload: FloatSumWorkload, { row, column }: Pixel, operands: Operands): Float64Array {
  const { window, epilogue, x } = workload;
  const added = epilogue.residual;
  const one = {
    ...operands,
    x: operands.x.subarray(row * window.stride[0] * x.row + column * window.stride[1] * x.pixel),
    residual: added === undefined ? undefined : operands.residual?.subarray(row * added.row + column * added.pixel),
  };
  const extent = { rows: 1, columns: 1 };
  const y = new Float64Array(sumShape(workload).outputs);
  evaluateSums({ ...workload, ...extent }, { ...one, y }, parameters);
  return y;
}

function evaluateSums(workload: FloatSumWorkload, operands: FloatConvOperands, given: KernelParameters): void {
  switch (workload.op) {
    case "conv-f32":
    case "conv-bf16":
      evaluateFloatConv(workload, operands, given);
      return;
    case "grouped-f32":
      evaluateFloatGroupedConv(workload, operands, given);
      return;
    case "transposed-f32":
      evaluateFloatTransposedConv(workload, operands, given);
      return;
    case "depthwise-f32":
      evaluateFloatDepthwise(workload, operands, given);
  }
}

function firstWrong(
  { y: strides }: { readonly y: Strides },
  pixels: readonly ExpectedPixel[],
  y: Float32Array,
  rounding: number,
): string | undefined {
  for (const { row, column, values } of pixels) {
    const first = row * strides.row + column * strides.pixel;
    const channel = values.findIndex(
      (value, index) => !(Math.abs((y[first + index] as number) - value) <= bound + rounding * Math.abs(value)),
    );
    if (channel >= 0) {
      const [found, wanted] = [y[first + channel], values[channel]];
      return `row ${row}, column ${column}, channel ${channel}: ${String(found)} instead of ${String(wanted)}`;
    }
  }
  return undefined;
}
