import type { Model } from "../ir/index.ts";

/** One form of the model that could be written. */
export interface Form {
  /** `original`, `float`, `int8`, … */
  readonly name: string;
  readonly model: Model;
  /** Structural hash with the contents of constants. */
  readonly hash: string;
  readonly nodes: number;
  /** Bytes of the file, external data included. */
  readonly bytes: number;
  /** The file that holds it for accuracy and timing; written on first need, so that a model which is not run costs no disk. */
  file(): Promise<string>;
  /** True when numbers may differ from the original by more than rounding, so that it must pay. */
  readonly lossy: boolean;
  /** True for a variant of another form that is taken only where timing shows it to be faster. */
  readonly mustPay?: boolean;
  /** True for a form that is made for speed alone: not taken where what would be taken without it is faster on some number of threads. */
  readonly mustNotLose?: boolean;
}

/** Accuracy of a form by some metric. */
export interface Accuracy {
  readonly metric: string;
  readonly value: number;
  readonly samples: number;
}
