import type { CandidateOf, Family } from "../candidate.ts";
import { templateId } from "../candidate.ts";
import type { CandidatePool } from "../candidate-pool.ts";
import { canonicalJson } from "../canonical-json.ts";
import { workloadLeaves } from "../nearest.ts";
import type { Workload } from "../record.ts";
import type { SearchState } from "../search/search.ts";
import { boostTrees } from "./boosted-trees.ts";

/** Fewer trials teach nothing: predictions stay those of the cost models. */
const leastTrials = 24;

/** What a trial counts whose workload is at this distance: exp(-distance / reach). */
const reach = 1.5;

/** A trial with what its cost model said. */
interface Example<F extends Family> {
  readonly workload: Workload;
  readonly candidate: CandidateOf<F>;
  readonly predicted: number;
  readonly score: number;
  readonly weight: number;
}

/**
 * The pool ranked by a model that was learned from the trials at hand, of this workload and of others: boosted trees
 * foretell by what factor a cost model errs, from the workload's sizes and the candidate's parameters. Undefined where
 * there are too few trials.
 */
export function learnRanking<F extends Family>({ pool, tried, lessons }: SearchState<F>): CandidatePool<F> | undefined {
  const own = tried.map(({ candidate, score }) => ({
    ...{ workload: pool.workload, candidate, predicted: pool.predict(candidate), score, weight: 1 },
  }));
  const others = (lessons?.() ?? []).map(({ distance, ...lesson }) => ({
    ...lesson,
    weight: Math.exp(-distance / reach),
  }));
  const examples = shareWorkloads([...own, ...others].filter(isUsable));
  if (examples.length < leastTrials) return undefined;
  const describe = makeFeatures(
    examples.map(({ workload }) => workload),
    pool,
  );
  const model = boostTrees({
    rows: examples.map(({ workload, candidate, predicted }) => describe(workload, candidate, predicted)),
    targets: centred(examples),
    weights: examples.map(({ weight }) => weight),
  });
  return rankAgain(pool, (candidate) => {
    const predicted = pool.predict(candidate);
    return predicted * Math.exp(model(describe(pool.workload, candidate, predicted)));
  });
}

function isUsable({ predicted, score }: Example<Family>): boolean {
  return Number.isFinite(score) && Number.isFinite(predicted) && predicted > 0 && score > 0;
}

/** The examples with one object for equal workloads. */
function shareWorkloads<F extends Family>(examples: readonly Example<F>[]): readonly Example<F>[] {
  const byObject = new Map<Workload, Workload>();
  const byText = new Map<string, Workload>();
  return examples.map((example) => {
    let shared = byObject.get(example.workload);
    if (shared === undefined) {
      const text = canonicalJson(example.workload);
      shared = byText.get(text) ?? example.workload;
      byText.set(text, shared);
      byObject.set(example.workload, shared);
    }
    return { ...example, workload: shared };
  });
}

/** Logarithms of measured over predicted times, less their mean for each workload: only ranks within one matter. */
function centred<F extends Family>(examples: readonly Example<F>[]): readonly number[] {
  const sums = new Map<Workload, { sum: number; count: number }>();
  const errors = examples.map(({ workload, predicted, score }) => {
    const error = Math.log(score / predicted);
    const { sum, count } = sums.get(workload) ?? { sum: 0, count: 0 };
    sums.set(workload, { sum: sum + error, count: count + 1 });
    return { workload, error };
  });
  return errors.map(({ workload, error }) => {
    const { sum, count } = sums.get(workload) as { sum: number; count: number };
    return error - sum / count;
  });
}

/** What a parameter counts as that a family does not have. */
const absent = -1;

/** Makes the function that describes candidates by numbers, equally many for all. */
function makeFeatures<F extends Family>(
  workloads: readonly Workload[],
  pool: CandidatePool<F>,
): (workload: Workload, candidate: CandidateOf<F>, predicted: number) => Float64Array {
  const ids = pool.seeds.map(({ template }) => templateId(template));
  const names = [...new Set(pool.seeds.flatMap(({ template }) => pool.parameters(template)))];
  const leaves = new Map([...workloads, pool.workload].map((workload) => [workload, workloadLeaves(workload)]));
  const paths = [...new Set([...leaves.values()].flatMap((known) => [...known.keys()]))];
  const sizes = new Map(
    [...leaves].map(([workload, known]) => [
      workload,
      paths.map((path) => {
        const leaf = known.get(path);
        return typeof leaf === "number" ? Math.log2(1 + Math.abs(leaf)) : absent;
      }),
    ]),
  );
  return (workload, { template, point }, predicted) => {
    const row = new Float64Array(2 + names.length + paths.length);
    row[0] = ids.indexOf(templateId(template));
    row[1] = Math.log2(predicted);
    names.forEach((name, i) => (row[2 + i] = point[name] ?? absent));
    row.set(sizes.get(workload) ?? [], 2 + names.length);
    return row;
  };
}

function rankAgain<F extends Family>(
  pool: CandidatePool<F>,
  predict: (candidate: CandidateOf<F>) => number,
): CandidatePool<F> {
  const ranked = pool.ranked.map((candidate) => ({ candidate, cost: predict(candidate) }));
  // Equal ones stay in the order of the cost models.
  ranked.sort((a, b) => (a.cost === b.cost ? 0 : a.cost < b.cost ? -1 : 1));
  const costs = new Map(ranked.map(({ candidate, cost }) => [candidate, cost]));
  return {
    ...pool,
    ranked: ranked.map(({ candidate }) => candidate),
    predict: (candidate) => {
      const member = pool.find(candidate);
      return member === undefined ? Infinity : (costs.get(member) as number);
    },
  };
}
