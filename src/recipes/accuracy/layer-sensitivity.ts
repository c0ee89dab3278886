import { nextTurn } from "../../events.ts";
import type { Model, RuntimeValue } from "../../ir/index.ts";
import { isTensor, numbersOf } from "../../ir/index.ts";
import type { Feeds } from "../../pipeline/index.ts";
import { tensorSqnrDb } from "../../quant/index.ts";
import type { Run } from "../run.ts";

/** A layer with what the outputs of the network lose where it alone is in INT8. */
export interface SensitiveLayer {
  /** First output of its node. */
  readonly output: string;
  /** Decibels; absent where it was not run, being among the least noisy. */
  readonly outputDb?: number;
}

/** What mixtures of INT8 and float are made by. */
export interface Mixtures {
  readonly float: Model;
  /** The model with the layers of these first outputs in float, all others in INT8. */
  modelWith(outputs: readonly string[]): Model;
}

/** So many layers are run alone; the others follow by their own noise. */
const mostAlone = 24;

/**
 * The layers of an INT8 form, the one that costs the outputs most first. `noisy` has all of them with the decibels that
 * each loses by itself: those that lose most are put in INT8 alone and run, since the same noise matters more in one place
 * than in another.
 */
export async function rankLayers(
  mixtures: Mixtures,
  noisy: readonly { readonly output: string; readonly ownDb: number }[],
  feeds: readonly Feeds[],
  run: Run,
): Promise<readonly SensitiveLayer[]> {
  const { fast } = run.environment;
  const byNoise = [...noisy].sort((a, b) => a.ownDb - b.ownDb || (a.output < b.output ? -1 : 1));
  const reference: ReadonlyMap<string, RuntimeValue>[] = [];
  for await (const values of fast.run(mixtures.float, feeds)) reference.push(values);
  const alone: { readonly output: string; readonly outputDb: number }[] = [];
  for (const { output } of byNoise.slice(0, mostAlone)) {
    await nextTurn();
    run.signal.throwIfAborted();
    const others = noisy.filter((layer) => layer.output !== output).map((layer) => layer.output);
    const model = mixtures.modelWith(others);
    let sample = 0;
    let least = Infinity;
    for await (const values of fast.run(model, feeds)) least = Math.min(least, leastDb(reference[sample++], values));
    alone.push({ output, outputDb: least });
    const total = Math.min(mostAlone, byNoise.length);
    run.reporter.handle({ type: "progress", phase: "sensitivity", done: alone.length, total });
  }
  alone.sort((a, b) => a.outputDb - b.outputDb || (a.output < b.output ? -1 : 1));
  return [...alone, ...byNoise.slice(mostAlone).map(({ output }) => ({ output }))];
}

/** The decibels of the worst output. */
function leastDb(
  reference: ReadonlyMap<string, RuntimeValue> | undefined,
  values: ReadonlyMap<string, RuntimeValue>,
): number {
  const all = [...(reference ?? [])].flatMap(([name, value]) => {
    const other = values.get(name);
    if (!isTensor(value) || !isTensor(other) || value.dtype === "string") return [];
    const [x, y] = [numbersOf(value), numbersOf(other)];
    if (x.length !== y.length) return [-Infinity];
    return [tensorSqnrDb(x, y)];
  });
  return Math.min(Infinity, ...all);
}
