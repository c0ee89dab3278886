import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Model, RuntimeValue, Value } from "../../src/ir/index.ts";
import { readValue } from "./read-value.ts";

/** Inputs of a case and the outputs they must give, by name. */
export interface DataSet {
  readonly feeds: Map<string, RuntimeValue>;
  readonly expected: Map<string, RuntimeValue>;
}

/** The data sets of a case's folder. */
export function readDataSets(model: Model, folder: string): readonly DataSet[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith("test_data_set_"))
    .map((name) => ({
      feeds: valuesIn(join(folder, name), "input", model.graph.inputs),
      expected: valuesIn(join(folder, name), "output", model.graph.outputs),
    }));
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
