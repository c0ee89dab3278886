import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { findCases } from "../../scripts/conformance/find-cases.ts";
import { readKnownFailures, surprises } from "../../scripts/conformance/known-failures.ts";
import { groups, runCase } from "../../scripts/conformance/run-case.ts";

const folder = "../shared/conformance";

test.skipIf(!existsSync(folder))(
  "ONNX's backend test cases pass, but for the known failures (skipped without ../shared/conformance)",
  () => {
    const { cases, cleanUp } = findCases(folder);
    const results = cases.map(runCase);
    cleanUp();
    expect(surprises(results, readKnownFailures("test/reference/known-failures.json"))).toEqual([]);
    const main = results.filter(({ group }) => group === groups[0]);
    expect(main.length).toBeGreaterThan(0);
    expect(main.filter(({ failure }) => failure === undefined).length / main.length).toBeGreaterThanOrEqual(0.95);
  },
  300_000,
);
