import type { SimilarityMeter } from "../../data/index.ts";
import { similarityMeter } from "../../data/index.ts";
import type { LayerNoise } from "../../events.ts";
import { nextTurn } from "../../events.ts";
import type { RuntimeValue } from "../../ir/index.ts";
import type { Executor, Feeds } from "../../pipeline/index.ts";
import { addPair } from "../commands/compare-tensors.ts";
import { selectWithout } from "../precision/mix-precision.ts";
import type { Int8Form } from "../quantize-form.ts";
import type { Run } from "../run.ts";
import type { TwinLayer } from "./twin-layers.ts";
import { withTwins } from "./twin-layers.ts";

/** Elements of results that are held at a time, for each sample: 64 MB of float32 for each of three values. */
const elementsAtOnce = 16e6;

/** Decibels at which rounding in float32 ends; a layer that only moves values has as many, and is not told of. */
const exact = 120;

/** What one layer loses, with the name that plans of a quantization have for it. */
export interface MeasuredLayer extends LayerNoise {
  /** First output of its node. */
  readonly output: string;
}

/**
 * What each layer of an INT8 form loses, on a few samples: on its own, and with all layers before it. Models run with the
 * runtime's optimizations off, so that every value is there to be read.
 */
export async function measureLayerNoise(
  form: Int8Form,
  feeds: readonly Feeds[],
  run: Run,
): Promise<readonly MeasuredLayer[]> {
  const { recipe } = form;
  const { model, layers } = withTwins(selectWithout(recipe, [], run.facts), form.model);
  const found: MeasuredLayer[] = [];
  for (const part of partsOf(layers)) {
    run.signal.throwIfAborted();
    const own = part.map(() => similarityMeter());
    const all = part.map(() => similarityMeter());
    const { exact: executor } = run.environment;
    const float = await valuesOf(
      executor,
      recipe.float,
      feeds,
      part.map((layer) => layer.float),
    );
    let sample = 0;
    for await (const values of executor.run(
      model,
      feeds,
      part.flatMap(({ int8, twin }) => [int8, twin]),
    )) {
      for (const [i, { int8, twin, float: name }] of part.entries()) {
        await nextTurn();
        addPair(own[i] as SimilarityMeter, values.get(twin), values.get(int8));
        addPair(all[i] as SimilarityMeter, float[sample]?.get(name), values.get(int8));
      }
      sample++;
    }
    found.push(
      ...part.map(({ node, op, output }, i) => ({
        ...{ node, op, output },
        ownDb: decibels(own[i] as SimilarityMeter),
        sqnrDb: decibels(all[i] as SimilarityMeter),
      })),
    );
  }
  return found.filter(({ ownDb }) => ownDb < exact);
}

/** Layers whose results may be held together. */
function partsOf(layers: readonly TwinLayer[]): readonly (readonly TwinLayer[])[] {
  const parts: TwinLayer[][] = [];
  let held = Infinity;
  for (const layer of layers) {
    if (held + layer.elements > elementsAtOnce) {
      parts.push([]);
      held = 0;
    }
    held += layer.elements;
    parts.at(-1)?.push(layer);
  }
  return parts;
}

async function valuesOf(
  executor: Executor,
  model: Parameters<Executor["run"]>[0],
  feeds: readonly Feeds[],
  wanted: readonly string[],
): Promise<readonly ReadonlyMap<string, RuntimeValue>[]> {
  const all: ReadonlyMap<string, RuntimeValue>[] = [];
  for await (const values of executor.run(model, feeds, wanted)) all.push(values);
  return all;
}

function decibels(meter: SimilarityMeter): number {
  return Math.max(-exact, Math.min(exact, meter.read().sqnrDb));
}
