import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Model, RuntimeValue, Value } from "../../src/ir/index.ts";
import { decodeModel } from "../../src/onnx/index.ts";
import { runModel } from "../../src/reference/index.ts";
import { difference } from "./compare-values.ts";
import type { ConformanceCase } from "./find-cases.ts";
import { readValue } from "./read-value.ts";

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
    const sets = readdirSync(test.folder).filter((name) => name.startsWith("test_data_set_"));
    if (sets.length === 0) return { id: test.id, group, failure: "has no data set" };
    for (const set of sets) {
      const failure = runSet(model, join(test.folder, set), test);
      if (failure !== undefined) return { id: test.id, group, failure };
    }
    return { id: test.id, group, failure: undefined };
  } catch (error) {
    return { id: test.id, group, failure: error instanceof Error ? error.message : String(error) };
  }
}

function runSet(model: Model, folder: string, test: ConformanceCase): string | undefined {
  const feeds = valuesIn(folder, "input", model.graph.inputs);
  const results = runModel(model, feeds);
  for (const [name, expected] of valuesIn(folder, "output", model.graph.outputs)) {
    const found = difference(results.get(name), expected, test);
    if (found !== undefined) return `output ${name}: ${found}`;
  }
  return undefined;
}

/** Values of a data set by name: file number K holds the graph's K-th input or output. */
function valuesIn(folder: string, role: "input" | "output", interface_: readonly Value[]): Map<string, RuntimeValue> {
  const values = new Map<string, RuntimeValue>();
  for (const file of readdirSync(folder)) {
    const index = new RegExp(`^${role}_(\\d+)\\.pb$`).exec(file)?.[1];
    if (index === undefined) continue;
    const value = interface_[Number(index)];
    if (value === undefined) throw new RangeError(`${file} belongs to no ${role} of the model`);
    values.set(value.name, readValue(readFileSync(join(folder, file)), value.type));
  }
  return values;
}

function groupOf({ opsets }: Model): CaseGroup {
  const domains = [...opsets.keys()];
  if (domains.some((domain) => domain.startsWith("ai.onnx.preview"))) return "preview";
  if (opsets.has("ai.onnx.ml")) return "ai.onnx.ml";
  return (opsets.get("") ?? 0) > 26 ? "ai.onnx, opset 27 and 28" : "ai.onnx, opset <= 26";
}
