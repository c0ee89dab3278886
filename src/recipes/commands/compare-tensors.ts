import type { SimilarityMeter } from "../../data/index.ts";
import { similarityMeter } from "../../data/index.ts";
import type { Graph, Model, RuntimeValue } from "../../ir/index.ts";
import { dtypes, isTensor, numbersOf } from "../../ir/index.ts";
import type { Executor, Feeds } from "../../pipeline/index.ts";

/** How a tensor inside two models differs, over the samples. */
export interface TensorComparison {
  readonly name: string;
  /** The operators that make it. */
  readonly operators: readonly [string, string];
  readonly sqnrDb: number;
  readonly maxAbs: number;
}

/** Tensors asked for in one run: all at once would be held in memory together. */
const AT_ONCE = 48;

/**
 * Compares the tensors of two main graphs that have one name, outputs left out, in the order in which the first computes
 * them. Those that are no numbers, or of another shape, are left out. Throws what the executor throws.
 */
export async function compareTensors(
  a: Model,
  b: Model,
  feeds: readonly Feeds[],
  executor: Executor,
): Promise<readonly TensorComparison[]> {
  const makers = makersOf(b.graph);
  const common = [...makersOf(a.graph)].filter(([name]) => makers.has(name));
  const found: TensorComparison[] = [];
  for (let at = 0; at < common.length; at += AT_ONCE) {
    const group = common.slice(at, at + AT_ONCE);
    const wanted = group.map(([name]) => name);
    const meters = new Map(wanted.map((name) => [name, similarityMeter()]));
    const theirs = executor.run(b, feeds, wanted)[Symbol.asyncIterator]();
    try {
      for await (const mine of executor.run(a, feeds, wanted)) {
        const next = await theirs.next();
        if (next.done === true) break;
        for (const [name, meter] of meters) addPair(meter, mine.get(name), next.value.get(name));
      }
    } finally {
      await theirs.return?.();
    }
    for (const [name, operator] of group) {
      const { samples, sqnrDb, maxAbsolute } = (meters.get(name) as SimilarityMeter).read();
      if (samples === 0) continue;
      found.push({ name, operators: [operator, makers.get(name) as string], sqnrDb, maxAbs: maxAbsolute });
    }
  }
  return found;
}

/** Results of nodes that are no outputs, with the operator that makes them. */
function makersOf(graph: Graph): ReadonlyMap<string, string> {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  return new Map(
    [...graph.nodes()].flatMap(({ opType, outputs: results }) =>
      results.flatMap((value) =>
        value === undefined || outputs.has(value.name) ? [] : [[value.name, opType] as const],
      ),
    ),
  );
}

/** Adds the numbers of one tensor in two models to a meter; those that are no numbers, or of another shape, are left out. */
export function addPair(
  meter: SimilarityMeter,
  mine: RuntimeValue | undefined,
  theirs: RuntimeValue | undefined,
): void {
  if (!isTensor(mine) || !isTensor(theirs) || mine.shape.join() !== theirs.shape.join()) return;
  if ([mine, theirs].some(({ dtype }) => ["string", "complex"].includes(dtypes[dtype].kind))) return;
  meter.add(numbersOf(mine), numbersOf(theirs));
}
