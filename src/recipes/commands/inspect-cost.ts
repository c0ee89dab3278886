import { targets } from "../../../targets/index.ts";
import { completeOptions, parseShape } from "../../config/index.ts";
import type { EnergyEstimate, GraphCost, LayerCost, MachineRates } from "../../cost/index.ts";
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
} from "../../cost/index.ts";
import type { ActivationMemory, RooflinePoint } from "../../cost/index.ts";
import type { Model } from "../../ir/index.ts";
import { cloneModel } from "../../ir/index.ts";
import { loadModel } from "../../onnx/index.ts";
import { bindShapes, inferTypes } from "../../ops/index.ts";
import { runStage } from "../../pipeline/index.ts";
import { inlineRegions } from "../../region/index.ts";
import type { MachineSpeed } from "./machine-speed.ts";
import { machineSpeed } from "./machine-speed.ts";
import { requireFile } from "../paths.ts";
import { maxRounds, planStages } from "../plan-stages.ts";

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
  /** One thread of this machine as records know it, or as it was measured (then without a file); the reason where it is not known. */
  readonly machine: NonNullable<MachineSpeed["rates"]> | { readonly missing: string };
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
  /** Schedule caches to look for this machine's roofline in before it is measured. */
  readonly records?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Counts and estimates what a model costs. Throws InferOptError when the file is no model or a shape fits no input. */
export async function inspectCost(
  file: string,
  { shape = [], whatIf = [], roofline = true, records = [], signal = new AbortController().signal }: CostQuery = {},
): Promise<CostReport> {
  requireFile(file);
  const { model, bytes } = await loadModel(file);
  inlineRegions(model);
  const pinned = new Map(shape.map(parseShape).map(({ name, dims }) => [name, dims]));
  if (pinned.size > 0) bindShapes(model, pinned);
  inferTypes(model);
  const fused = await fusedCopy(model, bytes, signal);
  const machine = roofline ? await rooflineOf(records, signal) : { missing: "not asked for" };
  const rates = "missing" in machine ? undefined : machine;
  const plain = graphCost(model.graph);
  const memory = activationMemory(model.graph);
  const after = { cost: graphCost(fused.graph), memory: activationMemory(fused.graph) };
  const assess = (name: string, changes: readonly ScenarioName[]): Scenario => {
    const before = changes.includes("fused") ? after : { cost: plain, memory };
    const layers = changed(before.cost, changes);
    const [bytesThen, bytesNow] = [activationBytes(before.cost.layers), activationBytes(layers)];
    // What lives at once shrinks as all activations do: by how much of them is narrower.
    const peakBytes = bytesThen === 0 ? 0 : before.memory.peakBytes * (bytesNow / bytesThen);
    return scenario(name, layers, peakBytes, rates);
  };
  const asked = [...new Set(whatIf)];
  const every = asked.length > 1 ? [assess(asked.join(" + "), asked)] : [];
  return {
    file,
    layers: plain.layers.map((layer) => ({
      ...layer,
      ...{ bytes: movedBytes(layer), intensity: intensityOf(layer) },
      roofline: rates === undefined ? undefined : rooflinePoint(layer, rates),
    })),
    parameters: plain.layers.reduce((sum, layer) => sum + layer.parameters, 0),
    memory,
    scenarios: [assess("as it is", []), ...asked.map((name) => assess(name, [name])), ...every],
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

function activationBytes(layers: readonly LayerCost[]): number {
  return layers.reduce((sum, layer) => sum + totalBytes(layer.readBytes) + totalBytes(layer.writtenBytes), 0);
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
    activationBytes: activationBytes(layers),
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

async function rooflineOf(records: readonly string[], signal: AbortSignal): Promise<CostReport["machine"]> {
  const speed = await machineSpeed({ records, measure: "forget", signal });
  return "missing" in speed ? speed : (speed.rates ?? { missing: "no kernel for this CPU to measure with" });
}
