import type { Clock, OpenedCounter } from "../../measure/index.ts";
import type { Nvml, NvmlGpu } from "./nvml.ts";

/**
 * Counts the energy of all GPUs by their own counters, which GPUs since Volta have and renew some ten times a second. Of a
 * GPU without one the power is read instead: between two readings it counts as their mean. The counter owns the library.
 */
export function openNvmlCounter(nvml: Nvml | { readonly missing: string }, clock: Clock): OpenedCounter {
  if ("missing" in nvml) return nvml;
  const silent = nvml.gpus.map((gpu) => gpu.refusal()).find((reason) => reason !== undefined);
  const missing = nvml.gpus.length === 0 ? "no GPU of NVIDIA's" : silent;
  if (missing !== undefined) {
    nvml.close();
    return { missing };
  }
  const reads = nvml.gpus.map((gpu) => countedBy(gpu) ?? integratedBy(gpu, clock));
  return {
    read: () => {
      const each = reads.map((read) => read());
      return each.reduce((sum, uj) => (sum === undefined || uj === undefined ? undefined : sum + uj), 0);
    },
    close: () => nvml.close(),
  };
}

/** Microjoules since now, by the GPU's counter; undefined where it has none. A driver that was loaded anew ends it. */
function countedBy(gpu: NvmlGpu): (() => number | undefined) | undefined {
  const first = gpu.microjoules();
  if (first === undefined) return undefined;
  return () => {
    const now = gpu.microjoules();
    return now === undefined || now < first ? undefined : now - first;
  };
}

/** Microjoules since now, by the power at the times it is asked. */
function integratedBy(gpu: NvmlGpu, clock: Clock): () => number | undefined {
  let total = 0;
  let before = { ns: clock.now(), watts: gpu.watts() };
  return () => {
    const now = { ns: clock.now(), watts: gpu.watts() };
    if (now.watts === undefined || before.watts === undefined) return undefined;
    total += ((before.watts + now.watts) / 2) * ((now.ns - before.ns) / 1e3);
    before = now;
    return total;
  };
}
