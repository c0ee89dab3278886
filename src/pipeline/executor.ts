import type { Model, RuntimeValue } from "../ir/index.ts";

/** Values for graph inputs by name. */
export type Feeds = ReadonlyMap<string, RuntimeValue>;

/** Runs a model. ONNX Runtime with its optimizations off implements it, so does the reference interpreter. */
export interface Executor {
  readonly name: string;
  /**
   * Runs the model on each of the feeds in turn and yields the wanted values by name (default: the graph's outputs;
   * any value of the main graph may be asked for). Throws InferOptError when the model cannot be run.
   */
  run(
    model: Model,
    feeds: Iterable<Feeds> | AsyncIterable<Feeds>,
    wanted?: readonly string[],
  ): AsyncIterable<ReadonlyMap<string, RuntimeValue>>;
}
