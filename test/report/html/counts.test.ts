import { expect, test } from "vitest";
import { renderReport } from "../../../src/report/index.ts";
import { sampleReport } from "../sample-report.ts";

test("what there is one of is told in the singular", () => {
  const { layerAccuracy, quantization } = sampleReport;
  if (layerAccuracy === undefined) throw new Error("the sample report tells of layers");
  const one = { ...(quantization as object), samples: 1, int8Nodes: 1, floatNodes: [{ node: "a", reason: "b" }] };
  const page = renderReport({
    ...sampleReport,
    layerAccuracy: { ...layerAccuracy, samples: 1 },
    quantization: one,
  });
  expect(page).toMatch(/On 1 sample\./);
  expect(page).toMatch(/\b1 node in INT8/);
  expect(page).not.toMatch(/\b1 (samples|nodes|layers|searches|candidates|regions) /);
});
