import type { CandidateOf, Family } from "../candidate.ts";
import { candidateText, templateId } from "../candidate.ts";
import { canonicalJson } from "../canonical-json.ts";
import type { CandidatePool } from "../candidate-pool.ts";
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
  const examples: readonly Example<F>[] = [...own, ...others].filter(
    ({ predicted, score }) => Number.isFinite(score) && Number.isFinite(predicted) && predicted > 0 && score > 0,
  );
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

/** Logarithms of measured over predicted times, less their mean for each workload: only ranks within one matter. */
function centred<F extends Family>(examples: readonly Example<F>[]): readonly number[] {
  const sums = new Map<string, { sum: number; count: number }>();
  const errors = examples.map(({ workload, predicted, score }) => {
    const [key, error] = [canonicalJson(workload), Math.log(score / predicted)];
    const { sum, count } = sums.get(key) ?? { sum: 0, count: 0 };
    sums.set(key, { sum: sum + error, count: count + 1 });
    return { key, error };
  });
  return errors.map(({ key, error }) => {
    const { sum, count } = sums.get(key) as { sum: number; count: number };
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
  const families = pool.seeds.map(({ template }) => template);
  const ids = families.map(templateId);
  const names = [...new Set(families.flatMap((family) => pool.parameters(family)))];
  const sizes = new Map<Workload, readonly number[]>();
  const known = new Map(workloads.map((workload) => [canonicalJson(workload), workload]));
  const paths = [
    ...new Set([...known.values(), pool.workload].flatMap((workload) => [...workloadLeaves(workload).keys()])),
  ];
  const sizesOf = (workload: Workload): readonly number[] => {
    let found = sizes.get(workload);
    if (found === undefined) {
      const leaves = workloadLeaves(workload);
      found = paths.map((path) => {
        const leaf = leaves.get(path);
        return typeof leaf === "number" ? Math.log2(1 + Math.abs(leaf)) : absent;
      });
      sizes.set(workload, found);
    }
    return found;
  };
  return (workload, { template, point }, predicted) =>
    Float64Array.from([
      ids.indexOf(templateId(template)),
      Math.log2(predicted),
      ...names.map((name) => point[name] ?? absent),
      ...sizesOf(workload),
    ]);
}

function rankAgain<F extends Family>(
  pool: CandidatePool<F>,
  predict: (candidate: CandidateOf<F>) => number,
): CandidatePool<F> {
  const ranked = pool.ranked.map((candidate) => ({ candidate, cost: predict(candidate) }));
  // Equal ones stay in the order of the cost models.
  ranked.sort((a, b) => (a.cost === b.cost ? 0 : a.cost < b.cost ? -1 : 1));
  const costs = new Map(ranked.map(({ candidate, cost }) => [candidateText(candidate), cost]));
  return {
    ...pool,
    ranked: ranked.map(({ candidate }) => candidate),
    predict: (candidate) => costs.get(candidateText(candidate)) ?? Infinity,
  };
}
