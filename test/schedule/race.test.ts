import { expect, test } from "vitest";
import type { KernelCase } from "../../src/schedule/index.ts";
import { chooseCandidate, raceKernels, winningMargin } from "../../src/schedule/index.ts";
import { makeMeasurer, makeTask, makeTemplate, trueNs } from "./fake-device.ts";
import type { FakeMeasurer } from "./fake-device.ts";
import { device } from "./records.ts";

const template = makeTemplate();
const task = makeTask();
const { signal } = new AbortController();

function entrant(mr: number, nr: number): KernelCase {
  const kernel = template.emit(task.workload, { mr, nr, unroll: 4, prefetch: 2 }, device);
  return { ...(task.cases()[0] as KernelCase), kernel, correctness: "exact" };
}

const stages = [
  { rounds: 3, within: 1.25, atMost: Infinity },
  { rounds: 3, within: 1.08, atMost: 2 },
  { rounds: 10, within: 1, atMost: 1 },
];

async function raceOn(measurer: FakeMeasurer, entrants: readonly KernelCase[]) {
  return raceKernels(entrants, stages, (kernels, rounds) =>
    measurer.time(kernels, { rounds, mode: "cold", threads: 1 }, signal),
  );
}

test("slow kernels leave after each stage, and get no more time", async () => {
  const measurer = makeMeasurer();
  const outcomes = await raceOn(measurer, [entrant(1, 1), entrant(4, 6), entrant(4, 4), entrant(6, 4)]);
  expect(outcomes.map(({ samples }) => samples.ns.length)).toEqual([3, 16, 6, 16]);
  expect(measurer.batches.map(({ rounds, names }) => [rounds, names.length])).toEqual([
    [3, 4],
    [3, 3],
    [10, 2],
  ]);
  expect(outcomes[1]?.samples.ns[0]).toBe(trueNs({ mr: 4, nr: 6, unroll: 4, prefetch: 2 }, task.workload));
});

test("a kernel that crashes under the clock leaves with its rejection; the others go on", async () => {
  const crash = { status: "run", detail: "SIGSEGV" } as const;
  const measurer = makeMeasurer({ timingVerdict: ({ mr }) => (mr === 4 ? crash : undefined) });
  const [crashed, fine] = await raceOn(measurer, [entrant(4, 6), entrant(6, 4)]);
  expect(crashed).toEqual({ rejection: crash, samples: { ns: [], referenceNs: [] } });
  expect(fine?.samples.ns).toHaveLength(16);
});

test("a machine that slows down to half in the middle of a race changes no ranking", async () => {
  const drift = (seconds: number): number => (seconds > 0.002 ? 2 : 1);
  const steady = await raceOn(makeMeasurer(), [entrant(6, 3), entrant(4, 6), entrant(2, 4), entrant(6, 4)]);
  const drifting = await raceOn(makeMeasurer({ drift }), [entrant(6, 3), entrant(4, 6), entrant(2, 4), entrant(6, 4)]);
  const rounds = (outcomes: typeof steady): number[] => outcomes.map(({ samples }) => samples.ns.length);
  expect(rounds(drifting)).toEqual(rounds(steady));
});

test("the seed stays unless it is beaten by more than 1 % or twice the noise; ties go by canonical text", () => {
  const tried = (mr: number, score: number) => ({ candidate: { template, point: { mr } }, score });
  const choose = (scores: readonly number[], noise: number): number | undefined =>
    chooseCandidate(scores.map((score, mr) => tried(mr, score)).reverse(), ["tile@1 mr=0"], noise)?.candidate.point[
      "mr"
    ];
  expect([winningMargin(0), winningMargin(0.02)]).toEqual([0.01, 0.04]);
  expect(choose([1.005, 1, 2], 0)).toBe(0);
  expect(choose([1.02, 1, 2], 0)).toBe(1);
  expect(choose([1.02, 1, 2], 0.015)).toBe(0);
  expect(choose([Infinity, 1, 1], 0)).toBe(1);
  expect(choose([Infinity], 0)).toBeUndefined();
});
