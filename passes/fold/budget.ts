import type { Model } from "../../src/ir/index.ts";
import { modelBytes } from "./size.ts";

/** How much larger than the file it came from a model may become by folding. */
export interface FoldLimits {
  /** Bytes of the file that was read; undefined when unknown: then no fold may add bytes. */
  readonly sourceBytes: number | undefined;
  /** Most bytes to grow by. */
  readonly growthBytes: number;
  /** Most growth as a share of the source. */
  readonly growthShare: number;
}

/** Half a percent of the source, at most 64 KiB. */
export const defaultLimits: FoldLimits = { sourceBytes: undefined, growthBytes: 1 << 16, growthShare: 0.005 };

/** Keeps account of the bytes that folding adds. */
export interface Budget {
  /** Whether a fold may add so many bytes (negative: saves). */
  allows(added: number): boolean;
  book(added: number): void;
}

/** The one place where the growth of a model is decided: what was freed elsewhere since the model was read may be spent. */
export function budgetFor(model: Model, { sourceBytes, growthBytes, growthShare }: FoldLimits): Budget {
  const limit = sourceBytes === undefined ? 0 : sourceBytes + Math.min(growthBytes, growthShare * sourceBytes);
  let left = Math.max(0, limit - modelBytes(model));
  return {
    allows: (added) => added <= 0 || added <= left,
    book: (added) => {
      left -= added;
    },
  };
}
