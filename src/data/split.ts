import type { Dataset } from "./dataset.ts";
import { allPositions } from "./dataset.ts";

/** The part of a dataset at the given ascending positions. */
export function subset(dataset: Dataset, positions: readonly number[]): Dataset {
  return {
    source: dataset.source,
    size: positions.length,
    inputs: dataset.inputs,
    samples: (inner) =>
      dataset.samples(inner === undefined ? positions : inner.map((position) => positions[position] as number)),
  };
}

/** The two parts of a dataset: one to find ranges on, one to judge the result on. */
export interface Split {
  readonly calibration: Dataset;
  readonly evaluation: Dataset;
}

/** Every fifth sample (the first, the sixth, …) calibrates, the rest evaluates; datasets list their samples sorted. */
export function splitEveryFifth(dataset: Dataset): Split {
  const positions = allPositions(dataset.size);
  return {
    calibration: subset(
      dataset,
      positions.filter((i) => i % 5 === 0),
    ),
    evaluation: subset(
      dataset,
      positions.filter((i) => i % 5 !== 0),
    ),
  };
}

/** At most `count` samples, spread evenly over the dataset, so that sorted classes are all met. */
export function spread(dataset: Dataset, count: number): Dataset {
  if (count >= dataset.size) return dataset;
  return subset(
    dataset,
    Array.from({ length: count }, (_, i) => Math.floor((i * dataset.size) / count)),
  );
}
