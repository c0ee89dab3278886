import type { DeviceFingerprint } from "../../../../src/schedule/record.ts";
import type { MachineFigures } from "../../../../src/schedule/template.ts";
import { coreFigures } from "../core-figures.ts";
import type { IgemmPlan } from "./plan.ts";
import { blockCount } from "./plan.ts";
import { operandRegisters } from "./steps.ts";
import { blockBytes, stepsOf } from "./weights.ts";

/** Figures of a core that the model uses; per cycle where not said otherwise. */
interface Core {
  /** Full-width dot products, and vector operations of any kind with them. */
  readonly dots: number;
  readonly operations: number;
  /** Cycles from one dot product into an accumulator to the next: the latency, and what scheduling loses. */
  readonly latency: number;
  readonly loads: number;
  readonly instructions: number;
  /** Bytes from the second and third cache. */
  readonly l2: number;
  readonly l3: number;
  readonly gigahertz: number;
}

/** Zen 4 has half the vector width of Zen 5; Intel's server cores have two ports of full width. Fitted on Zen 5. */
function coreOf({ vendor, family }: DeviceFingerprint, figures: MachineFigures | undefined): Core {
  const shared = { latency: 5.5, loads: 2, instructions: 6, l2: 40, l3: 12, gigahertz: 4 };
  const measured = coreFigures(figures);
  if (measured !== undefined) {
    const { dots, latency, loads, l2, l3 } = measured;
    return {
      ...shared,
      ...{ dots: 2 * dots, operations: 4 * dots, latency: shared.latency / latency, loads: shared.loads * loads },
      ...{ l2: shared.l2 * l2, l3: shared.l3 * l3 },
    };
  }
  if (vendor !== "AuthenticAMD") return { ...shared, dots: 2, operations: 2 };
  return family >= 26 ? { ...shared, dots: 2, operations: 4 } : { ...shared, dots: 1, operations: 2 };
}

/** Cycles that an operation of the epilogue adds: after the sums of its tile, or between those of the next. */
const apart = 0.31;
const between = 0.11;

/** What the busiest port loses when operations of all kinds fill them. */
const unevenness = 1.25;

/** Cycles of a tile that are neither sums nor epilogue: pointers, counters, a loop's last branch. */
const tileOverhead = 3;

/** Predicted nanoseconds on one thread: what binds each tile, and what comes from beyond the first cache. */
export function igemmCost(plan: IgemmPlan, device: DeviceFingerprint, figures?: MachineFigures): number {
  const core = coreOf(device, figures);
  const { blocks, tiles, point, flat, geometry, workload } = plan;
  const rows = flat ? 1 : geometry.rows / point.tileRows;
  const sweeps = point.unitBlock === 0 ? 1 : Math.ceil(plan.units / point.unitBlock);
  let cycles = 0;
  for (const [vectors, count] of [
    [blocks.vectors, blocks.full],
    [blocks.restVectors, 1],
  ] as const)
    for (const [width, run] of [
      [tiles.width, tiles.wide],
      [tiles.width - 1, tiles.narrow],
    ] as const)
      if (vectors > 0 && run > 0)
        cycles +=
          count *
          rows *
          runCycles(plan, core, device, width * (flat ? 1 : point.tileRows), vectors, run, flat ? sweeps : 1);
  // Each sweep reads all weights again; each block all of x, which the processor's prefetchers mostly hide.
  const { slices, sliceInputs } = workload;
  const weights = slices * blockBytes(plan, blocks.vectors) * blockCount(plan);
  const x = workload.rows * workload.columns * slices * sliceInputs;
  const rereads = point.unitBlock === 0 ? blockCount(plan) - 1 : 0;
  cycles = slices * cycles + trafficCycles(core, device, weights, sweeps) + trafficCycles(core, device, x, rereads) / 4;
  return cycles / core.gigahertz;
}

/** Cycles of `run` neighbouring tiles, in `parts` parts: a part's last epilogue has no next tile to hide in. */
function runCycles(
  plan: IgemmPlan,
  core: Core,
  device: DeviceFingerprint,
  pixels: number,
  vectors: number,
  run: number,
  parts: number,
): number {
  const accumulators = pixels * vectors;
  const steps = plan.geometry.runs * stepsOf(plan);
  const widening = plan.isa.name === "avx2";
  const dots = accumulators * (widening ? 2 : 1);
  const memory = Math.min(plan.point.memory, vectors);
  const loads = vectors - memory + pixels * (1 + memory);
  const instructions =
    dots +
    vectors -
    memory +
    pixels +
    (widening ? vectors + pixels : 0) +
    (plan.workload.gather === undefined ? 0 : pixels) +
    3 / plan.point.unroll;
  const step = Math.max(dots / core.dots, loads / core.loads, instructions / core.instructions, core.latency);
  const bytes = blockBytes(plan, vectors);
  const streamed = bytes > device.l1dKiB * 1024 * 0.6 ? bytes / core.l2 : 0;
  const sums = Math.max(steps * step, streamed);
  const operations = epilogueOperations(plan, pixels, vectors);
  const alone = sums + operations * apart;
  // Multipliers are read by every accumulator, constants too where few registers are left for them.
  const free = plan.isa.registers - 2 * accumulators - operandRegisters(plan.isa, vectors, memory);
  const overlapped = Math.max(
    sums + operations * between,
    ((steps * dots + operations) / core.operations) * unevenness,
    (steps * loads + accumulators * (free < 4 ? 3 : 1.5)) / core.loads,
  );
  return (
    run * tileOverhead +
    (plan.point.overlap === 1 ? Math.min(parts, run) * alone + Math.max(run - parts, 0) * overlapped : run * alone)
  );
}

/** Vector operations of the epilogue of a tile: for each accumulator, and for each four that are packed together. */
function epilogueOperations({ workload, isa }: IgemmPlan, pixels: number, vectors: number): number {
  const { out, table, residual, saturates, divides } = workload.epilogue;
  const accumulators = pixels * vectors;
  const shifts = workload.shift === true ? accumulators : 0;
  if (out !== "u8") return 3 * accumulators + shifts;
  const rest = vectors % 4;
  const packs = pixels * Math.floor(vectors / 4) + (rest === 0 ? 0 : Math.ceil(pixels / Math.floor(4 / rest)));
  const clamps = saturates === true ? 0 : 1;
  const lookup = table ? (isa.permutesBytes ? 6 : isa.lanes === 16 ? 30 : 64) : 0;
  const combining = (table ? 7 : 5.5) + (residual?.multiplies === true ? 2 : 0);
  const residualOperations = residual === undefined ? 0 : combining * accumulators + 6 * packs;
  const scaling = shifts + (divides === true ? 8 * accumulators : 0);
  return scaling + (3 + clamps) * accumulators + (6 + 2 * clamps + lookup) * packs + residualOperations;
}

/** Cycles to bring bytes in `times` times from where they stand. */
function trafficCycles(core: Core, device: DeviceFingerprint, bytes: number, times: number): number {
  if (bytes <= device.l1dKiB * 1024) return 0;
  return (times * bytes) / (bytes <= device.l2KiB * 1024 * 0.75 ? core.l2 : core.l3);
}
