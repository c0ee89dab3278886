import * as ort from "onnxruntime-node";
import { parseArgs } from "node:util";
import { cpu } from "../targets/cpu/index.ts";
import { parseShape } from "../src/config/index.ts";
import type { Model } from "../src/ir/index.ts";
import { encodeModel, loadModel } from "../src/onnx/index.ts";
import { bindShapes, inferTypes } from "../src/ops/index.ts";
import { calledLevels } from "../src/region/index.ts";
import { makeScheduleCache } from "../src/schedule/index.ts";
import { version } from "../src/index.ts";
import { makeCheckList } from "./checks/check-list.ts";
import type { CheckList } from "./checks/check-list.ts";
import { compareIn, openWeb } from "./portability/compare-in.ts";
import type { Runtime } from "./portability/compare-in.ts";

/** What regions may add to a file for each level of instruction sets. */
const mostGrowth = 300_000;

// Usage: portability [--web FOLDER] [--shape INPUT:DIMS]... MODEL.onnx...
// Compiles regions of quantized models, and shows what they add to the file, and that the file does the same without the
// host library: in ONNX Runtime for Node, and in the onnxruntime-web that is installed in FOLDER.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { web: { type: "string" }, shape: { type: "string", multiple: true, default: [] } },
});
const shapes = new Map(values.shape.map(parseShape).map(({ name, dims }) => [name, dims]));
const found = await cpu.detect();
if (positionals.length === 0) {
  console.error("usage: portability [--web FOLDER] [--shape INPUT:DIMS]... MODEL.onnx...");
  process.exitCode = 2;
} else if ("missing" in found) console.log(`skipped: ${found.missing}`);
else {
  const runtimes: Runtime[] = [{ name: "onnxruntime-node", api: ort }];
  if (values.web !== undefined) runtimes.push({ name: "onnxruntime-web", api: await openWeb(values.web) });
  const list = makeCheckList();
  for (const file of positionals) await show(file, runtimes, list);
  process.exitCode = list.close();
}

async function show(file: string, runtimes: readonly Runtime[], { check }: CheckList): Promise<void> {
  const { model } = await loadModel(file);
  const own = model.graph.inputs.filter(({ name }) => shapes.has(name)).map(({ name }) => name);
  bindShapes(model, new Map([...shapes].filter(([name]) => own.includes(name))));
  inferTypes(model, { onConflict: "replace" });
  const plain = encodeModel(model);
  const levels = await compile(model);
  const compiled = encodeModel(model);
  const growth = compiled.byteLength - plain.byteLength;
  const sizes = `${kilobytes(plain.byteLength)} and ${kilobytes(growth)} more for ${levels} level${levels === 1 ? "" : "s"}`;
  check(`${file}: regions add at most ${kilobytes(mostGrowth)} a level (${sizes})`, growth <= mostGrowth * levels);
  for (const runtime of runtimes) {
    const { equal, plainMs, compiledMs } = await compareIn(runtime, model, plain, compiled);
    const times = `${compiledMs.toFixed(2)} ms, without regions ${plainMs.toFixed(2)} ms`;
    check(`${file}: the same bits in ${runtime.name} (${times})`, equal);
  }
}

/** Compiles regions with the templates' own points; the number of levels there are programs for. */
async function compile(model: Model): Promise<number> {
  if ("missing" in found) throw new Error(found.missing);
  await cpu.compileRegions?.(model, {
    ...{ device: found.device.fingerprint, cache: makeScheduleCache([]), effort: undefined, budgetMs: 0 },
    ...{ threads: [1], seed: 1, exact: false, tool: version, reporter: { handle: () => undefined } },
    signal: new AbortController().signal,
  });
  const levels = [...model.graph.allNodes()].flatMap((node) => calledLevels(model, node).map(({ isa }) => isa));
  return new Set(levels).size;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} KB`;
}
