import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";
import type { MachineFigures } from "../../../../src/schedule/template.ts";
import { coreFigures } from "../core-figures.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import { inputRows } from "./geometry.ts";
import type { DepthwisePlan } from "./plan.ts";
import { channelBlockCount, keeps, passCount } from "./plan.ts";
import { shareVectors } from "./registers.ts";

/** Vector instructions of a core per cycle, by kind, and bytes per cycle from the second and third cache. */
interface Core {
  readonly vectors: number;
  readonly shuffles: number;
  readonly dots: number;
  readonly loads: number;
  readonly l2: number;
  readonly l3: number;
}

/** Zen 4 takes 512 bits in two halves, Intel's server cores have two ports for them, Zen 5 four (docs of the vendors). */
function coreOf(
  { vendor, family }: DeviceFingerprint,
  { lanes }: VectorIsa,
  figures: MachineFigures | undefined,
): Core {
  const measured = coreFigures(figures);
  if (measured !== undefined) {
    const { dots, loads, l2, l3 } = measured;
    // Fitted on Zen 5, whose vectors and shuffles keep pace with its dot products.
    return { vectors: 4 * dots, shuffles: 2 * dots, dots: 2 * dots, loads: 2 * loads, l2: 32 * l2, l3: 12 * l3 };
  }
  const caches = { l2: 32, l3: 12 };
  const amd = vendor === "AuthenticAMD";
  if (lanes === 8) return { vectors: amd ? 4 : 3, shuffles: amd ? 2 : 1, dots: 2, loads: 2, ...caches };
  if (amd && family <= 25) return { vectors: 2, shuffles: 1, dots: 1, loads: 1, ...caches };
  return amd
    ? { vectors: 4, shuffles: 2, dots: 2, loads: 2, ...caches }
    : { vectors: 2, shuffles: 1, dots: 2, loads: 2, ...caches };
}

const gigahertz = 4;

/** What each further row of a pass costs beyond its instructions: less is under way at a time (measured on Zen 5). */
const rowLoss = 0.12;

/** What it costs to read x block by block, in strides that prefetchers see late (measured with cold caches). */
const stridedLoss = 1.3;

/** Instructions of a pass that are not in its outputs: pointers, constants, the loop. */
const passInstructions = 40;

/** Predicted nanoseconds on one thread: what binds each output, what begins a pass, and x from beyond the first cache. */
export function depthwiseCost(plan: DepthwisePlan, device: DeviceFingerprint, figures?: MachineFigures): number {
  const { blocks, passes, point, order } = plan;
  const core = coreOf(device, plan.isa, figures);
  let cycles = 0;
  for (const [vectors, blockCount, natural] of [
    [blocks.vectors, blocks.full, order === "natural"],
    [blocks.restVectors, blocks.restVectors > 0 ? 1 : 0, true],
  ] as const)
    for (const [rows, count] of [
      [point.rows, passes.full],
      [passes.rest, passes.rest > 0 ? 1 : 0],
    ] as const)
      if (blockCount > 0 && count > 0) cycles += blockCount * count * passCycles(plan, core, rows, vectors, natural);
  return (cycles + trafficCycles(plan, core, device)) / gigahertz;
}

/** Instructions by the resource they take. */
interface Work {
  readonly vectors: number;
  readonly shuffles: number;
  readonly dots: number;
  readonly loads: number;
}

/** The most that a resource takes, and part of the rest: nothing overlaps perfectly (fitted to Zen 5). */
function cyclesOf({ vectors, shuffles, dots, loads }: Work, core: Core): number {
  const bounds = [vectors / core.vectors, shuffles / core.shuffles, dots / core.dots, loads / core.loads];
  return Math.max(...bounds) + 0.1 * bounds.reduce((sum, bound) => sum + bound);
}

function passCycles(plan: DepthwisePlan, core: Core, rows: number, vectors: number, natural: boolean): number {
  const { across, point } = plan;
  const outputColumns = point.keep === keeps.nothing ? across.taps : Math.min(across.span, across.stride);
  const column = columnWork(plan, rows, vectors, natural);
  const output = outputWork(plan, rows, vectors, natural);
  const work: Work = {
    vectors: outputColumns * column.vectors + output.vectors,
    shuffles: outputColumns * column.shuffles + output.shuffles,
    dots: output.dots,
    loads: outputColumns * column.loads + output.loads,
  };
  const before = point.keep === keeps.nothing ? 0 : Math.max(0, across.span - across.stride);
  const weights = shareVectors(plan, vectors, natural)?.weights.length ?? 0;
  const loss = 1 + rowLoss * (rows - 1);
  return (
    loss * across.columns * cyclesOf(work, core) +
    before * cyclesOf(column, core) +
    (passInstructions + weights) / core.loads
  );
}

/** Loading and interleaving a column of x. */
function columnWork({ workload, groupRows }: DepthwisePlan, rows: number, vectors: number, natural: boolean): Work {
  const inputs = inputRows(workload.window, rows).length;
  const pairs = Math.ceil(inputs / 2) * (vectors > 2 ? 2 : 1);
  const shuffles = (natural ? inputs : 0) + pairs + Math.ceil(inputs / groupRows) * vectors;
  return { vectors: shuffles, shuffles, dots: 0, loads: inputs };
}

/** Sums and epilogue of an output in each row. */
function outputWork(plan: DepthwisePlan, rows: number, vectors: number, natural: boolean): Work {
  const { steps, across, groupRows, workload } = plan;
  const dots = steps.filter(({ output }) => output < rows).length * across.taps * vectors;
  const kept = shareVectors(plan, vectors, natural)?.weights.length ?? 0;
  const sums = rows * vectors;
  const groups = vectors > 2 ? rows : Math.ceil(sums / 4);
  const { table, residual, saturates } = workload.epilogue;
  const packing = groups * (5 + (natural ? 1 : 0) + (table ? 6 : 0) + (saturates === true ? 0 : 2));
  const each = 3 + (saturates === true ? 0 : 1) + (residual === undefined ? 0 : residual.multiplies === true ? 8 : 6);
  return {
    vectors: dots * (groupRows === 2 ? 2 : 1) + sums * each + packing,
    shuffles: groups * (3 + (natural ? 1 : 0)) + (residual === undefined ? 0 : sums),
    dots,
    loads: dots - Math.min(dots, kept) + 2 * sums + 2 * groups,
  };
}

/** Cycles to bring x into the first cache: once where a pass takes all blocks and its rows fit there, else by block. */
function trafficCycles(plan: DepthwisePlan, core: Core, device: DeviceFingerprint): number {
  const { workload, point, isa, blocks } = plan;
  const { x } = workload;
  const passRows = inputRows(workload.window, point.rows).length;
  const total = passCount(plan) * point.rows * workload.window.stride[0] * x.row;
  const l1 = device.l1dKiB * 1024 * 0.75;
  if (total <= l1) return 0;
  const rate = total <= device.l2KiB * 1024 * 0.75 ? core.l2 : core.l3;
  if (point.order === 1 && passRows * x.row <= l1) return total / rate;
  // A block that does not begin with a cache line shares lines with its neighbours.
  const block = blocks.vectors * isa.lanes + (x.pixel % 64 === 0 ? 0 : 63);
  const touched = Math.min(1, (64 * Math.ceil(block / 64)) / x.pixel);
  const strided = channelBlockCount(plan) > 1 ? stridedLoss : 1;
  return (strided * Math.max(1, channelBlockCount(plan) * touched) * total) / rate;
}
