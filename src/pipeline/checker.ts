import { InferOptError } from "../diagnostics/index.ts";
import type { Model, RuntimeValue } from "../ir/index.ts";
import type { Comparison } from "./compare.ts";
import { compareValues, worse } from "./compare.ts";
import type { Executor, Feeds } from "./executor.ts";
import type { Preserves } from "./pass.ts";

/** Outputs of a model on each sample. */
export type Outputs = readonly ReadonlyMap<string, RuntimeValue>[];

/** Compares models by running them on the same samples. */
export interface Checker {
  /** Outputs of the model on the samples; undefined, with the reason, when it cannot be run. */
  evaluate(model: Model): Promise<{ readonly outputs: Outputs } | { readonly failure: string }>;
  /** The worst comparison over the samples. */
  compare(before: Outputs, after: Outputs, preserves: Preserves): Comparison;
}

/** A checker over an executor and samples. */
export function makeChecker(executor: Executor, samples: readonly Feeds[]): Checker {
  return {
    evaluate: async (model) => {
      const outputs: ReadonlyMap<string, RuntimeValue>[] = [];
      try {
        for await (const values of executor.run(model, samples)) outputs.push(values);
      } catch (error) {
        if (error instanceof InferOptError) return { failure: error.diagnostic.message };
        throw error;
      }
      return { outputs };
    },
    compare: (before, after, preserves) =>
      before
        .map((values, i) => compareValues(values, after[i] ?? new Map<string, RuntimeValue>(), preserves))
        .reduce(worse, { verdict: "equal", sqnrDb: Infinity, detail: "all outputs equal" } as Comparison),
  };
}
