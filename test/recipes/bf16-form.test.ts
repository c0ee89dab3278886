import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { UserOptions } from "../../src/config/index.ts";
import type { Diagnostic } from "../../src/diagnostics/index.ts";
import { compile, completeOptions } from "../../src/index.ts";
import { floatProducts } from "../../src/recipes/regions/region-form.ts";
import type { Run } from "../../src/recipes/run.ts";
import { cpu } from "../../targets/cpu/index.ts";
import { bf16Device, devices } from "../targets/cpu/float/random-float.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "infer-opt-bf16-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const options: UserOptions = {
  precision: "bf16",
  tune: "off",
  calibSamples: 8,
  calibData: join(root, "calibration-data", "characters", "calibration"),
  preprocess: "scale=1/255,mean=0.5,std=0.5",
};

async function run(target: string, more: UserOptions = {}) {
  const chosen = completeOptions({ ...options, ...more, target, output: join(work, target, "out.onnx") });
  const model = join(root, "examples", "models", "residual-cnn.onnx");
  return (await compile(model, chosen, { reporter: { handle: () => undefined }, signal: new AbortController().signal }))
    .report;
}

if (!bf16Device.runs)
  console.warn("no form in bfloat16 is made: this CPU has no AVX512_BF16, or there is no host library");

test.skipIf(!bf16Device.runs)(
  "a form in bfloat16 tells what it loses: a bound of each layer, decibels of the whole",
  async () => {
    const report = await run("cpu");
    expect(report.output.form).toBe("bf16-cpu");
    expect(report.forms.map(({ name }) => name)).toContain("float-cpu");
    expect(report.forms.map(({ name }) => name)).not.toContain("int8");
    const form = report.forms.find(({ name }) => name === "bf16-cpu");
    const sqnr = form?.accuracy.find(({ metric }) => metric === "sqnr")?.value;
    expect(sqnr).toBeGreaterThan(35);
    expect(sqnr).toBeLessThan(80);
    const regions = report.regions.find((each) => each.form === "bf16-cpu");
    expect(regions?.sqnrDb).toBeGreaterThan(35);
    const bounds = regions?.regions.flatMap(({ steps }) => steps.flatMap(({ errorBound }) => errorBound ?? [])) ?? [];
    expect(bounds.length).toBeGreaterThan(2);
    for (const bound of bounds) expect(bound).toBeCloseTo(2 ** -7, 3);
  },
);

test.skipIf(!bf16Device.runs)("with several levels only that of bfloat16 multiplies it", async () => {
  const report = await run("cpu", { isa: ["avx2", "avx512bf16"], threads: [1] });
  expect(report.problems.map(({ code }) => code)).not.toContain("IO0717");
  const [region] = report.regions.find(({ form }) => form === "bf16-cpu")?.regions ?? [];
  const levels = region === undefined ? [] : [region, ...region.lesser];
  expect(levels.map(({ isa }) => isa)).toEqual(["avx512bf16", "avx2"]);
  const narrow = levels.map(({ steps }) => steps.filter(({ workload }) => workload.includes("bf16")).length);
  expect(narrow[0]).toBeGreaterThan(2);
  expect(narrow[1]).toBe(0);
  expect(region?.without).toEqual([]);
  expect(report.output.form).toBe("bf16-cpu");
});

test("where products cannot be in bfloat16 they stay in float32, and the reason is told", async () => {
  const report = await run("onnxruntime");
  expect(report.forms.map(({ name }) => name)).not.toContain("bf16-cpu");
  expect(report.problems.map(({ code }) => code)).toContain("IO0717");
  for (const { device } of devices) {
    const told: Diagnostic[] = [];
    const without = {
      ...{ environment: { target: cpu }, device, options: completeOptions(options) },
      diagnose: (diagnostic: Diagnostic) => void told.push(diagnostic),
    } as unknown as Run;
    expect(floatProducts(without)).toEqual(["f32"]);
    expect(told.map(({ code, message }) => `${code} ${message}`).join()).toMatch(/^IO0717 .*AVX512_BF16/);
  }
  const told: Diagnostic[] = [];
  const narrowed = {
    environment: { target: cpu },
    device: { ...bf16Device.device, fingerprint: bf16Device.device },
    options: completeOptions({ ...options, isa: ["avx512vnni", "avx2"] }),
    diagnose: (diagnostic: Diagnostic) => void told.push(diagnostic),
  } as unknown as Run;
  expect(floatProducts(narrowed)).toEqual(["f32"]);
  expect(told.map(({ code, message }) => `${code} ${message}`).join()).toMatch(/^IO0717 .*--isa .*avx512bf16/);
});
