import { expect, test } from "vitest";
import type { CompileEvent, TuningSummary } from "../../src/events.ts";
import { plainReporter } from "../../src/report/index.ts";

const result: TuningSummary = {
  ...{ workload: "conv 3x3 64->64 56x56", threads: 1, uses: 3, candidate: "igemm@1 pixels=6,vectors=4" },
  ...{ ns: 432_100, seedNs: 475_310, peakShare: 0.951, source: "measured", tried: 24, failed: 2, reason: "ahead" },
};

function linesOf(events: readonly CompileEvent[]): string {
  let text = "";
  const reporter = plainReporter((chunk) => (text += chunk), { refusals: false });
  for (const event of events) reporter.handle(event);
  return text;
}

test("a candidate whose parameters are sentences is told by their number", () => {
  const groups = ["Conv 3x3 at 32x32 3->16=1", "Conv 3x3 depthwise at 14x14 96->96=0", "MatMul 384x384=1"];
  const told = linesOf([
    { type: "tuning-finished", result: { ...result, candidate: `precision@1 ${groups.join(",")}` } },
  ]);
  expect(told).toContain(": precision@1 with 3 parameters, 432.1 us;");
});

test("tuning is one line a workload and one in all; trials are not told", () => {
  const at = { workload: result.workload, threads: 1 } as const;
  expect(
    linesOf([
      { type: "tuning-started", ...at, candidates: 24, known: 0 },
      { type: "trial", ...at, candidate: "igemm@1 pixels=6", status: "verify", detail: "y[0] is 1, not 2" },
      { type: "tuning-best", ...at, candidate: "igemm@1 pixels=6", ns: 1 },
      { type: "tuning-finished", result: { ...result, noise: 0.0042, shared: { threads: 2, ns: 225_000 } } },
      { type: "tuning-finished", result: { ...result, source: "replayed", tried: 0, failed: 0, seedNs: undefined } },
      {
        type: "tuning-finished",
        result: {
          ...result,
          ...{
            candidate: undefined,
            ns: undefined,
            peakShare: undefined,
            uses: 1,
            source: "seed",
            tried: 3,
            failed: 3,
          },
        },
      },
      {
        ...{ type: "tuned", workloads: 3, replayed: 1, tried: 27, failed: 5, seconds: 1.5 },
        ...{ emissionMs: 1.254, candidatesPerSecond: 18 },
      },
      {
        ...{ type: "tuned", workloads: 3, replayed: 3, tried: 0, failed: 0, seconds: 0.02 },
        ...{ emissionMs: 0, candidatesPerSecond: 0 },
      },
    ]),
  ).toMatchInlineSnapshot(`
    "   conv 3x3 64->64 56x56, 1t, 3 uses: igemm@1 pixels=6,vectors=4, 432.1 us; 95 % of peak; 225.0 us on 2t, 1.92x; 1.10x the seed; noise 0.4 %; 24 tried, 2 failed
       conv 3x3 64->64 56x56, 1t, 3 uses: igemm@1 pixels=6,vectors=4, 432.1 us; 95 % of peak; replayed
       conv 3x3 64->64 56x56, 1t, 1 use: no kernel; 3 tried, 3 failed
       tuned 3 workloads (1 replayed): 27 candidates, 5 failed, in 1.5 s; 18.0 a second, 1.25 ms each to emit
       tuned 3 workloads (3 replayed): 0 candidates, 0 failed, in 0.0 s
    "
  `);
});
