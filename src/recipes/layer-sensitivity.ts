import type { RuntimeValue } from "../ir/index.ts";
import { isTensor, numbersOf } from "../ir/index.ts";
import type { Feeds } from "../pipeline/index.ts";
import { sqnrDb } from "../quant/index.ts";
import { mixedModel } from "./mix-precision.ts";
import type { Int8Recipe } from "./quantize-form.ts";
import type { Run } from "./run.ts";

/** A layer with what the outputs of the network lose where it alone is in INT8. */
export interface SensitiveLayer {
  /** First output of its node. */
  readonly output: string;
  /** Decibels; absent where it was not run, being among the least noisy. */
  readonly outputDb?: number;
}

/** So many layers are run alone; the others follow by their own noise. */
const mostAlone = 24;

/**
 * The layers of an INT8 form, the one that costs the outputs most first. `noisy` has all of them with the decibels that
 * each loses by itself: those that lose most are put in INT8 alone and run, since the same noise matters more in one place
 * than in another.
 */
export async function rankLayers(
  recipe: Int8Recipe,
  noisy: readonly { readonly output: string; readonly ownDb: number }[],
  feeds: readonly Feeds[],
  run: Run,
): Promise<readonly SensitiveLayer[]> {
  const { fast } = run.environment;
  const byNoise = [...noisy].sort((a, b) => a.ownDb - b.ownDb || (a.output < b.output ? -1 : 1));
  const reference: ReadonlyMap<string, RuntimeValue>[] = [];
  for await (const values of fast.run(recipe.float, feeds)) reference.push(values);
  const alone: { readonly output: string; readonly outputDb: number }[] = [];
  for (const { output } of byNoise.slice(0, mostAlone)) {
    run.signal.throwIfAborted();
    const others = noisy.filter((layer) => layer.output !== output).map((layer) => layer.output);
    const model = mixedModel(recipe, others, run.facts);
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
    let [signal, noise] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      signal += (x[i] as number) ** 2;
      noise += ((x[i] as number) - (y[i] as number)) ** 2;
    }
    return [sqnrDb(signal, noise)];
  });
  return Math.min(Infinity, ...all);
}
