import { choose } from "../../src/recipes/choose.ts";
import type { Contest } from "./contest.ts";

/**
 * The form that a compile would write, by its own rule, from races of their own: those whose figures are reported do
 * not choose.
 */
export function chooseForm(plain: string, others: readonly string[], selections: readonly Contest[]): string {
  const candidates = [plain, ...others].map((name, index) => ({
    ...{ name, nodes: index, bytes: 0, lossy: false, mustPay: false, isOriginal: index === 0 },
    objection: selections.every(({ times }) => name in times) ? undefined : "it did not run",
    timings: selections.flatMap((selection) => {
      const speed = selection.speed(plain, name);
      const medianNs = selection.times[name]?.medianNs;
      if (speed === undefined || medianNs === undefined) return [];
      const pairs = { race: selection, ratios: selection.pairs(plain, name) };
      const { paired: ratio, pairedLow: low, pairedHigh: high } = speed;
      return [{ threads: selection.threads, medianNs, ratio, low, high, pairs }];
    }),
  }));
  return choose(candidates, { maxBytes: undefined, maxMedianNs: undefined, mustBeFaster: false }).name;
}
