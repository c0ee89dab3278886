import { expect, test } from "vitest";
import type { Point, ScheduleRecord, TunedKernel } from "../../src/schedule/index.ts";
import { chooseForBoth } from "../../src/schedule/choose-candidate.ts";
import { candidateText, tuneWorkloads, tuningEfforts } from "../../src/schedule/index.ts";
import type { FakeMachine } from "./fake-device.ts";
import { makeContext, makeMeasurer, makeTask, makeTemplate } from "./fake-device.ts";

/** The two quickest tiles: the first by 2 % where one thread runs them. */
const tall = { mr: 4, nr: 6 };
const wide = { mr: 6, nr: 4 };

async function tune(
  machine: FakeMachine,
  records?: ScheduleRecord[],
): Promise<{ readonly tuned: TunedKernel; readonly records: readonly ScheduleRecord[]; readonly batches: number }> {
  const measurer = makeMeasurer(machine);
  const context = makeContext(measurer, { effort: tuningEfforts.extensive });
  if (records !== undefined) context.cache.append(records);
  const [tuned] = await tuneWorkloads([makeTask({ sharedThreads: 2 })], context, Infinity);
  return { tuned: tuned as TunedKernel, records: context.cache.records, batches: measurer.batches.length };
}

const pointOf = ({ found }: TunedKernel): Point | undefined => found?.candidate.point;

test("a kernel that is a little slower alone is taken where it gains more on all threads", async () => {
  const { tuned } = await tune({ sharing: ({ mr }) => (mr === 4 ? 0.7 : 0.5) });
  expect(pointOf(tuned)).toMatchObject(wide);
  expect(tuned.reason).toContain("the better one on more threads");
  expect((tuned.ns as number) / (tuned.sharedNs as number)).toBeCloseTo(2, 1);
});

test("where threads help all kernels alike, the quickest alone stays", async () => {
  const { tuned } = await tune({ sharing: () => 0.5 });
  expect(pointOf(tuned)).toMatchObject(tall);
});

test("what loses much on one thread is not taken, however well it scales", async () => {
  const { tuned } = await tune({ sharing: ({ mr = 0 }) => (mr <= 2 ? 0.1 : 0.5) });
  expect(pointOf(tuned)).toMatchObject(tall);
});

test("a few calls that got all threads decide nothing on a machine that is busy", async () => {
  const sharing: FakeMachine["sharing"] = (_, __, random) => (random() < 0.1 ? 0.5 : 1);
  for (const machine of [{ sharing }, { sharing, noise: 0.01 }]) {
    const { tuned } = await tune(machine);
    expect(pointOf(tuned)).toMatchObject(tall);
  }
});

test("where no call gets its threads, kernels are shared out as the template's own choice is", async () => {
  const seed = { mr: 6, nr: 4, unroll: 1, prefetch: 0 };
  const templates = [makeTemplate({ seed, extent: ({ mr = 1 }) => mr })];
  for (const [share, wanted] of [
    [1, wide],
    [0.5, tall],
  ] as const) {
    const context = makeContext(makeMeasurer({ sharing: () => share }), { effort: tuningEfforts.extensive });
    const [tuned] = await tuneWorkloads([makeTask({ templates, sharedThreads: 2 })], context, Infinity);
    expect(pointOf(tuned as TunedKernel)).toMatchObject(wanted);
  }
});

test("times on both thread counts are recorded and replayed; other thread counts are searched anew", async () => {
  const machine: FakeMachine = { sharing: () => 0.5 };
  const cold = await tune(machine);
  const threads = cold.records.flatMap((record) => (record.kind === "trial" ? [record.threads] : []));
  expect(new Set(threads)).toEqual(new Set([1, 2]));
  expect(cold.records.filter(({ kind }) => kind === "choice")).toHaveLength(1);
  const warm = await tune(machine, [...cold.records]);
  expect(warm.batches).toBe(0);
  const { ns, seedNs, sharedNs, boundNs } = cold.tuned;
  expect(warm.tuned).toMatchObject({ source: "replayed", ns, seedNs, sharedNs, boundNs });
  const more = makeMeasurer();
  const context = makeContext(more);
  context.cache.append(cold.records);
  await tuneWorkloads([makeTask({ sharedThreads: 4 })], context, Infinity);
  expect(more.batches.length).toBeGreaterThan(0);
});

test("a kernel that is wrong when threads share it is not chosen", async () => {
  const measurer = makeMeasurer();
  const sharedVerdicts = {
    ...measurer,
    verify: async (...[kernels, threads, signal]: Parameters<typeof measurer.verify>) => {
      const answers = await measurer.verify(kernels, threads, signal);
      const isTall = (name: string): boolean => name.includes("mr=4,nr=6");
      return answers.map((answer, i) =>
        threads > 1 && isTall(kernels[i]?.kernel.name ?? "") ? { status: "verify" as const, detail: "torn" } : answer,
      );
    },
  };
  const [tuned] = await tuneWorkloads([makeTask({ sharedThreads: 2 })], makeContext(sharedVerdicts), Infinity);
  expect(pointOf(tuned as TunedKernel)).toMatchObject(wide);
});

test("the product of both scores decides within what may be lost alone; the preferred one stays within the noise", () => {
  const template = makeTemplate();
  const entrant = (mr: number, score: number, sharedScore: number) => {
    const candidate = { template, point: { mr } };
    return { candidate, text: candidateText(candidate), score, sharedScore };
  };
  const [first, second, third] = [entrant(1, 1, 0.8), entrant(2, 1.04, 0.6), entrant(4, 1.2, 0.3)];
  expect(chooseForBoth([first, second, third], first.text, 0.01)).toBe(second);
  expect(chooseForBoth([first, second, third], first.text, 0.1)).toBe(first);
  expect(chooseForBoth([first, third], first.text, 0)).toBe(first);
  expect(chooseForBoth([entrant(1, 1, Infinity)], first.text, 0)).toBeUndefined();
});
