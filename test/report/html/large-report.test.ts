import { expect, test } from "vitest";
import type { CompileReport } from "../../../src/events.ts";
import { renderReport } from "../../../src/report/index.ts";
import { demandingReport, tunedReport } from "../sample-report.ts";

const many = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const long = (index: number): string => `/model/encoder/layers.${index}/attention/self/query/MatMul_quant_${index}`;

/** A report of a network of thousands of layers, with something of everything. */
function largeReport(): CompileReport {
  const { regions, layerAccuracy, tuning, quantization } = demandingReport;
  const { formTuning } = tunedReport;
  const [first] = regions;
  const [region] = first!.regions;
  const [step] = region!.steps;
  const precision = formTuning!.precision!;
  const counts = many(64, (i) => i * 997);
  return {
    ...demandingReport,
    quantization: {
      ...(quantization as object),
      floatNodes: many(3000, (i) => ({ node: long(i), reason: "its output is the graph's" })),
      activations: many(3000, (i) => ({ value: long(i), min: 0, max: 8, low: 0, high: 6, clipped: 0.01, counts })),
    },
    layerAccuracy: {
      ...layerAccuracy!,
      layers: many(3000, (i) => ({ node: long(i), op: "MatMul", ownDb: i, sqnrDb: i })),
    },
    regions: [{ ...first!, regions: [{ ...region!, steps: many(3000, (i) => ({ ...step!, workload: long(i) })) }] }],
    tuning: many(2000, (i) => ({
      ...tuning[0]!,
      workload: long(i),
      best: many(20, (k) => ({ after: k + 1, ns: 100 - k })),
    })),
    formTuning: {
      ...formTuning,
      precision: { ...precision, groups: precision.groups.map((group) => ({ ...group, layers: many(2000, long) })) },
    },
    refusals: many(5000, (i) => ({ pass: "fuse-affine", rule: "scale", node: long(i), reason: `read by ${i} others` })),
    notes: many(5000, (i) => `note ${long(i)}`),
  };
}

test("a page of the largest model is below a megabyte, and says what it leaves to report.json", () => {
  const page = renderReport(largeReport());
  expect(Buffer.byteLength(page)).toBeLessThan(1e6);
  for (const words of [
    "2700 more rows in report.json.",
    "2880 more activations in report.json.",
    "4700 more notes in report.json.",
  ])
    expect(page).toContain(words);
});
