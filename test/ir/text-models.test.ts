import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Model, Tensor } from "../../src/ir/index.ts";
import { hashModel, hashTensor, parseModel, printModel } from "../../src/ir/index.ts";
import { loadModel } from "../../src/onnx/index.ts";

const folder = join(import.meta.dirname, "../../../shared/models");
/** Not models: a pointer to one, and a file that is refused when it is loaded. */
const unreadable = new Set(["lfs_pointer.onnx"]);
const files = existsSync(folder)
  ? readdirSync(folder).filter((name) => name.endsWith(".onnx") && !unreadable.has(name))
  : [];

/** Every constant of the model by the digest that the text shows. */
function constantsOf(model: Model): ReadonlyMap<string, Tensor> {
  const found = new Map<string, Tensor>();
  const add = (tensor: Tensor): void => void found.set(hashTensor(tensor).slice(0, 8), tensor);
  for (const root of [model.graph, ...[...model.functions.values()].map((fn) => fn.body)])
    for (const graph of root.allGraphs()) {
      for (const value of graph.constants) if (value.constant !== undefined) add(value.constant);
      for (const node of graph.nodes())
        for (const attribute of node.attributes.values()) {
          if (attribute.kind === "tensor") add(attribute.value);
          if (attribute.kind === "sparse") {
            add(attribute.value.values);
            add(attribute.value.indices);
          }
        }
    }
  return found;
}

describe.skipIf(files.length === 0)("the models in ../shared/models", () => {
  test.each(files)("%s reads back from its text", async (name) => {
    const { model } = await loadModel(join(folder, name));
    const constants = constantsOf(model);
    const text = printModel(model);
    const again = parseModel(text, { findConstant: (digest) => constants.get(digest) });
    expect(hashModel(again, { names: true })).toBe(hashModel(model, { names: true }));
    expect(printModel(again)).toBe(text);
  });
});
