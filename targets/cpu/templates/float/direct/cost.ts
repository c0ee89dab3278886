import type { DeviceFingerprint } from "../../../../../src/schedule/record.ts";
import type { MachineFigures } from "../../../../../src/schedule/template.ts";
import type { Core } from "../core.ts";
import { bandwidth, coreOf } from "../core.ts";
import { vectorBytes } from "../vectors.ts";
import type { DirectPlan } from "./plan.ts";
import { blockBytes, inputBytes, operandForm, stepsOf } from "./plan.ts";

/** Cycles of a tile that are not in its steps: for each accumulator, and at all. */
const accumulatorCycles = 1.5;
const tileCycles = 15;

/** Cycles from one sum of pairs of bfloat16 into an accumulator to the next (measured on Zen 5). */
const pairLatency = 6;

/** Predicted nanoseconds on one thread: what binds each step, the rest of a tile, and data from beyond the first cache. */
export function directCost(plan: DirectPlan, device: DeviceFingerprint, figures?: MachineFigures): number {
  const core = coreOf(device, figures);
  const { blocks, tiles, point, flat, geometry, workload } = plan;
  const rowsOfTiles = flat ? 1 : geometry.rows / point.tileRows;
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
        cycles +=
          count * rowsOfTiles * number * tileCost(plan, core, device, width * (flat ? 1 : point.tileRows), vectors);
  // Each sweep reads all weights again, each block of channels all of x.
  const sweeps = point.unitBlock === 0 ? 1 : Math.ceil(plan.units / point.unitBlock);
  cycles *= workload.slices;
  const weightBytes = workload.slices * blockBytes(plan, blocks.vectors) * plan.blockCount;
  const rereads = point.unitBlock === 0 ? plan.blockCount : 1;
  cycles += traffic(core, device, weightBytes, sweeps * (point.prefetch > 0 ? 0.6 : 1));
  cycles += traffic(core, device, inputBytes(plan), rereads * 0.5);
  return cycles / core.gigahertz;
}

function tileCost(plan: DirectPlan, core: Core, device: DeviceFingerprint, pixels: number, vectors: number): number {
  const accumulators = pixels * vectors;
  const form = operandForm(plan, pixels, vectors);
  const loads = vectors + (form.input === "memory" ? accumulators : pixels);
  const latency = plan.arithmetic.stepInputs === 2 ? pairLatency : core.latency;
  const step = Math.max(accumulators / core.fmas, loads / core.loads, latency);
  const bytes = stepsOf(plan) * vectors * vectorBytes(plan.simd);
  const streamed = bytes > device.l1dKiB * 1024 * 0.6 ? bytes / core.l2 : 0;
  return Math.max(stepsOf(plan) * step, streamed) + accumulators * accumulatorCycles + tileCycles;
}

/** Cycles to bring bytes in `times` times from the cache they fit in. */
function traffic(core: Core, device: DeviceFingerprint, bytes: number, times: number): number {
  return bytes <= device.l1dKiB * 1024 ? 0 : (times * bytes) / bandwidth(core, device, bytes);
}
