import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../src/ir/index.ts";
import { decodeModel } from "../../src/onnx/index.ts";
import { runModel } from "../../src/reference/index.ts";
import { difference } from "./compare-values.ts";
import type { ConformanceCase } from "./find-cases.ts";
import type { DataSet } from "./data-sets.ts";
import { readDataSets } from "./data-sets.ts";

/** The counts that are kept apart. */
export const groups = ["ai.onnx, opset <= 26", "ai.onnx, opset 27 and 28", "ai.onnx.ml", "preview"] as const;

/** One of the counts. */
export type CaseGroup = (typeof groups)[number];

/** How a case ended; `failure` says what is wrong, undefined when it passed. */
export interface CaseResult {
  readonly id: string;
  readonly group: CaseGroup;
  readonly failure: string | undefined;
}

/** Runs all data sets of a case in the reference interpreter and compares the outputs. */
export function runCase(test: ConformanceCase): CaseResult {
  let group: CaseGroup = groups[0];
  try {
    const model = decodeModel(readFileSync(join(test.folder, "model.onnx")), { folder: test.folder });
    group = groupOf(model);
    const sets = readDataSets(model, test.folder);
    if (sets.length === 0) return { id: test.id, group, failure: "has no data set" };
    for (const set of sets) {
      const failure = runSet(model, set, test);
      if (failure !== undefined) return { id: test.id, group, failure };
    }
    return { id: test.id, group, failure: undefined };
  } catch (error) {
    return { id: test.id, group, failure: error instanceof Error ? error.message : String(error) };
  }
}

/** What is wrong with the outputs that a data set gives; undefined when they are the expected ones. */
export function runSet(model: Model, set: DataSet, test: ConformanceCase): string | undefined {
  const results = runModel(model, set.feeds);
  for (const [name, expected] of set.expected) {
    const found = difference(results.get(name), expected, test);
    if (found !== undefined) return `output ${name}: ${found}`;
  }
  return undefined;
}

function groupOf({ opsets }: Model): CaseGroup {
  const domains = [...opsets.keys()];
  if (domains.some((domain) => domain.startsWith("ai.onnx.preview"))) return "preview";
  if (opsets.has("ai.onnx.ml")) return "ai.onnx.ml";
  return (opsets.get("") ?? 0) > 26 ? "ai.onnx, opset 27 and 28" : "ai.onnx, opset <= 26";
}
