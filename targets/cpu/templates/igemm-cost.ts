import type { DeviceFingerprint } from "../../../src/schedule/record.ts";
import type { IgemmPlan } from "./igemm-plan.ts";
import { blockCount } from "./igemm-plan.ts";
import { stepsOf, blockBytes } from "./igemm-weights.ts";

/** Figures of a core that the model uses; per cycle where not said otherwise. */
interface Core {
  /** Full-width dot products. */
  readonly dots: number;
  /** Cycles from one dot product into an accumulator to the next. */
  readonly latency: number;
  readonly loads: number;
  readonly instructions: number;
  /** Bytes from the second and third cache. */
  readonly l2: number;
  readonly l3: number;
  readonly gigahertz: number;
}

/** Zen 4 has half the dot products of Zen 5 and of Intel's server cores (docs of the vendors; measured). */
function coreOf({ vendor, family }: DeviceFingerprint): Core {
  const dots = vendor === "AuthenticAMD" && family <= 25 ? 1 : 2;
  return { dots, latency: 4, loads: 2, instructions: 6, l2: 40, l3: 12, gigahertz: 3.5 };
}

/** Instructions of the epilogue of four accumulators, and of a tile that are not in its sums. */
const epilogueInstructions = { plain: 27, table: 40, residual: 62, words: 14 };
const tileInstructions = 24;

/** Predicted nanoseconds on one thread: what binds each step, the epilogue, and weights from beyond the first cache. */
export function igemmCost(plan: IgemmPlan, device: DeviceFingerprint): number {
  const core = coreOf(device);
  const { blocks, tiles, point, flat, geometry } = plan;
  const rowsOfTiles = flat ? 1 : geometry.rows / point.tileRows;
  const pixels = (width: number): number => width * (flat ? 1 : point.tileRows);
  const sweeps = point.unitBlock === 0 ? 1 : Math.ceil(plan.units / point.unitBlock);
  const weightsBytes = blockBytes(plan, blocks.vectors) * blockCount(plan);
  let cycles = 0;
  for (const [vectors, count] of [
    [blocks.vectors, blocks.full],
    [blocks.restVectors, 1],
  ] as const)
    for (const [width, number] of [
      [tiles.width, tiles.wide],
      [tiles.width - 1, tiles.narrow],
    ] as const)
      if (vectors > 0 && number > 0)
        cycles += count * rowsOfTiles * number * tileCycles(plan, core, device, pixels(width), vectors);
  // Each sweep reads all weights again, each block all of x.
  const xBytes = plan.workload.rows * plan.workload.columns * plan.workload.inputs;
  const rereads = point.unitBlock === 0 ? blockCount(plan) - 1 : 0;
  cycles += trafficCycles(core, device, weightsBytes, sweeps) + trafficCycles(core, device, xBytes, rereads) / 2;
  return cycles / core.gigahertz;
}

function tileCycles(plan: IgemmPlan, core: Core, device: DeviceFingerprint, pixels: number, vectors: number): number {
  const accumulators = pixels * vectors;
  const steps = plan.geometry.runs * stepsOf(plan);
  const widening = plan.isa.name === "avx2";
  const dots = accumulators * (widening ? 2 : 1);
  const loads = vectors + pixels;
  const instructions = dots + loads + (widening ? loads : 0) + 3 / plan.point.unroll;
  const step = Math.max(
    dots / core.dots,
    loads / core.loads,
    instructions / core.instructions,
    accumulators > 0 ? core.latency : 0,
  );
  const bytes = blockBytes(plan, vectors);
  const streamed = bytes > device.l1dKiB * 1024 * 0.6 ? bytes / core.l2 : 0;
  const { out, table, residual } = plan.workload.epilogue;
  const group =
    out === "u8"
      ? epilogueInstructions[residual !== undefined ? "residual" : table ? "table" : "plain"]
      : epilogueInstructions.words;
  const epilogue = (Math.ceil(accumulators / 4) * group + tileInstructions) / 3;
  return Math.max(steps * step, streamed) + epilogue;
}

/** Cycles to bring bytes in `times` times from where they stand. */
function trafficCycles(core: Core, device: DeviceFingerprint, bytes: number, times: number): number {
  if (bytes <= device.l1dKiB * 1024) return 0;
  return (times * bytes) / (bytes <= device.l2KiB * 1024 * 0.75 ? core.l2 : core.l3);
}
