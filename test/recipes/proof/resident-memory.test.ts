import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parseModel } from "../../../src/ir/index.ts";
import { saveModel } from "../../../src/onnx/index.ts";
import type { Form } from "../../../src/recipes/form.ts";
import { residentMemory } from "../../../src/recipes/proof/resident-memory.ts";
import type { Run } from "../../../src/recipes/run.ts";
import { openSamples } from "../../../src/recipes/samples.ts";
import { completeOptions } from "../../../src/index.ts";

const work = mkdtempSync(join(tmpdir(), "infer-opt-resident-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

test("memory is that of a process for each form; a form that does not load has none", async () => {
  const text = (elements: number): string => `opset 17 graph g {
    in %x: float32[1,8]
    const %w: float32[8,${elements}] = random(1)
    %p = MatMul(%x, %w)
    %y = ReduceSum(%p)
    out %y
  }`;
  const [small, large] = [parseModel(text(8)), parseModel(text(4 << 20))];
  const form = (name: string, file: () => Promise<string>): Form => ({ name, file }) as Form;
  const saved = (name: string, model: typeof small) => async () => (await saveModel(model, join(work, name))).path;
  const forms = [
    form("small", saved("small.onnx", small)),
    form("large", saved("large.onnx", large)),
    form("broken", () => Promise.resolve(join(work, "none.onnx"))),
  ];
  const samples = await openSamples(small, completeOptions({}));
  const reporter = { handle: (): void => undefined };
  const run = { environment: { temp: { path: work }, native: false }, signal: new AbortController().signal, reporter };
  const found = await residentMemory(forms, samples, run as unknown as Run);
  const [first, second] = found;
  expect(found.map(({ form: name }) => name)).toEqual(["small", "large"]);
  // The weights of the second are 128 MiB.
  expect(second!.processBytes! - first!.processBytes!).toBeGreaterThan(100 << 20);
  expect(second!.memoryBytes).toBeGreaterThan(128 << 20);
  // Node and the runtime, which the process has anyway, are tens of megabytes.
  expect(first!.memoryBytes).toBeLessThan(16 << 20);
}, 60_000);
