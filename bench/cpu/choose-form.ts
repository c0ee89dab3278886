import { choose } from "../../src/recipes/proof/choose.ts";
import type { Contest } from "./contest.ts";

/**
 * The form that a compile would write, by its own rule, from races of their own: those whose figures are reported do
 * not choose.
 */
export function chooseForm(plain: string, others: readonly string[], selections: readonly Contest[]): string {
  const candidates = [plain, ...others].map((name, index) => ({
    ...{ name, nodes: index, bytes: 0, lossy: false, mustPay: false, mustNotLose: false, isOriginal: index === 0 },
    ...{ memoryBytes: undefined, energy: undefined },
    objection: selections.every(({ times }) => name in times) ? undefined : "it did not run",
    timings: selections.flatMap((selection, race) => {
      const speed = selection.speed(plain, name);
      const latency = selection.times[name];
      if (speed === undefined || latency === undefined) return [];
      const pairs = { race, ratios: selection.pairs(plain, name) };
      const { paired: ratio, pairedLow: low, pairedHigh: high } = speed;
      return [{ threads: selection.threads, latency, ratio, low, high, pairs }];
    }),
  }));
  return choose(candidates, { constraints: [], objective: "latency" }).name;
}
