import type { LayerReport, RegionReport } from "../../events.ts";
import type { Graph, Model, Node } from "../../ir/index.ts";
import { groupLayers } from "../../measure/index.ts";
import type { NetworkProfile } from "../../schedule/index.ts";

/** Regions with the times of their steps in the network, and the layers they make up. */
export interface TimedRegions {
  readonly regions: readonly RegionReport[];
  readonly layers: readonly LayerReport[];
}

/** A step of some region. */
interface Step {
  readonly region: string;
  readonly step: number;
  readonly nodes: readonly string[];
  readonly ns: number;
  /** Nanoseconds at the machine's peak; undefined where the peak is not known. */
  readonly leastNs: number | undefined;
}

/**
 * Sets the steps of regions against what ONNX Runtime takes for the same nodes of `model`, the form without regions.
 * Undefined when the profile is one of other regions.
 */
export function timeLayers(
  model: Model,
  regions: readonly RegionReport[],
  { regions: times, peers }: NetworkProfile,
): TimedRegions | undefined {
  const timed = regions.map((region): RegionReport | undefined => {
    const stepNs = times.find(({ name }) => name === region.name)?.stepNs;
    if (stepNs?.length !== region.steps.length) return undefined;
    return { ...region, steps: region.steps.map((step, i) => ({ ...step, networkNs: stepNs[i] as number })) };
  });
  const known = timed.filter((region) => region !== undefined);
  if (known.length < regions.length) return undefined;
  const steps = known.flatMap(stepsOf);
  const total = steps.reduce((sum, { ns }) => sum + ns, 0);
  const groups = groupLayers(steps, peers, (step) => neighbourOf(step, steps, model.graph));
  const layers = groups.map(({ ours, theirs }): LayerReport => {
    const mine = ours.map((index) => steps[index] as Step);
    const other = theirs.map((index) => peers[index] as NetworkProfile["peers"][number]);
    const ns = mine.reduce((sum, step) => sum + step.ns, 0);
    const leastNs = mine.reduce((sum, step) => sum + (step.leastNs ?? 0), 0);
    const peerNs = other.reduce((sum, node) => sum + node.ns, 0);
    return {
      steps: mine.map(({ region, step }) => ({ region, step })),
      ...{ ns, share: ns / total },
      ...(leastNs > 0 ? { peakShare: leastNs / ns } : {}),
      ...(other.length === 0 ? {} : { peer: { operators: other.map(({ op }) => op), ns: peerNs, ratio: peerNs / ns } }),
    };
  });
  return { regions: known, layers };
}

function stepsOf({ name, steps }: RegionReport): readonly Step[] {
  return steps.map(({ nodes, networkNs = 0, ns, peakShare }, step) => ({
    ...{ region: name, step, nodes: nodes.filter((node) => node !== ""), ns: networkNs },
    leastNs: ns === undefined || peakShare === undefined ? undefined : ns * peakShare,
  }));
}

/**
 * The step that one belongs to which ONNX Runtime has no node for: what fills a border or converts goes with the next step
 * of its region; what stands for nodes goes with the step that makes what they read.
 */
function neighbourOf(index: number, steps: readonly Step[], graph: Graph): number | undefined {
  const { nodes, region } = steps[index] as Step;
  const inRegion = (other: number): number | undefined => (steps[other]?.region === region ? other : undefined);
  const beside = inRegion(index + 1) ?? inRegion(index - 1);
  if (nodes.length === 0) return beside;
  const own = new Set(nodes);
  const owners = new Map(steps.flatMap((step, at) => step.nodes.map((node) => [node, at] as const)));
  const before = [...graph.nodes()].filter(({ name }) => own.has(name)).flatMap(producersOf);
  // A dequantizer in between may be in no step, or in many.
  const makers = [...before, ...before.flatMap(producersOf)].flatMap(({ name }) => owners.get(name) ?? []);
  return makers.find((maker) => maker !== index) ?? beside;
}

function producersOf({ inputs }: Node): readonly Node[] {
  return inputs.flatMap((value) => value?.producer ?? []);
}
