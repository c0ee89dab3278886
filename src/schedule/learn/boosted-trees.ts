/** Rows of equally many numbers, each with what is to be foretold and how much it counts. */
export interface Examples {
  readonly rows: readonly Float64Array[];
  readonly targets: readonly number[];
  /** Positive. */
  readonly weights: readonly number[];
}

/** Foretells the target of a row. */
export type Model = (row: Float64Array) => number;

const trees = 60;
const depth = 4;
/** Share of what a tree learned that is believed. */
const learningRate = 0.15;
/** A leaf speaks for examples of at least this weight. */
const leastLeaf = 2;
/** A leaf counts as if it had examples of this weight whose target is 0. */
const ridge = 1;
/** Thresholds of a feature at most: quantiles of its distinct values. */
const mostThresholds = 32;

/**
 * Gradient boosting of regression trees for squared error (Friedman, 2001). Deterministic: nothing is drawn at random,
 * ties go to the first feature and the least threshold.
 */
export function boostTrees(examples: Examples): Model {
  const { rows, targets, weights } = examples;
  const thresholds = thresholdsOf(rows);
  const bins = binsOf(rows, thresholds);
  const rest = Float64Array.from(targets);
  const forest: Tree[] = [];
  const everyone = rows.map((_, i) => i);
  for (let i = 0; i < trees; i++) {
    const tree = growTree(everyone, depth, { thresholds, bins, rest, weights });
    if (tree.kind === "leaf") break;
    rows.forEach((row, at) => (rest[at] = (rest[at] as number) - learningRate * answer(tree, row)));
    forest.push(tree);
  }
  return (row) => forest.reduce((sum, tree) => sum + learningRate * answer(tree, row), 0);
}

type Tree =
  | { readonly kind: "leaf"; readonly value: number }
  | {
      readonly kind: "split";
      readonly feature: number;
      /** Rows at most this go to `low`. */
      readonly threshold: number;
      readonly low: Tree;
      readonly high: Tree;
    };

interface Training {
  readonly thresholds: readonly Float64Array[];
  /** By feature, then by row: how many thresholds lie below the value. */
  readonly bins: readonly Uint8Array[];
  /** What no earlier tree foretold. */
  readonly rest: Float64Array;
  readonly weights: readonly number[];
}

function answer(tree: Tree, row: Float64Array): number {
  let at = tree;
  while (at.kind === "split") at = (row[at.feature] as number) <= at.threshold ? at.low : at.high;
  return at.value;
}

function growTree(members: readonly number[], levels: number, training: Training): Tree {
  const { rest, weights, thresholds, bins } = training;
  const total = sumOf(members, rest, weights);
  const leaf: Tree = { kind: "leaf", value: total.sum / (total.weight + ridge) };
  if (levels === 0) return leaf;
  let best = { gain: 1e-9, feature: -1, bin: -1 };
  thresholds.forEach((ofFeature, feature) => {
    const { bin, gain } = bestSplit(members, feature, ofFeature.length, total, training);
    if (gain > best.gain) best = { gain, feature, bin };
  });
  const { feature, bin } = best;
  if (feature < 0) return leaf;
  const isLow = (member: number): boolean => (bins[feature]?.[member] as number) <= bin;
  return {
    kind: "split",
    feature,
    threshold: thresholds[feature]?.[bin] as number,
    low: growTree(members.filter(isLow), levels - 1, training),
    high: growTree(
      members.filter((member) => !isLow(member)),
      levels - 1,
      training,
    ),
  };
}

interface Total {
  readonly sum: number;
  readonly weight: number;
}

function sumOf(members: readonly number[], rest: Float64Array, weights: readonly number[]): Total {
  let [sum, weight] = [0, 0];
  for (const member of members) {
    sum += (weights[member] as number) * (rest[member] as number);
    weight += weights[member] as number;
  }
  return { sum, weight };
}

/** The threshold of a feature that lowers the squared error most, and by how much; no gain where none does. */
function bestSplit(
  members: readonly number[],
  feature: number,
  count: number,
  total: Total,
  { bins, rest, weights }: Training,
): { readonly bin: number; readonly gain: number } {
  const sums = new Float64Array(count + 1);
  const masses = new Float64Array(count + 1);
  const column = bins[feature] as Uint8Array;
  for (const member of members) {
    const bin = column[member] as number;
    const weight = weights[member] as number;
    sums[bin] = (sums[bin] as number) + weight * (rest[member] as number);
    masses[bin] = (masses[bin] as number) + weight;
  }
  const worth = (sum: number, weight: number): number => (sum * sum) / (weight + ridge);
  const whole = worth(total.sum, total.weight);
  let best = { bin: -1, gain: 0 };
  let [sum, weight] = [0, 0];
  for (let bin = 0; bin < count; bin++) {
    sum += sums[bin] as number;
    weight += masses[bin] as number;
    if (weight < leastLeaf || total.weight - weight < leastLeaf) continue;
    const gain = worth(sum, weight) + worth(total.sum - sum, total.weight - weight) - whole;
    if (gain > best.gain) best = { bin, gain };
  }
  return best;
}

/** For each feature, values between its distinct values. */
function thresholdsOf(rows: readonly Float64Array[]): readonly Float64Array[] {
  return Array.from({ length: rows[0]?.length ?? 0 }, (_, feature) => {
    const distinct = [...new Set(rows.map((row) => row[feature] as number))].sort((a, b) => a - b);
    const between = distinct.slice(1).map((value, i) => (value + (distinct[i] as number)) / 2);
    const step = Math.max(1, between.length / mostThresholds);
    const kept = Math.min(between.length, mostThresholds);
    return Float64Array.from({ length: kept }, (_, i) => between[Math.floor(i * step)] as number);
  });
}

function binsOf(rows: readonly Float64Array[], thresholds: readonly Float64Array[]): readonly Uint8Array[] {
  return thresholds.map((ofFeature, feature) =>
    Uint8Array.from(rows, (row) => {
      const above = ofFeature.findIndex((threshold) => (row[feature] as number) <= threshold);
      return above < 0 ? ofFeature.length : above;
    }),
  );
}
