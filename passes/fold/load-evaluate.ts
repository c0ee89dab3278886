import type { evaluateNode } from "../../src/reference/index.ts";

/** Computes the outputs of a node from constant inputs; undefined where that cannot be done. */
export type Evaluate = typeof evaluateNode;

/** Loads the interpreter, which has a file for each operator: called when there is something to compute. */
export async function loadEvaluate(): Promise<Evaluate> {
  return (await import("../../src/reference/index.ts")).evaluateNode;
}
