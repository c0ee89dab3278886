import { targets } from "../../targets/index.ts";
import { completeOptions, parseShape } from "../config/index.ts";
import type { EnergyEstimate, GraphCost, LayerCost, MachineRates } from "../cost/index.ts";
import {
  activationMemory,
  estimateEnergy,
  graphCost,
  inInt8,
  intensityOf,
  movedBytes,
  rooflinePoint,
  totalBytes,
  usualCacheBytes,
  withoutZeros,
} from "../cost/index.ts";
import type { ActivationMemory, RooflinePoint } from "../cost/index.ts";
import type { Model } from "../ir/index.ts";
import { cloneModel } from "../ir/index.ts";
import { memoryRate, systemClock } from "../measure/index.ts";
import { loadModel } from "../onnx/index.ts";
import { bindShapes, inferTypes } from "../ops/index.ts";
import { runStage } from "../pipeline/index.ts";
import { inlineRegions } from "../region/index.ts";
import { requireFile } from "./paths.ts";
import { maxRounds, planStages } from "./plan-stages.ts";

/** Changes whose effect is estimated: INT8 layers, zero weights left out, the graph that `-O2` leaves. */
export const scenarios = ["int8", "sparse", "fused"] as const;
export type ScenarioName = (typeof scenarios)[number];

/** What a model costs under one set of changes. */
export interface Scenario {
  readonly name: string;
  readonly macs: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly launches: number;
  /** Sum of the layers' times by the roofline, one thread; undefined where the machine's rates were not measured. */
  readonly rooflineNs: number | undefined;
  /** An estimate, in microjoules. */
  readonly energy: EnergyEstimate;
}

/** A layer with its place under the roofline. */
export interface CostedLayer extends LayerCost {
  readonly bytes: number;
  /** Multiply-accumulates a byte. */
  readonly intensity: number;
  readonly roofline: RooflinePoint | undefined;
}

/** What a model costs, and what would change it. */
export interface CostReport {
  readonly file: string;
  readonly layers: readonly CostedLayer[];
  readonly parameters: number;
  readonly memory: ActivationMemory;
  /** The model as it is, then each change asked for, then all of them together where there are several. */
  readonly scenarios: readonly Scenario[];
  /** What the fusions of `-O2` take away. */
  readonly fusion: {
    readonly launches: number;
    readonly intermediateBytes: number;
    readonly allocations: number;
  };
  /** Measured on one thread of this machine; the reason where it was not. */
  readonly machine: MachineRates | { readonly missing: string };
  /** Symbols whose dimensions counted as 1. */
  readonly assumed: readonly string[];
}

/** What a cost is asked with. */
export interface CostQuery {
  /** `name:dims` of inputs to pin. */
  readonly shape?: readonly string[];
  readonly whatIf?: readonly ScenarioName[];
  /** False does not measure this machine: counts and energy only. */
  readonly roofline?: boolean;
  readonly signal?: AbortSignal;
}

/** Counts and estimates what a model costs. Throws InferOptError when the file is no model or a shape fits no input. */
export async function inspectCost(
  file: string,
  { shape = [], whatIf = [], roofline = true, signal = new AbortController().signal }: CostQuery = {},
): Promise<CostReport> {
  requireFile(file);
  const { model, bytes } = await loadModel(file);
  inlineRegions(model);
  const pinned = new Map(shape.map(parseShape).map(({ name, dims }) => [name, dims]));
  if (pinned.size > 0) bindShapes(model, pinned);
  inferTypes(model);
  const fused = await fusedCopy(model, bytes, signal);
  const machine = roofline ? await measureMachine(signal) : { missing: "not asked for" };
  const rates = "missing" in machine ? undefined : machine;
  const plain = graphCost(model.graph);
  const memory = activationMemory(model.graph);
  const after = { cost: graphCost(fused.graph), memory: activationMemory(fused.graph) };
  const assess = (name: string, changes: readonly ScenarioName[]): Scenario => {
    const isFused = changes.includes("fused");
    const layers = changed(isFused ? after.cost : plain, changes);
    return scenario(name, layers, (isFused ? after.memory : memory).peakBytes, rates);
  };
  const every = whatIf.length > 1 ? [assess(whatIf.join(" + "), whatIf)] : [];
  return {
    file,
    layers: plain.layers.map((layer) => ({
      ...layer,
      ...{ bytes: movedBytes(layer), intensity: intensityOf(layer) },
      roofline: rates === undefined ? undefined : rooflinePoint(layer, rates),
    })),
    parameters: plain.layers.reduce((sum, layer) => sum + layer.parameters, 0),
    memory,
    scenarios: [assess("as it is", []), ...whatIf.map((name) => assess(name, [name])), ...every],
    fusion: {
      launches: plain.layers.length - after.cost.layers.length,
      intermediateBytes: memory.intermediateBytes - after.memory.intermediateBytes,
      allocations: memory.intermediates - after.memory.intermediates,
    },
    machine,
    assumed: [...plain.assumed],
  };
}

function changed({ layers }: GraphCost, changes: readonly ScenarioName[]): readonly LayerCost[] {
  const sparse = changes.includes("sparse") ? layers.map(withoutZeros) : layers;
  return changes.includes("int8") ? sparse.map(inInt8) : sparse;
}

function scenario(
  name: string,
  layers: readonly LayerCost[],
  peakBytes: number,
  rates: MachineRates | undefined,
): Scenario {
  const sum = (of: (layer: LayerCost) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  return {
    name,
    macs: sum(({ macs }) => macs),
    weightBytes: sum(({ weightBytes }) => totalBytes(weightBytes)),
    activationBytes: sum(({ readBytes, writtenBytes }) => totalBytes(readBytes) + totalBytes(writtenBytes)),
    launches: layers.length,
    rooflineNs: rates === undefined ? undefined : sum((layer) => rooflinePoint(layer, rates).ns),
    energy: estimateEnergy(layers, peakBytes, usualCacheBytes),
  };
}

/** The model as `-O2` leaves it; passes that fail are left out, as a compile would. */
async function fusedCopy(model: Model, bytes: number, signal: AbortSignal): Promise<Model> {
  const copy = cloneModel(model);
  const [target] = targets;
  if (target === undefined) return copy;
  const context = {
    target: target.facts(undefined),
    executor: undefined,
    signal,
    reporter: { handle: (): void => undefined },
    disabled: new Set<string>(),
    maxRounds,
  };
  for (const plan of planStages(completeOptions({ level: "O2" }), bytes)) {
    const before = cloneModel(copy);
    const outcome = await runStage(copy, plan, context);
    if (outcome.kind === "broken") return before;
  }
  inferTypes(copy);
  return copy;
}

/** Rates of arithmetic through a kernel of our own, of memory by copying. */
async function measureMachine(signal: AbortSignal): Promise<CostReport["machine"]> {
  for (const { detect, measurePeak } of targets) {
    if (measurePeak === undefined) continue;
    const found = await detect();
    if ("missing" in found) return found;
    const { int8, float32 } = await measurePeak(found.device.fingerprint, signal);
    if (int8 === 0) return { missing: "no kernel for this CPU to measure with" };
    return { int8: 1e9 / int8, float32: 1e9 / float32, memory: memoryRate(systemClock) };
  }
  return { missing: "no target with kernels of its own" };
}
