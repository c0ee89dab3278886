import { expect, test } from "vitest";
import { formatCost } from "../../src/cli/format-cost.ts";
import { inspectCost } from "../../src/recipes/index.ts";

const now = new Date("2026-03-04T12:00:00Z");

test("names of a model are text: none can steer a terminal", async () => {
  const report = await inspectCost("examples/cost-by-hand/product.onnx", { roofline: false });
  const evil = "\u001b[2J\n::error::x";
  const text = formatCost(
    { ...report, file: evil, assumed: [evil], memory: { ...report.memory, peakNode: evil } },
    now,
  );
  expect(text).not.toContain("\u001b");
  expect(text).not.toMatch(/^::error/m);
});

test("a roofline says when it was measured and where it is kept", async () => {
  const report = await inspectCost("examples/cost-by-hand/product.onnx", { roofline: false });
  const rates = { int8: 400e9, float32: 100e9, memory: 12e9, stores: 8e9, at: "2026-03-02T12:00:00Z", tool: "0.1.0" };
  const text = formatCost({ ...report, machine: { ...rates, file: "speed.schedule.jsonl" } }, now);
  expect(text).toContain("100 GMAC/s of float32");
  expect(text).toContain("(measured 2 days ago by infer-opt 0.1.0, kept in speed.schedule.jsonl)");
  expect(formatCost(report, now)).toContain("no roofline: not asked for");
});

test("one is one, and a change that changes nothing says why", async () => {
  const report = await inspectCost("examples/cost-by-hand/product.onnx", { roofline: false, whatIf: ["sparse"] });
  const text = formatCost(report, now);
  expect(text).toContain("saves 1 launch, 1 allocation, 48 B");
  expect(text).toContain("sparse changes nothing: no weight is zero");
  // 36 products and some bytes take nanojoules, not nothing.
  expect(text).toMatch(/^as it is .* \d+\.\d nJ$/m);
});
