import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { findCases } from "./conformance/find-cases.ts";
import { knownExceptions } from "./pipeline-conformance/known-exceptions.ts";
import { levels } from "./pipeline-conformance/optimize-model.ts";
import type { PipelineResult } from "./pipeline-conformance/run-pipeline-case.ts";
import { runPipelineCase } from "./pipeline-conformance/run-pipeline-case.ts";

/**
 * Simplifies and fuses ONNX's backend test cases at each level and runs the results in the reference interpreter: they
 * must still give the expected outputs, survive being written, and hold no more nodes.
 * `npm run pipeline-conformance -- FOLDER [--filter RE]`; exit code 1 when a case fails that is no known exception, or a
 * known exception passes.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { filter: { type: "string", default: "" } },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error("usage: npm run pipeline-conformance -- FOLDER [--filter RE]");
    process.exitCode = 2;
    return;
  }
  const start = performance.now();
  const filter = new RegExp(values.filter);
  const { cases, cleanUp } = findCases(folder);
  const results: PipelineResult[] = [];
  const skipped: string[] = [];
  for (const test of cases.filter(({ id }) => filter.test(id))) {
    const found = await runPipelineCase(test);
    if (found === undefined) skipped.push(test.id);
    else results.push(...found);
  }
  cleanUp();
  report(results, skipped, performance.now() - start);
}

function report(results: readonly PipelineResult[], skipped: readonly string[], milliseconds: number): void {
  for (const level of levels) {
    const own = results.filter(({ id }) => id.includes(`:${level}`));
    const passed = own.filter(({ failure }) => failure === undefined).length;
    console.log(`-${level}: ${passed} of ${own.length} pass`);
  }
  console.log(`${skipped.length} cases skipped: the interpreter does not give their outputs, or they are random`);
  console.log(`run in ${(milliseconds / 1000).toFixed(1)} s`);
  let failed = 0;
  for (const { id, failure } of results) {
    const known = knownExceptions.get(id);
    if (failure !== undefined && known !== undefined) console.log(`known ${id}: ${known}`);
    else if (failure === undefined && known === undefined) continue;
    else {
      failed++;
      console.log(`FAILED ${id}: ${failure ?? "passes, but stands in the list of known exceptions"}`);
    }
  }
  const passed = results.filter(({ failure }) => failure === undefined).length;
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
}

await main();
