import type { InferFunction, OpInference } from "../types.ts";
import { elementwiseInference } from "./elementwise.ts";

/** Every operator that has an inference, by groups. */
export const opInferences: readonly OpInference[] = [...elementwiseInference];

const byName: ReadonlyMap<string, InferFunction> = new Map(
  opInferences.flatMap(({ domain, names, infer }) => names.map((name) => [`${domain}::${name}`, infer] as const)),
);

/** The inference of an operator; undefined when there is none. */
export function inferenceOf(domain: string, opType: string): InferFunction | undefined {
  return byName.get(`${domain}::${opType}`);
}
