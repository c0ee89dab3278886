import type { Model, RuntimeValue, Value } from "../ir/index.ts";
import { uniformNumbers } from "../ir/index.ts";
import { fail } from "../diagnostics/index.ts";
import { referenceDiagnostics } from "../diagnostics/codes/reference.ts";
import { checkFeeds } from "./check-feeds.ts";
import { createInterpreter } from "./interpreter.ts";

/** Options of a run. */
export interface RunOptions {
  /** Names of values of the main graph to return; the graph's outputs by default. Only what they need is computed. */
  readonly wanted?: readonly string[] | undefined;
  /** Seed of the operators that draw random numbers; 0 by default. */
  readonly seed?: number;
  /** Seconds after which the run is given up (IO0286), at the end of the node that is being computed; no limit by default. */
  readonly seconds?: number;
}

/**
 * Runs a model on one set of inputs and returns the wanted values by name. Throws InferOptError when an input is
 * missing, unknown or of another type than declared, an operator is unknown, or a node's inputs contradict its specification.
 */
export function runModel(
  model: Model,
  feeds: ReadonlyMap<string, RuntimeValue>,
  options: RunOptions = {},
): Map<string, RuntimeValue> {
  const { graph, functions, opsets } = model;
  const interpreter = createInterpreter({
    functions,
    random: uniformNumbers(options.seed ?? 0),
    deadline: options.seconds === undefined ? undefined : performance.now() + 1000 * options.seconds,
  });
  const given = checkFeeds(graph, feeds);
  for (const input of graph.inputs) {
    const needed = input.constant === undefined && input.type?.kind !== "optional" && input.uses.size > 0;
    if (needed && !given.has(input)) fail(referenceDiagnostics.inputMissing({ input: input.name }));
  }
  const wanted = options.wanted === undefined ? graph.outputs : valuesByName(model, options.wanted);
  const results = interpreter.run(graph, opsets, given, wanted);
  return new Map(wanted.map((value, i) => [value.name, results[i] as RuntimeValue]));
}

function valuesByName({ graph }: Model, names: readonly string[]): Value[] {
  const known = new Map<string, Value>();
  for (const value of [...graph.inputs, ...graph.constants]) known.set(value.name, value);
  for (const node of graph.nodes()) {
    for (const value of node.outputs) if (value !== undefined) known.set(value.name, value);
  }
  return names.map((name) => known.get(name) ?? fail(referenceDiagnostics.valueUnknown({ value: name })));
}
