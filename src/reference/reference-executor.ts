import type { Model, RuntimeValue } from "../ir/index.ts";
import { runModel } from "./run-model.ts";

type Feeds = ReadonlyMap<string, RuntimeValue>;

/** The interpreter as an executor of models (the pipeline's `Executor`, which this room may not import). */
export const referenceExecutor = {
  name: "reference",
  async *run(
    model: Model,
    feeds: Iterable<Feeds> | AsyncIterable<Feeds>,
    wanted?: readonly string[],
  ): AsyncIterable<Feeds> {
    for await (const sample of feeds) yield runModel(model, sample, { wanted });
  },
} as const;
