import type { Kernel } from "../../src/codegen/index.ts";
import type { CompileEvent } from "../../src/events.ts";
import { seededRandom } from "../../src/measure/index.ts";
import type {
  Measurer,
  Point,
  Rejection,
  ScheduleCache,
  Search,
  Space,
  Template,
  TuningContext,
  TuningTask,
  Workload,
} from "../../src/schedule/index.ts";
import { guidedSearch, makeScheduleCache, pointText, tuningEfforts } from "../../src/schedule/index.ts";
import { device } from "./records.ts";

/** The space of the template of tests: 4 parameters, 600 combinations, 480 legal. */
export const tileSpace: Space = {
  parameters: [
    { name: "mr", values: [1, 2, 4, 6, 8, 12] },
    { name: "nr", values: [1, 2, 3, 4, 6] },
    { name: "unroll", values: [1, 2, 4, 8] },
    { name: "prefetch", values: [0, 1, 2, 4, 8] },
  ],
  legal: ({ mr = 0, nr = 0 }) => mr * nr <= 24,
};

/** Time of a point in nanoseconds: a valley with a best point, rougher than the template's own prediction. */
export function trueNs({ mr = 0, nr = 0, unroll = 0, prefetch = 0 }: Point, workload: Workload): number {
  const size = Number(workload["size"] ?? 100);
  const reuse = 1 / mr + 1 / nr;
  const tail = (Math.ceil(size / mr) * mr) / size;
  return (
    1000 *
    size *
    (0.4 + reuse) *
    tail *
    (1 + 0.04 * Math.abs(Math.log2(unroll / 4))) *
    (1 + 0.02 * Math.abs(prefetch - 2))
  );
}

/** Name and version of the template of tests, and what its code holds besides the point. */
export interface FakeTemplateOptions {
  readonly name?: string;
  readonly version?: number;
  readonly seed?: Point;
  readonly mark?: string;
  /** Points that cannot be emitted. */
  isBroken?(point: Point): boolean;
  /** Units that threads share out; 1 when left out. */
  extent?(point: Point): number;
  /** Points that have the code of another. */
  alias?(point: Point): Point;
}

/** A template whose code is its point as text. */
export function makeTemplate(options: FakeTemplateOptions = {}): Template {
  const { name = "tile", version = 1, mark = "", seed = { mr: 4, nr: 4, unroll: 1, prefetch: 0 } } = options;
  return {
    name,
    version,
    correctness: "exact",
    matches: (workload): workload is Workload => workload.op === "tile",
    space: () => tileSpace,
    seed: () => seed,
    emit: (_, point) => {
      if (options.isBroken?.(point) === true) throw new Error("out of registers");
      return makeKernel(`${mark}${pointText(options.alias?.(point) ?? point)}`, options.extent?.(point));
    },
    cost: (workload, { mr = 1, nr = 1 }) => Number(workload["size"] ?? 100) * 1000 * (0.4 + 1 / mr + 1 / nr),
  };
}

function makeKernel(text: string, extent = 1): Kernel {
  return {
    name: text,
    code: new TextEncoder().encode(text),
    listing: () => text,
    features: [],
    arguments: [],
    extent,
    grain: 1,
    scratchBytes: 0,
  };
}

/** The point in the code of a kernel of tests. */
function pointOf(kernel: Kernel): Point {
  const text = kernel.name.slice(kernel.name.indexOf("mr="));
  return Object.fromEntries(text.split(",").map((part) => [part.split("=")[0] as string, Number(part.split("=")[1])]));
}

/** How the machine of tests behaves. */
export interface FakeMachine {
  /** Share by which times scatter upwards. */
  readonly noise?: number;
  /** Factor on all times, the reference loop's too, at a time since the start in seconds. */
  drift?(seconds: number): number;
  /** Factor on the time of a call that threads share; at most 1. */
  sharing?(point: Point, threads: number, random: () => number): number;
  /** What becomes of a kernel when it is checked, and when it is timed. */
  verdict?(point: Point): Rejection | undefined;
  timingVerdict?(point: Point): Rejection | undefined;
}

/** What a measurer of tests did. */
export interface FakeMeasurer extends Measurer {
  readonly verified: string[];
  /** Names of the kernels of every batch, with its rounds. */
  readonly batches: { readonly names: readonly string[]; readonly rounds: number }[];
  readonly clock: { now(): number };
}

/** A measurer with a clock of its own; a kernel's workload is found by `size`, which the task's parameters hold. */
export function makeMeasurer(machine: FakeMachine = {}, seed = 1): FakeMeasurer {
  const random = seededRandom(seed);
  const verified: string[] = [];
  const batches: { names: readonly string[]; rounds: number }[] = [];
  let now = 0;
  const spend = (ns: number): number => {
    const speed = machine.drift?.(now / 1e9) ?? 1;
    // Disturbance only ever adds.
    const took = ns * speed * (1 + (machine.noise ?? 0) * random() ** 2);
    now += took;
    return took;
  };
  return {
    verified,
    batches,
    clock: { now: () => now },
    verify: async (kernels, _, signal) => {
      signal.throwIfAborted();
      now += 1e6 * kernels.length;
      verified.push(...kernels.map(({ kernel }) => kernel.name));
      return kernels.map(({ kernel }) => machine.verdict?.(pointOf(kernel)));
    },
    time: async (kernels, { rounds, threads }, signal) => {
      signal.throwIfAborted();
      batches.push({ names: kernels.map(({ kernel }) => kernel.name), rounds });
      const rejections = kernels.map(({ kernel }) => machine.timingVerdict?.(pointOf(kernel)));
      return {
        rejections,
        rounds: Array.from({ length: rounds }, () => ({
          ns: kernels.map(({ kernel, parameters }, i) =>
            rejections[i] === undefined
              ? spend(
                  trueNs(pointOf(kernel), { op: "tile", size: parameters.numbers["size"] ?? 100 }) *
                    (threads === 1 ? 1 : (machine.sharing?.(pointOf(kernel), threads, random) ?? 1)),
                )
              : NaN,
          ),
          referenceNs: spend(50_000),
        })),
      };
    },
  };
}

/** A task of tests. */
export function makeTask(rest: Partial<TuningTask> & { readonly size?: number } = {}): TuningTask {
  const { size = 100, ...others } = rest;
  return {
    label: `tile ${size}`,
    workload: { op: "tile", size },
    templates: [makeTemplate()],
    uses: 1,
    threads: 1,
    cases: () => [
      { buffers: {}, parameters: { numbers: { size }, tables: {} }, constants: {}, expected: () => undefined },
    ],
    ...others,
  };
}

/** Half of what the quickest tile takes. */
function boundOf({ workload }: TuningTask): number {
  return Number(workload["size"]) * 500;
}

/** A context of tests, and the events it heard. */
export function makeContext(
  measurer: FakeMeasurer,
  rest: Partial<TuningContext> & { readonly search?: Search; readonly cache?: ScheduleCache } = {},
): TuningContext & { readonly events: CompileEvent[] } {
  const events: CompileEvent[] = [];
  return {
    cache: makeScheduleCache([]),
    device,
    toolchain: { emitter: "x86@1" },
    mode: "cold",
    measurer,
    measureBounds: async () => boundOf,
    reporter: { handle: (event) => void events.push(event) },
    clock: measurer.clock,
    signal: new AbortController().signal,
    search: guidedSearch,
    effort: tuningEfforts.default,
    seed: 1,
    tool: "0.1.0",
    now: () => "2026-01-01T00:00:00.000Z",
    events,
    ...rest,
  };
}
