import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../src/ir/index.ts";
import { cloneModel, hashModel, isTensor, verifyStructure } from "../../src/ir/index.ts";
import { decodeModel, encodeModel } from "../../src/onnx/index.ts";
import { runModel } from "../../src/reference/index.ts";
import { compareValues } from "../../src/pipeline/index.ts";
import type { DataSet } from "../conformance/data-sets.ts";
import { readDataSets } from "../conformance/data-sets.ts";
import type { ConformanceCase } from "../conformance/find-cases.ts";
import { runSet } from "../conformance/run-case.ts";
import { levels, optimizeModel } from "./optimize-model.ts";

/** How one way to run a case ended; `failure` is undefined when it passed. */
export interface PipelineResult {
  /** `<case>:<level>`, with `:weights` where all inputs but the first were made constants. */
  readonly id: string;
  readonly failure: string | undefined;
}

/**
 * Optimizes a case at every level, as it is and with its inputs but the first made constants, and runs the results in the
 * reference interpreter. Undefined for a case that the interpreter fails as it is: there is nothing to compare with.
 */
export async function runPipelineCase(test: ConformanceCase): Promise<readonly PipelineResult[] | undefined> {
  const model = decodeModel(readFileSync(join(test.folder, "model.onnx")), { folder: test.folder });
  const sets = readDataSets(model, test.folder);
  if (sets.length === 0 || attempt(() => failureOf(model, sets, test)) !== undefined) return undefined;
  const variants: (readonly [string, Model, readonly DataSet[]])[] = [["", model, sets]];
  const [first] = sets;
  const frozen = first && freezeWeights(model, first);
  if (frozen !== undefined) variants.push([":weights", frozen.model, [frozen.set]]);
  const results: PipelineResult[] = [];
  for (const [suffix, original, data] of variants)
    for (const level of levels) {
      const optimized = cloneModel(original);
      const refusal = await optimizeModel(optimized, level);
      const failure = refusal ?? attempt(() => judge(original, optimized, level, data, test));
      results.push({ id: `${test.id}:${level}${suffix}`, failure });
    }
  return results;
}

function failureOf(model: Model, sets: readonly DataSet[], test: ConformanceCase): string | undefined {
  for (const set of sets) {
    const failure = runSet(model, set, test);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** What is wrong with an optimized model, in words. */
function judge(
  original: Model,
  optimized: Model,
  level: string,
  sets: readonly DataSet[],
  test: ConformanceCase,
): string | undefined {
  const [broken] = verifyStructure(optimized);
  if (broken !== undefined) return `structure: ${broken.message}`;
  const [before, after] = [countNodes(original), countNodes(optimized)];
  if (after > before) return `${before} nodes became ${after}`;
  const read = decodeModel(encodeModel(optimized), { folder: test.folder });
  if (hashModel(read) !== hashModel(optimized)) return "does not survive being written and read";
  const failure = failureOf(read, sets, test);
  if (failure !== undefined || level !== "O1") return failure;
  for (const { feeds } of sets) {
    const { verdict, detail } = compareValues(runModel(original, feeds), runModel(read, feeds), "bits");
    if (verdict !== "equal") return `bits: ${detail}`;
  }
  return undefined;
}

/** Nodes with those of subgraphs and function bodies. */
function countNodes(model: Model): number {
  let count = 0;
  for (const graph of [model.graph, ...[...model.functions.values()].map(({ body }) => body)])
    for (const _ of graph.allNodes()) count++;
  return count;
}

/** The model with all inputs but the first made constants of the data set's values; undefined when there are none. */
function freezeWeights(model: Model, set: DataSet): { readonly model: Model; readonly set: DataSet } | undefined {
  const frozen = cloneModel(model);
  const feeds = new Map(set.feeds);
  let count = 0;
  for (const input of frozen.graph.inputs.slice(1)) {
    const value = feeds.get(input.name);
    if (value === undefined || !isTensor(value) || input.constant !== undefined) continue;
    frozen.graph.addInitializer(input.name, value, input);
    frozen.graph.freezeInput(input);
    feeds.delete(input.name);
    count++;
  }
  return count === 0 ? undefined : { model: frozen, set: { feeds, expected: set.expected } };
}

function attempt(judgement: () => string | undefined): string | undefined {
  try {
    return judgement();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
