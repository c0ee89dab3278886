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

/** Which layers of one model may be INT8, and how else the model may be spelled. */
export interface PrecisionPlan {
  readonly groups: readonly PrecisionGroup[];
  readonly edges: readonly PrecisionEdge[];
  /** Names of other spellings, none of them that of a group. */
  readonly rewrites: readonly string[];
  /** All that the model of a choice follows from, as text: equal models have equal texts. */
  identity(int8: ReadonlySet<string>, rewrites: ReadonlySet<string>): string;
}

/**
 * Nanoseconds to quantize or dequantize one element, one thread: about what QuantizeLinear took on a 3 GHz core with
 * AVX-512, and enough for an order of candidates that are timed anyway.
 */
const nsPerConversion = 0.25;

/** What another spelling adds to a prediction, as a share: nothing is known of it, so the fewer the sooner they are tried. */
const spellingDoubt = 0.02;

/** The groups that are INT8 at a point. */
export function int8Groups(plan: Pick<PrecisionPlan, "groups">, point: Point): ReadonlySet<string> {
  return new Set(plan.groups.flatMap(({ name }) => (point[name] === 1 ? [name] : [])));
}

/** The other spellings that a point takes. */
export function chosenRewrites(plan: Pick<PrecisionPlan, "rewrites">, point: Point): ReadonlySet<string> {
  return new Set(plan.rewrites.filter((name) => point[name] === 1));
}

/** Predicted nanoseconds: the groups' own times, and a conversion of each value that changes its type. */
function predictNs({ groups, edges, rewrites }: PrecisionPlan, point: Point): number {
  const isInt8 = (group: number | undefined): boolean => point[groups[group ?? -1]?.name ?? ""] === 1;
  const own = groups.reduce((sum, { name, floatNs, int8Ns }) => sum + (point[name] === 1 ? int8Ns : floatNs), 0);
  const converted = edges.reduce((sum, { from, to, elements }) => {
    const changes = to.some((reader) => isInt8(reader) !== isInt8(from));
    return sum + (changes ? elements : 0);
  }, 0);
  const spelled = rewrites.filter((name) => point[name] === 1).length;
  return (own + converted * nsPerConversion) * (1 + spelled * spellingDoubt);
}

function emitForm(plan: PrecisionPlan, point: Point): ReturnType<Template["emit"]> {
  return formKernel(formName(plan, point), plan.identity(int8Groups(plan, point), chosenRewrites(plan, point)));
}

/** A seed, and what it becomes with all spellings taken, and with each alone. */
function seedPoints(plan: PrecisionPlan, int8: number): { readonly seed: Point; readonly openings: readonly Point[] } {
  const layers = int8 === 1 ? plan.groups.map(({ name }) => [name, 1] as const) : [];
  const seed: Point = Object.fromEntries([...layers, ...plan.rewrites.map((name) => [name, 0] as const)]);
  const taking = (names: readonly string[]): Point => ({
    ...seed,
    ...Object.fromEntries(names.map((name) => [name, 1])),
  });
  const all = plan.rewrites.length > 1 ? [taking(plan.rewrites)] : [];
  return { seed, openings: [...all, ...plan.rewrites.map((name) => taking([name]))] };
}

/** Precision of each group of layers: 1 is INT8; and other spellings. The seed is plain INT8: every layer that can be. */
export function precisionTemplate(plan: PrecisionPlan): Template {
  const names = plan.groups.map(({ name }) => name);
  const space: Space = {
    parameters: [
      ...names.map((name) => ({ name, values: [1, 0] })),
      ...plan.rewrites.map((name) => ({ name, values: [0, 1] })),
    ],
    // All float is the other template's.
    legal: (point) => names.some((name) => point[name] === 1),
  };
  const { seed, openings } = seedPoints(plan, 1);
  return {
    name: "precision",
    version: 1,
    correctness: "bounded",
    matches: (workload): workload is typeof workload => workload.op === "precision",
    space: () => space,
    seed: () => seed,
    openings: () => openings,
    emit: (_workload, point) => emitForm(plan, point),
    cost: (_workload, point) => predictNs(plan, point),
  };
}

/** The model without any INT8, and its other spellings. */
export function floatTemplate(plan: PrecisionPlan): Template {
  const { seed } = seedPoints(plan, 0);
  return {
    name: "float",
    version: 1,
    correctness: "exact",
    matches: (workload): workload is typeof workload => workload.op === "precision",
    space: () => ({ parameters: plan.rewrites.map((name) => ({ name, values: [0, 1] })), legal: () => true }),
    seed: () => seed,
    emit: (_workload, point) => emitForm(plan, point),
    cost: (_workload, point) => predictNs(plan, point),
  };
}

function formName(plan: PrecisionPlan, point: Point): string {
  const float = plan.groups.filter(({ name }) => point[name] !== 1).map(({ name }) => name);
  const mixed = float.length === 0 ? "int8" : `int8 without ${float.join(", ")}`;
  const layers = float.length === plan.groups.length ? "float" : mixed;
  return [layers, ...chosenRewrites(plan, point)].join(" with ");
}
