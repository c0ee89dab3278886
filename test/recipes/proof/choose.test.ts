import { expect, test } from "vitest";
import type { UserOptions } from "../../../src/config/index.ts";
import { completeOptions } from "../../../src/config/index.ts";
import type { Candidate } from "../../../src/recipes/proof/candidate.ts";
import type { Demands } from "../../../src/recipes/proof/choose.ts";
import { choose } from "../../../src/recipes/proof/choose.ts";
import { violation } from "../../../src/recipes/proof/judge-constraints.ts";
import { demandsOf } from "../../../src/recipes/proof/form-candidates.ts";
import { pairedRatios, seededRandom, speedRatio } from "../../../src/measure/index.ts";

const demands = (options: UserOptions): Demands => demandsOf(completeOptions(options));
const free = demands({});

/** A form with one timing; the original is 1 ms. */
function form(name: string, speed: number, rest: Partial<Candidate> = {}): Candidate {
  const timing = {
    ...{ threads: 1, pairs: undefined },
    latency: { minNs: 0.9e6 / speed, medianNs: 1e6 / speed, p90Ns: 2e6 / speed, samples: 9 },
    ...{ ratio: speed, low: speed - 0.01, high: speed + 0.01 },
  };
  return {
    name,
    nodes: 50,
    bytes: 1000,
    memoryBytes: undefined,
    energy: undefined,
    lossy: name.includes("int8"),
    mustPay: false,
    mustNotLose: false,
    isOriginal: name === "original",
    timings: [timing],
    objection: undefined,
    ...rest,
  };
}

const original = form("original", 1, { nodes: 100 });
const chosen = (candidates: readonly Candidate[], asked = free): string => choose(candidates, asked).name;

/** Forms timed in one race, from the least times of each round; the first is the original. */
function raced(series: Readonly<Record<string, readonly number[]>>): readonly Candidate[] {
  const names = Object.keys(series);
  const side = (name: string): readonly (readonly number[])[] => (series[name] ?? []).map((ns) => [ns]);
  const race = Object.keys(series).length;
  return names.map((name) => {
    const { paired: ratio, pairedLow: low, pairedHigh: high } = speedRatio(side("original"), side(name));
    const pairs = { race, ratios: pairedRatios(side("original"), side(name)) };
    return form(name, 1, {
      ...(name === "original" ? { nodes: 100 } : {}),
      timings: [{ ...form(name, 1).timings[0]!, ratio, low, high, pairs }],
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

/** A form timed at 1 and at 2 threads. */
const atBoth = (name: string, one: number, two: number, rest: Partial<Candidate> = {}): Candidate => {
  const [first] = form(name, one).timings;
  const [second] = form(name, two).timings;
  return form(name, 1, { timings: [first!, { ...second!, threads: 2 }], ...rest });
};

test("what is made for speed alone is slower on no number of threads than what would be taken without it", () => {
  const [plain, int8] = [atBoth("original", 1, 1, { nodes: 100 }), atBoth("int8", 1.5, 1.6)];
  const tuned = (one: number, two: number): Candidate => atBoth("tuned", one, two, { lossy: true, mustNotLose: true });
  const { name, verdicts } = choose([plain, int8, tuned(1.5 * 1.117, 1.6 * 0.934)], free);
  expect(name).toBe("int8");
  expect(verdicts.get("tuned")).toMatch(/^not taken: slower than int8 at 2 threads \(0\.934x, at most 0\.94/);
  expect(chosen([plain, int8, tuned(1.5 * 1.117, 1.6 * 0.99)])).toBe("tuned");
  // What would be taken without it: nothing is won by taking a plain form instead that is slower still.
  const float = atBoth("float", 1.2, 1.9);
  expect(chosen([plain, int8, float])).toBe("int8");
  expect(chosen([plain, int8, float, tuned(1.6, 1.7)])).toBe("tuned");
  // What something speaks against vetoes nothing.
  expect(chosen([plain, { ...int8, objection: "top1 falls" }, tuned(1.5 * 1.117, 1.6 * 0.934)])).toBe("tuned");
});

test("what is made for speed alone is told slower by pairs of its own, however wide both are against the original", () => {
  const original = [900, 3000, 1000, 2600, 800, 1900];
  const int8 = [500, 510, 500, 490, 505, 500];
  const [first, second, third] = raced({ original, int8, tuned: int8.map((ns) => ns / 1.2) });
  const [, , slower] = raced({ original, int8, tuned: int8.map((ns) => ns / 0.93) });
  const both = (one: Candidate, two: Candidate, rest: Partial<Candidate> = {}): Candidate => ({
    ...one,
    timings: [...one.timings, { ...two.timings[0]!, threads: 2 }],
    ...rest,
  });
  const all = [both(first!, first!), both(second!, second!), both(third!, slower!, { mustNotLose: true })];
  expect(chosen(all)).toBe("int8");
  expect(chosen(all.map((one) => ({ ...one, mustNotLose: false })))).toBe("tuned");
});

test("forms that win on different numbers of threads are told apart by their mean, and the reason tells", () => {
  const { name, reason } = choose(
    [atBoth("original", 1, 1), atBoth("float", 1.2, 1.3), atBoth("int8", 1.6, 1.1)],
    free,
  );
  expect(name).toBe("int8");
  expect(reason).toContain("float is 1.182x as fast at 2 threads");
});

test("a variant must win by more than luck", () => {
  const variant = (speed: number): Candidate => form("float-merged", speed, { mustPay: true, mustNotLose: true });
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
  expect(chosen([original, fast, small], demands({ maxSize: "300B" }))).toBe("int8");
  expect(chosen([original, fast, small], demands({ maxLatency: "700us" }))).toBe("float");
  const { name, unmet } = choose([original, fast, small], demands({ maxSize: "100B" }));
  expect(name).toBe("float");
  expect(unmet).toBe(
    "--max-size 100B: size of original 1.0 KB (off by 900 %), float 1.0 KB (off by 900 %), int8 250 B (off by 150 %); closest: int8",
  );
  expect(choose([original, form("float", 1)], demands({ failIfSlower: true })).unmet).toContain(
    "--fail-if-slower: sure speed against the original of original 1.000x, float 0.990x (off by 1 %)",
  );
  expect(choose([original, fast], demands({ failIfSlower: true })).unmet).toBeUndefined();
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
  const misses = (options: UserOptions): string | undefined =>
    violation(
      form("float", 2, { memoryBytes: 3e6, energy: { uj: 1500, source: "estimate" } }),
      demands(options).constraints,
    );
  expect(misses({ maxLatency: "400us" })).toBe("median latency 0.500 ms misses --max-latency 400us (off by 25 %)");
  expect(misses({ maxLatency: "490us" })).toContain("off by 2.04 %");
  expect(misses({ maxLatency: "600us" })).toBeUndefined();
  expect(misses({ maxLatency: "600us", percentile: "p90" })).toContain("p90 latency 1.000 ms misses");
  expect(misses({ maxMemory: "2MB" })).toBe("session memory 3.00 MB misses --max-memory 2MB (off by 50 %)");
  expect(misses({ minThroughput: 2500 })).toBe(
    "throughput 2000 inferences/s misses --min-throughput 2500 (off by 20 %)",
  );
  expect(misses({ minThroughput: 2000 })).toBeUndefined();
  expect(misses({ maxEnergy: "1mJ" })).toBe("energy 1.500 mJ (estimate) misses --max-energy 1mJ (off by 50 %)");
  expect(misses({ maxEnergy: "1mJ", maxSize: "10B" })).toMatch(/^size 1\.0 KB .*, energy/);
});

test("a constraint on what was not measured is not met", () => {
  const untimed = { ...form("float", 2), timings: [] };
  const misses = (options: UserOptions): string | undefined => violation(untimed, demands(options).constraints);
  expect(misses({ maxLatency: "1s" })).toBe("median latency was not measured, and --max-latency 1s asks for it");
  expect(misses({ failIfSlower: true })).toContain("sure speed against the original was not measured");
  expect(misses({ maxMemory: "1GB" })).toContain("session memory was not measured");
  expect(misses({ maxLatency: "1s", percentile: "p99" })).toContain("p99 latency was not measured");
  expect(misses({})).toBeUndefined();
});

test("an objective other than time takes what has least of it, even a slower form; time decides among equals", () => {
  const sized = [
    original,
    form("float", 1.5, { bytes: 900 }),
    form("int8", 0.5, { bytes: 300 }),
    form("int8-cpu", 0.8, { bytes: 302, nodes: 60 }),
  ];
  const { name, reason, verdicts } = choose(sized, demands({ objective: "size" }));
  expect(name).toBe("int8-cpu");
  expect(reason).toBe(
    "302 B, within 1 % of the smallest file (300 B); 0.800x at 1 thread (0.790 to 0.810) of the original",
  );
  const alone = choose(sized.slice(0, 3), demands({ objective: "size" }));
  expect(alone.reason).toMatch(/^the smallest file, 300 B; 0\.500x/);
  expect(verdicts.get("float")).toBe("not taken: not the smallest file (900 B, and the best has 300 B)");
  expect(verdicts.get("int8")).toBe("not taken: int8-cpu is faster (0.80x against 0.50x of the original)");
  expect(chosen(sized)).toBe("float");
  const heavy = (candidate: Candidate, memoryBytes: number, uj: number): Candidate => ({
    ...candidate,
    ...{ memoryBytes, energy: { uj, source: "estimate" } },
  });
  const weighed = [heavy(sized[0]!, 9e6, 70), heavy(sized[1]!, 5e6, 80), heavy(sized[2]!, 8e6, 20)];
  expect(chosen(weighed, demands({ objective: "memory" }))).toBe("float");
  expect(chosen(weighed, demands({ objective: "energy" }))).toBe("int8");
  expect(chosen(weighed, demands({ objective: "energy", maxLatency: "1.5ms" }))).toBe("original");
  expect(chosen(sized, demands({ objective: "memory" }))).toBe("float");
});

test("throughput is that of the thread count at which the original runs most inferences a second", () => {
  const at = (name: string, one: number, four: number): Candidate => {
    const [timing] = form(name, one).timings;
    const [many] = form(name, four * 3).timings;
    return form(name, 1, { timings: [timing!, { ...many!, threads: 4, ratio: four, low: four, high: four }] });
  };
  const all = [at("original", 1, 1), at("float", 3, 1.2), at("int8", 1.1, 1.5)];
  expect(chosen(all)).toBe("float");
  expect(chosen(all, demands({ objective: "throughput" }))).toBe("int8");
});

test("a tie is told", () => {
  const { reason } = choose([original, form("float", 1.3), form("int8", 1.31)], free);
  expect(reason).toContain("of the original; within noise as fast, but less simple: int8");
});

test("a form that looks much faster and is not beyond noise is told of", () => {
  const wide = (name: string, speed: number): Candidate =>
    form(name, speed, { timings: [{ ...form(name, speed).timings[0]!, low: 0.8, high: 9 }] });
  expect(choose([original, wide("int8", 4)], free)).toMatchObject({
    name: "original",
    doubt: { form: "int8", ratio: 4 },
  });
  expect(choose([original, form("float", 1), wide("int8", 1.05)], free).doubt).toBeUndefined();
  expect(choose([original, form("int8", 2)], free).doubt).toBeUndefined();
});
