import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { CompileReport } from "../../src/events.ts";
import type { UserOptions } from "../../src/index.ts";
import { parseModel } from "../../src/ir/index.ts";
import { saveModel } from "../../src/onnx/index.ts";
import { compile, completeOptions } from "../../src/index.ts";

const output = mkdtempSync(join(tmpdir(), "infer-opt-demands-"));
afterAll(() => rmSync(output, { recursive: true, force: true }));

/** Half of its file is a constant that folds into another. */
const text = `opset 17 graph g {
  in %x: float32[1,64]
  const %a: float32[64,512] = random(1)
  const %b: float32[64,512] = random(2)
  %w = Add(%a, %b)
  %y = MatMul(%x, %w)
  out %y
}`;

const measured: UserOptions = { output, precision: "fp32", tune: "quick", budget: "300ms", threads: [1] };

async function run(asked: UserOptions): Promise<{ readonly exitCode: number; readonly report: CompileReport }> {
  const { path } = await saveModel(parseModel(text), join(output, "m.onnx"));
  const setup = { reporter: { handle: () => undefined }, signal: new AbortController().signal };
  return compile(path, completeOptions({ ...measured, ...asked }), setup);
}

interface StoredProof {
  readonly kind: string;
  readonly emitted: string;
  readonly resources: readonly { readonly form: string; readonly memoryBytes: number; readonly processBytes: number }[];
  readonly forms: readonly {
    readonly form: string;
    readonly ns: Readonly<Record<string, number>>;
    readonly pairs: { readonly race: number; readonly ratios: readonly number[] };
  }[];
}

const proofs = (): readonly StoredProof[] =>
  readFileSync(join(output, "m.schedule.jsonl"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as StoredProof)
    .filter(({ kind }) => kind === "proof");

test("one proof serves all constraints and objectives: they choose anew, and nothing is measured again", async () => {
  const first = await run({});
  expect([first.exitCode, first.report.choice.measured]).toEqual([0, "now"]);
  const [proof] = proofs();
  const names = first.report.forms.map(({ name }) => name);
  expect(proof!.resources.map(({ form }) => form)).toEqual(names);
  for (const { memoryBytes, processBytes } of proof!.resources) {
    expect(memoryBytes).toBeGreaterThan(0);
    expect(processBytes).toBeGreaterThan(memoryBytes);
  }
  for (const { ns, pairs } of proof!.forms) {
    expect([ns["min"]! <= ns["median"]!, ns["p95"]! <= ns["p99"]!]).toEqual([true, true]);
    expect(pairs.ratios.length).toBeGreaterThanOrEqual(2);
  }

  const again = await run({});
  expect(again.report.choice).toEqual({ ...first.report.choice, measured: "replayed" });
  expect(again.report.forms).toEqual(first.report.forms);

  const small = await run({ objective: "size", maxMemory: "1GB", minThroughput: 0.001, maxEnergy: "10J" });
  expect([small.exitCode, small.report.choice.measured, small.report.output.form]).toEqual([0, "replayed", "float"]);
  expect(small.report.choice.reason).toMatch(/^the smallest file, /);
  expect(small.report.constraints.map(({ quantity, met }) => [quantity, met])).toEqual([
    ["session memory", true],
    ["throughput", true],
    ["energy", true],
  ]);

  const tight = await run({ maxMemory: "1KiB", maxLatency: "1us", percentile: "p99", pricePerHour: 0.5 });
  expect([tight.exitCode, tight.report.choice.measured]).toEqual([3, "replayed"]);
  expect(tight.report.constraints.map(({ met }) => met)).toEqual([false, false]);
  const [problem] = tight.report.problems.filter(({ code }) => code === "IO0908");
  expect(problem?.message).toMatch(/--max-latency 1us: p99 latency of original .*; --max-memory 1KiB: .*; closest: /);
  const [timing] = tight.report.forms[0]!.timings;
  expect(timing?.costPerMillion).toBeCloseTo((timing!.latency.medianNs / 3.6e12) * 0.5 * 1e6, 12);
  expect(proofs()).toHaveLength(1);
}, 60_000);
