import { expect, test } from "vitest";
import type { Candidate, Constraints } from "../../src/recipes/choose.ts";
import { choose, violation } from "../../src/recipes/choose.ts";
import { pairedRatios, seededRandom, speedRatio } from "../../src/measure/index.ts";

const free: Constraints = { maxBytes: undefined, maxMedianNs: undefined, mustBeFaster: false };

/** A form with one timing; the original is 1 ms. */
function form(name: string, speed: number, rest: Partial<Candidate> = {}): Candidate {
  const timing = {
    ...{ threads: 1, medianNs: 1e6 / speed, pairs: undefined },
    ...{ ratio: speed, low: speed - 0.01, high: speed + 0.01 },
  };
  return {
    name,
    nodes: 50,
    bytes: 1000,
    lossy: name.includes("int8"),
    mustPay: false,
    isOriginal: name === "original",
    timings: [timing],
    objection: undefined,
    ...rest,
  };
}

const original = form("original", 1, { nodes: 100 });
const chosen = (candidates: readonly Candidate[], constraints = free): string => choose(candidates, constraints).name;

/** Forms timed in one race, from the least times of each round; the first is the original. */
function raced(series: Readonly<Record<string, readonly number[]>>): readonly Candidate[] {
  const names = Object.keys(series);
  const side = (name: string): readonly (readonly number[])[] => (series[name] ?? []).map((ns) => [ns]);
  const race = {};
  return names.map((name) => {
    const { paired: ratio, pairedLow: low, pairedHigh: high } = speedRatio(side("original"), side(name));
    const pairs = { race, ratios: pairedRatios(side("original"), side(name)) };
    return form(name, 1, {
      ...(name === "original" ? { nodes: 100 } : {}),
      timings: [{ threads: 1, medianNs: 1, ratio, low, high, pairs }],
    });
  });
}

test("the fastest form wins", () => {
  expect(chosen([original, form("float", 1.2), form("int8", 2)])).toBe("int8");
  expect(chosen([original, form("float", 1.5), form("int8", 1.2)])).toBe("float");
});

test("within noise the simplest wins: lossless before lossy, optimized before original, fewer nodes first", () => {
  expect(chosen([original, form("float", 1), form("int8", 1.01)])).toBe("float");
  const unsure = { ...form("x", 1.05).timings[0]!, low: 0.97, high: 1.12 };
  expect(chosen([original, form("int8", 1, { timings: [unsure] })])).toBe("original");
  expect(chosen([original, form("a", 1.2), form("b", 1.2, { nodes: 40 })])).toBe("b");
  expect(chosen([original, form("b", 1.2), form("a", 1.2)])).toBe("a");
});

test("a form that is slower than the original at any thread count is never taken", () => {
  const timings = [...form("int8", 3).timings, { ...form("x", 0.9).timings[0]!, threads: 8 }];
  const { name, verdicts } = choose([original, form("int8", 3, { timings })], free);
  expect(name).toBe("original");
  expect(verdicts.get("int8")).toContain("slower than the original at 8 threads (0.900x");
});

test("a form whose interval reaches the original's speed is not shown to be slower", () => {
  const [timing] = form("float", 0.9).timings;
  const verdict = (high: number): string | undefined =>
    choose([original, form("float", 1, { timings: [{ ...timing!, high }] })], free).verdicts.get("float");
  expect(verdict(1.02) ?? "").not.toContain("slower");
  expect(verdict(0.95)).toContain("slower than the original");
});

/** Load that lasts for some rounds and slows all that runs in them, by up to four times. */
function loads(rounds: number, seed: number): readonly number[] {
  const random = seededRandom(seed);
  let load = 1;
  return Array.from({ length: rounds }, () => (load = random() < 0.4 ? 1 + 3 * random() : load));
}

test("load that comes and goes hides no form that is twice as fast, nor makes one of what is not", () => {
  let wrong = 0;
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(1000 + seed);
    const jitter = (): number => 1 + 0.1 * random();
    const load = loads(6, seed);
    const series = (ns: number): number[] => load.map((factor) => ns * factor * jitter());
    if (chosen(raced({ original: series(1e6), int8: series(1e6) })) !== "original") wrong++;
    expect(chosen(raced({ original: series(1e6), int8: series(5e5) })), `seed ${seed}`).toBe("int8");
  }
  // What an interval of 95 % allows.
  expect(wrong).toBeLessThanOrEqual(3);
});

test("one lucky round of the original does not hide a faster form, though it ruins the ratio of minima", () => {
  const lucky = { original: [480, 1000, 1010, 990, 1000, 1005], int8: [500, 500, 505, 495, 500, 502] };
  expect(chosen(raced(lucky))).toBe("int8");
});

test("two forms are told apart by their own pairs, however wide both are against the original", () => {
  const original = [900, 3000, 1000, 2600, 800, 1900];
  const float = [500, 510, 500, 490, 505, 500];
  const faster = raced({ original, float, int8: float.map((ns) => ns * 0.9) });
  expect(faster[1]!.timings[0]!.high / faster[1]!.timings[0]!.low).toBeGreaterThan(1.5);
  expect(chosen(faster)).toBe("int8");
  expect(chosen(raced({ original, float, int8: float.map((ns) => ns * 0.99) }))).toBe("float");
});

test("forms of different races meet through the original", () => {
  const [first, float] = raced({ original: [100, 101, 99], float: [80, 81, 79] });
  const [, int8] = raced({ original: [200, 202, 198], int8: [100, 101, 99] });
  expect(chosen([first!, float!, int8!])).toBe("int8");
});

test("a variant must win by more than luck", () => {
  const variant = (speed: number): Candidate => form("float-merged", speed, { mustPay: true });
  expect(chosen([original, form("float", 1.1), variant(1.13)])).toBe("float");
  expect(chosen([original, form("float", 1.1), variant(1.3)])).toBe("float-merged");
});

test("what something speaks against is not taken, and the reason is kept", () => {
  const { name, verdicts, reason } = choose([original, form("int8", 3, { objection: "top1 falls by 4 points" })], free);
  expect(name).toBe("original");
  expect(verdicts.get("int8")).toBe("not taken: top1 falls by 4 points");
  expect(reason).toBe("nothing better was found: int8 top1 falls by 4 points");
});

test("constraints choose among what fits; what nothing meets is named, and the best is kept", () => {
  const small = form("int8", 1.1, { bytes: 250 });
  const fast = form("float", 1.6);
  expect(chosen([original, fast, small], { ...free, maxBytes: 300 })).toBe("int8");
  expect(chosen([original, fast, small], { ...free, maxMedianNs: 0.7e6 })).toBe("float");
  const { name, unmet } = choose([original, fast, small], { ...free, maxBytes: 100 });
  expect(name).toBe("float");
  expect(unmet).toBe("1000 bytes, and at most 100 are allowed");
  expect(choose([original, form("float", 1)], { ...free, mustBeFaster: true }).unmet).toContain("not faster");
  expect(choose([original, fast], { ...free, mustBeFaster: true }).unmet).toBeUndefined();
});

test("without timings the original gives way to what is lossless", () => {
  const untimed = (candidate: Candidate): Candidate => ({ ...candidate, timings: [] });
  const { name, reason } = choose([original, form("float", 1), form("int8", 1)].map(untimed), free);
  expect([name, reason]).toEqual(["float", "not timed"]);
});

test("the order of the candidates plays no part", () => {
  const all = [original, form("float", 1.3), form("float-merged", 1.4, { mustPay: true }), form("int8", 1.31)];
  expect(chosen([...all].reverse())).toBe(chosen(all));
});

test("a violation is told with both numbers", () => {
  expect(violation(form("float", 2), { ...free, maxMedianNs: 4e5 })).toBe(
    "median 0.500 ms, and at most 0.400 ms are allowed",
  );
  expect(violation(form("float", 2), { ...free, maxMedianNs: 6e5 })).toBeUndefined();
});

test("a constraint on what was not measured is not met", () => {
  const untimed = { ...form("float", 2), timings: [] };
  expect(violation(untimed, { ...free, maxMedianNs: 1e9 })).toBe("the latency was not measured");
  expect(violation(untimed, { ...free, mustBeFaster: true })).toBe("the speed was not measured");
  expect(violation(untimed, free)).toBeUndefined();
});
