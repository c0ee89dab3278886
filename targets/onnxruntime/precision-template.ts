import type { Point, Space, Template } from "../../src/schedule/index.ts";
import { formKernel } from "./form-kernel.ts";

/** Layers that become INT8 together or stay float together, and what a profile says of them. */
export interface PrecisionGroup {
  /** What the layers have in common, such as `Conv 3x3 depthwise`; unique in a plan. */
  readonly name: string;
  /** Nanoseconds of all its layers in the float and in the INT8 model, one thread; 0 where nothing is known. */
  readonly floatNs: number;
  readonly int8Ns: number;
}

/** A value between groups, for what conversions cost. Undefined stands for what is float always. */
export interface PrecisionEdge {
  readonly from: number | undefined;
  readonly to: readonly (number | undefined)[];
  readonly elements: number;
}

/** Which layers of one model may be INT8. */
export interface PrecisionPlan {
  readonly groups: readonly PrecisionGroup[];
  readonly edges: readonly PrecisionEdge[];
  /** All that the model of a choice follows from, as text: equal models have equal texts. */
  identity(int8: ReadonlySet<string>): string;
}

/**
 * Nanoseconds to quantize or dequantize one element, one thread: about what QuantizeLinear took on a 3 GHz core with
 * AVX-512, and enough for an order of candidates that are timed anyway.
 */
const nsPerConversion = 0.25;

/** The groups that are INT8 at a point. */
export function int8Groups(plan: Pick<PrecisionPlan, "groups">, point: Point): ReadonlySet<string> {
  return new Set(plan.groups.flatMap(({ name }) => (point[name] === 1 ? [name] : [])));
}

/** Predicted nanoseconds: the groups' own times, and a conversion of each value that changes its type. */
function predictNs({ groups, edges }: PrecisionPlan, point: Point): number {
  const isInt8 = (group: number | undefined): boolean => point[groups[group ?? -1]?.name ?? ""] === 1;
  const own = groups.reduce((sum, { name, floatNs, int8Ns }) => sum + (point[name] === 1 ? int8Ns : floatNs), 0);
  const converted = edges.reduce((sum, { from, to, elements }) => {
    const changes = to.some((reader) => isInt8(reader) !== isInt8(from));
    return sum + (changes ? elements : 0);
  }, 0);
  return own + converted * nsPerConversion;
}

/** Precision of each group of layers: 1 is INT8. The seed is plain INT8: every layer that can be. */
export function precisionTemplate(plan: PrecisionPlan): Template {
  const names = plan.groups.map(({ name }) => name);
  const space: Space = {
    parameters: names.map((name) => ({ name, values: [1, 0] })),
    // All float is the other template's.
    legal: (point) => names.some((name) => point[name] === 1),
  };
  return {
    name: "precision",
    version: 1,
    correctness: "bounded",
    matches: (workload): workload is typeof workload => workload.op === "precision",
    space: () => space,
    seed: () => Object.fromEntries(names.map((name) => [name, 1])),
    emit: (_workload, point) => formKernel(mixName(plan, point), plan.identity(int8Groups(plan, point))),
    cost: (_workload, point) => predictNs(plan, point),
  };
}

/** The model without any INT8. */
export function floatTemplate(plan: PrecisionPlan): Template {
  const none = new Set<string>();
  return {
    name: "float",
    version: 1,
    correctness: "exact",
    matches: (workload): workload is typeof workload => workload.op === "precision",
    space: () => ({ parameters: [], legal: () => true }),
    seed: () => ({}),
    emit: () => formKernel("float", plan.identity(none)),
    cost: () => predictNs(plan, {}),
  };
}

function mixName(plan: PrecisionPlan, point: Point): string {
  const float = plan.groups.filter(({ name }) => point[name] !== 1).map(({ name }) => name);
  return float.length === 0 ? "int8" : `int8 without ${float.join(", ")}`;
}
