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

/** Keeps account of the bytes that folding adds. */
export interface Budget {
  /** Books a fold that adds `added` bytes (negative: saves); false, with nothing booked, when that is too much. */
  take(added: number): boolean;
}

/** The one place where the growth of a model is decided: what was freed elsewhere since the model was read may be spent. */
export function budgetFor(model: Model, limits: FoldLimits): Budget {
  const { sourceBytes, growthBytes, growthShare } = limits;
  let left =
    sourceBytes === undefined ? 0 : sourceBytes + Math.min(growthBytes, growthShare * sourceBytes) - modelBytes(model);
  left = Math.max(0, left);
  return {
    take: (added) => {
      if (added > 0 && added > left) return false;
      left -= added;
      return true;
    },
  };
}
