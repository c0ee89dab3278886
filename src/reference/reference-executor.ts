import { setImmediate } from "node:timers/promises";
import type { Model, RuntimeValue } from "../ir/index.ts";
import { runModel } from "./run-model.ts";

type Feeds = ReadonlyMap<string, RuntimeValue>;

/** Seconds for one sample: a check is worth no more. */
const LONGEST_RUN = 30;

/** The interpreter as an executor of models (the pipeline's `Executor`, which this room may not import). */
export const referenceExecutor = {
  name: "reference",
  async *run(
    model: Model,
    feeds: Iterable<Feeds> | AsyncIterable<Feeds>,
    wanted?: readonly string[],
  ): AsyncIterable<Feeds> {
    for await (const sample of feeds) {
      // Signals and timers have their turn between samples.
      await setImmediate();
      yield runModel(model, sample, { wanted, seconds: LONGEST_RUN });
    }
  },
} as const;
