import { expect, test } from "vitest";
import type { Candidate, Constraints } from "../../src/recipes/choose.ts";
import { choose, violation } from "../../src/recipes/choose.ts";

const free: Constraints = { maxBytes: undefined, maxMedianNs: undefined, mustBeFaster: false };

/** A form with one timing; the original is 1 ms. */
function form(name: string, speed: number, rest: Partial<Candidate> = {}): Candidate {
  const timing = {
    threads: 1,
    medianNs: 1e6 / speed,
    ratio: speed,
    low: speed - 0.01,
    high: speed + 0.01,
    paired: speed,
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
const chosen = (candidates: readonly Candidate[], constraints = free, noise = 0): string =>
  choose(candidates, constraints, noise).name;

test("the fastest form wins", () => {
  expect(chosen([original, form("float", 1.2), form("int8", 2)])).toBe("int8");
  expect(chosen([original, form("float", 1.5), form("int8", 1.2)])).toBe("float");
});

test("within noise the simplest wins: lossless before lossy, optimized before original, fewer nodes first", () => {
  expect(chosen([original, form("float", 1), form("int8", 1.01)])).toBe("float");
  expect(chosen([original, form("int8", 1.05)], free, 0.06)).toBe("original");
  expect(chosen([original, form("a", 1.2), form("b", 1.2, { nodes: 40 })])).toBe("b");
  expect(chosen([original, form("b", 1.2), form("a", 1.2)])).toBe("a");
});

test("a form that is slower than the original at any thread count is never taken", () => {
  const timings = [...form("int8", 3).timings, { ...form("x", 0.9).timings[0]!, threads: 8 }];
  const { name, verdicts } = choose([original, form("int8", 3, { timings })], free, 0);
  expect(name).toBe("original");
  expect(verdicts.get("int8")).toContain("slower than the original at 8 threads (0.900x");
});

test("one bent measure alone does not make a form slow: minima and pairs must agree", () => {
  const bent = (ratio: number, paired: number): Candidate =>
    form("float", 1, { timings: [{ ...form("x", 1).timings[0]!, ratio, paired }] });
  expect(chosen([original, bent(0.9, 1.02)])).not.toBe(undefined);
  expect(choose([original, bent(0.9, 1.02)], free, 0).verdicts.get("float") ?? "").not.toContain("slower");
  expect(choose([original, bent(0.9, 0.9)], free, 0).verdicts.get("float")).toContain("slower");
});

test("a variant must win by more than luck", () => {
  const variant = (speed: number): Candidate => form("float-merged", speed, { mustPay: true });
  expect(chosen([original, form("float", 1.1), variant(1.13)])).toBe("float");
  expect(chosen([original, form("float", 1.1), variant(1.3)])).toBe("float-merged");
});

test("what something speaks against is not taken, and the reason is kept", () => {
  const { name, verdicts, reason } = choose(
    [original, form("int8", 3, { objection: "top1 falls by 4 points" })],
    free,
    0,
  );
  expect(name).toBe("original");
  expect(verdicts.get("int8")).toBe("not taken: top1 falls by 4 points");
  expect(reason).toBe("nothing better was found: int8 top1 falls by 4 points");
});

test("constraints choose among what fits; what nothing meets is named, and the best is kept", () => {
  const small = form("int8", 1.1, { bytes: 250 });
  const fast = form("float", 1.6);
  expect(chosen([original, fast, small], { ...free, maxBytes: 300 })).toBe("int8");
  expect(chosen([original, fast, small], { ...free, maxMedianNs: 0.7e6 })).toBe("float");
  const { name, unmet } = choose([original, fast, small], { ...free, maxBytes: 100 }, 0);
  expect(name).toBe("float");
  expect(unmet).toBe("1000 bytes, and at most 100 are allowed");
  expect(choose([original, form("float", 1)], { ...free, mustBeFaster: true }, 0).unmet).toContain("not faster");
  expect(choose([original, fast], { ...free, mustBeFaster: true }, 0).unmet).toBeUndefined();
});

test("without timings the original gives way to what is lossless", () => {
  const untimed = (candidate: Candidate): Candidate => ({ ...candidate, timings: [] });
  const { name, reason } = choose([original, form("float", 1), form("int8", 1)].map(untimed), free, 0);
  expect([name, reason]).toEqual(["float", "not timed"]);
});

test("the order of the candidates plays no part", () => {
  const all = [original, form("float", 1.3), form("float-merged", 1.4, { mustPay: true }), form("int8", 1.31)];
  expect(chosen([...all].reverse(), free, 0.03)).toBe(chosen(all, free, 0.03));
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
