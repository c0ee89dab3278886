import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { findCases } from "./conformance/find-cases.ts";
import { readKnownFailures, surprises, updateKnownFailures } from "./conformance/known-failures.ts";
import type { CaseResult } from "./conformance/run-case.ts";
import { groups, runCase } from "./conformance/run-case.ts";

const listFile = "test/reference/known-failures.json";

/**
 * Runs ONNX's backend test cases in the reference interpreter: `npm run conformance -- FOLDER [--filter RE] [--update]`.
 * Ends with exit code 1 when a case fails that the list does not name, or one that it names passes.
 */
function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { filter: { type: "string", default: "" }, update: { type: "boolean", default: false } },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error("usage: npm run conformance -- FOLDER [--filter RE] [--update]");
    process.exitCode = 2;
    return;
  }
  const start = performance.now();
  const { cases, cleanUp } = findCases(folder);
  const filter = new RegExp(values.filter);
  const results = cases.filter(({ id }) => filter.test(id)).map(runCase);
  cleanUp();
  const known = readKnownFailures(listFile);
  if (values.update) updateKnownFailures(listFile, results, known);
  report(results, performance.now() - start);
  const wrong = surprises(results, values.update ? readKnownFailures(listFile) : known);
  for (const [id, what] of wrong) console.log(`FAILED ${id}: ${what}`);
  const passed = results.filter(({ failure }) => failure === undefined).length;
  console.log(`${passed} passed, ${wrong.length} failed`);
  process.exitCode = wrong.length > 0 || results.length === 0 ? 1 : 0;
}

function report(results: readonly CaseResult[], milliseconds: number): void {
  for (const group of groups) {
    const own = results.filter((result) => result.group === group);
    if (own.length === 0) continue;
    const passed = own.filter(({ failure }) => failure === undefined).length;
    console.log(`${group}: ${passed} of ${own.length} pass (${((100 * passed) / own.length).toFixed(1)} %)`);
  }
  const failing = results.filter(({ failure }) => failure !== undefined);
  console.log(`${failing.length} of ${results.length} cases fail; run in ${(milliseconds / 1000).toFixed(1)} s`);
}

main();
