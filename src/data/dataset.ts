import type { Dim, Tensor, ValueType } from "../ir/index.ts";

/** One sample: what to feed the model, and what is known about the right answer. */
export interface Sample {
  /** Where it came from (file name, row), for messages and the data hash. */
  readonly id: string;
  /** A tensor for each fed input, in the shape the model takes, its own batch dimension included. */
  readonly feeds: ReadonlyMap<string, Tensor>;
  /** Index of the right class in the model's output. */
  readonly label?: number | undefined;
  /** Outputs that some other implementation gave for these feeds, by position. */
  readonly expected?: readonly Tensor[] | undefined;
}

/** A source of samples that is read as it goes: nothing but the sample at hand is held in memory. */
export interface Dataset {
  /** Where it comes from, for messages. */
  readonly source: string;
  readonly size: number;
  /** What of it may surprise: for people, as whole clauses. */
  readonly notes?: readonly string[];
  /** Names of the inputs it feeds. */
  readonly inputs: readonly string[];
  /** Samples at the given positions, in ascending order; all without them. Each call reads anew. */
  samples(positions?: readonly number[]): AsyncIterable<Sample>;
}

/** One input of a model that wants data. */
export interface InputSpec {
  readonly name: string;
  readonly type: ValueType | undefined;
}

/** The shape of an input that takes tensors; undefined where it does not or its rank is unknown. */
export function inputShape(input: InputSpec): readonly Dim[] | undefined {
  return input.type?.kind === "tensor" ? input.type.shape : undefined;
}

/** Every position of a dataset in order. */
export function allPositions(size: number): readonly number[] {
  return Array.from({ length: size }, (_, i) => i);
}
