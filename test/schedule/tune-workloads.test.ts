import { expect, test } from "vitest";
import type {
  ChoiceRecord,
  Point,
  ScheduleRecord,
  TrialRecord,
  TunedKernel,
  TuningTask,
} from "../../src/schedule/index.ts";
import {
  candidateText,
  knownKernel,
  legalPoints,
  makeScheduleCache,
  pointText,
  randomSearch,
  tuneWorkloads,
  tuningEfforts,
} from "../../src/schedule/index.ts";
import { makeContext, makeMeasurer, makeTask, makeTemplate, tileSpace, trueNs } from "./fake-device.ts";

const best = (size: number): number =>
  Math.min(...[...legalPoints(tileSpace)].map((point) => trueNs(point, { op: "tile", size })));

const textOf = ({ found }: TunedKernel): string | undefined => found && candidateText(found.candidate);

const isTrial = (record: ScheduleRecord): record is TrialRecord => record.kind === "trial";

const isChoice = (record: ScheduleRecord): record is ChoiceRecord => record.kind === "choice";

test.each([
  ["a quiet machine", {}],
  ["a noisy one", { noise: 0.04 }],
  ["one whose speed wanders", { noise: 0.02, drift: (s: number) => 1 + 0.4 * Math.sin(s * 40) ** 2 }],
])("on %s the default effort comes within 4 % of the best of the space", async (_, machine) => {
  const measurer = makeMeasurer(machine);
  const context = makeContext(measurer);
  const [tuned] = await tuneWorkloads([makeTask()], context, Infinity);
  const point = tuned?.found?.candidate.point as Point;
  expect(trueNs(point, { op: "tile", size: 100 }) / best(100)).toBeLessThan(1.04);
  expect(new Set(measurer.verified).size).toBe(measurer.verified.length);
  expect(measurer.verified.length).toBeLessThanOrEqual(24);
  expect(measurer.batches.flatMap(({ names }) => names).every((name) => measurer.verified.includes(name))).toBe(true);
  expect(context.cache.records.filter(isChoice)).toMatchObject([
    { scope: "kernel", candidates: 24, chosen: tuned && textOf(tuned) },
  ]);
});

test("a warm run measures nothing, emits next to nothing, and gives the same kernel", async () => {
  const measurer = makeMeasurer({ noise: 0.02 });
  const tasks = [makeTask(), makeTask({ size: 30 }), makeTask({ threads: 2 })];
  const context = makeContext(measurer, { cache: makeScheduleCache([]) });
  const cold = await tuneWorkloads(tasks, context, Infinity);
  const again = makeMeasurer();
  const { cache } = context;
  const written = cache.records.length;
  const warmContext = makeContext(again, { cache });
  const warm = await tuneWorkloads(tasks, warmContext, Infinity);
  expect(warm.map(textOf)).toEqual(cold.map(textOf));
  expect(warm.map(({ found }) => found?.code)).toEqual(cold.map(({ found }) => found?.code));
  expect(warm.map(({ ns, seedNs, source }) => [ns, seedNs, source])).toEqual(
    cold.map(({ ns, seedNs }) => [ns, seedNs, "replayed"]),
  );
  expect([again.verified, again.batches]).toEqual([[], []]);
  expect(cache.records.length).toBe(written);
  expect(warmContext.events.at(-1)).toMatchObject({ type: "tuned", workloads: 3, replayed: 3, tried: 0 });
  const shuffled = makeScheduleCache([...cache.records].reverse());
  expect((await tuneWorkloads(tasks, makeContext(again, { cache: shuffled }), Infinity)).map(textOf)).toEqual(
    cold.map(textOf),
  );
});

test("the data of a workload are made once a search, and not at all where a choice is replayed", async () => {
  const context = makeContext(makeMeasurer());
  const task = makeTask();
  let made = 0;
  const counted = { ...task, cases: () => (made++, task.cases()) };
  await tuneWorkloads([counted], context, Infinity);
  await tuneWorkloads([counted], makeContext(makeMeasurer(), { cache: context.cache }), Infinity);
  expect(made).toBe(1);
});

test("a choice holds for its effort, its code, its version, its threads and its way of timing only", async () => {
  const context = makeContext(makeMeasurer());
  await tuneWorkloads([makeTask()], context, Infinity);
  const { cache } = context;
  const timed = async (rest: Parameters<typeof makeTask>[0], more: Parameters<typeof makeContext>[1] = {}) => {
    const measurer = makeMeasurer();
    const copy = makeScheduleCache(cache.records);
    await tuneWorkloads([makeTask(rest)], makeContext(measurer, { cache: copy, ...more }), Infinity);
    return measurer.batches.length > 0;
  };
  expect(await timed({})).toBe(false);
  expect(await timed({}, { effort: tuningEfforts.quick })).toBe(false);
  expect(await timed({}, { effort: tuningEfforts.extensive })).toBe(true);
  expect(await timed({ templates: [makeTemplate({ mark: "new " })] })).toBe(true);
  expect(await timed({ templates: [makeTemplate({ version: 2 })] })).toBe(true);
  expect(await timed({ threads: 2 })).toBe(true);
  expect(await timed({}, { mode: "hot" })).toBe(true);
  expect(await timed({}, { toolchain: { emitter: "x86@2" } })).toBe(true);
});

test("an interrupted run keeps its trials, and the next one does not try them again", async () => {
  const abort = new AbortController();
  const measurer = makeMeasurer();
  const context = makeContext(measurer, { signal: abort.signal });
  const { handle } = context.reporter;
  let trials = 0;
  const reporter = {
    handle: (event: Parameters<typeof handle>[0]): void => {
      handle(event);
      if (event.type === "trial" && ++trials === 14) abort.abort(new Error("stopped"));
    },
  };
  await expect(tuneWorkloads([makeTask()], { ...context, reporter }, Infinity)).rejects.toThrow("stopped");
  expect(context.cache.records.filter(isTrial)).toHaveLength(14);
  const next = makeMeasurer();
  const resumed = makeContext(next, { cache: context.cache });
  await tuneWorkloads([makeTask()], resumed, Infinity);
  expect(next.verified.filter((name) => measurer.verified.includes(name))).toEqual([]);
  expect(measurer.verified.length + next.verified.length).toBeLessThanOrEqual(24);
  expect(resumed.events.find(({ type }) => type === "tuning-started")).toMatchObject({ known: 14 });
});

test("a stop keeps the best so far and records no choice; a pause is not of the budget", async () => {
  const measurer = makeMeasurer();
  const hour = 3.6e6;
  let pauses = 0;
  // Every measurement is followed by a pause of an hour, which the clock counts and the budget does not.
  const clock = { now: () => measurer.clock.now() + pauses * hour * 1e6 };
  const control = {
    get isStopping() {
      return pauses >= 30;
    },
    get pausedMs() {
      return pauses * hour;
    },
    whilePaused: async () => void pauses++,
  };
  const context = makeContext(measurer, { clock, control });
  const [tuned] = await tuneWorkloads([makeTask()], context, 60_000);
  expect(pauses).toBeLessThan(34);
  expect(tuned?.found).toBeDefined();
  expect(context.cache.records.filter(isTrial).length).toBeGreaterThan(0);
  expect(context.cache.records.filter(isChoice)).toEqual([]);
});

test("a failure costs its trial, is recorded with its reason and not tried again; a time-out once more", async () => {
  const machine = {
    verdict: ({ mr }: Point) => (mr === 8 ? ({ status: "verify", detail: "y[3] is 7, not 8" } as const) : undefined),
    timingVerdict: ({ mr, nr, unroll }: Point) =>
      mr === 4 && nr === 6 && unroll === 2 ? ({ status: "timeout", detail: "no answer in 10 s" } as const) : undefined,
  };
  const templates = [makeTemplate({ isBroken: ({ mr, nr }) => mr === 6 && nr === 4 })];
  const task = makeTask({ templates });
  const cache = makeScheduleCache([]);
  const statuses = async (): Promise<Record<string, string[]>> => {
    const before = cache.records.length;
    const effort = { ...tuningEfforts.extensive, patience: 100, candidates: cache.records.length + 60 };
    const [tuned] = await tuneWorkloads([task], makeContext(makeMeasurer(machine), { cache, effort }), Infinity);
    expect(tuned?.found?.candidate.point).toMatchObject({ mr: 4, nr: 6, unroll: 4 });
    const found: Record<string, string[]> = {};
    for (const { status, point } of cache.records.slice(before).filter(isTrial))
      if (status !== "ok") (found[status] ??= []).push(pointText(point));
    return found;
  };
  const first = await statuses();
  expect(Object.keys(first).sort()).toEqual(["emit", "timeout", "verify"]);
  expect(cache.records.find((record) => isTrial(record) && record.status === "verify")).toMatchObject({
    detail: "y[3] is 7, not 8",
    threads: 1,
  });
  const second = await statuses();
  const third = await statuses();
  const repeated = (a: readonly string[] = [], b: readonly string[] = []): string[] =>
    a.filter((text) => b.includes(text));
  expect(repeated(first["emit"], second["emit"])).toEqual([]);
  expect(repeated(first["verify"], second["verify"])).toEqual([]);
  expect(repeated(first["timeout"], [...(second["timeout"] ?? []), ...(third["timeout"] ?? [])])).toEqual(
    first["timeout"],
  );
  const counts = cache.records.filter(isTrial).filter(({ status }) => status === "timeout");
  expect(
    counts.every(({ point }) => counts.filter((other) => pointText(other.point) === pointText(point)).length <= 2),
  ).toBe(true);
});

test("points with the same code are timed once", async () => {
  const templates = [makeTemplate({ alias: (point) => ({ ...point, prefetch: 0 }) })];
  const measurer = makeMeasurer();
  await tuneWorkloads([makeTask({ templates })], makeContext(measurer), Infinity);
  expect(new Set(measurer.verified).size).toBe(measurer.verified.length);
  expect(measurer.verified.length).toBeGreaterThan(10);
});

test("on a machine that is noisier than the gain the seed stays", async () => {
  const seed = { mr: 4, nr: 6, unroll: 4, prefetch: 1 };
  const templates = [makeTemplate({ seed })];
  const gain = trueNs(seed, { op: "tile", size: 100 }) / best(100);
  expect(gain).toBeGreaterThan(1.01);
  const machine = { noise: 0 };
  const quiet = await tuneWorkloads([makeTask({ templates })], makeContext(makeMeasurer(machine)), Infinity);
  expect(quiet[0]?.found?.candidate.point).not.toEqual(seed);
  const context = makeContext(makeMeasurer({ noise: 30 }));
  const [noisy] = await tuneWorkloads([makeTask({ templates })], context, Infinity);
  expect(noisy?.found?.candidate.point).toEqual(seed);
  expect(noisy?.reason).toContain("none wins by more than the noise");
});

test("the best of a near workload is tried first, also when it was measured on another device", async () => {
  const odd = { mr: 1, nr: 6, unroll: 8, prefetch: 8 };
  const known = makeContext(makeMeasurer(), { device: { ...makeContext(makeMeasurer()).device, model: 99 } });
  await tuneWorkloads(
    [makeTask({ templates: [makeTemplate({ seed: odd })] })],
    { ...known, effort: { ...tuningEfforts.quick, candidates: 1, first: 1 } },
    Infinity,
  );
  const measurer = makeMeasurer();
  await tuneWorkloads([makeTask({ size: 110 })], makeContext(measurer, { cache: known.cache }), Infinity);
  expect(measurer.verified.slice(0, 2)).toEqual([
    pointText(makeTemplate().seed({ op: "tile" }, known.device)),
    pointText(odd),
  ]);
});

test("time goes where share times headroom is largest, and a spent budget leaves the best so far without a choice", async () => {
  const tasks = [
    makeTask({ size: 10, label: "small" }),
    makeTask({ size: 200, label: "large", uses: 3 }),
    makeTask({ size: 210, label: "at its bound", uses: 3 }),
  ];
  const measurer = makeMeasurer();
  const effort = { ...tuningEfforts.extensive, patience: 100 };
  const measureBounds = async () => (task: TuningTask) => (task.label === "at its bound" ? 1e9 : 1);
  const context = makeContext(measurer, { effort, measureBounds });
  const tuned = await tuneWorkloads(tasks, context, 250);
  const trials = (label: string): number =>
    context.events.filter((event) => event.type === "trial" && event.workload === label).length;
  expect(measurer.clock.now()).toBeLessThan(0.35e9);
  expect(trials("large")).toBeGreaterThan(trials("small"));
  expect(trials("at its bound")).toBeGreaterThan(0);
  const choices = context.cache.records.filter(isChoice).length;
  expect(choices).toBeLessThan(3);
  expect(tuned.map(({ source }) => source)).toEqual(["measured", "measured", "measured"]);
});

test("without any time every task has its seed; with records and no measurer, the best of them", async () => {
  const measurer = makeMeasurer();
  const context = makeContext(measurer);
  const [untimed] = await tuneWorkloads([makeTask()], context, 0);
  expect(untimed).toMatchObject({ source: "seed", ns: undefined, found: { candidate: { point: { mr: 4, nr: 4 } } } });
  expect([measurer.verified, context.cache.records]).toEqual([[], []]);
  await tuneWorkloads([makeTask()], context, Infinity);
  const trials = makeScheduleCache(context.cache.records.filter(isTrial));
  const known = knownKernel(makeTask(), { ...context, cache: trials });
  expect(known.source).toBe("records");
  expect(trueNs(known.found?.candidate.point as Point, { op: "tile", size: 100 }) / best(100)).toBeLessThan(1.04);
  const shuffled = knownKernel(makeTask(), { ...context, cache: makeScheduleCache([...trials.records].reverse()) });
  expect(textOf(shuffled)).toBe(textOf(known));
});

test("a layer whose every candidate fails has no kernel, and a template that crashes in a row is given up", async () => {
  const crash = { status: "run", detail: "SIGILL" } as const;
  const measurer = makeMeasurer({ verdict: () => crash });
  const context = makeContext(measurer, { effort: { ...tuningEfforts.extensive, patience: 100, first: 3, turn: 3 } });
  const [tuned] = await tuneWorkloads([makeTask()], context, Infinity);
  expect(tuned?.found).toBeUndefined();
  expect(measurer.verified).toHaveLength(6);
  expect(context.events.filter(({ type }) => type === "note")).toHaveLength(1);
  expect(context.cache.records.filter(isChoice)).toEqual([]);
});

test("templates race against each other; the better one wins whatever the order", async () => {
  const slow = makeTemplate({ name: "other", seed: { mr: 1, nr: 1, unroll: 1, prefetch: 0 } });
  const only = { ...slow, space: () => ({ ...tileSpace, legal: ({ mr, nr }: Point) => mr === 1 && nr === 1 }) };
  for (const templates of [
    [only, makeTemplate()],
    [makeTemplate(), only],
  ]) {
    const [tuned] = await tuneWorkloads([makeTask({ templates })], makeContext(makeMeasurer()), Infinity);
    expect(tuned?.found?.candidate.template.name).toBe("tile");
  }
});

test("the control of random candidates runs through the same machinery", async () => {
  const context = makeContext(makeMeasurer(), { search: randomSearch });
  const [tuned] = await tuneWorkloads([makeTask()], context, Infinity);
  expect(tuned?.source).toBe("measured");
});
