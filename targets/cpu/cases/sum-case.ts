import type { KernelParameters } from "../../../src/codegen/index.ts";
import { uniformNumbers } from "../../../src/ir/index.ts";
import type { WorkloadCase } from "../../../src/schedule/index.ts";
import type { ConvOperands } from "../reference/conv.ts";
import { evaluateConv } from "../reference/conv.ts";
import { evaluateDepthwise } from "../reference/depthwise.ts";
import { evaluateGroupedConv } from "../reference/grouped.ts";
import { evaluateTransposedConv, foldPhaseBiases } from "../reference/transposed.ts";
import type { CpuWorkload, Strides } from "../workload.ts";
import { makeOracle } from "./oracle.ts";
import { randomBytes, randomTable, randomWeights } from "./random-bytes.ts";
import { createStepCheck } from "./step-check.ts";
import type { SumWorkload } from "./sum-shape.ts";
import { sumShape } from "./sum-shape.ts";

/** Multiply-accumulates of the oracle a case may cost: more are checked on a sample of the outputs. */
const ORACLE_WORK = 4e6;

/** How far float32 results of bounded kernels may be off. */
const floatError = 1e-4;

/** Room behind activations, as kernels may read over the end. */
const SLACK = 64;

type IntegerSumWorkload = Extract<CpuWorkload, SumWorkload>;

/** Data for a convolution of any form, and the check of what a kernel makes of it. */
export function sumCase(workload: IntegerSumWorkload, seed: number): WorkloadCase {
  const { window, rows, columns, epilogue } = workload;
  const { inputs, outputs, terms, weights: weightCount, channels } = sumShape(workload);
  const next = uniformNumbers(seed);
  const reach = (axis: 0 | 1, size: number): number =>
    (size - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis];
  const x = randomBytes(
    reach(0, rows) * workload.x.row + reach(1, columns) * workload.x.pixel + inputs + SLACK,
    seed + 1,
  );
  const weights = randomWeights(weightCount, seed + 2);
  const bias = workload.bias
    ? Int32Array.from({ length: channels }, () => Math.round((next() - 0.5) * 2e4))
    : undefined;
  // Sums spread like sqrt(terms): this scale fills the range of a byte and goes over it on both sides.
  const weightScale = Float32Array.from({ length: channels }, () => (0.5 + next()) / Math.sqrt(terms));
  const shift = "shift" in workload ? Float32Array.from({ length: channels }, () => (next() - 0.5) * 100) : undefined;
  const xZero = 117;
  const folded = "phases" in workload ? { bias: foldPhaseBiases(workload, weights, bias, xZero) } : {};
  const parameters: KernelParameters = {
    numbers: {
      ...{ xScale: 0.02, xZero, yScale: 0.02 * 120, yZero: 121, perTensor: 0 },
      ...(epilogue.saturates === true ? { lo: 0, hi: 255 } : { lo: 3, hi: 250 }),
      ...{ tableScale: 0.03, tableZero: 120 },
      ...{ residualScale: 0.025, residualZero: 110, outScale: 0.04, outZero: 128, outLo: 2, outHi: 253 },
    },
    tables: { table: randomTable(seed + 3), ...folded },
  };
  const last = ({ row, pixel }: Strides): number => (rows - 1) * row + (columns - 1) * pixel + outputs;
  const residual = epilogue.residual === undefined ? undefined : randomBytes(last(epilogue.residual) + SLACK, seed + 4);
  const elementBytes = epilogue.out === "u8" ? 1 : 4;
  const oracle = makeOracle(
    () => sampleTiles(rows, columns, outputs * terms),
    (tile): ExpectedTile => ({
      ...tile,
      values: expectedTile(workload, tile, { x, weights, bias, shift, weightScale, residual }, parameters),
    }),
  );
  return {
    prepare: oracle.prepare,
    buffers: {
      x,
      ...(residual === undefined ? {} : { residual }),
      y: new Uint8Array(last(workload.y) * elementBytes).fill(0xa5),
    },
    parameters,
    constants: {
      weights: new Uint8Array(weights.buffer),
      "weight-scale": new Uint8Array(weightScale.buffer),
      ...(bias === undefined ? {} : { bias: new Uint8Array(bias.buffer) }),
      ...(shift === undefined ? {} : { shift: new Uint8Array(shift.buffer) }),
    },
    expected: ({ y }, given) => {
      if (y === undefined) return "nothing was written";
      // Kernels of phases equal the oracle: it is the oracle that ONNX Runtime may be a step off from.
      const correctness = workload.op === "transposed-u8s8" ? "exact" : given;
      const check = createStepCheck(correctness, epilogue, parameters);
      const agrees = (expected: number, added: number, actual: number): boolean =>
        epilogue.out === "u8"
          ? check.accepts(expected, added, actual)
          : Math.abs(actual - expected) <= (correctness === "exact" ? 0 : floatError);
      for (const tile of oracle.results()) {
        const wrong = checkTile(workload, tile, y, residual, agrees);
        if (wrong !== undefined) return wrong;
      }
      return check.verdict();
    },
  };
}

/** A stretch of one output row. */
interface Tile {
  readonly row: number;
  readonly column: number;
  readonly columns: number;
}

/** Fewest stretches that are checked. */
const LEAST_TILES = 3;

/**
 * Stretches that the oracle can afford, first and last pixels always, the others spread evenly; `work` is that of one
 * pixel, and that of folding the zero point into the bias, which each stretch does anew.
 */
function sampleTiles(rows: number, columns: number, work: number): readonly Tile[] {
  const width = Math.min(columns, 16);
  const tiles: Tile[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column += width)
      tiles.push({ row, column, columns: Math.min(width, columns - column) });
  const wanted = Math.max(LEAST_TILES, Math.floor(ORACLE_WORK / (work * (width + 1))));
  if (wanted >= tiles.length) return tiles;
  const step = (tiles.length - 1) / (wanted - 1);
  return Array.from({ length: wanted }, (_, index) => tiles[Math.round(index * step)] as Tile);
}

interface SumOperands {
  readonly x: Uint8Array;
  readonly weights: Int8Array;
  readonly bias: Int32Array | undefined;
  readonly shift: Float32Array | undefined;
  readonly weightScale: Float32Array;
  readonly residual: Uint8Array | undefined;
}

/** A tile with what must stand there, at the output's pixel stride. */
interface ExpectedTile extends Tile {
  readonly values: Uint8Array | Float32Array;
}

/** The oracle's results in a tile: of bytes what stands there before table and residual. */
function expectedTile(
  workload: IntegerSumWorkload,
  { row, column, columns }: Tile,
  operands: SumOperands,
  parameters: KernelParameters,
): Uint8Array | Float32Array {
  const { window, epilogue, x: xStrides, y: yStrides } = workload;
  const [strideY, strideX] = window.stride;
  const tileOperands = {
    ...operands,
    x: operands.x.subarray(row * strideY * xStrides.row + column * strideX * xStrides.pixel),
    residual: undefined,
  };
  const length = (columns - 1) * yStrides.pixel + sumShape(workload).outputs;
  const tile = { ...workload, rows: 1, columns, epilogue: { ...epilogue, table: false, residual: undefined } };
  const y = epilogue.out === "u8" ? new Uint8Array(length) : new Float32Array(length);
  evaluateSums(tile, { ...tileOperands, y }, parameters);
  return y;
}

function evaluateSums(workload: IntegerSumWorkload, operands: ConvOperands, parameters: KernelParameters): void {
  switch (workload.op) {
    case "conv-u8s8":
      evaluateConv(workload, operands, parameters);
      return;
    case "grouped-u8s8":
      evaluateGroupedConv(workload, operands, parameters);
      return;
    case "transposed-u8s8":
      evaluateTransposedConv(workload, operands, parameters);
      return;
    case "depthwise-u8s8":
      if (!(operands.y instanceof Uint8Array)) throw new Error("depthwise results are bytes");
      evaluateDepthwise(workload, { ...operands, y: operands.y }, parameters);
  }
}

/** What is wrong in a tile; undefined when nothing is. */
function checkTile(
  workload: IntegerSumWorkload,
  { row, column, columns, values }: ExpectedTile,
  written: Uint8Array,
  residual: Uint8Array | undefined,
  agrees: (expected: number, residual: number, actual: number) => boolean,
): string | undefined {
  const { y: yStrides, epilogue } = workload;
  const { outputs } = sumShape(workload);
  const added = epilogue.residual ?? { row: 0, pixel: 0 };
  const first = row * yStrides.row + column * yStrides.pixel;
  const bytes = values.BYTES_PER_ELEMENT;
  const own = written.slice(first * bytes, (first + values.length) * bytes);
  const actual = values instanceof Uint8Array ? own : new Float32Array(own.buffer);
  for (let pixel = 0; pixel < columns; pixel++)
    for (let channel = 0; channel < outputs; channel++) {
      const at = pixel * yStrides.pixel + channel;
      const other = residual?.[row * added.row + (column + pixel) * added.pixel + channel] ?? 0;
      if (!agrees(values[at] as number, other, actual[at] as number))
        return `row ${row}, column ${column + pixel}, channel ${channel}: ${actual[at]} does not follow from ${values[at]}`;
    }
  return undefined;
}
