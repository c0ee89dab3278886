import { join } from "node:path";
import type { Model } from "../ir/index.ts";
import { hashModel } from "../ir/index.ts";
import { saveModel, savedBytes } from "../onnx/index.ts";
import type { Signature } from "../pipeline/index.ts";
import { restoreSignature } from "../pipeline/index.ts";
import type { Form } from "./form.ts";

/** Nodes of a model with those of its subgraphs and function bodies. */
export function countNodes(model: Model): number {
  let count = 0;
  for (const _ of model.graph.allNodes()) count++;
  for (const fn of model.functions.values()) for (const _ of fn.body.allNodes()) count++;
  return count;
}

/** Operators with their number, subgraphs and function bodies included. */
export function countOperators(model: Model): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const graph of [model.graph, ...[...model.functions.values()].map((fn) => fn.body)])
    for (const node of graph.allNodes()) {
      const name = node.domain === "" ? node.opType : `${node.domain}::${node.opType}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A form of the model; its file is written to `folder` when it is first asked for. */
export function makeForm(name: string, model: Model, signature: Signature, folder: string, lossy: boolean): Form {
  restoreSignature(signature, model);
  const path = join(folder, `form-${name.replace(/[^a-z0-9-]/gi, "_")}.onnx`);
  let bytes: number | undefined;
  let hash: string | undefined;
  return {
    name,
    model,
    // Reads every weight: only where somebody asks.
    get hash() {
      return (hash ??= hashModel(model));
    },
    nodes: countNodes(model),
    // Laying a model out takes as long as writing it: only where somebody asks.
    get bytes() {
      return (bytes ??= savedBytes(model));
    },
    file: writtenOnce(model, path),
    lossy,
  };
}

/** Writes the model on the first call and gives the path on every call. */
export function writtenOnce(model: Model, path: string): () => Promise<string> {
  let written: Promise<string> | undefined;
  return () => (written ??= saveModel(model, path).then((saved) => saved.path));
}
