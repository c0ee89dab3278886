import { expect, test, vi } from "vitest";
import { race } from "../../src/measure/index.ts";
import type * as Statistics from "../../src/measure/statistics.ts";

/** Samples handed to the statistics between rounds. */
const weighed = vi.hoisted(() => ({ samples: 0 }));
vi.mock("../../src/measure/statistics.ts", async (original) => {
  const real = await original<typeof Statistics>();
  const speedRatio: typeof real.speedRatio = (a, b, seed) => {
    for (const round of [...a, ...b]) weighed.samples += round.length;
    return real.speedRatio(a, b, seed);
  };
  return { ...real, speedRatio };
});

test("whether a race is settled is told from one number a round and form, not from every sample again", async () => {
  let now = 0;
  const form = (name: string, ns: () => number) => ({ name, run: async () => void (now += ns()) });
  let turn = 0;
  const policy = {
    warmupMs: 0.01,
    rounds: 2,
    maxRounds: 20,
    intervalWidth: 0,
    blockMs: 0.1,
    minIterations: 100,
    dropPerBlock: 0,
    budgetMs: 1e9,
    referenceTolerance: 1,
  };
  const forms = [form("a", () => 1000), form("b", () => 1000 + Math.floor(turn++ / 100) * 10)];
  const { rounds } = await race(forms, policy, { clock: { now: () => now }, seed: 1, reference: () => (now += 1000) });
  expect(rounds).toHaveLength(policy.maxRounds);
  const calls = policy.maxRounds - policy.rounds;
  expect(weighed.samples).toBeGreaterThan(0);
  expect(weighed.samples).toBeLessThanOrEqual(2 * calls * policy.maxRounds);
});
